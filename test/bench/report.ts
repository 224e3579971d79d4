/** Rows under a heading, numbers to the right, as text. */
export function table(heading: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cells = [
    heading,
    ...rows.map((row) => row.map((cell) => (typeof cell === 'number' ? show(cell) : cell))),
  ];
  const widths = heading.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const lines = cells.map((row) => row.map((cell, column) => cell.padStart(widths[column] ?? 0)).join('  '));
  return `${[lines[0], widths.map((width) => '-'.repeat(width)).join('  '), ...lines.slice(1)].join('\n')}\n`;
}

/** Three digits, more where a number is larger. */
function show(value: number): string {
  if (Number.isInteger(value) || Math.abs(value) >= 100) return Math.round(value).toLocaleString('en');
  return value.toPrecision(3);
}

/** What a figure is wanted to be, and whether it is. */
export interface Aim {
  readonly name: string;
  readonly figure: number;
  readonly is: 'at least' | 'at most';
  readonly wanted: number;
  readonly met: boolean;
}

export function aim(name: string, figure: number, is: Aim['is'], wanted: number): Aim {
  return { name, figure, is, wanted, met: is === 'at least' ? figure >= wanted : figure <= wanted };
}

export function aimsTable(aims: readonly Aim[]): string {
  return table(
    ['aim', 'figure', 'wanted', ''],
    aims.map(({ name, figure, is, wanted, met }) => [
      name,
      figure,
      `${is} ${show(wanted)}`,
      met ? 'met' : 'missed',
    ]),
  );
}
