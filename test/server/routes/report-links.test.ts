import { describe, expect, it } from 'vitest';
import { ReportLinks, type Linked } from '../../../server/analytics/links/report-links.ts';
import { readRequests, openReaders } from '../../helpers/server/readers.ts';
import { runCommand } from '../../helpers/server/run-command.ts';
import { startService } from '../../helpers/server/service.ts';
import { openTestStore } from '../../helpers/server/store.ts';
import { directoryInMemory } from '../../helpers/server/temporary-dir.ts';

const week = { from: '2026-10-25', to: '2026-10-31' };
const dayMs = 86_400_000;

async function openLinks(more: Readonly<Record<string, string>> = {}) {
  const { sandbox, env } = await openReaders();
  const service = await startService({ ...env, ALLOWED_ORIGINS: 'https://www.example.com', ...more });
  const links = new ReportLinks({ database: await openTestStore({ dataDir: service.dataDir }) });
  const create = async (name: string, linked: Linked, account = 'main') =>
    (await links.create({ name, account, linked, validForMs: dayMs })) ?? '';
  const get = (secret: string, query = '', init?: RequestInit) =>
    fetch(`${service.url}/api/analytics/links/${secret}${query}`, init);
  return { links, create, get, sandbox, env, url: service.url };
}

describe('GET /api/analytics/links/<secret>', () => {
  it('shows its report as CSV to a program that sends no header, for ten minutes', async () => {
    const { create, get, sandbox } = await openLinks();
    const secret = await create('board', { report: 'activities', texts: week });
    expect(secret).toMatch(/^rsl_[\w-]{43}$/);
    const answer = await get(secret);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/csv; charset=utf-8']);
    expect(answer.headers.get('cache-control')).toMatch(/^private, max-age=(600|59\d)$/);
    expect(answer.headers.get('x-robots-tag')).toBe('noindex');
    const etag = answer.headers.get('etag') ?? '';
    expect(await answer.text()).toMatch(/^start,delivered,opens,.*\r\n2026-10-25,60,/);
    const again = await get(secret, '', { headers: { 'if-none-match': etag, 'cache-control': 'max-age=0' } });
    expect([again.status, await again.text()]).toEqual([304, '']);
    expect((await get(secret, '?format=json').then((json) => json.json())) as unknown).toMatchObject({
      report: 'activities',
      stale: false,
      from: '2026-10-25',
    });
    expect(await readRequests(sandbox, '/v1/analytics/')).toHaveLength(1);
  });

  it('is a picture for a page or a slide, which runs and loads nothing', async () => {
    const { create, get } = await openLinks();
    const secret = await create('board', { report: 'activities', texts: week });
    const svg = await get(secret, '?format=svg');
    expect(svg.headers.get('content-type')).toBe('image/svg+xml; charset=utf-8');
    expect(svg.headers.get('content-security-policy')).toBe("default-src 'none'; style-src 'unsafe-inline'");
    expect(svg.headers.get('cross-origin-resource-policy')).toBe('cross-origin');
    expect(await svg.text()).toMatch(/^<svg .*Delivered, opened, clicked/);
    expect(await (await get(secret, '?format=html')).text()).toMatch(/^<!doctype html>/);
    expect((await get(secret, '?format=xml')).status).toBe(400);
  });

  it('never has an address, and nobody can ask for another report, other days, or addresses', async () => {
    const { create, get } = await openLinks();
    for (const report of ['members', 'actions', 'interests'] as const) {
      const secret = await create(report, { report, texts: week });
      const alone = await (await get(secret)).text();
      expect(alone.split('\r\n')[0], report).not.toContain('email');
      expect(alone).not.toMatch(/@|%40/);
      expect(await (await get(secret, '?email=true&from=2020-01-01&report=summary')).text()).toBe(alone);
    }
  }, 240_000);

  it('shows the funnel of its account', async () => {
    const { create, get, url } = await openLinks();
    await fetch(`${url}/forms/newsletter`);
    const steps = await create('funnel', { report: 'funnel', texts: { by: 'form' } });
    expect(await (await get(steps)).text()).toMatch(/^form,fetched,.*\r\nnewsletter,1,/);
    expect(await (await get(steps, '?format=svg')).text()).toContain('Sign-ups by form');
    const all = await create('all', { report: 'funnel', texts: {} });
    expect(await (await get(all, '?format=svg')).text()).toContain('step by step');
    expect(await (await get(all, '?format=json')).json()).toMatchObject({
      report: 'funnel',
      account: 'main',
    });
  });

  it('is not there where it is unknown, revoked, expired, or of an account that is gone', async () => {
    const { create, get, links } = await openLinks();
    const revoked = await create('one', { report: 'summary', texts: week });
    expect((await get(revoked)).status).toBe(200);
    expect(await links.revoke('one')).toBe(true);
    expect(await links.revoke('one')).toBe(false);
    const gone = await create('two', { report: 'summary', texts: week }, 'other');
    for (const secret of [revoked, gone, `rsl_${'A'.repeat(43)}`, 'rsl_', 'x']) {
      const answer = await get(secret);
      expect([answer.status, answer.headers.get('cache-control')]).toEqual([404, 'no-store']);
      expect(await answer.text()).toContain('not known, or has expired, or was revoked');
    }
    expect((await get(gone, '', { method: 'POST' })).status).toBe(405);
  });

  it('is limited: who guesses is refused, and who asks too often', async () => {
    const { create, get } = await openLinks({ RATE_TOKEN: '5/1h' });
    const secret = await create('board', { report: 'summary', texts: week });
    const statuses: number[] = [];
    for (let index = 0; index < 6; index++) statuses.push((await get(secret)).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
    for (let index = 0; index < 5; index++) expect((await get(`rsl_${'A'.repeat(43)}`)).status).toBe(404);
    expect((await get(`rsl_${'A'.repeat(43)}`)).status).toBe(429);
  });
});

describe('ReportLinks', () => {
  it('expires, and keeps a hash only', async () => {
    let nowMs = Date.UTC(2026, 10, 1);
    const database = await openTestStore({ dataDir: await directoryInMemory() });
    const links = new ReportLinks({ database, now: () => nowMs });
    const board = { name: 'board', account: 'main', validForMs: dayMs } as const;
    const secret = (await links.create({ ...board, linked: { report: 'summary', texts: {} } })) ?? '';
    expect(await links.create({ ...board, linked: { report: 'summary', texts: {} } })).toBeUndefined();
    expect(await links.find(secret)).toMatchObject({ name: 'board', linked: { report: 'summary' } });
    await expect.poll(async () => (await links.list())[0]?.usedMs).toBe(nowMs);
    const rows = await database.read({
      sql: { sqlite: 'select * from report_links', postgres: 'select * from report_links' },
    });
    expect(JSON.stringify(rows)).not.toContain(secret.slice(4));
    nowMs += dayMs;
    expect(await links.find(secret)).toBeUndefined();
  });
});

describe('rasa-signup analytics link', () => {
  it('makes a link that works, lists it without its secret, and revokes it', async () => {
    const { env, url } = await openLinks();
    const more = { ...env, PUBLIC_URL: url.replace('127.0.0.1', 'localhost') };
    const run = (...args: readonly string[]) => runCommand(['analytics', 'link', ...args], more);
    const made = await run('create', 'board', 'activities', '--from', week.from, '--to', week.to);
    expect(made.stderr).toContain('not shown again');
    const link = made.stdout.trim();
    expect(link).toMatch(/^http:\/\/localhost:\d+\/api\/analytics\/links\/rsl_/);
    const reached = link.replace(/^http:\/\/[^/]+/, url);
    expect(await (await fetch(reached)).text()).toMatch(/^start,/);
    const listed = await run('list');
    expect(JSON.parse(listed.stdout)).toEqual([
      expect.objectContaining({
        name: 'board',
        state: 'valid',
        report: 'activities',
        account: 'main',
        asked: week,
      }),
    ]);
    expect(listed.stdout).not.toContain('rsl_');
    expect((await run('revoke', 'board')).stdout).toBe('The link board is revoked.\n');
    expect((await fetch(reached)).status).toBe(404);

    const faults: readonly (readonly [args: readonly string[], words: string])[] = [
      [['members'], 'has a row for each person'],
      [['activities', '--form', 'newsletter'], '--form: found with activities'],
      [['funnel', '--interval', 'week'], '--interval: found with the funnel'],
      [['activities', '--from', 'soon'], 'from: found "soon"'],
      [['activities', '--expires', '500d'], '--expires: wanted 400d at most'],
      [['activities', '--account', 'other'], 'the account "other"'],
      [['everything'], 'Allowed choices are activities'],
    ];
    for (const [args, words] of faults) {
      const { code, stdout, stderr } = await run('create', 'bad', ...args);
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toContain(words);
    }
    expect(await run('create', 'people', 'members', '--about-people')).toMatchObject({ code: 0 });
  }, 240_000);
});
