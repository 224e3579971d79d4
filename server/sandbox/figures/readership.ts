import { sameSql, type Database, type Row } from '../../store/database.ts';
import { bounceBucket, readingOf } from './issues.ts';

/** Contacts that are alike: they got the issues from `first` to the one before `past`. */
export interface Span {
  readonly first: number;
  readonly past: number;
  readonly bucket: number;
  /** Whether they unsubscribed, after the issue before `past`. */
  readonly unsubscribed: boolean;
  readonly n: number;
}

export interface Period {
  readonly firstIssue: number;
  readonly lastIssue: number;
  /** Only those of this segment; `undefined` for all. */
  readonly segment: string | undefined;
}

/**
 * Who got issues of a period, counted. The number of rows depends on the days, not on the contacts; what was
 * before and after the period is the same for it.
 */
export async function readSpans(
  database: Database,
  { firstIssue, lastIssue, segment }: Period,
): Promise<readonly Span[]> {
  const rows = await database.read({
    sql: sameSql(
      `select max(first, ?) as first, min(past, ?) as past, bucket, unsubscribed, sum(n) as n from spans
        where first <= ? and past > ? and (? is null or segment = ?) group by 1, 2, 3, 4`,
    ),
    params: [firstIssue, lastIssue + 2, lastIssue, firstIssue, segment ?? null, segment ?? null],
  });
  return rows.map(spanOf);
}

function spanOf(row: Row): Span {
  return {
    first: Number(row['first']),
    past: Number(row['past']),
    bucket: Number(row['bucket']),
    unsubscribed: row['unsubscribed'] === 1,
    n: Number(row['n']),
  };
}

/** How often something happened, and to how many people. */
export interface Tally {
  readonly total: number;
  readonly unique: number;
}

/** How often something happens to one contact of a bucket with one issue. */
type Happens = (bucket: number, issue: number) => number;

export function tally(spans: readonly Span[], issues: readonly number[], happens: Happens): Tally {
  let total = 0;
  let unique = 0;
  for (const { first, past, bucket, n } of spans) {
    let times = 0;
    for (const issue of issues) if (issue >= first && issue < past) times += happens(bucket, issue);
    total += n * times;
    if (times > 0) unique += n;
  }
  return { total, unique };
}

/** People who unsubscribed after one of these issues and before the next. */
export function unsubscribesAfter(spans: readonly Span[], issues: readonly number[]): Tally {
  const n = spans
    .filter(({ unsubscribed, past }) => unsubscribed && issues.includes(past - 1))
    .reduce((sum, span) => sum + span.n, 0);
  return { total: n, unique: n };
}

export interface ReadingRules {
  /** Whether the clicks of machines count as clicks. */
  readonly withMachines: boolean;
  /** What is later has not happened yet. */
  readonly now: number;
}

export const delivered: Happens = (bucket) => Number(bucket !== bounceBucket);
export const bounced: Happens = (bucket) => Number(bucket === bounceBucket);

export function opened({ now }: ReadingRules): Happens {
  return (bucket, issue) => {
    const { opens, at } = readingOf(bucket, issue);
    return at <= now ? opens : 0;
  };
}

/** Clicks of one article or of all. */
export function clicked({ now, withMachines }: ReadingRules, article?: number): Happens {
  return (bucket, issue) => {
    const reading = readingOf(bucket, issue);
    if (reading.at > now || (article !== undefined && reading.article !== article)) return 0;
    return reading.clicks + (withMachines ? reading.machineClicks : 0);
  };
}
