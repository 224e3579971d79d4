import type { NoteCall } from '../rasa/http.ts';

/** The calls of one interval. Times are in ms; `undefined` where rasa.io did not answer. */
export interface CallsAt {
  /** Unix time in ms. */
  readonly startMs: number;
  /** Half of the answers came faster. */
  readonly halfMs: number | undefined;
  /** 95 % of the answers came faster. */
  readonly mostMs: number | undefined;
  /** Answers that say how fast rasa.io is. */
  readonly answers: number;
  /** Calls that failed: without an answer, or refused. */
  readonly failures: number;
  /** Of the last failure: a status, or 0 for no answer. */
  readonly lastFailure: number | undefined;
}

interface Interval {
  readonly counts: Uint32Array;
  failures: number;
  lastFailure: number | undefined;
}

/** The finest interval. */
export const callIntervalMs = 15 * 60_000;
const keptMs = 31 * 24 * 60 * 60_000;

/** Upper bounds from 5 ms to more than a minute, each 15 % above the one before. */
const bounds = Array.from({ length: 70 }, (_, index) => 5 * 1.15 ** index);

/**
 * How long calls to rasa.io took, kept as counts by class of duration: 280 bytes for each quarter of an hour
 * in which there were any, for 31 days. Of this process, since its start.
 */
export class CallTimes {
  readonly #now: () => number;
  readonly #intervals = new Map<number, Interval>();

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  readonly note: NoteCall = ({ ms, status }) => {
    const at = Math.floor(this.#now() / callIntervalMs);
    const interval = this.#intervals.get(at) ?? this.#begin(at);
    if (status === undefined || status >= 400) {
      interval.failures++;
      interval.lastFailure = status ?? 0;
      return;
    }
    const place = bounds.findIndex((bound) => ms <= bound);
    const index = place === -1 ? bounds.length - 1 : place;
    interval.counts[index] = (interval.counts[index] ?? 0) + 1;
  };

  /** Of intervals of this length, a multiple of the finest; those without a call are left out. */
  since(sinceMs: number, everyMs: number): readonly CallsAt[] {
    const sums = new Map<number, Interval>();
    for (const [at, interval] of this.#intervals) {
      const startMs = at * callIntervalMs;
      if (startMs < sinceMs) continue;
      const group = Math.floor(startMs / everyMs);
      const sum = sums.get(group) ?? newInterval();
      interval.counts.forEach((count, index) => (sum.counts[index] = (sum.counts[index] ?? 0) + count));
      sum.failures += interval.failures;
      sum.lastFailure = interval.lastFailure ?? sum.lastFailure;
      sums.set(group, sum);
    }
    return [...sums].map(([group, { counts, failures, lastFailure }]) => ({
      startMs: group * everyMs,
      halfMs: quantileOf(counts, 0.5),
      mostMs: quantileOf(counts, 0.95),
      answers: totalOf(counts),
      failures,
      lastFailure,
    }));
  }

  #begin(at: number): Interval {
    const interval = newInterval();
    this.#intervals.set(at, interval);
    const oldest = at - keptMs / callIntervalMs;
    for (const old of this.#intervals.keys()) if (old < oldest) this.#intervals.delete(old);
    return interval;
  }
}

function newInterval(): Interval {
  return { counts: new Uint32Array(bounds.length), failures: 0, lastFailure: undefined };
}

function totalOf(counts: Uint32Array): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

/** The upper bound of the class that holds the quantile. */
function quantileOf(counts: Uint32Array, share: number): number | undefined {
  const wanted = totalOf(counts) * share;
  if (wanted === 0) return undefined;
  let below = 0;
  const index = counts.findIndex((count) => (below += count) >= wanted);
  return bounds[index];
}
