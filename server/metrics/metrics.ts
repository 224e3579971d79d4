import { createHash, timingSafeEqual } from 'node:crypto';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Secret } from '../system/secret.ts';
import { readVersion } from '../system/product.ts';
import { metrics, type MetricSigns } from './catalogue.ts';
import { Histogram } from './histogram.ts';
import { writeOpenMetrics } from './open-metrics.ts';
import { RequestTimes, type AnsweredRequest } from './request-times.ts';

/** What the rest of the product knows, when somebody asks for metrics. */
export type FigureSigns = Pick<MetricSigns, 'health' | 'outbox' | 'most' | 'delivery' | 'bots' | 'accounts'>;

export interface MetricsOptions {
  readonly engine: string;
  /** `undefined` leaves `/metrics` of the proxy itself off. */
  readonly token: Secret | undefined;
  readonly process: Pick<NodeJS.Process, 'cpuUsage' | 'memoryUsage' | 'uptime' | 'versions'>;
}

/** In seconds. A call waits 30 s at most for its answer. */
const callBounds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30];

/** Counts what happens in this process, and writes it down with what others have counted. */
export class Metrics {
  readonly #options: MetricsOptions;
  readonly #version = readVersion();
  readonly #startedAtMs: number;
  readonly #answers = new Map<string, number>();
  readonly #times = new RequestTimes();
  readonly #calls = new Histogram(callBounds);
  readonly #loop = monitorEventLoopDelay({ resolution: 20 });

  constructor(options: MetricsOptions) {
    this.#options = options;
    this.#startedAtMs = Date.now() - options.process.uptime() * 1000;
    this.#loop.enable();
  }

  /** Counts a sign-up request: `accepted`, `unconfirmed` or a problem's code. */
  countAnswer(outcome: string): void {
    this.#answers.set(outcome, (this.#answers.get(outcome) ?? 0) + 1);
  }

  countRequest(request: AnsweredRequest): void {
    this.#times.observe(request);
  }

  /** Counts a call to rasa.io. `status` is `undefined` where no answer came. */
  countCall(
    account: string,
    { ms, status }: { readonly ms: number; readonly status: number | undefined },
  ): void {
    this.#calls.observe({ account, status: String(status ?? 'none') }, ms / 1000);
  }

  /** Whether the proxy's own port answers `/metrics`. */
  get isPublic(): boolean {
    return this.#options.token !== undefined;
  }

  /** Whether these credentials may read. Without a token there is only the port of its own. */
  admits(authorization: string | undefined): boolean {
    const { token } = this.#options;
    if (!token) return true;
    const [, shown = ''] = /^Bearer +(\S+) *$/i.exec(authorization ?? '') ?? [];
    return timingSafeEqual(hash(shown), hash(token.reveal()));
  }

  write(figures: FigureSigns, nowMs = Date.now()): string {
    const { engine, process } = this.#options;
    const { user, system } = process.cpuUsage();
    const signs: MetricSigns = {
      ...figures,
      version: this.#version,
      node: process.versions.node,
      engine,
      answers: this.#answers,
      requests: this.#times.samples(),
      calls: this.#calls.samples(),
      process: {
        cpuSeconds: (user + system) / 1e6,
        residentBytes: process.memoryUsage.rss(),
        startedAtMs: this.#startedAtMs,
        loopDelaySeconds: this.#loop.percentile(99) / 1e9,
      },
      nowMs,
    };
    this.#loop.reset();
    return writeOpenMetrics(
      Object.entries(metrics).map(([name, { type, unit, about, read }]) => ({
        name,
        type,
        about,
        samples: read(signs),
        ...(unit !== undefined && { unit }),
      })),
    );
  }

  close(): void {
    this.#loop.disable();
  }
}

/** `timingSafeEqual` needs inputs of equal length, which hashes have. */
function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
