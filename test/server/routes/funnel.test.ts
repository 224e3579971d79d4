import { describe, expect, it } from 'vitest';
import { FunnelCounts } from '../../../server/analytics/funnel/funnel-counts.ts';
import { Funnel } from '../../../server/analytics/funnel/funnel.ts';
import { Tokens } from '../../../server/contacts/tokens.ts';
import { startService } from '../../helpers/server/service.ts';
import { openTestStore, quiet } from '../../helpers/server/store.ts';
import { temporaryDir } from '../../helpers/server/temporary-dir.ts';

const page = 'https://www.example.com';
const retry = '3f1f1c0e-5d7a-4a57-9a5e-0c2a6a1b7c11';
const today = () => new Date().toISOString().slice(0, 10);

async function openFunnel() {
  const service = await startService({ ALLOWED_ORIGINS: page, BOT_MODE: 'off' });
  const store = await openTestStore({ dataDir: service.dataDir });
  const token = await new Tokens({ database: store }).create({
    name: 'dashboard',
    account: 'main',
    scopes: ['analytics:read'],
    validForMs: undefined,
  });
  const get = async (query = '') => {
    const answer = await fetch(`${service.url}/api/analytics/funnel?${query}`, {
      headers: { authorization: `Bearer ${token ?? ''}` },
    });
    return { status: answer.status, text: await answer.text() };
  };
  const rowsOf = async (query = '') =>
    (JSON.parse((await get(query)).text) as { readonly rows: readonly Record<string, unknown>[] }).rows;
  const form = `${service.url}/forms/newsletter`;
  const signUp = (email: string, origin = page, more: Readonly<Record<string, string>> = {}) =>
    fetch(form, {
      method: 'POST',
      headers: { origin, accept: 'application/json' },
      body: new URLSearchParams({ email, ...more }),
    });
  return { form, get, rowsOf, signUp };
}

describe('the funnel', () => {
  it('counts each step by day, form and origin, and no address', async () => {
    const { form, get, rowsOf, signUp } = await openFunnel();
    const headers = { origin: page, accept: 'application/json' };
    await fetch(form, { headers });
    await fetch(form, { headers });
    await fetch(form, { headers, method: 'HEAD' });
    await fetch(`${form}/challenge`, { headers });
    expect((await signUp('ada@example.com', page, { id: retry })).status).toBe(202);
    expect((await signUp('ada@example.com', page, { id: retry })).status).toBe(202);
    expect((await signUp('nobody')).status).toBe(422);
    expect((await signUp('eve@example.com', 'https://evil.example')).status).toBe(403);

    await expect
      .poll(async () => (await rowsOf()).find(({ origin }) => origin === page), { timeout: 20_000 })
      .toMatchObject({
        day: today(),
        form: 'newsletter',
        fetched: 2,
        started: 1,
        refused: 1,
        refused_input: 1,
        accepted: 1,
        confirmed: 0,
        delivered: 1,
        survived: 1,
      });
    expect(await rowsOf('by=origin')).toContainEqual(
      expect.objectContaining({ origin: 'https://evil.example', refused: 1, refused_origin: 1, accepted: 0 }),
    );
    expect(await rowsOf('by=')).toEqual([expect.objectContaining({ refused: 2, accepted: 1, delivered: 1 })]);
    expect((await get('format=csv')).text).toMatch(/^day,form,origin,fetched,started,refused,/);
    expect((await get()).text).not.toContain('ada');
    expect((await get('by=address')).status).toBe(400);
    expect((await get('email=true')).status).toBe(400);
  });
});

describe('FunnelCounts', () => {
  it('adds up what several processes count, and keeps what the store does not take', async () => {
    const database = await openTestStore({ dataDir: await temporaryDir() });
    let isAway = true;
    const flaky: Pick<typeof database, 'read' | 'write'> = {
      read: (statement) => database.read(statement),
      write: (statements) => (isAway ? Promise.reject(new Error('away')) : database.write(statements)),
    };
    const [one, two] = [flaky, database].map((each) => new FunnelCounts({ database: each, log: quiet }));
    const place = { form: 'newsletter', account: 'main', origin: page };
    one?.count('fetched', place);
    two?.count('fetched', place);
    await one?.flush();
    one?.count('fetched', place);
    isAway = false;
    await Promise.all([one?.close(), two?.close()]);
    const funnel = new Funnel({ database, destinations: new Map() });
    const rows = await funnel.read({ from: today(), to: today(), by: ['form'] });
    expect(rows).toEqual([expect.objectContaining({ form: 'newsletter', fetched: 3 })]);
  });

  it('tells 200 origins apart that may not use a form, and still every one that may', async () => {
    const database = await openTestStore({ dataDir: await temporaryDir() });
    const counts = new FunnelCounts({ database, log: quiet });
    for (let index = 0; index < 500; index++) {
      const origin = `https://${index}.example`;
      counts.count('refused', { form: 'newsletter', account: 'main', origin, reason: 'origin_refused' });
    }
    await counts.flush();
    counts.count('fetched', { form: 'newsletter', account: 'main', origin: page });
    await counts.close();
    const funnel = new Funnel({ database, destinations: new Map() });
    const rows = await funnel.read({ from: today(), to: today(), by: ['origin'] });
    expect(rows).toHaveLength(202);
    expect(rows).toContainEqual(expect.objectContaining({ origin: 'other', refused: 300 }));
    expect(rows).toContainEqual(expect.objectContaining({ origin: page, fetched: 1 }));
  });
});
