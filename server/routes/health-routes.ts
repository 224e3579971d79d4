import type { CredentialsHealth } from '../delivery/upstream.ts';
import type { CourierStats } from '../delivery/worker.ts';
import type { BotStats } from '../signup/bots.ts';

/** What `GET /healthz` tells besides where sign-ups go; no names, no addresses. */
export interface Health {
  readonly outbox: {
    readonly waiting: number;
    readonly setAside: number;
    /** When the one that has waited longest was accepted, ISO 8601. */
    readonly oldest: string | undefined;
  };
  readonly courier: CourierStats;
  readonly bots: BotStats;
  /** Absent where no key is needed. */
  readonly credentials: CredentialsHealth | undefined;
}
