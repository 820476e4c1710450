;; A painted patch laid over the mesh's triangles (affine, bilinear), and the picture's colours to I420, with 128-bit SIMD.
;; warp.ts lays out the memory and says what the numbers mean; build-warp.mjs makes warp.wasm of this file.
(module
  (memory (import "env" "memory") 1)

  ;; Pixels of the square picture, and of the patch with its border of one pixel.
  (global $SIZE i32 (i32.const 512))
  (global $PATCH_STRIDE_BYTES i32 (i32.const 1040)) ;; 130 pixels of 8 bytes
  (global $PATCH_END i32 (i32.const 8454144)) ;; 129 * 65536
  (global $TEXEL f64 (f64.const 65536))
  ;; (0.5 pixel of border - ...) a position p is texel p - 0.5 + 1; then half a sampling step, 1/512 pixel, against rounding.
  (global $TEXEL_OFFSET f64 (f64.const 32896)) ;; (0.5 + 1/512) * 65536

  (func $vertex (param $base i32) (param $index i32) (result f64)
    (f64.promote_f32 (f32.load (i32.add (local.get $base) (i32.shl (local.get $index) (i32.const 2))))))

  (func $ceil (param $value f64) (result i32)
    (i32.trunc_sat_f64_s (f64.ceil (local.get $value))))

  ;; One row of a triangle, from $at up to $stop, out of a patch: bilinear; u and v are texels in 16.16 bits. A texel is four i16:
  ;; what is added to red, green and blue (-255..255), and how much of what was
  ;; drawn is covered (0..128). 7 bits of weight, so that products stay within 16 bits.
  (func $paintSpan
    (param $patch i32) (param $at i32) (param $stop i32) (param $u i32) (param $v i32) (param $stepU i32) (param $stepV i32)
    (local $from i32) (local $f i32) (local $mixed v128)
    (loop $pixels
      ;; Where the patch ends nothing is laid over the picture; the last texel has no right and lower neighbour.
      (if (i32.and (i32.lt_u (local.get $u) (global.get $PATCH_END)) (i32.lt_u (local.get $v) (global.get $PATCH_END)))
        (then
          (local.set $from (i32.add (local.get $patch) (i32.add
            (i32.mul (i32.shr_s (local.get $v) (i32.const 16)) (global.get $PATCH_STRIDE_BYTES))
            (i32.shl (i32.shr_s (local.get $u) (i32.const 16)) (i32.const 3)))))
          (local.set $f (i32.and (i32.shr_u (local.get $v) (i32.const 9)) (i32.const 127)))
          (local.set $mixed (i16x8.shr_s
            (i16x8.add
              (i16x8.add
                (i16x8.mul (v128.load (local.get $from)) (i16x8.splat (i32.sub (i32.const 128) (local.get $f))))
                (i16x8.mul (v128.load offset=1040 (local.get $from)) (i16x8.splat (local.get $f))))
              (v128.const i16x8 64 64 64 64 64 64 64 64))
            (i32.const 7)))
          (local.set $mixed (i16x8.mul (local.get $mixed)
            (i16x8.add (v128.const i16x8 128 128 128 128 0 0 0 0)
              (i16x8.mul (v128.const i16x8 -1 -1 -1 -1 1 1 1 1)
                (i16x8.splat (i32.and (i32.shr_u (local.get $u) (i32.const 9)) (i32.const 127)))))))
          (local.set $mixed (i16x8.shr_s
            (i16x8.add
              (i16x8.add (local.get $mixed)
                (i8x16.shuffle 8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15 (local.get $mixed) (local.get $mixed)))
              (v128.const i16x8 64 64 64 64 64 64 64 64))
            (i32.const 7)))
          ;; What stays of the drawn pixel, and the patch on top.
          (v128.store32_lane 0 (local.get $at) (v128.or
            (v128.const i32x4 0xff000000 0 0 0)
            (i8x16.narrow_i16x8_u
              (i16x8.add (local.get $mixed)
                (i16x8.shr_u
                  (i16x8.add
                    (i16x8.mul (i16x8.extend_low_i8x16_u (v128.load32_zero (local.get $at)))
                      (i16x8.splat (i32.sub (i32.const 128) (i16x8.extract_lane_s 3 (local.get $mixed)))))
                    (v128.const i16x8 64 64 64 64 64 64 64 64))
                  (i32.const 7)))
              (local.get $mixed))))))
      (local.set $u (i32.add (local.get $u) (local.get $stepU)))
      (local.set $v (i32.add (local.get $v) (local.get $stepV)))
      (br_if $pixels (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 4))) (local.get $stop)))))

  ;; tri: u16 corners, count of corners; patchX, patchY (in the patch), x, y: f32 per vertex; picture: packed RGBA
  (func (export "draw_patch")
    (param $tri i32) (param $corners i32) (param $patchX i32) (param $patchY i32) (param $x i32) (param $y i32)
    (param $patch i32) (param $picture i32)
    (local $end i32) (local $a i32) (local $b i32) (local $c i32) (local $swap i32)
    (local $ax f64) (local $ay f64) (local $bx f64) (local $by f64) (local $cx f64) (local $cy f64)
    (local $area f64) (local $scale f64)
    (local $ub f64) (local $uc f64) (local $vb f64) (local $vc f64)
    (local $ux f64) (local $uy f64) (local $vx f64) (local $vy f64)
    (local $baseU f64) (local $baseV f64) (local $stepU i32) (local $stepV i32)
    (local $longSlope f64) (local $upperSlope f64) (local $lowerSlope f64) (local $isLongLeft i32)
    (local $row i32) (local $last i32) (local $middle f64) (local $long f64) (local $short f64)
    (local $left i32) (local $right i32) (local $dx f64) (local $dy f64)
    (local $u i32) (local $v i32) (local $at i32) (local $stop i32)
    (local.set $end (i32.add (local.get $tri) (i32.shl (local.get $corners) (i32.const 1))))
    (block $done
      (loop $triangle
        (br_if $done (i32.ge_u (local.get $tri) (local.get $end)))
        (local.set $a (i32.load16_u (local.get $tri)))
        (local.set $b (i32.load16_u offset=2 (local.get $tri)))
        (local.set $c (i32.load16_u offset=4 (local.get $tri)))
        (local.set $tri (i32.add (local.get $tri) (i32.const 6)))
        ;; From top to bottom: every edge is then walked in the same direction in both of its triangles, so they meet exactly.
        (if (f64.lt (call $vertex (local.get $y) (local.get $b)) (call $vertex (local.get $y) (local.get $a)))
          (then (local.set $swap (local.get $a)) (local.set $a (local.get $b)) (local.set $b (local.get $swap))))
        (if (f64.lt (call $vertex (local.get $y) (local.get $c)) (call $vertex (local.get $y) (local.get $a)))
          (then (local.set $swap (local.get $a)) (local.set $a (local.get $c)) (local.set $c (local.get $swap))))
        (if (f64.lt (call $vertex (local.get $y) (local.get $c)) (call $vertex (local.get $y) (local.get $b)))
          (then (local.set $swap (local.get $b)) (local.set $b (local.get $c)) (local.set $c (local.get $swap))))
        (local.set $ax (call $vertex (local.get $x) (local.get $a)))
        (local.set $ay (call $vertex (local.get $y) (local.get $a)))
        (local.set $bx (call $vertex (local.get $x) (local.get $b)))
        (local.set $by (call $vertex (local.get $y) (local.get $b)))
        (local.set $cx (call $vertex (local.get $x) (local.get $c)))
        (local.set $cy (call $vertex (local.get $y) (local.get $c)))
        (local.set $area (f64.sub
          (f64.mul (f64.sub (local.get $bx) (local.get $ax)) (f64.sub (local.get $cy) (local.get $ay)))
          (f64.mul (f64.sub (local.get $cx) (local.get $ax)) (f64.sub (local.get $by) (local.get $ay)))))
        ;; Without an inside (or without numbers): nothing to draw.
        (br_if $triangle (i32.eqz (f64.ge (f64.abs (local.get $area)) (f64.const 0.001))))
        (local.set $ub (f64.sub (call $vertex (local.get $patchX) (local.get $b)) (call $vertex (local.get $patchX) (local.get $a))))
        (local.set $uc (f64.sub (call $vertex (local.get $patchX) (local.get $c)) (call $vertex (local.get $patchX) (local.get $a))))
        (local.set $vb (f64.sub (call $vertex (local.get $patchY) (local.get $b)) (call $vertex (local.get $patchY) (local.get $a))))
        (local.set $vc (f64.sub (call $vertex (local.get $patchY) (local.get $c)) (call $vertex (local.get $patchY) (local.get $a))))
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
        (local.set $stepU (i32.trunc_sat_f64_s (f64.nearest (local.get $ux))))
        (local.set $stepV (i32.trunc_sat_f64_s (f64.nearest (local.get $vx))))
        (local.set $baseU (f64.add (f64.mul (call $vertex (local.get $patchX) (local.get $a)) (global.get $TEXEL)) (global.get $TEXEL_OFFSET)))
        (local.set $baseV (f64.add (f64.mul (call $vertex (local.get $patchY) (local.get $a)) (global.get $TEXEL)) (global.get $TEXEL_OFFSET)))
        (local.set $longSlope (f64.div (f64.sub (local.get $cx) (local.get $ax)) (f64.sub (local.get $cy) (local.get $ay))))
        (local.set $upperSlope (f64.div (f64.sub (local.get $bx) (local.get $ax)) (f64.sub (local.get $by) (local.get $ay))))
        (local.set $lowerSlope (f64.div (f64.sub (local.get $cx) (local.get $bx)) (f64.sub (local.get $cy) (local.get $by))))
        (local.set $isLongLeft (f64.gt (local.get $area) (f64.const 0)))
        (local.set $row (call $ceil (f64.max (f64.const 0) (f64.sub (local.get $ay) (f64.const 0.5)))))
        (local.set $last (call $ceil (f64.min (f64.const 512) (f64.sub (local.get $cy) (f64.const 0.5)))))
        (block $rowsDone
          (loop $rows
            (br_if $rowsDone (i32.ge_s (local.get $row) (local.get $last)))
            (local.set $middle (f64.add (f64.convert_i32_s (local.get $row)) (f64.const 0.5)))
            (local.set $dy (f64.sub (local.get $middle) (local.get $ay)))
            (local.set $long (f64.add (local.get $ax) (f64.mul (local.get $dy) (local.get $longSlope))))
            (if (f64.lt (local.get $middle) (local.get $by))
              (then (local.set $short (f64.add (local.get $ax) (f64.mul (local.get $dy) (local.get $upperSlope)))))
              (else (local.set $short (f64.add (local.get $bx)
                (f64.mul (f64.sub (local.get $middle) (local.get $by)) (local.get $lowerSlope))))))
            (if (i32.eqz (local.get $isLongLeft))
              (then (local.set $dx (local.get $long)) (local.set $long (local.get $short)) (local.set $short (local.get $dx))))
            (local.set $left (call $ceil (f64.max (f64.const 0) (f64.sub (local.get $long) (f64.const 0.5)))))
            (local.set $right (call $ceil (f64.min (f64.const 512) (f64.sub (local.get $short) (f64.const 0.5)))))
            (if (i32.lt_s (local.get $left) (local.get $right))
              (then
                (local.set $dx (f64.sub (f64.add (f64.convert_i32_s (local.get $left)) (f64.const 0.5)) (local.get $ax)))
                (local.set $u (i32.trunc_sat_f64_s (f64.add (local.get $baseU) (f64.add
                  (f64.mul (local.get $dx) (local.get $ux)) (f64.mul (local.get $dy) (local.get $uy))))))
                (local.set $v (i32.trunc_sat_f64_s (f64.add (local.get $baseV) (f64.add
                  (f64.mul (local.get $dx) (local.get $vx)) (f64.mul (local.get $dy) (local.get $vy))))))
                (local.set $at (i32.add (local.get $picture) (i32.shl
                  (i32.add (i32.mul (local.get $row) (global.get $SIZE)) (local.get $left)) (i32.const 2))))
                (local.set $stop (i32.add (local.get $at) (i32.shl (i32.sub (local.get $right) (local.get $left)) (i32.const 2))))
                (call $paintSpan (local.get $patch) (local.get $at) (local.get $stop)
                  (local.get $u) (local.get $v) (local.get $stepU) (local.get $stepV))))
            (local.set $row (i32.add (local.get $row) (i32.const 1)))
            (br $rows)))
        (br $triangle))))

  ;; Luma of four pixels (16 bytes at $from) as i32x4, BT.601 limited range.
  (func $luma4 (param $from i32) (result v128)
    (local $pixels v128) (local $near v128) (local $far v128)
    (local.set $pixels (v128.load (local.get $from)))
    (local.set $near (i32x4.dot_i16x8_s (i16x8.extend_low_i8x16_u (local.get $pixels)) (v128.const i16x8 66 129 25 0 66 129 25 0)))
    (local.set $far (i32x4.dot_i16x8_s (i16x8.extend_high_i8x16_u (local.get $pixels)) (v128.const i16x8 66 129 25 0 66 129 25 0)))
    (i32x4.add
      (i32x4.shr_s
        (i32x4.add
          (i32x4.add
            (i8x16.shuffle 0 1 2 3 8 9 10 11 16 17 18 19 24 25 26 27 (local.get $near) (local.get $far))
            (i8x16.shuffle 4 5 6 7 12 13 14 15 20 21 22 23 28 29 30 31 (local.get $near) (local.get $far)))
          (v128.const i32x4 128 128 128 128))
        (i32.const 8))
      (v128.const i32x4 16 16 16 16)))

  ;; Both rows of two pixels each, summed per channel and pixel: [r g b a, r g b a].
  (func $rowsLow (param $upper i32) (param $lower i32) (result v128)
    (i16x8.add
      (i16x8.extend_low_i8x16_u (v128.load64_zero (local.get $upper)))
      (i16x8.extend_low_i8x16_u (v128.load64_zero (local.get $lower)))))

  ;; One chroma value of each of four blocks of 2x2 pixels, as i32x4, from their sums and the plane's weights.
  (func $chroma4 (param $a v128) (param $b v128) (param $c v128) (param $d v128) (param $weights v128) (result v128)
    (local $near v128) (local $far v128)
    (local.set $a (i32x4.dot_i16x8_s (local.get $a) (local.get $weights)))
    (local.set $b (i32x4.dot_i16x8_s (local.get $b) (local.get $weights)))
    (local.set $c (i32x4.dot_i16x8_s (local.get $c) (local.get $weights)))
    (local.set $d (i32x4.dot_i16x8_s (local.get $d) (local.get $weights)))
    (local.set $near (i32x4.add
      (i8x16.shuffle 0 1 2 3 8 9 10 11 16 17 18 19 24 25 26 27 (local.get $a) (local.get $b))
      (i8x16.shuffle 4 5 6 7 12 13 14 15 20 21 22 23 28 29 30 31 (local.get $a) (local.get $b))))
    (local.set $far (i32x4.add
      (i8x16.shuffle 0 1 2 3 8 9 10 11 16 17 18 19 24 25 26 27 (local.get $c) (local.get $d))
      (i8x16.shuffle 4 5 6 7 12 13 14 15 20 21 22 23 28 29 30 31 (local.get $c) (local.get $d))))
    (i32x4.add
      (i32x4.shr_s
        (i32x4.add
          (i32x4.add
            (i8x16.shuffle 0 1 2 3 8 9 10 11 16 17 18 19 24 25 26 27 (local.get $near) (local.get $far))
            (i8x16.shuffle 4 5 6 7 12 13 14 15 20 21 22 23 28 29 30 31 (local.get $near) (local.get $far)))
          (v128.const i32x4 512 512 512 512))
        (i32.const 10))
      (v128.const i32x4 128 128 128 128)))

  ;; left and right in multiples of 8 pixels, top and bottom of 2
  (func (export "to_i420")
    (param $picture i32) (param $i420 i32) (param $left i32) (param $top i32) (param $right i32) (param $bottom i32)
    (local $row i32) (local $column i32) (local $upper i32) (local $lower i32) (local $luma i32) (local $blue i32)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128) (local $packed v128)
    (local.set $row (local.get $top))
    (block $done
      (loop $rows
        (br_if $done (i32.ge_s (local.get $row) (local.get $bottom)))
        (local.set $column (local.get $left))
        (block $rowDone
          (loop $columns
            (br_if $rowDone (i32.ge_s (local.get $column) (local.get $right)))
            (local.set $luma (i32.add (local.get $i420) (i32.add (i32.shl (local.get $row) (i32.const 9)) (local.get $column))))
            (local.set $upper (i32.add (local.get $picture)
              (i32.shl (i32.add (i32.shl (local.get $row) (i32.const 9)) (local.get $column)) (i32.const 2))))
            (local.set $lower (i32.add (local.get $upper) (i32.const 2048)))
            (local.set $packed (i16x8.narrow_i32x4_s
              (call $luma4 (local.get $upper)) (call $luma4 (i32.add (local.get $upper) (i32.const 16)))))
            (v128.store64_lane 0 (local.get $luma) (i8x16.narrow_i16x8_u (local.get $packed) (local.get $packed)))
            (local.set $packed (i16x8.narrow_i32x4_s
              (call $luma4 (local.get $lower)) (call $luma4 (i32.add (local.get $lower) (i32.const 16)))))
            (v128.store64_lane 0 (i32.add (local.get $luma) (i32.const 512))
              (i8x16.narrow_i16x8_u (local.get $packed) (local.get $packed)))
            (local.set $a (call $rowsLow (local.get $upper) (local.get $lower)))
            (local.set $b (call $rowsLow (i32.add (local.get $upper) (i32.const 8)) (i32.add (local.get $lower) (i32.const 8))))
            (local.set $c (call $rowsLow (i32.add (local.get $upper) (i32.const 16)) (i32.add (local.get $lower) (i32.const 16))))
            (local.set $d (call $rowsLow (i32.add (local.get $upper) (i32.const 24)) (i32.add (local.get $lower) (i32.const 24))))
            ;; Blue difference behind the luma plane (512 * 512), red difference 256 * 256 further.
            (local.set $blue (i32.add (i32.add (local.get $i420) (i32.const 262144))
              (i32.add (i32.shl (local.get $row) (i32.const 7)) (i32.shr_u (local.get $column) (i32.const 1)))))
            (local.set $packed (i16x8.narrow_i32x4_s
              (call $chroma4 (local.get $a) (local.get $b) (local.get $c) (local.get $d)
                (v128.const i16x8 -38 -74 112 0 -38 -74 112 0))
              (call $chroma4 (local.get $a) (local.get $b) (local.get $c) (local.get $d)
                (v128.const i16x8 112 -94 -18 0 112 -94 -18 0))))
            (local.set $packed (i8x16.narrow_i16x8_u (local.get $packed) (local.get $packed)))
            (v128.store32_lane 0 (local.get $blue) (local.get $packed))
            (v128.store32_lane 1 (i32.add (local.get $blue) (i32.const 65536)) (local.get $packed))
            (local.set $column (i32.add (local.get $column) (i32.const 8)))
            (br $columns)))
        (local.set $row (i32.add (local.get $row) (i32.const 2)))
        (br $rows)))))
