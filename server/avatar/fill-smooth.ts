// Fills the unknown part of a picture smoothly from what is around it, near things counting most: averages of averages, from fine to
// coarse and back (Gortler et al., "The Lumigraph", 1996, "pull-push").

/** Three colour planes [width * height], 0..255. */
export type ColourPlanes = [Float32Array, Float32Array, Float32Array];

interface Level {
  width: number;
  height: number;
  planes: ColourPlanes;
  /** [width * height] 0 unknown .. 1 known. */
  weight: Float32Array;
}

/**
 * @param weight [width * height] 0 unknown .. 1 known
 * @returns the planes, unchanged where the weight is 1
 */
export function fillSmoothly(planes: ColourPlanes, weight: Float32Array, width: number, height: number): ColourPlanes {
  const levels: Level[] = [{ width, height, planes, weight }];
  for (let last = levels[0] as Level; last.width > 1 || last.height > 1; ) {
    last = halved(last);
    levels.push(last);
  }
  let filled = (levels.at(-1) as Level).planes;
  for (let k = levels.length - 2; k >= 0; k--) filled = pushed(levels[k + 1] as Level, filled, levels[k] as Level);
  return filled;
}

/** Half the size: means of 2 x 2, each pixel counted by its weight. */
function halved({ width, height, planes, weight }: Level): Level {
  const [w, h] = [Math.ceil(width / 2), Math.ceil(height / 2)];
  const result = new Float32Array(w * h);
  const means = planes.map(() => new Float32Array(w * h)) as ColourPlanes;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const share = weight[y * width + x] as number;
      if (share === 0) continue;
      const to = (y >> 1) * w + (x >> 1);
      result[to] = (result[to] as number) + share;
      for (let k = 0; k < 3; k++) {
        const mean = means[k] as Float32Array;
        mean[to] = (mean[to] as number) + share * ((planes[k] as Float32Array)[y * width + x] as number);
      }
    }
  }
  for (let i = 0; i < result.length; i++) {
    const sum = result[i] as number;
    if (sum === 0) continue;
    for (const mean of means) mean[i] = (mean[i] as number) / sum;
    result[i] = Math.min(1, sum);
  }
  return { width: w, height: h, planes: means, weight: result };
}

/** What `fine` does not know, from the coarse planes, bilinearly. */
function pushed(coarse: Level, filled: ColourPlanes, fine: Level): ColourPlanes {
  const { width, height, planes, weight } = fine;
  return planes.map((plane, k) => {
    const from = filled[k] as Float32Array;
    const result = new Float32Array(plane.length);
    for (let y = 0; y < height; y++) {
      const v = Math.min(coarse.height - 1, Math.max(0, (y + 0.5) / 2 - 0.5));
      const top = Math.floor(v) * coarse.width;
      const bottom = Math.min(coarse.height - 1, Math.floor(v) + 1) * coarse.width;
      const fv = v - Math.floor(v);
      for (let x = 0; x < width; x++) {
        const at = y * width + x;
        const share = weight[at] as number;
        const u = Math.min(coarse.width - 1, Math.max(0, (x + 0.5) / 2 - 0.5));
        const left = Math.floor(u);
        const right = Math.min(coarse.width - 1, left + 1);
        const fu = u - left;
        const above = (from[top + left] as number) * (1 - fu) + (from[top + right] as number) * fu;
        const below = (from[bottom + left] as number) * (1 - fu) + (from[bottom + right] as number) * fu;
        const guess = above * (1 - fv) + below * fv;
        result[at] = share * (plane[at] as number) + (1 - share) * guess;
      }
    }
    return result;
  }) as ColourPlanes;
}
