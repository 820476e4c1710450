;; The portrait's triangles at their new places, with 128-bit SIMD: restore (what stands still) and draw_mesh (affine triangles,
;; bilinear, with or without alpha). warp.ts lays out the memory and says what the numbers mean; build-warp.mjs makes mesh.wasm.
(module
  (memory (import "env" "memory") 1)

  ;; Pixels of the square picture.
  (global $SIZE i32 (i32.const 512))
  (global $TEXEL f64 (f64.const 65536))
  ;; (0.5 pixel of border - ...) a position p is texel p - 0.5 + 1; then half a sampling step, 1/512 pixel, against rounding.
  (global $TEXEL_OFFSET f64 (f64.const 32896)) ;; (0.5 + 1/512) * 65536
  ;; Adding 1.5 * 2^52 leaves a number's nearest integer in the lowest bits: a conversion without the checks of trunc_sat.
  (global $TO_INTEGER f64 (f64.const 6755399441055744))

  ;; A vertex's coordinate, kept where 16.16 numbers reach; what is no number stays so and is refused with its triangle.
  (func $vertex (param $base i32) (param $index i32) (result f64)
    (f64.max (f64.const -4096) (f64.min (f64.const 4096)
      (f64.promote_f32 (f32.load (i32.add (local.get $base) (i32.shl (local.get $index) (i32.const 2))))))))

  (func $integer (param $value f64) (result i32)
    (i32.wrap_i64 (i64.reinterpret_f64 (f64.add (local.get $value) (global.get $TO_INTEGER)))))

  ;; First row or column whose middle is not before a position.
  (func $first (param $position f64) (result i32)
    (call $integer (f64.ceil (f64.sub (local.get $position) (f64.const 0.5)))))

  ;; x of an edge in the middle of a row, 16.16
  (func $edge (param $x f64) (param $y f64) (param $slope f64) (param $row i32) (result i32)
    (call $integer (f64.mul (global.get $TEXEL) (f64.add (local.get $x)
      (f64.mul (local.get $slope) (f64.sub (f64.add (f64.convert_i32_s (local.get $row)) (f64.const 0.5)) (local.get $y)))))))

  ;; u, v, u, v
  (func $pair (param $u f64) (param $v f64) (result v128)
    (local $integers v128)
    (local.set $integers (i32x4.splat (call $integer (local.get $u))))
    (local.set $integers (i32x4.replace_lane 1 (local.get $integers) (call $integer (local.get $v))))
    (i8x16.shuffle 0 1 2 3 4 5 6 7 0 1 2 3 4 5 6 7 (local.get $integers) (local.get $integers)))

  (func (export "restore")
    (param $backdrop i32) (param $picture i32) (param $left i32) (param $top i32) (param $right i32) (param $bottom i32)
    (local $at i32) (local $bytes i32)
    (local.set $bytes (i32.shl (i32.sub (local.get $right) (local.get $left)) (i32.const 2)))
    (block $done
      (loop $rows
        (br_if $done (i32.ge_s (local.get $top) (local.get $bottom)))
        (local.set $at (i32.shl (i32.add (i32.shl (local.get $top) (i32.const 9)) (local.get $left)) (i32.const 2)))
        (memory.copy (i32.add (local.get $picture) (local.get $at)) (i32.add (local.get $backdrop) (local.get $at)) (local.get $bytes))
        (local.set $top (i32.add (local.get $top) (i32.const 1)))
        (br $rows))))

  ;; One bilinear sample for each of two neighbouring pixels: their channels as eight i16. uv: u, v, u, v in 16.16 texels.
  (func $sample2 (param $uv v128) (param $texture i32) (param $stride i32) (param $weights v128) (param $limit v128) (result v128)
    (local $offset v128) (local $share v128) (local $near v128) (local $far v128) (local $at i32)
    ;; The second pixel may lie behind the row's end, and rounding may leave the triangle: never read outside the texture.
    (local.set $uv (i32x4.max_s (v128.const i32x4 0 0 0 0) (i32x4.min_s (local.get $uv) (local.get $limit))))
    ;; The whole texels are the upper halves: times 4 and times the stride, summed per pixel.
    (local.set $offset (i32x4.dot_i16x8_s (local.get $uv) (local.get $weights)))
    (local.set $offset (i32x4.add (local.get $offset)
      (i8x16.shuffle 4 5 6 7 0 1 2 3 12 13 14 15 8 9 10 11 (local.get $offset) (local.get $offset))))
    ;; What is left over, as 15-bit fractions.
    (local.set $share (i32x4.shr_u (v128.and (local.get $uv) (v128.const i32x4 65535 65535 65535 65535)) (i32.const 1)))
    ;; Left and right neighbour of the upper and of the lower row, first mixed from row to row ...
    (local.set $at (i32.add (local.get $texture) (i32x4.extract_lane 0 (local.get $offset))))
    (local.set $near (v128.load8x8_u (local.get $at)))
    (local.set $near (i16x8.add (local.get $near) (i16x8.q15mulr_sat_s
      (i16x8.sub (v128.load8x8_u (i32.add (local.get $at) (local.get $stride))) (local.get $near))
      (i8x16.shuffle 4 5 4 5 4 5 4 5 4 5 4 5 4 5 4 5 (local.get $share) (local.get $share)))))
    (local.set $at (i32.add (local.get $texture) (i32x4.extract_lane 2 (local.get $offset))))
    (local.set $far (v128.load8x8_u (local.get $at)))
    (local.set $far (i16x8.add (local.get $far) (i16x8.q15mulr_sat_s
      (i16x8.sub (v128.load8x8_u (i32.add (local.get $at) (local.get $stride))) (local.get $far))
      (i8x16.shuffle 12 13 12 13 12 13 12 13 12 13 12 13 12 13 12 13 (local.get $share) (local.get $share)))))
    ;; ... then from the left neighbours to the right ones, of both pixels at once.
    (local.set $offset (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 (local.get $near) (local.get $far)))
    (i16x8.add (local.get $offset) (i16x8.q15mulr_sat_s
      (i16x8.sub
        (i8x16.shuffle 8 9 10 11 12 13 14 15 24 25 26 27 28 29 30 31 (local.get $near) (local.get $far))
        (local.get $offset))
      (i8x16.shuffle 0 1 0 1 0 1 0 1 8 9 8 9 8 9 8 9 (local.get $share) (local.get $share)))))

  ;; Two colours times their alpha laid over two of the picture: over + under * (255 - alpha) / 255, rounded.
  (func $over2 (param $over v128) (param $at i32) (result v128)
    (local $under v128)
    (local.set $under (i16x8.add (v128.const i16x8 128 128 128 128 128 128 128 128) (i16x8.mul
      (v128.load8x8_u (local.get $at))
      (i16x8.sub (v128.const i16x8 255 255 255 255 255 255 255 255)
        (i8x16.shuffle 6 7 6 7 6 7 6 7 14 15 14 15 14 15 14 15 (local.get $over) (local.get $over))))))
    (i16x8.add (local.get $over) (i16x8.shr_u
      (i16x8.add (local.get $under) (i16x8.shr_u (local.get $under) (i32.const 8)))
      (i32.const 8))))

  ;; tri: u16 corners, count of corners; isSoft: u8 per triangle, 1: what is under it shines through;
  ;; restX, restY, x, y: f32 per
  ;; vertex; texture: packed RGBA, colours times alpha, rows of $stride bytes; picture: packed RGBA; drawn only within the rectangle
  (func (export "draw_mesh")
    (param $tri i32) (param $corners i32) (param $isSoft i32) (param $restX i32) (param $restY i32) (param $x i32) (param $y i32)
    (param $texture i32) (param $stride i32) (param $picture i32)
    (param $clipLeft i32) (param $clipTop i32) (param $clipRight i32) (param $clipBottom i32)
    (local $end i32) (local $a i32) (local $b i32) (local $c i32) (local $swap i32) (local $soft i32)
    (local $ax f64) (local $ay f64) (local $bx f64) (local $by f64) (local $cx f64) (local $cy f64)
    (local $area f64) (local $scale f64)
    (local $ub f64) (local $uc f64) (local $vb f64) (local $vc f64)
    (local $ux f64) (local $uy f64) (local $vx f64) (local $vy f64)
    (local $slope f64)
    (local $isLongLeft i32) (local $row i32) (local $middle i32) (local $last i32)
    (local $long i32) (local $longStep i32) (local $short i32) (local $shortStep i32)
    (local $left i32) (local $right i32) (local $dx f64) (local $dy f64)
    (local $at i32) (local $stop i32) (local $kept i32)
    (local $weights v128) (local $limit v128) (local $uv v128) (local $rowUv v128) (local $step v128) (local $pixelStep v128)
    (local $rowStep v128) (local $mixed v128)
    (local.set $end (i32.add (local.get $tri) (i32.shl (local.get $corners) (i32.const 1))))
    (local.set $weights (i32x4.splat (i32.const 262144))) ;; 4 in the upper halves
    (local.set $weights (i32x4.replace_lane 1 (local.get $weights) (i32.shl (local.get $stride) (i32.const 16))))
    (local.set $weights (i32x4.replace_lane 3 (local.get $weights) (i32.shl (local.get $stride) (i32.const 16))))
    (local.set $swap (i32.sub (i32.shl (i32.sub (i32.shr_u (local.get $stride) (i32.const 2)) (i32.const 1)) (i32.const 16)) (i32.const 1)))
    (local.set $limit (i32x4.splat (local.get $swap))) ;; a square texture
    (block $done
      (loop $triangle
        (br_if $done (i32.ge_u (local.get $tri) (local.get $end)))
        (local.set $a (i32.load16_u (local.get $tri)))
        (local.set $b (i32.load16_u offset=2 (local.get $tri)))
        (local.set $c (i32.load16_u offset=4 (local.get $tri)))
        (local.set $tri (i32.add (local.get $tri) (i32.const 6)))
        (local.set $soft (i32.load8_u (local.get $isSoft)))
        (local.set $isSoft (i32.add (local.get $isSoft) (i32.const 1)))
        ;; From top to bottom: every edge is then walked in the same direction in both of its triangles, so they meet exactly.
        (local.set $ay (call $vertex (local.get $y) (local.get $a)))
        (local.set $by (call $vertex (local.get $y) (local.get $b)))
        (local.set $cy (call $vertex (local.get $y) (local.get $c)))
        (if (f64.lt (local.get $by) (local.get $ay))
          (then (local.set $swap (local.get $a)) (local.set $a (local.get $b)) (local.set $b (local.get $swap))
            (local.set $dy (local.get $ay)) (local.set $ay (local.get $by)) (local.set $by (local.get $dy))))
        (if (f64.lt (local.get $cy) (local.get $ay))
          (then (local.set $swap (local.get $a)) (local.set $a (local.get $c)) (local.set $c (local.get $swap))
            (local.set $dy (local.get $ay)) (local.set $ay (local.get $cy)) (local.set $cy (local.get $dy))))
        (if (f64.lt (local.get $cy) (local.get $by))
          (then (local.set $swap (local.get $b)) (local.set $b (local.get $c)) (local.set $c (local.get $swap))
            (local.set $dy (local.get $by)) (local.set $by (local.get $cy)) (local.set $cy (local.get $dy))))
        (local.set $row (call $first (local.get $ay)))
        (local.set $last (call $first (local.get $cy)))
        (if (i32.lt_s (local.get $row) (local.get $clipTop)) (then (local.set $row (local.get $clipTop))))
        (if (i32.gt_s (local.get $last) (local.get $clipBottom)) (then (local.set $last (local.get $clipBottom))))
        (br_if $triangle (i32.ge_s (local.get $row) (local.get $last)))
        (local.set $ax (call $vertex (local.get $x) (local.get $a)))
        (local.set $bx (call $vertex (local.get $x) (local.get $b)))
        (local.set $cx (call $vertex (local.get $x) (local.get $c)))
        (br_if $triangle (f64.le (f64.max (local.get $ax) (f64.max (local.get $bx) (local.get $cx))) (f64.convert_i32_s (local.get $clipLeft))))
        (br_if $triangle (f64.ge (f64.min (local.get $ax) (f64.min (local.get $bx) (local.get $cx))) (f64.convert_i32_s (local.get $clipRight))))
        (local.set $area (f64.sub
          (f64.mul (f64.sub (local.get $bx) (local.get $ax)) (f64.sub (local.get $cy) (local.get $ay)))
          (f64.mul (f64.sub (local.get $cx) (local.get $ax)) (f64.sub (local.get $by) (local.get $ay)))))
        ;; Without an inside (or without numbers): nothing to draw.
        (br_if $triangle (i32.eqz (f64.ge (f64.abs (local.get $area)) (f64.const 0.001))))
        (local.set $ub (f64.sub (call $vertex (local.get $restX) (local.get $b)) (call $vertex (local.get $restX) (local.get $a))))
        (local.set $uc (f64.sub (call $vertex (local.get $restX) (local.get $c)) (call $vertex (local.get $restX) (local.get $a))))
        (local.set $vb (f64.sub (call $vertex (local.get $restY) (local.get $b)) (call $vertex (local.get $restY) (local.get $a))))
        (local.set $vc (f64.sub (call $vertex (local.get $restY) (local.get $c)) (call $vertex (local.get $restY) (local.get $a))))
        (local.set $scale (f64.div (global.get $TEXEL) (local.get $area)))
        (local.set $ux (f64.mul (local.get $scale) (f64.sub
          (f64.mul (local.get $ub) (f64.sub (local.get $cy) (local.get $ay)))
          (f64.mul (local.get $uc) (f64.sub (local.get $by) (local.get $ay))))))
        (local.set $uy (f64.mul (local.get $scale) (f64.sub
          (f64.mul (local.get $uc) (f64.sub (local.get $bx) (local.get $ax)))
          (f64.mul (local.get $ub) (f64.sub (local.get $cx) (local.get $ax))))))
        (local.set $vx (f64.mul (local.get $scale) (f64.sub
          (f64.mul (local.get $vb) (f64.sub (local.get $cy) (local.get $ay)))
          (f64.mul (local.get $vc) (f64.sub (local.get $by) (local.get $ay))))))
        (local.set $vy (f64.mul (local.get $scale) (f64.sub
          (f64.mul (local.get $vc) (f64.sub (local.get $bx) (local.get $ax)))
          (f64.mul (local.get $vb) (f64.sub (local.get $cx) (local.get $ax))))))
        (local.set $pixelStep (call $pair (local.get $ux) (local.get $vx)))
        (local.set $rowStep (call $pair (local.get $uy) (local.get $vy)))
        (local.set $step (i32x4.shl (local.get $pixelStep) (i32.const 1)))
        ;; Texels of the row's column 0, and of its neighbour; wrapped sums come right again inside the triangle.
        (local.set $dx (f64.sub (f64.const 0.5) (local.get $ax)))
        (local.set $dy (f64.sub (f64.add (f64.convert_i32_s (local.get $row)) (f64.const 0.5)) (local.get $ay)))
        (local.set $rowUv (i32x4.add
          (call $pair
            (f64.add
              (f64.add (f64.mul (call $vertex (local.get $restX) (local.get $a)) (global.get $TEXEL)) (global.get $TEXEL_OFFSET))
              (f64.add (f64.mul (local.get $dx) (local.get $ux)) (f64.mul (local.get $dy) (local.get $uy))))
            (f64.add
              (f64.add (f64.mul (call $vertex (local.get $restY) (local.get $a)) (global.get $TEXEL)) (global.get $TEXEL_OFFSET))
              (f64.add (f64.mul (local.get $dx) (local.get $vx)) (f64.mul (local.get $dy) (local.get $vy)))))
          (v128.and (local.get $pixelStep) (v128.const i32x4 0 0 -1 -1))))
        (local.set $middle (call $first (local.get $by)))
        (local.set $isLongLeft (f64.gt (local.get $area) (f64.const 0)))
        (local.set $slope (f64.div (f64.sub (local.get $cx) (local.get $ax)) (f64.sub (local.get $cy) (local.get $ay))))
        (local.set $long (call $edge (local.get $ax) (local.get $ay) (local.get $slope) (local.get $row)))
        (local.set $longStep (call $integer (f64.mul (local.get $slope) (global.get $TEXEL))))
        (if (i32.lt_s (local.get $row) (local.get $middle))
          (then
            (local.set $slope (f64.div (f64.sub (local.get $bx) (local.get $ax)) (f64.sub (local.get $by) (local.get $ay))))
            (local.set $short (call $edge (local.get $ax) (local.get $ay) (local.get $slope) (local.get $row))))
          (else
            (local.set $slope (f64.div (f64.sub (local.get $cx) (local.get $bx)) (f64.sub (local.get $cy) (local.get $by))))
            (local.set $short (call $edge (local.get $bx) (local.get $by) (local.get $slope) (local.get $row)))))
        (local.set $shortStep (call $integer (f64.mul (local.get $slope) (global.get $TEXEL))))
        (loop $rows
          (if (i32.eq (local.get $row) (local.get $middle))
            (then
              (local.set $slope (f64.div (f64.sub (local.get $cx) (local.get $bx)) (f64.sub (local.get $cy) (local.get $by))))
              (local.set $short (call $edge (local.get $bx) (local.get $by) (local.get $slope) (local.get $row)))
              (local.set $shortStep (call $integer (f64.mul (local.get $slope) (global.get $TEXEL))))))
          ;; The first pixel whose middle is not left of the edge: 32767 is half a pixel less the smallest step.
          (local.set $left (i32.shr_s (i32.add (i32.const 32767)
            (select (local.get $long) (local.get $short) (local.get $isLongLeft))) (i32.const 16)))
          (local.set $right (i32.shr_s (i32.add (i32.const 32767)
            (select (local.get $short) (local.get $long) (local.get $isLongLeft))) (i32.const 16)))
          (if (i32.lt_s (local.get $left) (local.get $clipLeft)) (then (local.set $left (local.get $clipLeft))))
          (if (i32.gt_s (local.get $right) (local.get $clipRight)) (then (local.set $right (local.get $clipRight))))
          (if (i32.lt_s (local.get $left) (local.get $right))
            (then
              (local.set $uv (i32x4.add (local.get $rowUv)
                (i32x4.mul (i32x4.splat (local.get $left)) (local.get $pixelStep))))
              (local.set $at (i32.add (local.get $picture) (i32.shl
                (i32.add (i32.mul (local.get $row) (global.get $SIZE)) (local.get $left)) (i32.const 2))))
              (local.set $stop (i32.add (local.get $at) (i32.shl (i32.sub (local.get $right) (local.get $left)) (i32.const 2))))
              ;; Pairs may write one pixel too many: putting it back costs less than asking each time.
              (local.set $kept (i32.load (local.get $stop)))
              (if (local.get $soft)
                (then
                  (loop $pixels
                    (local.set $mixed (call $over2
                      (call $sample2 (local.get $uv) (local.get $texture) (local.get $stride) (local.get $weights) (local.get $limit))
                      (local.get $at)))
                    (v128.store64_lane 0 (local.get $at) (i8x16.narrow_i16x8_u (local.get $mixed) (local.get $mixed)))
                    (local.set $uv (i32x4.add (local.get $uv) (local.get $step)))
                    (br_if $pixels (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 8))) (local.get $stop)))))
                (else
                  (loop $pixels
                    (local.set $mixed
                      (call $sample2 (local.get $uv) (local.get $texture) (local.get $stride) (local.get $weights) (local.get $limit)))
                    (v128.store64_lane 0 (local.get $at) (i8x16.narrow_i16x8_u (local.get $mixed) (local.get $mixed)))
                    (local.set $uv (i32x4.add (local.get $uv) (local.get $step)))
                    (br_if $pixels (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 8))) (local.get $stop))))))
              (i32.store (local.get $stop) (local.get $kept))))
          (local.set $rowUv (i32x4.add (local.get $rowUv) (local.get $rowStep)))
          (local.set $long (i32.add (local.get $long) (local.get $longStep)))
          (local.set $short (i32.add (local.get $short) (local.get $shortStep)))
          (br_if $rows (i32.lt_s (local.tee $row (i32.add (local.get $row) (i32.const 1))) (local.get $last))))
        (br $triangle)))))
