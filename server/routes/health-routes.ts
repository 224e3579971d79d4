import express from 'express';
import type { BotStats } from '../signup/bots.ts';

/** What `GET /healthz` reports in addition to the destination of sign-ups; no names, no addresses. */
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
    /** Sign-ups sent to rasa.io since the start, counted once per attempt. */
    readonly attempts: number;
    readonly delivered: number;
    readonly refused: number;
    /** ISO 8601, UTC. */
    readonly lastSuccess: string | undefined;
  };
  readonly bots: BotStats;
  /** Absent if the destination needs no key. */
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
  /** URL of the sandbox's contacts page; `undefined` if sign-ups go to rasa.io. */
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

  // A proxy that answers also accepts sign-ups. Refused credentials must be fixed by the operator; another
  // proxy has the same credentials, so there is no reason to send visitors there.
  routes.get('/readyz', (_request, response) => {
    const credentials = health().credentials?.is ?? 'none';
    response.set('Cache-Control', 'no-store').json({ status: 'ready', credentials });
  });
  return routes;
}
