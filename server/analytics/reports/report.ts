import type { AccountReads } from '../../accounts/reads.ts';
import type { ReportQuery } from '../query.ts';

/** `null`: rasa.io did not say. */
export type Cell = string | number | boolean | null;
export type Row = Readonly<Record<string, Cell>>;

export interface Column {
  readonly name: string;
  /** `time` is ISO 8601 in UTC, `day` a day, `percent` a number with two decimals. */
  readonly type: 'text' | 'integer' | 'number' | 'percent' | 'flag' | 'time' | 'day';
  readonly about: string;
}

export const reportNames = [
  'activities',
  'articles',
  'images',
  'topics',
  'actions',
  'interests',
  'members',
  'summary',
] as const;

export type ReportName = (typeof reportNames)[number];

/** What a report is made from. */
export interface ReportSource {
  readonly reads: AccountReads;
  readonly query: ReportQuery;
  readonly signal: AbortSignal;
  /** How many items to ask for at once, where there are pages. */
  readonly pageSize: number;
  /** Takes a sentence about what readers of the figures should know. */
  readonly note: (sentence: string) => void;
}

export interface Report {
  readonly name: ReportName;
  readonly about: string;
  readonly columns: readonly Column[];
  /** The columns that tell rows apart, for those who keep them. */
  readonly keys: readonly string[];
  /** Rows are about single people. */
  readonly isAboutPeople: boolean;
  /** Whether a later pull of the same days may say something else. */
  readonly grows: 'totals' | 'rows' | 'whole';
  /** Row by row, so that memory does not depend on their number. Rejects with a `RasaError`. */
  readonly read: (source: ReportSource) => AsyncIterable<Row>;
}

/** The column of addresses: only with `withEmail`. */
export const email: Column = { name: 'email', type: 'text', about: 'Only where it is asked for.' };

export function columnsOf({ columns }: Pick<Report, 'columns'>, withEmail: boolean): readonly Column[] {
  return withEmail ? columns : columns.filter((column) => column !== email);
}

/**
 * The rows of a report with exactly its columns. Without `withEmail` no cell keeps an address: links of a
 * newsletter may carry one, and an `external_id` may be one.
 */
export async function* rowsOf(report: Report, source: ReportSource): AsyncGenerator<Row> {
  const { withEmail } = source.query;
  const columns = columnsOf(report, withEmail);
  for await (const row of report.read(source)) {
    yield Object.fromEntries(
      columns.map(({ name }) => {
        const cell = row[name] ?? null;
        return [name, withEmail || typeof cell !== 'string' ? cell : withoutAddresses(cell)];
      }),
    );
  }
}

/** An address, also percent-encoded in a URL. */
const address = /[^\s/?&=#:;,<>"']+(@|%40)[^\s/?&=#:;,<>"']+/gi;

function withoutAddresses(text: string): string {
  return text.includes('@') || text.includes('%40') ? text.replace(address, '[address]') : text;
}

export function timeOf(date: Date | undefined): string | null {
  return date?.toISOString() ?? null;
}
