import { Readable } from 'node:stream';
import { encode, textFormats } from '../../analytics/formats/encode.ts';
import { Funnel, funnelColumnsBy, type FunnelOptions } from '../../analytics/funnel/funnel.ts';
import { readFunnelQuery, type FunnelTexts } from '../../analytics/funnel/funnel-query.ts';
import { printable, tableOf, type ExitCode, type TextStream } from '../terminal.ts';

export const funnelFormats = ['table', ...textFormats] as const;

export interface FunnelCommandOptions extends FunnelTexts {
  readonly account?: string | undefined;
  /** Default: a table on a terminal, JSON elsewhere. */
  readonly format?: (typeof funnelFormats)[number] | undefined;
}

export interface PrintFunnelOptions extends Omit<FunnelOptions, 'counts'> {
  readonly streams: { readonly stdout: TextStream; readonly stderr: TextStream };
  readonly now?: () => number;
}

/** Prints what visitors did: `rasa-signup analytics funnel`. */
export async function printFunnel(
  { account, format, ...texts }: FunnelCommandOptions,
  { streams: { stdout, stderr }, now = Date.now, ...options }: PrintFunnelOptions,
): Promise<ExitCode> {
  const query = readFunnelQuery(texts, now());
  if (!('from' in query)) {
    for (const fault of query) stderr.write(`${printable(fault)}\n`);
    return 1;
  }
  const rows = await new Funnel(options).read({ ...query, account });
  const columns = funnelColumnsBy(query.by);
  const chosen = format ?? (stdout.isTTY ? 'table' : 'json');
  if (chosen !== 'table') {
    for await (const text of encode(chosen, columns, Readable.from(rows), { bom: true })) stdout.write(text);
    return 0;
  }
  if (rows.length === 0) {
    stdout.write('There is nothing in this period.\n');
    return 0;
  }
  const head = columns.map(({ name }) => name.toUpperCase().replaceAll('_', ' '));
  const cells = rows.map((row) => columns.map(({ name }) => printable(String(row[name] ?? '-'))));
  stdout.write(`${tableOf(head, cells, { columns: stdout.columns ?? 0, leastLastWidth: 8 })}\n`);
  return 0;
}
