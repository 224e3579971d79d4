import type { Chart, TableColumn } from '../../charts/chart.ts';
import { numberText } from '../../charts/ink.ts';
import type { Day } from '../days.ts';
import type { Cell, Column, Row } from '../reports/report.ts';

const format = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' });

/** `1 Nov 2026 to 30 Nov 2026`, or one day. */
export function periodText(from: Day, to: Day): string {
  const [first, last] = [from, to].map((day) => format.format(new Date(day)));
  return from === to ? String(first) : `${String(first)} to ${String(last)}`;
}

/** `unique_opens` as people read it: `Unique opens`. */
export function labelOf(name: string): string {
  const words = name.replaceAll('_', ' ');
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

/** The table of a picture: figures as people read them, and `–` for what is not known. */
export function tableFrom(columns: readonly Column[], rows: readonly Row[]): Chart['table'] {
  return {
    columns: columns.map(({ name, type }): TableColumn => ({
      label: labelOf(name),
      isNumber: isFigure(type),
    })),
    rows: rows.map((row) => columns.map(({ name, type }) => cellText(row[name] ?? null, type))),
  };
}

function cellText(cell: Cell, type: Column['type']): string {
  if (cell === null) return '–';
  if (typeof cell === 'number') return type === 'percent' ? `${numberText(cell)} %` : numberText(cell);
  return type === 'time' && typeof cell === 'string' ? cell.slice(0, 16).replace('T', ' ') : String(cell);
}

function isFigure(type: Column['type']): boolean {
  return type === 'integer' || type === 'number' || type === 'percent';
}

/** The cells of a column as figures. */
export function figuresIn(rows: readonly (Row | undefined)[], name: string): readonly (number | null)[] {
  return rows.map((row) => {
    const cell = row?.[name];
    return typeof cell === 'number' ? cell : null;
  });
}

/** `1,200 opens and 40 clicks`. */
export function listed(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${String(parts.at(-1))}`;
}
