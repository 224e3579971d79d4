import { createInterface } from 'node:readline';
import Table from 'cli-table3';

/**
 * Output of commands: text and tables on a terminal, JSON in a pipe. Names, addresses and rasa.io's texts
 * come from others, so control characters in them are escaped and cannot steer the terminal.
 */
export interface TextStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** A stream that says when it has taken a piece, so that a slow reader is waited for. */
export interface OutStream extends TextStream {
  write(text: string, taken?: (error?: Error | null) => void): boolean;
}

/** Resolves when the reader has room for more, so that memory holds one piece. */
export function send(stdout: OutStream, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stdout.write(text, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}

/** The streams of the process, or of a test. */
export interface Streams {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly stdout: TextStream;
  readonly stderr: TextStream;
}

/** 1 if any part of the request failed or a fault was found. */
export type ExitCode = 0 | 1;

const gap = 2;

/**
 * JSON with all control characters escaped. JSON.stringify escapes those below 0x20; terminals also obey
 * U+007F to U+009F.
 */
export function toJson(value: unknown): string {
  return JSON.stringify(value).replace(/[\u007f-\u009f]/g, escaped);
}

/** The text with characters escaped that would move the cursor or change the text direction. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, escaped);
}

/** A table as wide as a terminal with that many columns. Longer text in the last column is wrapped. */
export function tableOf(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  { columns = 0, leastLastWidth = 24 } = {},
): string {
  const cells = rows.map((row) => row.map(printable));
  const taken = head
    .slice(0, -1)
    .map((title, column) => Math.max(...[head, ...cells].map((row) => (row[column] ?? title).length)) + gap);
  // A terminal of unknown size reports 0 columns.
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

/** Asks on stderr, so that the output can be redirected. The end of input counts as no. */
export async function confirm({ stdin, stderr }: Streams, question: string): Promise<boolean> {
  stderr.write(`${question} [y/N] `);
  const lines = createInterface({ input: stdin });
  const answer = await new Promise<string>((resolve) => {
    lines.once('line', resolve).once('close', () => {
      resolve('');
    });
  });
  // An open interface would keep the process waiting for input.
  lines.close();
  return /^y(es)?$/i.test(answer.trim());
}

/** Whether somebody can be asked. */
export function mayAsk({ stdin, stderr }: Streams): boolean {
  return stdin.isTTY === true && stderr.isTTY === true;
}
