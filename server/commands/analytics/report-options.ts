import { textFormats } from '../../analytics/formats/encode.ts';
import type { QueryTexts } from '../../analytics/query.ts';
import { chartFaults, type ChartOptions } from './chart-options.ts';

export const reportFormats = ['table', ...textFormats, 'singer'] as const;
type ReportFormat = (typeof reportFormats)[number];
export const funnelFormats = ['table', ...textFormats] as const;

export interface ReportOptions extends QueryTexts, ChartOptions {
  readonly account?: string | undefined;
  readonly format?: ReportFormat | undefined;
  readonly withEmail?: boolean | undefined;
  readonly includeSuspectClicks?: boolean | undefined;
  readonly pageSize?: number | undefined;
  /** Of CSV. */
  readonly delimiter?: string | undefined;
  readonly bom?: boolean | undefined;
  /** A file with the state of the last pull. */
  readonly state?: string | undefined;
  /** The same in the store, by name. */
  readonly cursor?: string | undefined;
  /** In ms. */
  readonly lookback?: number | undefined;
}

/** What is wrong with the options, one sentence for each fault. */
export function faultsOf(options: ReportOptions): readonly string[] {
  const { format, state, cursor, lookback, delimiter } = options;
  const faults: string[] = [...chartFaults(options)];
  const isPull = format === 'singer' || state !== undefined || cursor !== undefined;
  if (state !== undefined && cursor !== undefined)
    faults.push('--state: found beside --cursor, wanted one of them.');
  if (state !== undefined && format !== 'singer')
    faults.push('--state: found without --format singer, which prints states.');
  if (cursor !== undefined && format === 'table')
    faults.push('--cursor: found with --format table, wanted a format for programs.');
  if (lookback !== undefined && !isPull)
    faults.push('--lookback: found without --cursor, --state or --format singer.');
  if (delimiter !== undefined && format !== 'csv') faults.push('--delimiter: found without --format csv.');
  return faults;
}

export function csvOf({ delimiter, bom }: ReportOptions) {
  return { delimiter, bom: bom ?? true };
}
