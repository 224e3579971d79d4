import { readFile } from 'node:fs/promises';
import { openAccountReads, whyNotRead } from '../../accounts/reads.ts';
import { encode, type TextFormat } from '../../analytics/formats/encode.ts';
import { sparklinesOf } from '../../analytics/formats/sparkline.ts';
import { Cursors } from '../../analytics/pulling/cursors.ts';
import { pull, shapeOf, usualLookbackDays, type Pulled } from '../../analytics/pulling/pull.ts';
import { readState, singerMessages, type SingerState } from '../../analytics/pulling/singer.ts';
import { readQuery } from '../../analytics/query.ts';
import {
  columnsOf,
  rowsOf,
  type ReportName,
  type ReportSource,
  type Row,
} from '../../analytics/reports/report.ts';
import { reports } from '../../analytics/reports/reports.ts';
import type { Env } from '../../config/env.ts';
import { openOneAccount, type OneAccount } from '../rasa/one-account.ts';
import { printable, send, tableOf, type ExitCode, type OutStream, type TextStream } from '../terminal.ts';
import { wantsChart } from './chart-options.ts';
import { csvOf, faultsOf, type ReportOptions } from './report-options.ts';

export interface AnalyticsCommandOptions {
  readonly env: Env;
  readonly streams: { readonly stdout: OutStream; readonly stderr: TextStream };
  readonly stop: AbortSignal;
  readonly now?: () => number;
}

const dayMs = 86_400_000;
/** What rasa.io's own clients ask for. It may send fewer. */
const usualPageSize = 1000;
/** For revoking the token, also after Ctrl-C. */
const longestEndMs = 5000;
/** What a person still reads; a file is better for more. */
const mostTableRows = 200;

/** Prints a report: `rasa-signup analytics <report>`. Rejects with a ConfigError without credentials. */
export async function printReport(
  name: ReportName,
  options: ReportOptions,
  { env, streams, stop, now = Date.now }: AnalyticsCommandOptions,
): Promise<ExitCode> {
  const { stderr } = streams;
  const query = readQuery(
    { ...options, ...(options.includeSuspectClicks && { suspect_clicks: 'included' }) },
    { nowMs: now(), withEmail: options.withEmail ?? false },
  );
  const faults = 'from' in query ? faultsOf(options) : query;
  if (!('from' in query) || faults.length > 0) {
    for (const fault of faults) stderr.write(`${printable(fault)}\n`);
    return 1;
  }
  const account = await openOneAccount({ env, account: options.account, owner: 'rasa-signup analytics' });
  const { api, sets } = account.configured.upstream;
  const reads = openAccountReads(account.http, sets);
  const notes = new Set<string>();
  const source: ReportSource = {
    reads,
    query,
    signal: stop,
    pageSize: options.pageSize ?? usualPageSize,
    note: (sentence) => notes.add(sentence),
  };
  try {
    if (api === 'v2') {
      stderr.write('RASA_API: found "v2", wanted v1: rasa.io has analytics in version 1 of its API only.\n');
      return 1;
    }
    const code = await print(name, source, { options, account, streams, nowMs: now() });
    if (query.suspectClicks === 'excluded' && name !== 'interests') {
      notes.add('Suspect clicks, which machines made, are left out; --include-suspect-clicks adds them.');
    }
    for (const note of notes) stderr.write(`${printable(note)}\n`);
    return code;
  } catch (error) {
    if (stop.aborted) return 1;
    const why = whyNotRead(error);
    if (why === undefined) throw error;
    stderr.write(`${printable(why)}\n`);
    return 1;
  } finally {
    await reads.close(AbortSignal.timeout(longestEndMs));
    await account.close();
  }
}

interface Printing {
  readonly options: ReportOptions;
  readonly account: OneAccount;
  readonly streams: AnalyticsCommandOptions['streams'];
  readonly nowMs: number;
}

