// Prints rows of numbers as a table on standard output.

type Row = Record<string, number | string>;

/** Columns are the keys of the first row. */
export function printTable<R extends object>(title: string, rows: readonly R[]): void {
  const cells = rows as readonly Row[];
  const columns = Object.keys(cells[0] ?? {});
  const widths = columns.map((column) => Math.max(column.length, ...cells.map((row) => String(row[column]).length)));
  const line = (values: string[]) => values.map((value, k) => value.padStart(widths[k] ?? 0)).join('  ');
  const body = cells.map((row) => line(columns.map((column) => String(row[column]))));
  process.stdout.write(`\n${title}\n${[line(columns), ...body].join('\n')}\n`);
}
