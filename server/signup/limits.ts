import { MemoryStore, type Options } from 'express-rate-limit';
import { networkOf } from '../http/client-ip.ts';
import { createKeyedHash } from '../system/keyed-hash.ts';
import { rateFor, type Counted, type Limited, type RatesOptions, type Way } from './rates.ts';

/**
 * The quotas of sign-ups. The check reserves a place at the same time, so that no more than the limit get
 * through, even if many sign-ups arrive at once. A reservation can be released.
 */
export interface Limits {
  /**
   * The quotas that one request uses. A form with its own rates has its own quotas, shared with no other
   * form, and so has each way in.
   */
  open(form?: Limited, way?: Way): Quotas;
  /** How much of its quota for proven ones a network or a form has used, whichever is more, from 0 to 1. */
  load(ip: string, form: Limited): Promise<number>;
  close(): void;
}

/** The quotas of one request. */
export interface Quotas {
  /**
   * Reserves one place. `name` is the visitor's IP address, the form's id, or the address as `quotaKeyOf`
   * writes it; '' for the service.
   */
  reserve(axis: Counted, name: string): Promise<Reservation>;
  /** Releases what was reserved, on all axes or on these. */
  release(axes?: readonly Counted[]): Promise<void>;
  /**
   * Quotas shown in the RateLimit headers: the sender's own, and the one that was exceeded. Others stay
   * private.
   */
  readonly remaining: readonly QuotaState[];
}

export type Reservation = { readonly is: 'within' } | { readonly is: 'over'; readonly retryAfterS: number };

/** One quota as the sender may know it. */
export interface QuotaState {
  readonly axis: Counted;
  readonly limit: number;
  readonly windowS: number;
  readonly remaining: number;
  /** Seconds until the whole quota is available again. */
  readonly resetS: number;
}

export interface LimitsOptions extends RatesOptions {
  /**
   * 32 bytes. Addresses are held as keyed hashes: without the key a hash could be found by trying addresses.
   */
  readonly addressKey: Uint8Array;
  readonly now?: () => number;
}

/** The quotas of one process. */
export interface OwnLimits extends Limits {
  /** What is used now of each quota. */
  counted(): Iterable<Use>;
}

/** What one sender, address or form uses of a quota. */
export interface Use extends QuotaName {
  readonly whom: string;
  readonly used: number;
}

export interface QuotaName {
  readonly way: Way;
  readonly axis: Counted;
  /** The id of a form that has a rate of its own; '' for what forms share. */
  readonly form: string;
  readonly windowMs: number;
}

interface Quota extends QuotaName {
  readonly store: MemoryStore;
}

export function createLimits({ addressKey, now = Date.now, ...options }: LimitsOptions): OwnLimits {
  /** By way, axis and, where it has its own, form. */
  const quotas = new Map<string, Quota>();
  const whomOf = createWhom(addressKey);

  return {
    open(form, way = 'proven') {
      const reserved = new Map<
        Counted,
        { readonly key: string; readonly untilMs: number; readonly store: MemoryStore }
      >();
      const shown: QuotaState[] = [];

      return {
        remaining: shown,

        async reserve(axis, name) {
          const quota = quotaOf(axis, way, form);
          if (!quota) return { is: 'within' };
          const { limit, windowMs, store } = quota;
          const key = whomOf(axis, name);
          const { totalHits, resetTime } = await count({ store, key, windowMs, nowMs: now() });
          const isOver = totalHits > limit;
          const untilMs = resetTime?.getTime() ?? now() + windowMs;
          const resetS = Math.max(1, Math.ceil((untilMs - now()) / 1000));
          if (isOver) await store.decrement(key);
          else reserved.set(axis, { key, untilMs, store });
          if (isOver || axis === 'network') {
            const remaining = Math.max(0, limit - totalHits);
            shown.push({ axis, limit, windowS: windowMs / 1000, remaining, resetS });
          }
          return isOver ? { is: 'over', retryAfterS: resetS } : { is: 'within' };
        },

        async release(axes = [...reserved.keys()]) {
          for (const axis of axes) {
            const held = reserved.get(axis);
            reserved.delete(axis);
            // A window that has ended released its reservations itself.
            if (held && held.untilMs > now()) await held.store.decrement(held.key);
          }
        },
      };
    },

    async load(ip, form) {
      return Math.max(await used('network', ip, form), await used('form', form.id, form));
    },

    *counted() {
      const nowMs = now();
      for (const { store, ...quota } of quotas.values()) {
        for (const [whom, { totalHits: used, resetTime }] of [...store.previous, ...store.current]) {
          if (used > 0 && resetTime.getTime() > nowMs) yield { ...quota, whom, used };
        }
      }
    },

    close() {
      for (const { store } of quotas.values()) store.shutdown();
    },
  };

  function quotaOf(
    axis: Counted,
    way: Way,
    form: Limited | undefined,
  ): { readonly limit: number; readonly windowMs: number; readonly store: MemoryStore } | undefined {
    const { rate, isOwn } = rateFor(options, { axis, way, form });
    if (rate === 'off') return undefined;
    const { limit, windowMs } = rate;
    const owner = isOwn ? (form?.id ?? '') : '';
    const name = `${way} ${axis} ${owner}`;
    let quota = quotas.get(name);
    // A reloaded form keeps its counts, unless the window's length changed.
    if (quota?.windowMs !== windowMs) {
      quota?.store.shutdown();
      quota = { way, axis, form: owner, windowMs, store: openMemory(windowMs) };
      quotas.set(name, quota);
    }
    return { limit, windowMs, store: quota.store };
  }

  async function used(axis: Counted, name: string, form: Limited): Promise<number> {
    const quota = quotaOf(axis, 'proven', form);
    if (!quota) return 0;
    const { totalHits = 0, resetTime } = (await quota.store.get(whomOf(axis, name))) ?? {};
    // The store removes an expired quota only at its next use.
    return resetTime && resetTime.getTime() > now() ? Math.min(1, totalHits / quota.limit) : 0;
  }
}

/** Whom a quota counts: the network, or a keyed hash of the address. */
export function createWhom(addressKey: Uint8Array): (axis: Counted, name: string) => string {
  const hash = createKeyedHash(addressKey);
  return (axis, name) => {
    switch (axis) {
      case 'requests':
      case 'network':
        return networkOf(name);
      case 'address':
        return hash(name);
      case 'form':
      case 'service':
        return name;
    }
  };
}

function openMemory(windowMs: number): MemoryStore {
  const store = new MemoryStore();
  // The store uses only `windowMs` of the middleware's options.
  store.init({ windowMs } as Options);
  return store;
}

/**
 * Counts one use. A window cannot end later than its length from now, unless the clock was set back: then it
 * is over.
 */
async function count({
  store,
  key,
  windowMs,
  nowMs,
}: {
  readonly store: MemoryStore;
  readonly key: string;
  readonly windowMs: number;
  readonly nowMs: number;
}): ReturnType<MemoryStore['increment']> {
  const counted = await store.increment(key);
  if ((counted.resetTime?.getTime() ?? 0) - nowMs <= windowMs) return counted;
  await store.resetKey(key);
  return store.increment(key);
}
