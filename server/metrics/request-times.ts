import type { Family, Sample } from './open-metrics.ts';

/** Upper bounds in seconds. The first says that a sign-up was stored without waiting for a busy disk. */
const bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, Infinity];
const methods: readonly string[] = ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE', 'OPTIONS'];

export interface AnsweredRequest {
  readonly method: string;
  /** The path as the application declares it, such as `/forms/:form`; `undefined` where none fits. */
  readonly route: string | undefined;
  readonly status: number;
  readonly seconds: number;
}

interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly counts: number[];
  sum: number;
}

/** How long requests took. No label can have a value that a client makes up. */
export class RequestTimes {
  readonly #series = new Map<string, Series>();

  observe({ method, route = 'other', status, seconds }: AnsweredRequest): void {
    const labels = { method: methods.includes(method) ? method : 'other', route, status: String(status) };
    const key = Object.values(labels).join(' ');
    let series = this.#series.get(key);
    if (!series) {
      series = { labels, counts: bounds.map(() => 0), sum: 0 };
      this.#series.set(key, series);
    }
    const bucket = bounds.findIndex((bound) => seconds <= bound);
    series.counts[bucket] = (series.counts[bucket] ?? 0) + 1;
    series.sum += seconds;
  }

  samples(): Family['samples'] {
    return [...this.#series.values()].flatMap(({ labels, counts, sum }): Sample[] => {
      let below = 0;
      const buckets = bounds.map((bound, index): Sample => {
        below += counts[index] ?? 0;
        const le = Number.isFinite(bound) ? String(bound) : '+Inf';
        return { suffix: '_bucket', labels: { ...labels, le }, value: below };
      });
      return [...buckets, { suffix: '_count', labels, value: below }, { suffix: '_sum', labels, value: sum }];
    });
  }
}
