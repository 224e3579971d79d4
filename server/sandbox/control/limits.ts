import { dayMs } from '../figures/issues.ts';
import type { Faults } from './faults.ts';

/** A call that is over a limit; `retryAfterS` where the answer is to say when to try again. */
export interface OverLimit {
  readonly error: string;
  readonly retryAfterS: number | undefined;
}

/**
 * The limits of a plan: a number of calls in some seconds, and a number of calls a day, which begins at 00:00
 * UTC. rasa.io publishes neither. The day counts refused calls too.
 */
export class Limits {
  readonly #faults: Faults;
  readonly #now: () => number;
  #recent: number[] = [];
  #today = { day: 0, calls: 0 };

  constructor({ faults, now }: { readonly faults: Faults; readonly now: () => number }) {
    this.#faults = faults;
    this.#now = now;
  }

  /** Counts a call. */
  count(): OverLimit | undefined {
    const { rateLimit, dailyQuota } = this.#faults.limits;
    const now = this.#now();
    const day = Math.floor(now / dayMs);
    this.#today = { day, calls: this.#today.day === day ? this.#today.calls + 1 : 1 };

    if (rateLimit) {
      const windowMs = rateLimit.seconds * 1000;
      this.#recent = this.#recent.filter((at) => at > now - windowMs && at <= now);
      const [oldest] = this.#recent;
      if (this.#recent.length >= rateLimit.calls && oldest !== undefined) {
        const waitS = Math.max(1, Math.ceil((oldest + windowMs - now) / 1000));
        return over('Too many calls', rateLimit.retryAfter, waitS);
      }
      this.#recent.push(now);
    }
    if (dailyQuota && this.#today.calls > dailyQuota.calls) {
      const waitS = Math.ceil(((day + 1) * dayMs - now) / 1000);
      return over('The calls of this day are used up', dailyQuota.retryAfter, waitS);
    }
    return undefined;
  }

  /** Begins anew, as with new faults. */
  clear(): void {
    this.#recent = [];
    this.#today = { day: 0, calls: 0 };
  }
}

function over(error: string, retryAfter: 'present' | 'absent', waitS: number): OverLimit {
  return { error, retryAfterS: retryAfter === 'present' ? waitS : undefined };
}
