import type { Limits, OwnLimits } from '../limits.ts';
import type { SharedLimits } from './shared-limits.ts';

export interface AdaptiveLimitsOptions {
  /** Those of this process, in memory. */
  readonly own: OwnLimits;
  readonly shared: SharedLimits;
  readonly presence: {
    /** No other process uses the store now. */
    readonly isAlone: boolean;
    onCompany(listener: () => void): void;
  };
}

/**
 * The quotas of a process that is alone most of the time. While it is, they stay in memory, so that a sign-up
 * costs no write more. As soon as another process uses the store too, what was counted goes to the shared
 * counters, and every request uses both: those of this process go on, so that they are right when it is alone
 * again.
 */
export function createAdaptiveLimits({ own, shared, presence }: AdaptiveLimitsOptions): Limits {
  presence.onCompany(() => {
    shared.carry(own.counted()).catch(() => {
      // The store is away. Until the windows end, what was counted before counts for this process only.
    });
  });

  return {
    open(form, way) {
      const here = own.open(form, way);
      if (presence.isAlone) return here;
      const everywhere = shared.open(form, way);
      let isOverHere = false;
      return {
        get remaining() {
          return isOverHere ? here.remaining : everywhere.remaining;
        },
        async reserve(axis, name) {
          const reservation = await here.reserve(axis, name);
          isOverHere = reservation.is === 'over';
          return isOverHere ? reservation : everywhere.reserve(axis, name);
        },
        async release(axes) {
          await Promise.all([here.release(axes), everywhere.release(axes)]);
        },
      };
    },

    async load(ip, form) {
      const loads = [await own.load(ip, form), presence.isAlone ? 0 : await shared.load(ip, form)];
      return Math.max(...loads);
    },

    close() {
      own.close();
      shared.close();
    },
  };
}
