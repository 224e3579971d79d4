import { describe, expect, it } from 'vitest';
import { FunnelCounts } from '../../../server/analytics/funnel/funnel-counts.ts';
import { Funnel, funnelNotes } from '../../../server/analytics/funnel/funnel.ts';
import type { Row } from '../../../server/analytics/reports/report.ts';
import { Tokens } from '../../../server/contacts/tokens.ts';
import type { Database } from '../../../server/store/database.ts';
import { deliveredContacts } from '../../../server/store/schema/delivered-contacts.ts';
import { useEngines } from '../../helpers/server/engines.ts';
import { startService } from '../../helpers/server/service.ts';
import { openTestStore, quiet } from '../../helpers/server/store.ts';

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
    expect((await get()).text).not.toMatch(/ada(@|%40)/);
    expect((await get('by=address')).status).toBe(400);
    expect((await get('email=true')).status).toBe(400);
  });
});

const { engines, newPlace } = useEngines();
const funnelOn = (database: Database, nowMs = Date.now()) =>
  new Funnel({
    database,
    destinations: new Map([['main', { upstream: 'v1', account: 'main' }]]),
    now: () => nowMs,
  });

describe.each(engines)('FunnelCounts on %s', (engine) => {
  it('adds up what several processes count, and keeps what the store does not take', async () => {
    const database = await openTestStore(await newPlace(engine));
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
    const rows = await funnelOn(database).read({ from: today(), to: today(), by: ['form'] });
    expect(rows).toEqual([expect.objectContaining({ form: 'newsletter', fetched: 3 })]);
  });

  it('tells 200 origins apart that may not use a form, and still every one that may, with one look', async () => {
    const database = await openTestStore(await newPlace(engine));
    let reads = 0;
    const counted: Pick<typeof database, 'read' | 'write'> = {
      read: (statement) => {
        reads++;
        return database.read(statement);
      },
      write: (statements) => database.write(statements),
    };
    const counts = new FunnelCounts({ database: counted, log: quiet });
    for (let index = 0; index < 500; index++) {
      const origin = `https://${index}.example`;
      counts.count('refused', { form: 'newsletter', account: 'main', origin, reason: 'origin_refused' });
    }
    await counts.flush();
    expect(reads).toBe(1);
    counts.count('fetched', { form: 'newsletter', account: 'main', origin: page });
    await counts.close();
    expect(reads).toBe(2);
    const rows = await funnelOn(database).read({ from: today(), to: today(), by: ['origin'] });
    expect(rows).toHaveLength(202);
    expect(rows).toContainEqual(expect.objectContaining({ origin: 'other', refused: 300 }));
    expect(rows).toContainEqual(expect.objectContaining({ origin: page, fetched: 1 }));
  });

  it('tells what was delivered and survived by day, form and origin, and what is not known any more', async () => {
    const database = await openTestStore(await newPlace(engine));
    const nowMs = Date.UTC(2026, 10, 27, 12);
    const counts = new FunnelCounts({ database, log: quiet, now: () => Date.UTC(2026, 7, 1) });
    counts.count('accepted', { form: 'newsletter', account: 'main', origin: page });
    await counts.close();
    const delivered = (id: string, atMs: number, state = '', form = 'newsletter', origin = page) => ({
      id,
      upstream: 'v1',
      account: 'main',
      form,
      origin,
      person: new Uint8Array([1]),
      rasa_id: id,
      is_own: 1,
      delivered_at: atMs,
      state,
      state_at: 0,
      reason: '',
    });
    const rows = [
      delivered('1', Date.UTC(2026, 10, 26, 23, 59)),
      delivered('2', Date.UTC(2026, 10, 27, 0, 0), 'archived'),
      delivered('3', Date.UTC(2026, 10, 27, 11), '', 'popup', 'own'),
      // From an application: no form.
      delivered('4', Date.UTC(2026, 10, 27, 11), '', '', ''),
    ];
    await database.write([{ into: deliveredContacts, rows }]);
    const funnel = funnelOn(database, nowMs);
    const query = { from: '2026-08-01', to: '2026-11-27' };
    const short = (found: readonly Row[]) =>
      found.map(({ day, form, accepted, delivered: ofDay, survived }) => [
        day ?? form,
        accepted,
        ofDay,
        survived,
      ]);
    expect(short(await funnel.read({ ...query, by: ['day'] }))).toEqual([
      ['2026-08-01', 1, null, null],
      ['2026-11-26', 0, 1, 1],
      ['2026-11-27', 0, 2, 1],
    ]);
    expect(short(await funnel.read({ ...query, by: ['form'] }))).toEqual([
      ['newsletter', 1, 2, 1],
      ['popup', 0, 1, 1],
    ]);
    expect(short(await funnel.read({ ...query, by: [], form: 'popup', account: 'main' }))).toEqual([
      [undefined, 0, 1, 1],
    ]);
    expect(funnelNotes(query, nowMs)).toEqual([
      'Delivered and survived are known since 2026-08-30 only: earlier ones are not counted.',
    ]);
    expect(funnelNotes({ from: '2026-08-30' }, nowMs)).toEqual([]);
  });
});
