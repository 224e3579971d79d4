import { stringify } from 'csv-stringify';
import { pipeline } from 'node:stream/promises';
import { Writable } from 'node:stream';
import { send, type ExitCode, type OutStream, type Streams } from '../terminal.ts';
import type { CommandContext } from './one-person.ts';
import { openPersons, reporting } from './persons.ts';
import { number, ProgressLine } from './progress-line.ts';

export interface ExportOptions {
  readonly account?: string;
  readonly ndjson?: boolean;
  /** Only what has changed since. */
  readonly since?: Date;
  readonly json?: boolean;
}

export interface ExportContext extends Omit<CommandContext, 'streams'> {
  readonly streams: Omit<Streams, 'stdout'> & { readonly stdout: OutStream };
}

/** rasa.io's fields, in the order of the columns; custom attributes are in no list of rasa.io. */
const columns = [
  'id',
  'email',
  'first_name',
  'last_name',
  'external_id',
  'segment_code',
  'is_subscribed',
  'unsubscribe_reason',
  'created',
  'updated',
] as const;

/**
 * `rasa-signup contacts export`: the list of the account, page after page, as CSV that spreadsheets open or
 * as NDJSON. Texts that look like formulas are marked as texts in CSV; `contacts import` takes the mark away.
 */
export async function exportContacts(
  { account, ndjson, json, since }: ExportOptions,
  { env, streams: { stdout, stderr }, stop }: ExportContext,
): Promise<ExitCode> {
  const startedAt = new Date();
  const opened = await openPersons(env, account);
  try {
    return await reporting(stderr, stop, async () => {
      const line = new ProgressLine(stderr, 'Exporting');
      const filter = { updated_since: since, signal: stop };
      const total = stderr.isTTY ? await opened.persons.count(filter) : undefined;
      let count = 0;
      const rows = async function* () {
        for await (const person of opened.persons.list(filter)) {
          line.show(++count, total);
          yield columns.map((name) => plain(person[name]));
        }
      };
      const out = new Writable({
        write(chunk: Buffer, _encoding, done) {
          send(stdout, chunk.toString()).then(() => {
            done();
          }, done);
        },
      });
      if (ndjson || json) {
        const lines = async function* () {
          for await (const row of rows())
            yield `${JSON.stringify(Object.fromEntries(columns.map((name, at) => [name, row[at]])))}\n`;
        };
        await pipeline(lines, out);
      } else {
        const csv = stringify({
          header: true,
          columns: [...columns],
          bom: true,
          record_delimiter: 'windows',
          escape_formulas: true,
          cast: { boolean: String },
        });
        await pipeline(rows, csv, out);
      }
      line.end();
      stderr.write(
        `${number(count)} contacts. Later only what changed: --since ${startedAt.toISOString()}\n`,
      );
      return 0;
    });
  } finally {
    await opened.close();
  }
}

function plain(value: string | boolean | Date | null | undefined): string | boolean | null {
  return value instanceof Date ? value.toISOString() : (value ?? null);
}
