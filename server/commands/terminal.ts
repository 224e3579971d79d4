import Table from 'cli-table3';

/**
 * What commands print: words and tables for people on a terminal, JSON for whatever reads a pipe. Names, addresses and
 * upstream's words are other people's, and none of them moves the cursor.
 */
export interface TextStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** 1 where anything that was asked for could not be done, or is not well. */
export type ExitCode = 0 | 1;

const gap = 2;

/** JSON escapes the control characters below 0x20 by itself; a terminal obeys those above too. */
export function toJson(value: unknown): string {
  return JSON.stringify(value).replace(/[\u007f-\u009f]/g, escaped);
}

/** As it is, but for what would move the cursor or turn the text round. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, escaped);
}

/** As wide as a terminal of that many columns; what is too long in the last one of the table goes on below. */
export function tableOf(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  { columns = 0, leastLastWidth = 24 } = {},
): string {
  const cells = rows.map((row) => row.map(printable));
  const taken = head
    .slice(0, -1)
    .map((title, column) => Math.max(...[head, ...cells].map((row) => (row[column] ?? title).length)) + gap);
  // A terminal that does not know its size says 0.
  const rest = (columns || 80) - taken.reduce((sum, width) => sum + width, 0);
  const table = new Table({
    head: [...head],
    colWidths: [...taken, Math.max(leastLastWidth, rest)],
    wordWrap: true,
    chars: noLines,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': gap },
  });
  table.push(...cells);
  return table.toString().replace(/ +$/gm, '');
}

const noLines = Object.fromEntries(
  ['top', 'bottom', 'left', 'mid', 'right', 'middle'].flatMap((side) => [
    [side, ''],
    ...['left', 'mid', 'right'].map((corner) => [`${side}-${corner}`, '']),
  ]),
) as Record<string, string>;

function escaped(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
