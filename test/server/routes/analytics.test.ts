import { describe, expect, it } from 'vitest';
import { Tokens, type Scope } from '../../../server/contacts/tokens.ts';
import { ReportCache } from '../../../server/analytics/cache/report-cache.ts';
import { readQuery, type ReportQuery } from '../../../server/analytics/query.ts';
import type { AccountReads } from '../../../server/accounts/reads.ts';
import { readRequests, openReaders } from '../../helpers/server/readers.ts';
import { startService } from '../../helpers/server/service.ts';
import { openTestStore, quiet, testKey } from '../../helpers/server/store.ts';
import { directoryInMemory } from '../../helpers/server/temporary-dir.ts';

const week = 'from=2026-10-25&to=2026-10-31';

async function openApi(...scopes: readonly Scope[]) {
  const { sandbox, env } = await openReaders();
  const service = await startService({ ...env, ALLOWED_ORIGINS: 'https://www.example.com' });
  const store = await openTestStore({ dataDir: service.dataDir });
  const tokens = new Tokens({ database: store });
  const newToken = async (name: string, ...of: readonly Scope[]) =>
    (await tokens.create({ name, account: 'main', scopes: of, validForMs: undefined })) ?? '';
  const token = await newToken(
    'dashboard',
    ...(scopes.length === 0 ? (['analytics:read'] as const) : scopes),
  );
  const get = (path: string, headers: Readonly<Record<string, string>> = {}) =>
    fetch(`${service.url}/api/analytics/${path}`, {
      headers: { authorization: `Bearer ${token}`, ...headers },
    });
  return { sandbox, get, token, url: service.url };
}

const bodyOf = async (answer: Response) => (await answer.json()) as Record<string, unknown>;

describe('GET /api/analytics/<report>', () => {
  it('answers with JSON or CSV, for ten minutes, and with nothing where nothing has changed', async () => {
    const { get } = await openApi();
    const first = await get(`activities?${week}`);
    expect(first.status).toBe(200);
    expect(first.headers.get('cache-control')).toMatch(/^private, max-age=(600|59\d)$/);
    expect(first.headers.get('cache-status')).toMatch(/^rasa-signup; hit; ttl=/);
    expect(first.headers.get('access-control-allow-origin')).toBeNull();
    const body = await bodyOf(first);
    expect(body).toMatchObject({
      report: 'activities',
      account: 'main',
      from: '2026-10-25',
      to: '2026-10-31',
      segment: 'All',
      suspect_clicks: 'excluded',
      stale: false,
    });
    expect(body['rows']).toHaveLength(7);
    expect((body['rows'] as unknown[])[0]).toMatchObject({ start: '2026-10-25', delivered: 60 });
    const again = await get(`activities?${week}`, {
      'if-none-match': first.headers.get('etag') ?? '',
      // With a condition, fetch would ask for a new answer.
      'cache-control': 'max-age=0',
    });
    expect([again.status, await again.text()]).toEqual([304, '']);
    const csv = await get(`activities?${week}`, { accept: 'text/csv' });
    expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(await csv.text()).toMatch(/^start,delivered,opens,.*\r\n2026-10-25,60,/);
    expect(await (await get(`activities?${week}&format=csv`)).text()).toMatch(/^start,/);
  });

  it('asks rasa.io once for each report, however many ask', async () => {
    const { get, sandbox } = await openApi();
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) => get(`${index % 2 === 0 ? 'activities' : 'topics'}?${week}`)),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(await readRequests(sandbox, '/v1/analytics/')).toHaveLength(2);
  });

  it('has no address, unless the token may read contacts and it is asked for', async () => {
    const { get } = await openApi();
    for (const report of ['members?to=2026-10-31', `actions?${week}`, `interests?${week}`]) {
      const answer = await get(report);
      expect(answer.status, report).toBe(200);
      expect(await answer.text()).not.toMatch(/@|%40/);
      const refused = await get(`${report}&email=true`);
      expect([refused.status, await bodyOf(refused)]).toEqual([
        403,
        expect.objectContaining({
          code: 'forbidden',
          detail: expect.stringContaining('contacts:read') as string,
        }),
      ]);
    }
  });

  it('has addresses where the token may read contacts and they are asked for', async () => {
    const both = await openApi('analytics:read', 'contacts:read');
    expect(await (await both.get(`actions?${week}&email=true`)).text()).toContain('@personal.example');
    expect(await (await both.get(`actions?${week}`)).text()).not.toContain('@');
  });

  it('refuses a token in the address, and says why', async () => {
    const { token, url } = await openApi();
    for (const name of ['token', 'access_token', 'key']) {
      const answer = await fetch(`${url}/api/analytics/summary?${name}=${token}`);
      expect(answer.status).toBe(401);
      const { detail } = await bodyOf(answer);
      expect(detail).toContain('where logs and histories keep it');
      expect(detail).not.toContain(token);
    }
  });

  it.each([
    ['reports', 404, 'not_found', 'Wanted one of the reports activities,'],
    ['summary?from=yesterday', 400, 'malformed', 'from: found \\"yesterday\\"'],
    ['summary?days=7', 400, 'malformed', '\\"days\\": wanted one of from,'],
    ['summary?from=2026-10-01&from=2026-10-02', 400, 'malformed', 'from: found several'],
    ['summary?email=yes', 400, 'malformed', 'email: wanted true or false'],
  ])('refuses %s', async (path, status, code, words) => {
    const { get } = await openApi();
    const answer = await get(path);
    const text = await answer.text();
    expect([answer.status, (JSON.parse(text) as { code: string }).code]).toEqual([status, code]);
    expect(text).toContain(words);
  });

  it('refuses other tokens and other methods', async () => {
    const { get, url, token } = await openApi('contacts:write');
    expect((await get('summary')).status).toBe(403);
    expect((await fetch(`${url}/api/analytics/summary`)).status).toBe(401);
    const post = await fetch(`${url}/api/analytics/summary`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
    });
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET']);
  });

  it('says that rasa.io is away where there is no earlier report', async () => {
    const { get, sandbox } = await openApi();
    await sandbox.putFaults({ answer: { status: 400, on: 'analytics', times: 9 } });
    const answer = await get(`summary?${week}`);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '30']);
  });
});

