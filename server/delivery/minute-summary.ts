import type { Logger } from 'pino';
import type { DeliveryStats } from './delivery-call.ts';

export interface MinuteSummaryOptions {
  readonly stats: () => Pick<DeliveryStats, 'attempts' | 'delivered' | 'refused' | 'leftAlone'>;
  readonly log: Logger;
  readonly everyMs?: number;
}

/**
 * One line of the log a minute when anything happened: how many requests were accepted, how many were refused
 * and why, how many sign-ups reached rasa.io, how many it refused, and how many wait for another attempt.
 * Counts only, never a form or an address.
 */
export class MinuteSummary {
  readonly #options: MinuteSummaryOptions;
  readonly #timer: NodeJS.Timeout;
  #requests = new Map<string, number>();
  #before: ReturnType<MinuteSummaryOptions['stats']>;

  constructor(options: MinuteSummaryOptions) {
    this.#options = options;
    this.#before = options.stats();
    this.#timer = setInterval(() => {
      this.#report();
    }, options.everyMs ?? 60_000);
    this.#timer.unref();
  }

  /** `accepted`, `unconfirmed` or a problem's code. */
  count(outcome: string): void {
    this.#requests.set(outcome, (this.#requests.get(outcome) ?? 0) + 1);
  }

  /** Reports what has happened since the last line. */
  close(): void {
    clearInterval(this.#timer);
    this.#report();
  }

  #report(): void {
    const { stats, log } = this.#options;
    const now = stats();
    const [attempts, delivered, setAside, leftAlone] = (
      ['attempts', 'delivered', 'refused', 'leftAlone'] as const
    ).map((name) => now[name] - this.#before[name]) as [number, number, number, number];
    const requests = Object.fromEntries(this.#requests);
    this.#before = now;
    if (this.#requests.size === 0 && attempts + setAside + leftAlone === 0) return;
    this.#requests = new Map();
    // What is too old is set aside without an attempt.
    const later = Math.max(0, attempts - delivered - setAside);
    log.info(
      { requests, delivered, setAside, ...(leftAlone > 0 && { leftAlone }), later },
      'Summary of the last minute.',
    );
  }
}
