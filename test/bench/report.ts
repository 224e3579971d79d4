/** A table as text, with numbers aligned to the right. */
export function table(heading: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cells = [
    heading,
    ...rows.map((row) => row.map((cell) => (typeof cell === 'number' ? show(cell) : cell))),
  ];
  const widths = heading.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const lines = cells.map((row) => row.map((cell, column) => cell.padStart(widths[column] ?? 0)).join('  '));
  return `${[lines[0], widths.map((width) => '-'.repeat(width)).join('  '), ...lines.slice(1)].join('\n')}\n`;
}

/** Three digits, or more for a larger number. */
function show(value: number): string {
  if (Number.isInteger(value) || Math.abs(value) >= 100) return Math.round(value).toLocaleString('en');
  return value.toPrecision(3);
}

/** The target for a figure, and whether it is met. */
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
