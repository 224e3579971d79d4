import type { UnavailableReason } from '../store/errors.ts';

/**
 * Why a proxy is not as it should be. A closed set, none of which a single sign-up can move: what is public
 * must not tell whether an address is known, blocked or unsubscribed.
 */
export type HealthReason =
  'store' | 'disk' | 'outbox_full' | 'credentials' | 'upstream_unreachable' | 'oldest_waiting' | 'log';

export interface Health {
  /** `degraded`: sign-ups are accepted, but do not arrive as they should. `unavailable`: none is accepted. */
  readonly status: 'ok' | 'degraded' | 'unavailable';
  readonly reasons: readonly HealthReason[];
}

/** What health is judged by. */
export interface HealthSigns {
  /** Why the store takes no writes; `undefined` while it does. */
  readonly storeFault: UnavailableReason | undefined;
  readonly waiting: number;
  /** How many may wait. */
  readonly most: number;
  /** When the oldest was accepted that waits beside one of another person, in ms since 1970. */
  readonly othersOldestMs: number | undefined;
  readonly areCredentialsRefused: boolean;
  /** Lines of the log cannot be written. */
  readonly isLogFailing?: boolean;
  /** Several calls in a row got no answer at all. */
  readonly isUnreachable: boolean;
}

const longestWaitMs = 60 * 60_000;
const accepting: readonly HealthReason[] = ['credentials', 'upstream_unreachable', 'oldest_waiting', 'log'];

export function healthOf(signs: HealthSigns, nowMs = Date.now()): Health {
  const { storeFault, waiting, most, othersOldestMs, areCredentialsRefused, isUnreachable } = signs;
  const { isLogFailing = false } = signs;
  const isFull = storeFault === 'full';
  const found: Readonly<Record<HealthReason, boolean>> = {
    store: storeFault !== undefined && !isFull && waiting < most,
    disk: isFull && waiting < most,
    outbox_full: waiting >= most,
    credentials: areCredentialsRefused,
    upstream_unreachable: isUnreachable,
    oldest_waiting: othersOldestMs !== undefined && nowMs - othersOldestMs > longestWaitMs,
    log: isLogFailing,
  };
  const reasons = (Object.keys(found) as HealthReason[]).filter((reason) => found[reason]);
  const status = reasons.some((reason) => !accepting.includes(reason))
    ? 'unavailable'
    : reasons.length > 0
      ? 'degraded'
      : 'ok';
  return { status, reasons };
}
