import express from 'express';
import type { BotStats } from '../signup/bots.ts';

/** What `GET /healthz` tells besides where sign-ups go; no names, no addresses. */
export interface Health {
  readonly outbox: {
    readonly waiting: number;
    readonly deadLetters: number;
    /** Waiting for another upstream or account than this proxy's; absent where there are none. */
    readonly elsewhere: number | undefined;
    /** When the one that has waited longest was accepted, ISO 8601. */
    readonly oldest: string | undefined;
  };
  readonly delivery: {
    readonly circuit: 'closed' | 'open';
    /** Sign-ups handed to rasa.io since the start, each time it was tried. */
    readonly attempts: number;
    readonly delivered: number;
    readonly refused: number;
    /** ISO 8601, UTC. */
    readonly lastSuccess: string | undefined;
  };
  readonly bots: BotStats;
  /** Absent where no key is needed. */
  readonly credentials:
    | {
        readonly is: 'untried' | 'working' | 'refused';
        readonly sets: readonly {
          readonly number: number;
          readonly fingerprint: string;
          readonly state: 'in use' | 'standby' | 'retired';
        }[];
      }
    | undefined;
}

export interface HealthRoutesOptions {
  readonly health: () => Health;
  /** Where the sandbox shows its contacts; `undefined` where sign-ups go to rasa.io. */
  readonly sandbox: string | undefined;
}

export function createHealthRoutes({ health, sandbox }: HealthRoutesOptions): express.Router {
  const routes = express.Router({ caseSensitive: true });

  routes.get('/healthz', (_request, response) => {
    response.set('Cache-Control', 'no-store').json({
      status: 'ok',
      upstream: sandbox === undefined ? 'rasa.io' : 'sandbox',
      sandbox,
      ...health(),
    });
  });

  // A proxy that answers also accepts. Refused credentials are for the operator to fix, and no reason to send visitors
  // to another proxy, which has the same credentials.
  routes.get('/readyz', (_request, response) => {
    const credentials = health().credentials?.is ?? 'none';
    response.set('Cache-Control', 'no-store').json({ status: 'ready', credentials });
  });
  return routes;
}
