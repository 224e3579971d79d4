import { ipKeyGenerator, MemoryStore, type Options } from 'express-rate-limit';
import type { Rate } from './settings.ts';

/** The budgets that a sign-up is charged to. */
export interface Limits {
  /** `ip` is the visitor's address. IPv6 is counted by /56, which is what one customer commonly gets. */
  chargeNetwork(ip: string): Promise<Charge>;
  close(): void;
}

export type Charge = { readonly is: 'within' } | { readonly is: 'over'; readonly retryAfterS: number };

export interface LimitsOptions {
  readonly rateNetwork: Rate | 'off';
  readonly now?: () => number;
}

export function createLimits({ rateNetwork, now = Date.now }: LimitsOptions): Limits {
  if (rateNetwork === 'off')
    return { chargeNetwork: () => Promise.resolve({ is: 'within' }), close: () => undefined };

  const { limit, windowMs } = rateNetwork;
  const store = new MemoryStore();
  // The store reads nothing but the window from the middleware's options.
  store.init({ windowMs } as Options);

  return {
    async chargeNetwork(ip) {
      const { totalHits, resetTime } = await store.increment(ipKeyGenerator(ip, 56));
      if (totalHits <= limit) return { is: 'within' };
      const leftMs = (resetTime?.getTime() ?? now() + windowMs) - now();
      return { is: 'over', retryAfterS: Math.max(1, Math.ceil(leftMs / 1000)) };
    },
    close: () => {
      store.shutdown();
    },
  };
}
