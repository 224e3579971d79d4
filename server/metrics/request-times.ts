import { Histogram } from './histogram.ts';
import type { Sample } from './open-metrics.ts';

/** In seconds. The first says that a sign-up was stored without waiting for a busy disk. */
const bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const methods: readonly string[] = ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE', 'OPTIONS'];

export interface AnsweredRequest {
  readonly method: string;
  /** The path as the application declares it, such as `/forms/:form`; `undefined` where none fits. */
  readonly route: string | undefined;
  readonly status: number;
  readonly seconds: number;
}

/** How long requests took. No label can have a value that a client makes up. */
export class RequestTimes {
  readonly #times = new Histogram(bounds);

  observe({ method, route = 'other', status, seconds }: AnsweredRequest): void {
    const known = methods.includes(method) ? method : 'other';
    this.#times.observe({ method: known, route, status: String(status) }, seconds);
  }

  samples(): readonly Sample[] {
    return this.#times.samples();
  }
}
