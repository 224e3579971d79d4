import express from 'express';
import type { Health } from './health.ts';

export interface HealthRoutesOptions {
  readonly health: () => Health;
  /** URL of the sandbox's contacts page; `undefined` if sign-ups go to rasa.io. */
  readonly sandbox: string | undefined;
}

/** What everybody may see. Figures are for the log and the operator's commands. */
export function createHealthRoutes({ health, sandbox }: HealthRoutesOptions): express.Router {
  const routes = express.Router({ caseSensitive: true });

  routes.get('/healthz', (_request, response) => {
    const upstream = sandbox === undefined ? 'rasa.io' : 'sandbox';
    response.set('Cache-Control', 'no-store').json({ ...health(), upstream, sandbox });
  });

  // Refused credentials and an upstream that is away do not count: sign-ups are accepted and wait, and
  // another proxy could not deliver them either.
  routes.get('/readyz', (_request, response) => {
    const now = health();
    response
      .status(now.status === 'unavailable' ? 503 : 200)
      .set('Cache-Control', 'no-store')
      .json(now);
  });
  return routes;
}
