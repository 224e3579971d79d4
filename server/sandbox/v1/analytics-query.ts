import { z } from 'zod';
import { readTime } from '../api/dates.ts';
import { reply, type ApiParts, type Call, type Reply } from '../api/route.ts';
import { dayMs, firstIssueAfter, lastIssueBy } from '../figures/issues.ts';
import { readSpans, type ReadingRules, type Span } from '../figures/readership.ts';

export type Metric = 'open' | 'click' | 'delivered' | 'bounce' | 'unsubscribe';
export type Interval = 'hour' | 'day' | 'week' | 'month';

/** What an analytics call asks for, with the readers of its period. */
export interface AnalyticsQuery {
  readonly firstIssue: number;
  readonly lastIssue: number;
  readonly spans: readonly Span[];
  readonly rules: ReadingRules;
  readonly interval: Interval;
  /** `undefined` where the call does not say. */
  readonly metrics: readonly Metric[] | undefined;
  readonly timezone: string;
  readonly limit: number;
}

/** Presets of `date_range`, in days. One is known by name; the others follow it. */
const presets: Readonly<Record<string, number>> = {
  past_day: 1,
  past_week: 7,
  past_month: 30,
  past_quarter: 91,
  past_year: 365,
};

/** What rasa.io's plug-ins send; probably the default. */
const mostRows = 10_000;

const listSchema = z.preprocess(
  (value) => (typeof value === 'string' ? value.split(',').filter(Boolean) : value),
  z.array(z.literal(['open', 'click', 'delivered', 'bounce', 'unsubscribe'])),
);
const textTime = z
  .string()
  .refine((text) => readTime(text) !== undefined)
  .optional();
const range = z.object({ start_date: textTime, end_date: textTime });

const querySchema = z.object({
  date_range: z.union([z.literal(Object.keys(presets)), range]).optional(),
  start_date: textTime,
  end_date: textTime,
  interval: z.literal(['hour', 'day', 'week', 'month']).default('day'),
  metrics: listSchema.optional(),
  suspect_click: z.string().optional(),
  segment_code: z.string().optional(),
  timezone: z.string().refine(isTimezone).default('UTC'),
  limit: z.coerce.number().int().min(0).default(mostRows),
});

/** Reads the parameters of a GET, or the JSON of a POST. */
export async function readAnalyticsQuery(
  call: Call,
  method: 'GET' | 'POST',
  { database, now }: ApiParts,
): Promise<AnalyticsQuery | Reply> {
  const parsed = querySchema.safeParse(method === 'GET' ? call.query : (call.body ?? {}));
  if (!parsed.success) {
    const names = parsed.error.issues.map(({ path }) => path.join('.')).join(', ');
    const words =
      names === '' ? 'The parameters must be a JSON object' : `These parameters cannot be read: ${names}`;
    return reply(400, words);
  }
  const { interval, metrics, suspect_click, segment_code, timezone, limit } = parsed.data;
  const { since, before } = timesOf(parsed.data, now());
  const firstIssue = firstIssueAfter(since - 1);
  const lastIssue = Math.min(lastIssueBy(now()), lastIssueBy(before - 1));
  return {
    firstIssue,
    lastIssue,
    spans: await readSpans(database, { firstIssue, lastIssue, segment: segmentOf(segment_code) }),
    rules: { withMachines: suspect_click !== 'real_clicks', now: now() },
    interval,
    metrics: metrics?.length === 0 ? undefined : metrics,
    timezone,
    limit: Math.min(limit, mostRows),
  };
}

/** From `since` on and before `before`. An end that is a day includes that day. */
function timesOf(
  { date_range, start_date, end_date }: z.infer<typeof querySchema>,
  now: number,
): { readonly since: number; readonly before: number } {
  const days = typeof date_range === 'string' ? (presets[date_range] ?? 30) : 30;
  const given = typeof date_range === 'object' ? date_range : { start_date, end_date };
  const before = given.end_date === undefined ? now + 1 : endOf(given.end_date);
  const since =
    given.start_date === undefined ? Math.min(before, now) - days * dayMs : (readTime(given.start_date) ?? 0);
  // At most as many issues as a server would hold.
  return { since: Math.max(since, before - 3 * 366 * dayMs), before };
}

function endOf(text: string): number {
  const ms = readTime(text) ?? 0;
  return text.length === 10 ? ms + dayMs : ms;
}

/** `All` is everybody, `No Code` those without a segment. */
function segmentOf(code: string | undefined): string | undefined {
  if (code === undefined || code === 'All') return undefined;
  return code === 'No Code' ? '' : code;
}

function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    // No zone of this name.
    return false;
  }
}
