import type { RefusedBy } from './verdict.ts';

const hourMs = 60 * 60_000;
/** As long as the longest period of the page. */
const keptHours = 30 * 24;
const mostNetworks = 20_000;

/**
 * What this process refused since its start, by hour and by the code of the answer, and how often a network
 * that was refused got in within an hour. Networks are kept in memory for that hour only, and leave it as
 * numbers.
 */
export class Refusals {
  readonly #now: () => number;
  readonly #hours = new Map<number, Map<string, { count: number; gotIn: number }>>();
  /** The codes and times of the last refusal, by network. */
  readonly #refused = new Map<string, { readonly code: string; readonly atMs: number }>();

  constructor({ now = Date.now }: { readonly now?: () => number } = {}) {
    this.#now = now;
  }

  /** `outcome` is `accepted`, `unconfirmed` or a problem's code. */
  note(outcome: string, network: string): void {
    const atMs = this.#now();
    if (outcome === 'unconfirmed') return;
    const before = this.#refused.get(network);
    this.#refused.delete(network);
    if (outcome === 'accepted') {
      if (before && atMs - before.atMs <= hourMs) this.#countOf(before.atMs, before.code).gotIn++;
      return;
    }
    this.#countOf(atMs, outcome).count++;
    this.#refused.set(network, { code: outcome, atMs });
    for (const [oldest, { atMs: since }] of this.#refused) {
      if (this.#refused.size <= mostNetworks && atMs - since <= hourMs) break;
      this.#refused.delete(oldest);
    }
  }

  /** The most frequent first. */
  since(sinceMs: number): readonly RefusedBy[] {
    const sums = new Map<string, { count: number; gotIn: number }>();
    for (const [hour, codes] of this.#hours) {
      if ((hour + 1) * hourMs <= sinceMs) continue;
      for (const [code, { count, gotIn }] of codes) {
        const sum = sums.get(code) ?? { count: 0, gotIn: 0 };
        sums.set(code, { count: sum.count + count, gotIn: sum.gotIn + gotIn });
      }
    }
    return [...sums].map(([code, sum]) => ({ code, ...sum })).sort((a, b) => b.count - a.count);
  }

  /** By the number of the hour since 1970. */
  byHour(): ReadonlyMap<number, number> {
    return new Map(
      [...this.#hours].map(([hour, codes]) => [
        hour,
        [...codes.values()].reduce((sum, { count }) => sum + count, 0),
      ]),
    );
  }

  #countOf(atMs: number, code: string): { count: number; gotIn: number } {
    const hour = Math.floor(atMs / hourMs);
    const codes = this.#hours.get(hour) ?? new Map<string, { count: number; gotIn: number }>();
    this.#hours.set(hour, codes);
    for (const old of this.#hours.keys()) if (old <= hour - keptHours) this.#hours.delete(old);
    const count = codes.get(code) ?? { count: 0, gotIn: 0 };
    codes.set(code, count);
    return count;
  }
}
