import { dayMs, issueAt } from '../figures/issues.ts';
import type { AnalyticsQuery, Interval } from './analytics-query.ts';

/** The issues of one interval. `at` is its beginning on the clocks of the time zone, as if that were UTC. */
export interface IssueGroup {
  readonly at: number;
  readonly issues: readonly number[];
}

/** Groups issues by the interval in which they were sent; weeks begin on Monday. */
export function groupIssues(
  issues: readonly number[],
  { interval, timezone }: Pick<AnalyticsQuery, 'interval' | 'timezone'>,
): readonly IssueGroup[] {
  const clock = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
  });
  const groups = new Map<number, number[]>();
  for (const issue of issues) {
    const at = beginningOf(interval, localTime(clock, issueAt(issue)));
    const group = groups.get(at);
    if (group) group.push(issue);
    else groups.set(at, [issue]);
  }
  return [...groups].map(([at, group]) => ({ at, issues: group }));
}

function localTime(clock: Intl.DateTimeFormat, ms: number): number {
  const parts = Object.fromEntries(clock.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
  return Date.UTC(parts['year'] ?? 0, (parts['month'] ?? 1) - 1, parts['day'], parts['hour']);
}

function beginningOf(interval: Interval, local: number): number {
  const day = Math.floor(local / dayMs) * dayMs;
  switch (interval) {
    case 'hour':
      return local;
    case 'day':
      return day;
    case 'week':
      return day - ((new Date(day).getUTCDay() + 6) % 7) * dayMs;
    case 'month': {
      const date = new Date(day);
      return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
    }
  }
}
