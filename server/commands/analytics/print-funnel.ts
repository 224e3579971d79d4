import { Readable } from 'node:stream';
import { chartOfFunnel, whyNoChart } from '../../analytics/charts/funnel-chart.ts';
import { encode } from '../../analytics/formats/encode.ts';
import { Funnel, funnelColumnsBy, funnelNotes, type FunnelOptions } from '../../analytics/funnel/funnel.ts';
import { readFunnelQuery, type FunnelTexts } from '../../analytics/funnel/funnel-query.ts';
import { printable, send, tableOf, type ExitCode, type OutStream, type TextStream } from '../terminal.ts';
import { chartText } from './chart-format.ts';
import { chartFaults, wantsChart, type ChartOptions } from './chart-options.ts';
import type { funnelFormats } from './report-options.ts';

export interface FunnelCommandOptions extends FunnelTexts, ChartOptions {
  readonly account?: string | undefined;
  /** Default: a table on a terminal, JSON elsewhere. */
  readonly format?: (typeof funnelFormats)[number] | undefined;
}

export interface PrintFunnelOptions extends Omit<FunnelOptions, 'counts'> {
  readonly streams: { readonly stdout: OutStream; readonly stderr: TextStream };
  readonly now?: () => number;
}

/** Prints what visitors did: `rasa-signup analytics funnel`. */
export async function printFunnel(
  { account, format, svg, html, ...texts }: FunnelCommandOptions,
  { streams: { stdout, stderr }, now = Date.now, ...options }: PrintFunnelOptions,
): Promise<ExitCode> {
  const isChart = wantsChart({ svg, html });
  const read = readFunnelQuery({ ...(isChart && { by: '' }), ...texts }, now());
  const misfit = isChart && 'from' in read ? (whyNoChart(read) ?? []) : [];
  const faults = [chartFaults({ svg, html, format }), 'from' in read ? misfit : read].flat();
  if (!('from' in read) || faults.length > 0) {
    for (const fault of faults) stderr.write(`${printable(fault)}\n`);
    return 1;
  }
  const query = { ...read, account };
  const rows = await new Funnel({ ...options, now }).read(query);
  const notes = funnelNotes(query, now());
  if (isChart) {
    stdout.write(chartText(chartOfFunnel(query, rows, notes), { svg }));
    return 0;
  }
  for (const note of notes) stderr.write(`${printable(note)}\n`);
  const columns = funnelColumnsBy(query.by);
  const chosen = format ?? (stdout.isTTY ? 'table' : 'json');
  if (chosen !== 'table') {
    for await (const text of encode(chosen, columns, Readable.from(rows), { bom: true })) {
      await send(stdout, text);
    }
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
