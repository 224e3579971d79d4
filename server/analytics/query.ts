import { addDays, dayAt, isTimezone, readDay, type Day } from './days.ts';

export const intervals = ['hour', 'day', 'week', 'month'] as const;
export type Interval = (typeof intervals)[number];

/** What a report is asked for: complete, with all defaults. */
export interface ReportQuery {
  /** The first and the last day, on the clocks of `timezone`. */
  readonly from: Day;
  readonly to: Day;
  readonly interval: Interval;
  /** `undefined`: everybody. */
  readonly segment: string | undefined;
  readonly timezone: string;
  /** Clicks that rasa.io takes for those of machines. */
  readonly suspectClicks: 'excluded' | 'included';
  /** With addresses of people. */
  readonly withEmail: boolean;
  /** Counts active subscribers in a summary, for which every action of the period is read. */
  readonly active: boolean;
}

/** As it is written on a command line or in a URL. */
export interface QueryTexts {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly preset?: string | undefined;
  readonly interval?: string | undefined;
  readonly segment?: string | undefined;
  readonly timezone?: string | undefined;
  /** `excluded` or `included`. */
  readonly suspect_clicks?: string | undefined;
  /** `true` or `false`. */
  readonly active?: string | undefined;
}

export const queryNames = [
  'from',
  'to',
  'preset',
  'interval',
  'segment',
  'timezone',
  'suspect_clicks',
  'active',
] as const satisfies readonly (keyof QueryTexts)[];

/** First and last day, seen from today. */
export const presets = {
  today: (today) => [today, today],
  yesterday: (today) => [addDays(today, -1), addDays(today, -1)],
  past_week: (today) => [addDays(today, -6), today],
  past_month: (today) => [addDays(today, -29), today],
  past_quarter: (today) => [addDays(today, -90), today],
  past_year: (today) => [addDays(today, -364), today],
  this_month: (today) => [firstOfMonth(today), today],
  last_month: (today) => {
    const last = addDays(firstOfMonth(today), -1);
    return [firstOfMonth(last), last];
  },
} as const satisfies Readonly<Record<string, (today: Day) => readonly [Day, Day]>>;

export type Preset = keyof typeof presets;

export const presetNames = Object.keys(presets) as readonly Preset[];

/** More than rasa.io is ever asked for at once. */
const mostDays = 3 * 366;

/** The query, or what is wrong with it: one sentence for each fault. Without dates: the past 30 days. */
export function readQuery(
  texts: QueryTexts,
  { nowMs, withEmail }: { readonly nowMs: number; readonly withEmail: boolean },
): ReportQuery | readonly string[] {
  const faults: string[] = [];
  const oneOf = <T extends string>(name: keyof QueryTexts, values: readonly T[], usual: T): T => {
    const text = texts[name] ?? usual;
    const found = values.find((value) => value === text);
    if (found === undefined) faults.push(faultOf(name, text, `one of ${values.join(', ')}`));
    return found ?? usual;
  };
  const day = (name: 'from' | 'to'): Day | undefined => {
    const text = texts[name];
    const read = text === undefined ? undefined : readDay(text);
    if (text !== undefined && read === undefined)
      faults.push(faultOf(name, text, 'a day such as 2026-11-27'));
    return read;
  };

  const { timezone = 'UTC', segment } = texts;
  if (!isTimezone(timezone)) faults.push(faultOf('timezone', timezone, 'a name such as Europe/Berlin'));
  if (segment === '') faults.push(faultOf('segment', '', 'the code of a segment'));
  const preset = oneOf('preset', presetNames, 'past_month');
  if (texts.preset !== undefined && (texts.from !== undefined || texts.to !== undefined)) {
    faults.push('preset: found beside from or to, wanted one or the other.');
  }
  const today = dayAt(nowMs, isTimezone(timezone) ? timezone : 'UTC');
  const [first, last] = presets[preset](today);
  const to = day('to') ?? last;
  const from = day('from') ?? (texts.to === undefined ? first : addDays(to, -29));
  if (from > to) faults.push(`from: found ${from}, wanted a day that is not after ${to}.`);
  if (addDays(from, mostDays) < to)
    faults.push(`from: found ${from}, wanted at most three years before ${to}.`);
  const query: ReportQuery = {
    from,
    to,
    interval: oneOf('interval', intervals, 'day'),
    segment: segment === 'All' ? undefined : segment,
    timezone,
    suspectClicks: oneOf('suspect_clicks', ['excluded', 'included'], 'excluded'),
    withEmail,
    active: oneOf('active', ['true', 'false'], 'false') === 'true',
  };
  return faults.length > 0 ? faults : query;
}

function firstOfMonth(day: Day): Day {
  return `${day.slice(0, 8)}01`;
}

function faultOf(name: string, found: string, wanted: string): string {
  return `${name}: found ${JSON.stringify(found)}, wanted ${wanted}.`;
}
