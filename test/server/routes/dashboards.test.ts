import express from 'express';
import { describe, expect, it } from 'vitest';
import type { AccountReads } from '../../../server/accounts/reads.ts';
import { ReportCache } from '../../../server/analytics/cache/report-cache.ts';
import { createReportRoutes } from '../../../server/routes/api/report-routes.ts';
import { openReaders } from '../../helpers/server/readers.ts';
import { openTestStore, quiet, testKey } from '../../helpers/server/store.ts';
import { directoryInMemory } from '../../helpers/server/temporary-dir.ts';
import { serve } from '../../helpers/sites/serve.ts';

const path = '/api/analytics/activities?from=2026-10-25&to=2026-10-31';

/** A proxy with a clock of the test's, and what it asks rasa.io. */
async function openDashboard() {
  let nowMs = Date.UTC(2026, 10, 1);
  let isAway = false;
  let calls = 0;
  const { reads } = await openReaders();
  const counted: AccountReads = {
    ...reads,
    analytics: {
      ...reads.analytics,
      async activities(options) {
        calls++;
        // Refused by rasa.io at once, without further attempts.
        if (isAway) await reads.persons.get('nobody');
        return reads.analytics.activities(options);
      },
    },
  };
  const database = await openTestStore({ dataDir: await directoryInMemory(), key: testKey });
  const now = () => nowMs;
  const cache = new ReportCache({ database, readsOf: () => counted, owner: 'proxy', log: quiet, now });
  const app = express();
  const allow = () => [
    (_request: express.Request, response: express.Response, next: express.NextFunction) => {
      response.locals['token'] = { id: 't', account: 'main', scopes: ['analytics:read'] };
      next();
    },
  ];
  app.use(createReportRoutes({ reports: cache, access: { allow }, now }));
  const url = await serve(app);
  return {
    get: () => fetch(`${url}${path}`),
    calls: () => calls,
    pass: (ms: number) => (nowMs += ms),
    away: (is: boolean) => (isAway = is),
  };
}

describe('a dashboard', () => {
  it('that asks a hundred times a second causes one call in ten minutes', async () => {
    const { get, calls, pass } = await openDashboard();
    for (let second = 0; second < 21; second++) {
      const answers = await Promise.all(Array.from({ length: 100 }, get));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      await Promise.all(answers.map((answer) => answer.arrayBuffer()));
      // Half a minute passes between two of these seconds.
      expect(calls()).toBe(1 + Math.floor(second / 20));
      pass(30_000);
    }
  }, 60_000);

  it('gets the last figures while rasa.io is away, marked as stale, and new ones when it is back', async () => {
    const { get, calls, pass, away } = await openDashboard();
    const fresh = await get();
    const { rows, stale } = (await fresh.json()) as { readonly rows: unknown; readonly stale: boolean };
    expect(stale).toBe(false);
    away(true);
    pass(11 * 60_000);
    for (let asked = 0; asked < 20; asked++) {
      const old = await get();
      expect([old.status, old.headers.get('cache-control'), old.headers.get('cache-status')]).toEqual([
        200,
        'private, no-cache',
        'rasa-signup; hit; ttl=-60',
      ]);
      expect(old.headers.get('age')).toBe('660');
      expect(await old.json()).toMatchObject({ stale: true, rows });
    }
    expect(calls()).toBe(2);
    away(false);
    pass(31_000);
    const again = await get();
    expect(await again.json()).toMatchObject({ stale: false, rows });
    expect([again.headers.get('age'), calls()]).toEqual(['0', 3]);
  });
});
