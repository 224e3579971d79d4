import type { Sample } from './open-metrics.ts';

interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly counts: number[];
  sum: number;
}

/** Durations in seconds, counted for each combination of labels in classes with these upper bounds. */
export class Histogram {
  readonly #bounds: readonly number[];
  readonly #series = new Map<string, Series>();

  /** Ascending; a last class without an upper bound is added. */
  constructor(bounds: readonly number[]) {
    this.#bounds = [...bounds, Infinity];
  }

  /** The labels have the same names in the same order each time. */
  observe(labels: Readonly<Record<string, string>>, seconds: number): void {
    const key = JSON.stringify(Object.values(labels));
    let series = this.#series.get(key);
    if (!series) {
      series = { labels, counts: this.#bounds.map(() => 0), sum: 0 };
      this.#series.set(key, series);
    }
    const bucket = this.#bounds.findIndex((bound) => seconds <= bound);
    series.counts[bucket] = (series.counts[bucket] ?? 0) + 1;
    series.sum += seconds;
  }

  samples(): readonly Sample[] {
    return [...this.#series.values()].flatMap(({ labels, counts, sum }): Sample[] => {
      let below = 0;
      const buckets = this.#bounds.map((bound, index): Sample => {
        below += counts[index] ?? 0;
        const le = Number.isFinite(bound) ? String(bound) : '+Inf';
        return { suffix: '_bucket', labels: { ...labels, le }, value: below };
      });
      return [...buckets, { suffix: '_count', labels, value: below }, { suffix: '_sum', labels, value: sum }];
    });
  }
}
