// The cheapest way through a strip of pixels from its left end to its right one, one row per column (dynamic programming).

/**
 * @param jumpPrice for each row up or down between neighbouring columns, one at the most
 * @param priceOf price of a place
 * @returns [columns] rows
 */
export function cheapestPath(
  columns: number,
  rows: number,
  jumpPrice: number,
  priceOf: (column: number, row: number) => number,
): Int32Array {
  const price = new Float64Array(columns * rows);
  const from = new Int32Array(columns * rows);
  for (let c = 0; c < columns; c++) {
    for (let r = 0; r < rows; r++) {
      let best = c === 0 ? 0 : Number.POSITIVE_INFINITY;
      for (let previous = Math.max(0, r - 1); c > 0 && previous <= Math.min(rows - 1, r + 1); previous++) {
        const total = (price[(c - 1) * rows + previous] as number) + jumpPrice * Math.abs(r - previous);
        if (total >= best) continue;
        best = total;
        from[c * rows + r] = previous;
      }
      price[c * rows + r] = best + priceOf(c, r);
    }
  }
  const last = (columns - 1) * rows;
  let row = 0;
  for (let r = 1; r < rows; r++) if ((price[last + r] as number) < (price[last + row] as number)) row = r;
  const path = new Int32Array(columns);
  for (let c = columns - 1; c >= 0; c--) {
    path[c] = row;
    row = from[c * rows + row] as number;
  }
  return path;
}
