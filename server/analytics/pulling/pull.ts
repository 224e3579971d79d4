import { addDays, daysBetween, type Day } from '../days.ts';
import {
  columnsOf,
  rowsOf,
  type Column,
  type Report,
  type ReportSource,
  type Row,
} from '../reports/report.ts';

/** How far a pull has come: everything up to and with this day was read. */
export interface Bookmark {
  readonly until: Day;
}

export type Pulled =
  | { readonly is: 'row'; readonly row: Row }
  /** All rows before it are to be kept before it is. */
  | { readonly is: 'bookmark'; readonly bookmark: Bookmark };

/** A report as it is pulled again and again: rows with the same keys replace each other. */
export interface PullShape {
  readonly columns: readonly Column[];
  readonly keys: readonly string[];
}

const day: Column = { name: 'day', type: 'day', about: 'The day that the figures are of.' };
const interval: Column = { name: 'interval', type: 'text', about: 'Hour, day, week or month.' };
const segment: Column = { name: 'segment', type: 'text', about: '`All`, or the code of the segment.' };
const archivedAt: Column = {
  name: 'archived_at',
  type: 'time',
  about: 'When the contact was archived or deleted; only in rows of those.',
};

/** Totals of articles, images and topics are pulled day by day, so that the days add up. */
const isDaily = ({ name }: Report) => name === 'articles' || name === 'images' || name === 'topics';

export function shapeOf(report: Report, withEmail: boolean): PullShape {
  const columns = columnsOf(report, withEmail);
  if (report.name === 'activities') {
    return { columns: [interval, segment, ...columns], keys: ['interval', 'segment', ...report.keys] };
  }
  if (isDaily(report))
    return { columns: [day, segment, ...columns], keys: ['day', 'segment', ...report.keys] };
  if (report.name === 'members') return { columns: [...columns, archivedAt], keys: report.keys };
  return { columns, keys: report.keys };
}

export interface PullOptions {
  /** Where the last pull ended; `undefined` for the first one, which begins with the query's first day. */
  readonly bookmark: Bookmark | undefined;
  /** How many days before the bookmark are read again. */
  readonly lookbackDays: number;
}

/** Totals of past days go on growing, by late opens and clicks; an action that is listed stays as it is. */
export function usualLookbackDays({ grows }: Report): number {
  return grows === 'rows' ? 1 : 7;
}

/**
 * Reads a report from where the last pull ended, less the look-back, to the last day of the query. Rows
 * without a key are left out, and counted in a note: nothing could replace them.
 */
export async function* pull(
  report: Report,
  source: ReportSource,
  options: PullOptions,
): AsyncGenerator<Pulled> {
  const { keys } = shapeOf(report, source.query.withEmail);
  let keyless = 0;
  for await (const pulled of pullAll(report, source, options)) {
    if (pulled.is === 'row' && keys.some((key) => (pulled.row[key] ?? null) === null)) keyless++;
    else yield pulled;
  }
  if (keyless > 0) source.note(`${keyless} rows without ${keys.join(', ')} are left out.`);
}

async function* pullAll(
  report: Report,
  source: ReportSource,
  { bookmark, lookbackDays }: PullOptions,
): AsyncGenerator<Pulled> {
  const { query } = source;
  const { to } = query;
  // Behind the last day is one of a clock that was wrong, or of a pull that went further.
  const until = bookmark && bookmark.until < to ? bookmark.until : to;
  const from = bookmark ? addDays(until, -lookbackDays) : query.from;
  const extra = { segment: query.segment ?? 'All', interval: query.interval };
  const read = async function* (first: Day, last: Day, more: Row): AsyncGenerator<Pulled> {
    for await (const row of rowsOf(report, { ...source, query: { ...query, from: first, to: last } })) {
      yield { is: 'row', row: { ...more, ...row } };
    }
    yield { is: 'bookmark', bookmark: { until: last } };
  };
  if (report.name === 'activities') yield* read(beginningOf(from, query.interval), to, extra);
  else if (isDaily(report)) {
    for (const each of daysBetween(from, to)) yield* read(each, each, { day: each, segment: extra.segment });
  } else if (report.name === 'actions') {
    for (const each of daysBetween(from, to)) yield* read(each, each, {});
  } else {
    if (report.name === 'members') yield* readArchived(source, bookmark && from);
    yield* read(query.from, to, {});
  }
}

/** A week or month that is read from its middle on would lose its beginning. */
function beginningOf(from: Day, unit: string): Day {
  if (unit === 'month') return `${from.slice(0, 8)}01`;
  if (unit === 'week') return addDays(from, -((new Date(from).getUTCDay() + 6) % 7));
  return from;
}

/** Those who are not listed any more, since the last pull. The first pull has none to replace. */
async function* readArchived(
  { reads, pageSize, signal }: ReportSource,
  since: Day | undefined,
): AsyncGenerator<Pulled> {
  if (since === undefined) return;
  const options = { archived_since: new Date(since), pageSize, signal };
  for await (const { id, archived_date } of reads.persons.deleted(options)) {
    yield {
      is: 'row',
      row: { person_id: id ?? null, archived_at: (archived_date ?? new Date(since)).toISOString() },
    };
  }
}