async function print(name: ReportName, source: ReportSource, printing: Printing): Promise<ExitCode> {
  const { options, streams, nowMs } = printing;
  const { stdout } = streams;
  if (wantsChart(options)) {
    const { query } = source;
    const { name: account } = printing.account.configured;
    const rows = rowsOf(reports[name], source);
    // What draws takes more memory than a report in pieces.
    const { chartOf } = await import('../../analytics/charts/report-chart.ts');
    const { chartText } = await import('./chart-format.ts');
    await send(stdout, chartText(await chartOf({ name, query, account, rows, nowMs }), options));
    return 0;
  }
  const format = options.format ?? (stdout.isTTY ? 'table' : 'json');
  if (format === 'table') {
    await printTable(name, source, stdout);
    return 0;
  }
  if (format === 'singer' || options.state !== undefined || options.cursor !== undefined) {
    return printPull(name, source, { ...printing, format });
  }
  const report = reports[name];
  const columns = columnsOf(report, source.query.withEmail);
  for await (const text of encode(format, columns, rowsOf(report, source), csvOf(options)))
    await send(stdout, text);
  return 0;
}

async function printTable(name: ReportName, source: ReportSource, stdout: OutStream): Promise<void> {
  const report = reports[name];
  const columns = columnsOf(report, source.query.withEmail);
  const rows: Row[] = [];
  let count = 0;
  for await (const row of rowsOf(report, source)) if (count++ < mostTableRows) rows.push(row);
  if (count === 0) {
    stdout.write('There is nothing in this period.\n');
    return;
  }
  const cells = rows.map((row) => columns.map(({ name: column }) => String(row[column] ?? '-')));
  const head = columns.map(({ name: column }) => column.toUpperCase().replaceAll('_', ' '));
  stdout.write(`${tableOf(head, cells, { columns: stdout.columns ?? 0, leastLastWidth: 12 })}\n`);
  if (name === 'activities') {
    const lines = sparklinesOf(columns, rows).map(([column = '', line = '', range = '']) => [
      column,
      range,
      line,
    ]);
    stdout.write(
      `\n${tableOf(['', 'LOWEST TO HIGHEST', 'OVER TIME'], lines, { columns: stdout.columns ?? 0 })}\n`,
    );
  }
  if (count > rows.length) {
    stdout.write(`… and ${count - rows.length} more rows: --format csv prints them all.\n`);
  }
}

/** From where the last pull ended. The bookmark of the store moves when everything was taken. */
async function printPull(
  name: ReportName,
  source: ReportSource,
  { options, account, streams, format }: Printing & { readonly format: TextFormat | 'singer' },
): Promise<ExitCode> {
  const { stdout, stderr } = streams;
  const { cursor } = options;
  const cursors =
    account.database && new Cursors({ database: account.database, account: account.configured.name });
  if (cursor !== undefined && !cursors) {
    stderr.write(
      '--cursor: found no database here, wanted that of the proxy (DATA_DIR or DATABASE_URL), or --state.\n',
    );
    return 1;
  }
  const state = cursor === undefined ? await readStateFile(options.state) : await cursors?.read(cursor);
  if (!state) {
    stderr.write(
      `--state: found no state in ${JSON.stringify(options.state)}, wanted JSON with bookmarks.\n`,
    );
    return 1;
  }
  const report = reports[name];
  const shape = shapeOf(report, source.query.withEmail);
  const lookbackDays =
    options.lookback === undefined ? usualLookbackDays(report) : Math.ceil(options.lookback / dayMs);
  const pulled = pull(report, source, { bookmark: state.bookmarks[name], lookbackDays });
  if (format === 'singer') {
    for await (const text of singerMessages(name, shape, { pulled, state })) await send(stdout, text);
    return 0;
  }
  let last = state;
  const rows = rowsIn(pulled, (bookmark) => {
    last = { bookmarks: { ...state.bookmarks, [name]: bookmark } };
  });
  for await (const text of encode(format, shape.columns, rows, csvOf(options))) await send(stdout, text);
  if (cursor !== undefined) await cursors?.save(cursor, last);
  return 0;
}

async function* rowsIn(
  pulled: AsyncIterable<Pulled>,
  onBookmark: (bookmark: Extract<Pulled, { is: 'bookmark' }>['bookmark']) => void,
): AsyncGenerator<Row> {
  for await (const each of pulled) {
    if (each.is === 'row') yield each.row;
    else onBookmark(each.bookmark);
  }
}

/** A file that is not there yet is the first pull. */
async function readStateFile(path: string | undefined): Promise<SingerState | undefined> {
  if (path === undefined) return { bookmarks: {} };
  try {
    return readState(await readFile(path, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { bookmarks: {} };
    throw error;
  }
}