const query = readQuery(
  { from: '2026-10-25', to: '2026-10-31' },
  { nowMs: 0, withEmail: false },
) as ReportQuery;
const asked = { account: 'main', name: 'activities', query } as const;

/** Caches that share a store, as proxies do, and count what they ask rasa.io. */
async function openCaches(count: number) {
  const dataDir = await directoryInMemory();
  let nowMs = 1_000_000_000_000;
  let isAway = false;
  const calls: number[] = [];
  const { reads } = await openReaders();
  const caches = await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const database = await openTestStore({ dataDir, key: testKey });
      const counted: AccountReads = {
        ...reads,
        analytics: {
          ...reads.analytics,
          async activities(options) {
            calls.push(index);
            // Refused by rasa.io at once, without further attempts.
            if (isAway) await reads.persons.get('nobody');
            return reads.analytics.activities(options);
          },
        },
      };
      return new ReportCache({
        database,
        readsOf: () => counted,
        owner: `proxy ${index}`,
        log: quiet,
        now: () => nowMs,
      });
    }),
  );
  return {
    caches,
    calls,
    pass: (ms: number) => (nowMs += ms),
    away: (is: boolean) => (isAway = is),
  };
}

describe('the cache of reports', () => {
  it('is one for all proxies that share a store: one call in ten minutes', async () => {
    const { caches, calls, pass } = await openCaches(3);
    const minute = 60_000;
    for (let passed = 0; passed < 25; passed += 1) {
      const answers = await Promise.all(caches.flatMap((cache) => [cache.get(asked), cache.get(asked)]));
      expect(answers.every(({ is }) => is === 'report')).toBe(true);
      expect(calls).toHaveLength(1 + Math.floor(passed / 10));
      pass(minute);
    }
  }, 60_000);

  it('gives the last report for a day while rasa.io is away, and asks again in half a minute at most', async () => {
    const { caches, calls, pass, away } = await openCaches(1);
    const [cache] = caches;
    await cache?.get(asked);
    away(true);
    pass(11 * 60_000);
    for (let index = 0; index < 5; index++) {
      expect(await cache?.get(asked)).toMatchObject({ is: 'report', ageMs: 11 * 60_000 });
    }
    expect(calls).toHaveLength(2);
    pass(31_000);
    await cache?.get(asked);
    expect(calls).toHaveLength(3);
    pass(24 * 60 * 60_000);
    expect(await cache?.get(asked)).toEqual({ is: 'unavailable' });
    away(false);
    pass(31_000);
    expect(await cache?.get(asked)).toMatchObject({ is: 'report', ageMs: 0 });
  });
});
