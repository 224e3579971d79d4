import type { Cell, Column, Row } from '../reports/report.ts';

const blocks = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

/** A line of blocks from zero to the highest value; a blank for what is not known. */
export function sparklineOf(cells: readonly (Cell | undefined)[]): string {
  const highest = Math.max(0, ...cells.map((cell) => (typeof cell === 'number' ? cell : 0)));
  return cells
    .map((cell) => {
      if (typeof cell !== 'number') return ' ';
      const step = highest === 0 ? 0 : Math.round((cell / highest) * (blocks.length - 1));
      return blocks[step] ?? blocks[0];
    })
    .join('');
}

/** A sparkline for each column of numbers that has any, with its lowest and highest value. */
export function sparklinesOf(
  columns: readonly Column[],
  rows: readonly Row[],
): readonly (readonly string[])[] {
  return columns.flatMap(({ name, type }) => {
    if (type !== 'integer' && type !== 'percent') return [];
    const cells = rows.map((row) => row[name]);
    const numbers = cells.filter((cell) => typeof cell === 'number');
    if (numbers.length < 2) return [];
    return [[name, sparklineOf(cells), `${Math.min(...numbers)} to ${Math.max(...numbers)}`]];
  });
}
