import type { Count } from '../accounts/reads.ts';
import type { Interval } from './query.ts';

/** What a period was sent, opened and clicked. `undefined` is not zero: rasa.io did not say. */
export interface Counted {
  readonly delivered: Count;
  readonly open: Count;
  readonly click: Count;
}

/** In percent, with two decimals; `null` where it cannot be said. */
export interface Rates {
  readonly open_rate: number | null;
  readonly click_rate: number | null;
  readonly click_to_open_rate: number | null;
}

/**
 * The rates as rasa.io's help defines them, not as its API sends them: unique opens or clicks of what was
 * delivered, and unique clicks of unique opens. By week and month they are of the audience: the people to
 * whom anything was delivered.
 */
export function ratesOf({ delivered, open, click }: Counted, interval: Interval): Rates {
  const base = interval === 'week' || interval === 'month' ? delivered.unique : delivered.total;
  return {
    open_rate: percentOf(open.unique, base),
    click_rate: percentOf(click.unique, base),
    click_to_open_rate: percentOf(click.unique, open.unique),
  };
}

/** Nothing of nothing is no rate. More than the whole stays so: an open may come a day after its delivery. */
export function percentOf(part: number | undefined, whole: number | undefined): number | null {
  if (part === undefined || whole === undefined || whole <= 0) return null;
  // By way of integers: 1.005 as a factor would be rounded down.
  return Math.round((part * 10_000) / whole) / 100;
}

/** The sum; `undefined` where one part is, or where there is none, since nobody knows what is missing. */
export function sumOf(parts: readonly (number | undefined)[]): number | undefined {
  if (parts.length === 0) return undefined;
  return parts.reduce((sum, part) => (sum === undefined || part === undefined ? undefined : sum + part));
}
