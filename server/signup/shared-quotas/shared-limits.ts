import type { Database } from '../../store/database.ts';
import { createKeyedHash } from '../../system/keyed-hash.ts';
import {
  createWhom,
  type Limits,
  type LimitsOptions,
  type QuotaName,
  type QuotaState,
  type Use,
} from '../limits.ts';
import { rateFor, type Counted, type Limited, type Way } from '../rates.ts';
import type { Charge } from './charges.ts';
import { SharedCounters } from './shared-counters.ts';

export interface SharedLimitsOptions extends Omit<LimitsOptions, 'now'> {
  /** The store that the processes share. The address key must be the same in all of them. */
  readonly database: Pick<Database, 'write'>;
  readonly monotonicMs?: () => number;
}

export interface SharedLimits extends Limits {
  /** Counts what a process has counted in memory only, besides what others have counted. */
  carry(uses: Iterable<Use>): Promise<void>;
}

/**
 * The quotas of several processes that share a store, within one per cent of what one process would let
 * through. Until the form is asked for, which comes last, a sign-up is judged by what this process knows:
 * what is used up is refused without asking the store, so that a flood of requests does not become one of
 * statements. With the form all quotas of the sign-up are counted in one statement, which decides. What is
 * refused before counts too, a moment later.
 *
 * Where the store does not answer, `reserve` of the form rejects with `StoreUnavailable`. A guard that cannot
 * look must not let pass, and nothing is lost by it: the same store could not keep the sign-up.
 */
export function createSharedLimits({
  addressKey,
  database,
  monotonicMs,
  ...options
}: SharedLimitsOptions): SharedLimits {
  const whomOf = createWhom(addressKey);
  const hash = createKeyedHash(addressKey);
  const counters = new SharedCounters({ database, ...(monotonicMs && { monotonicMs }) });

  return {
    open(form, way = 'proven') {
      const charges = new Map<Counted, Charge>();
      const shown: QuotaState[] = [];

      const show = (axis: Counted, charge: Charge) => {
        const { used = 0, restMs = charge.windowMs } = counters.known(charge) ?? {};
        const isCounted = charge.state === 'within';
        const quota = {
          axis,
          limit: charge.limit,
          windowS: charge.windowMs / 1000,
          remaining: Math.max(0, charge.limit - used - (isCounted ? 0 : 1)),
          resetS: Math.max(1, Math.ceil(restMs / 1000)),
        };
        const place = shown.findIndex((other) => other.axis === axis);
        shown.splice(place < 0 ? shown.length : place, 1, quota);
        return quota;
      };
      const over = (axis: Counted, charge: Charge) =>
        ({ is: 'over', retryAfterS: show(axis, charge).resetS }) as const;

      return {
        remaining: shown,

        async reserve(axis, name) {
          const charge = chargeFor(axis, name, { form, way });
          if (charge) {
            if (counters.isKnownOver(charge)) return over(axis, charge);
            charges.set(axis, charge);
            if (axis !== 'form') counters.note(charge);
            if (axis === 'network') show(axis, charge);
          }
          if (axis !== 'form') return { is: 'within' };

          await counters.settle([...charges.values()]);
          const network = charges.get('network');
          if (network) show('network', network);
          for (const [exceeded, refused] of charges) {
            if (refused.state === 'over') return over(exceeded, refused);
          }
          return { is: 'within' };
        },

        release(axes = [...charges.keys()]) {
          for (const axis of axes) {
            const charge = charges.get(axis);
            charges.delete(axis);
            if (charge) counters.release(charge);
          }
          return Promise.resolve();
        },
      };
    },

    /** As this process has last heard. */
    load(ip, form) {
      const used = (axis: Counted, name: string) => {
        const charge = chargeFor(axis, name, { form, way: 'proven' });
        return charge ? Math.min(1, (counters.known(charge)?.used ?? 0) / charge.limit) : 0;
      };
      return Promise.resolve(Math.max(used('network', ip), used('form', form.id)));
    },

    carry(uses) {
      return counters.carry(
        Array.from(uses, (use) => ({ key: keyOf(use, use.whom), used: use.used, windowMs: use.windowMs })),
      );
    },

    close() {
      void counters.close();
    },
  };

  function chargeFor(
    axis: Counted,
    name: string,
    { form, way }: { readonly form: Limited | undefined; readonly way: Way },
  ): Charge | undefined {
    const { rate, isOwn } = rateFor(options, { axis, way, form });
    if (rate === 'off') return undefined;
    const { limit, windowMs } = rate;
    const quota = { way, axis, form: isOwn ? (form?.id ?? '') : '', windowMs };
    return { key: keyOf(quota, whomOf(axis, name)), limit, windowMs, state: 'noted' };
  }

  /**
   * A form with a rate of its own counts apart, and so does each way in; a window of another length is
   * another quota.
   */
  function keyOf({ way, axis, form, windowMs }: QuotaName, whom: string): string {
    return Buffer.from(hash(JSON.stringify([way, axis, form, windowMs, whom])), 'latin1').toString('hex');
  }
}
