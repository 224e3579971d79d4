import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { Cursors } from '../../analytics/pulling/cursors.ts';
import { readState, type SingerState } from '../../analytics/pulling/singer.ts';
import type { Database } from '../../store/database.ts';
import type { ExitCode, TextStream } from '../terminal.ts';

export interface SaveCursorOptions {
  readonly database: Pick<Database, 'read' | 'write'>;
  readonly account: string;
  readonly streams: { readonly stdin: Readable; readonly stderr: TextStream };
}

/**
 * Keeps the last state on standard input: what a Singer target prints once it has kept the rows before it. A
 * target that is killed has printed no more than it has kept.
 */
export async function saveCursor(
  name: string,
  { database, account, streams: { stdin, stderr } }: SaveCursorOptions,
): Promise<ExitCode> {
  let last: SingerState | undefined;
  for await (const line of createInterface({ input: stdin, crlfDelay: Infinity })) {
    if (line.trim() !== '') last = readState(line) ?? last;
  }
  if (!last) {
    stderr.write('Found no state on standard input: nothing is saved.\n');
    return 1;
  }
  await new Cursors({ database, account }).save(name, last);
  return 0;
}
