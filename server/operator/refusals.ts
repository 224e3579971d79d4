import type { RefusedBy } from './verdict.ts';

const hourMs = 60 * 60_000;
/** As long as the longest period of the page. */
const keptHours = 30 * 24;
const mostNetworks = 20_000;

/** An answer to a sign-up request. */
export interface Noted {
  /** `accepted`, `unconfirmed` or a problem's code. */
  readonly outcome: string;
  /** Which rule of several refused it; empty where the outcome says all. */
  readonly rule: string;
  /** What its network has used of its quota, this request included, where it has one. */
  readonly network:
    { readonly limit: number; readonly windowS: number; readonly remaining: number } | undefined;
  /** Time from the first interaction with the form, in ms, where it is known. */
  readonly ageMs: number | undefined;
}

/** How near those that were accepted came to a rule. */
export interface Nearest {
  /** Of the quota of a network: the most that one has used. */
  readonly quota?: { readonly used: number; readonly limit: number; readonly windowS: number } | undefined;
  /** The least time that a form was filled in, in ms. */
  readonly ageMs?: number | undefined;
}

export interface RefusedByRule extends RefusedBy {
  readonly rule: string;
}

interface Sum {
  readonly code: string;
  readonly rule: string;
  count: number;
  gotIn: number;
}

interface HourOf {
  readonly sums: Map<string, Sum>;
  nearest: Nearest;
}

/**
 * What this process refused since its start, by hour and rule, how often a network that was refused got in
 * within an hour, and how near the others came. Networks are kept in memory for that hour only, and leave it
 * as numbers.
 */
export class Refusals {
  readonly #now: () => number;
  readonly #hours = new Map<number, HourOf>();
  /** The last refusal, by network. */
  readonly #refused = new Map<string, { readonly of: Noted; readonly atMs: number }>();

  constructor({ now = Date.now }: { readonly now?: () => number } = {}) {
    this.#now = now;
  }

  note(noted: Noted, network: string): void {
    const atMs = this.#now();
    if (noted.outcome === 'unconfirmed') return;
    const before = this.#refused.get(network);
    this.#refused.delete(network);
    if (noted.outcome === 'accepted') {
      if (before && atMs - before.atMs <= hourMs) this.#sumOf(before.atMs, before.of).gotIn++;
      const hour = this.#hourOf(atMs);
      hour.nearest = nearer(hour.nearest, nearestOf(noted));
      return;
    }
    this.#sumOf(atMs, noted).count++;
    this.#refused.set(network, { of: noted, atMs });
    for (const [oldest, { atMs: since }] of this.#refused) {
      if (this.#refused.size <= mostNetworks && atMs - since <= hourMs) break;
      this.#refused.delete(oldest);
    }
  }

  /** The most frequent first. */
  since(sinceMs: number): readonly RefusedByRule[] {
    const all = new Map<string, Sum>();
    for (const { sums } of this.#since(sinceMs)) {
      for (const [key, { code, rule, count, gotIn }] of sums) {
        const sum = all.get(key) ?? { code, rule, count: 0, gotIn: 0 };
        all.set(key, { ...sum, count: sum.count + count, gotIn: sum.gotIn + gotIn });
      }
    }
    return [...all.values()].sort((a, b) => b.count - a.count);
  }

  nearestSince(sinceMs: number): Nearest {
    return this.#since(sinceMs)
      .map(({ nearest }) => nearest)
      .reduce(nearer, {});
  }

  /** By the number of the hour since 1970. */
  byHour(): ReadonlyMap<number, number> {
    return new Map(
      [...this.#hours].map(([hour, { sums }]) => [
        hour,
        [...sums.values()].reduce((total, { count }) => total + count, 0),
      ]),
    );
  }

  #since(sinceMs: number): readonly HourOf[] {
    return [...this.#hours].filter(([hour]) => (hour + 1) * hourMs > sinceMs).map(([, of]) => of);
  }

  #hourOf(atMs: number): HourOf {
    const hour = Math.floor(atMs / hourMs);
    const known = this.#hours.get(hour) ?? { sums: new Map<string, Sum>(), nearest: {} };
    this.#hours.set(hour, known);
    for (const old of this.#hours.keys()) if (old <= hour - keptHours) this.#hours.delete(old);
    return known;
  }

  #sumOf(atMs: number, { outcome: code, rule }: Noted): Sum {
    const { sums } = this.#hourOf(atMs);
    const key = `${code} ${rule}`;
    const sum = sums.get(key) ?? { code, rule, count: 0, gotIn: 0 };
    sums.set(key, sum);
    return sum;
  }
}

function nearestOf({ network, ageMs }: Noted): Nearest {
  if (!network) return { ageMs };
  const { limit, windowS, remaining } = network;
  return { ageMs, quota: { used: limit - remaining, limit, windowS } };
}

function nearer(one: Nearest, other: Nearest): Nearest {
  const share = ({ quota }: Nearest) => (quota ? quota.used / quota.limit : 0);
  const ages = [one.ageMs, other.ageMs].filter((ageMs) => ageMs !== undefined);
  return {
    quota: share(other) > share(one) ? other.quota : one.quota,
    ageMs: ages.length > 0 ? Math.min(...ages) : undefined,
  };
}
