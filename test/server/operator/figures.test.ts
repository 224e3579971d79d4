import { describe, expect, it } from 'vitest';
import { CallTimes } from '../../../server/accounts/call-times.ts';
import { FiguresReader } from '../../../server/operator/figures.ts';
import { Refusals } from '../../../server/operator/refusals.ts';
import { readWaiting } from '../../../server/operator/standing.ts';
import { mails } from '../../../server/store/schema/double-opt-in.ts';
import { webhookAttempts } from '../../../server/store/schema/webhooks.ts';
import { deliveredContacts } from '../../../server/store/schema/delivered-contacts.ts';
import { DeliveredContacts } from '../../../server/survival/delivered-contacts.ts';
import { eventStatements } from '../../../server/events/events.ts';
import { Endpoints } from '../../../server/events/webhooks/endpoints.ts';
import { Outbox } from '../../../server/outbox/outbox.ts';
import { sameSql } from '../../../server/store/database.ts';
import { deadLetters, signups } from '../../../server/store/tables.ts';
import { useEngines } from '../../helpers/server/engines.ts';
import { openTestStore, signupRow } from '../../helpers/server/store.ts';

const { engines, newPlace } = useEngines();
const hourMs = 60 * 60_000;
const startMs = Date.UTC(2026, 10, 27, 9, 20);

describe.each(engines)('the figures of the operator page on %s', (engine) => {
  async function start() {
    const database = await openTestStore(await newPlace(engine));
    const destination = { upstream: 'v1 https://api.example.com', account: 'main' };
    const destinations = new Map([['main', destination]]);
    let nowMs = startMs;
    const now = () => nowMs;
    const outbox = await Outbox.open({ database, destinations, max: 100, now });
    const calls = new CallTimes(now);
    const refusals = new Refusals({ now });
    const own = {
      credentials: 'working',
      isUnreachable: false,
      lastSuccess: undefined,
      keys: [],
      forms: [],
    } as const;
    const reader = new FiguresReader({
      database,
      destinations,
      accounts: () => [{ ...own, name: 'main', pausedForMs: 0 }],
      calls,
      storeFault: () => undefined,
      refusals,
      setup: { state: { isRunning: false, checkedMs: undefined, hints: [] } },
      counts: { flush: () => Promise.resolve() },
      now,
    });
    const add = (email: string) => outbox.add({ form: 'newsletter', contact: { email } });
    const tell = (type: 'signup.delivered' | 'credentials.failed', subject: string) =>
      database.write([
        ...eventStatements([{ type, account: 'main', subject, atMs: nowMs, turn: subject, data: {} }], nowMs),
      ]);
    return { database, reader, outbox, calls, refusals, add, tell, pass: (ms: number) => (nowMs += ms) };
  }

  it('put what waits into the hour in which it was accepted, and what arrived into that of its arrival', async () => {
    const { reader, outbox, add, tell, pass } = await start();
    await add('ada@example.com');
    pass(2 * hourMs);
    await add('bob@example.com');
    await add('cy@example.com');
    await tell('signup.delivered', 'one');
    const { hours, accounts, state } = await reader.read('24h');
    expect(hours).toHaveLength(24);
    expect(hours.slice(-3)).toEqual([
      { startMs: Date.UTC(2026, 10, 27, 9), delivered: 0, waiting: 1, refused: 0 },
      { startMs: Date.UTC(2026, 10, 27, 10), delivered: 0, waiting: 0, refused: 0 },
      { startMs: Date.UTC(2026, 10, 27, 11), delivered: 1, waiting: 2, refused: 0 },
    ]);
    expect(accounts).toMatchObject([{ name: 'main', waiting: 3, oldestMs: startMs, nextMs: 0 }]);
    expect(state).toMatchObject({ delivered: 1, setAside: 0, unreadable: 0 });
    await outbox.close();
  });

  it('read the database anew when something was done, and else at most once in two seconds', async () => {
    const { reader, outbox, add, pass } = await start();
    const waiting = async () => (await reader.read('24h')).accounts[0]?.waiting;
    expect(await waiting()).toBe(0);
    await add('ada@example.com');
    expect(await waiting()).toBe(0);
    reader.forget();
    expect(await waiting()).toBe(1);
    await add('bob@example.com');
    pass(2001);
    expect(await waiting()).toBe(2);
    await outbox.close();
  });

  it('count what waits and what was delivered some rows at a time', async () => {
    const { database, outbox } = await start();
    const upstream = 'v1 https://api.example.com';
    const waiting = Array.from({ length: 10 }, (_, at) =>
      signupRow({
        upstream,
        accepted_at: startMs - (at % 3) * hourMs,
        account: at % 2 === 0 ? 'main' : 'gone',
      }),
    );
    const delivered = waiting.map(({ id }, at) => ({
      ...{ id, upstream, account: 'main', form: 'newsletter', origin: '', person: new Uint8Array(16) },
      ...{ rasa_id: at === 0 ? '' : id, is_own: 1, delivered_at: startMs - at, reason: '', state_at: 0 },
      state: at % 2 === 0 ? 'archived' : '',
    }));
    await database.write([
      { into: signups, rows: waiting },
      { into: deliveredContacts, rows: delivered },
    ]);
    const destination = { upstream, account: 'main' };
    for (const slice of [1, 3, 5, 10, 11]) {
      const { byHour, groups } = await readWaiting(database, slice);
      expect([...byHour.values()].sort()).toEqual([3, 3, 4]);
      expect(groups.get(`${upstream} main`)).toMatchObject({ waiting: 5, oldestMs: startMs - 2 * hourMs });
      expect(groups.get(`${upstream} gone`)).toMatchObject({ waiting: 5 });
      const counts = await new DeliveredContacts(database, destination).count(startMs - 8, slice);
      expect(counts).toEqual({ delivered: 9, unknown: 1, archived: 5 });
    }
    await outbox.close();
  });

  it('show the newest that was set aside, and how much of it cannot be read', async () => {
    const { database, reader, outbox } = await start();
    const dead = Array.from({ length: 60 }, (_, at) => {
      const {
        lane: _lane,
        due: _due,
        ...letter
      } = signupRow({
        failed_at: startMs + at,
        reason: 'refused',
        payload: { contact: { email: 'ada@example.com' }, reason: `for the time ${at} of ada@example.com` },
      });
      return letter;
    });
    const last = sameSql(`update dead_letters set key_id = 'lost' where id = ?`);
    await database.write([
      { into: deadLetters, rows: dead },
      { sql: last, params: [dead[59]?.id ?? ''] },
    ]);
    const { setAside } = await reader.read('24h');
    expect(setAside).toMatchObject({ count: 59, unreadable: 1 });
    // Without the one that cannot be opened, and without addresses.
    expect(setAside.newest).toHaveLength(49);
    expect(setAside.newest[0]).toMatchObject({ id: dead[58]?.id, reason: 'for the time 58 of …' });
    const remove = sameSql('delete from dead_letters where id = ?');
    await database.write([{ sql: remove, params: [dead[59]?.id ?? ''] }]);
    expect((await reader.read('24h')).setAside).toMatchObject({ count: 59, unreadable: 0 });
    await outbox.close();
  });

  it('say when a key was refused, how fast rasa.io was, and which calls failed', async () => {
    const { reader, outbox, calls, tell, pass } = await start();
    for (let ms = 100; ms < 200; ms++) calls.note({ ms, status: 200 });
    pass(hourMs);
    calls.note({ ms: 5, status: 401 });
    calls.note({ ms: 30_000, status: undefined });
    await tell('credentials.failed', 'credentials main');
    const { keyRefusals, calls: found } = await reader.read('24h');
    expect(keyRefusals).toEqual([{ atMs: startMs + hourMs, account: 'main' }]);
    const [first, second] = found;
    expect(first).toMatchObject({ startMs: Date.UTC(2026, 10, 27, 9), answers: 100, failures: 0 });
    // Within the 15 % of a class.
    expect(first?.halfMs).toBeGreaterThanOrEqual(150);
    expect(first?.halfMs).toBeLessThan(150 * 1.15);
    expect(first?.mostMs).toBeGreaterThanOrEqual(195);
    expect(first?.mostMs).toBeLessThan(195 * 1.15);
    expect(second).toMatchObject({ answers: 0, failures: 2, lastFailure: 0, halfMs: undefined });
    expect((await reader.read('7d')).calls).toHaveLength(1);
    await outbox.close();
  });

  it('have what looks after itself: tokens, imports, webhooks and mails', async () => {
    const { reader, outbox } = await start();
    const { rest, funnel } = await reader.read('30d');
    expect(rest).toEqual({
      webhooks: [],
      tokens: [],
      lastImport: undefined,
      mail: { waiting: 0, failed: 0, oldestMs: undefined },
    });
    expect(funnel).toMatchObject({ from: '2026-10-28', seen: 0, delivered: 0 });
    await outbox.close();
  });

  it('say how often a webhook was sent to, what it answered last, and which mails wait', async () => {
    const { database, reader, outbox } = await start();
    const url = 'https://hook.example/in';
    const { id } = await new Endpoints({ database }).add({
      ...{ url, mayBePrivate: false, withEmail: false, account: '', types: [] },
    });
    const attempt = (at: number, result: string) => ({
      ...{ id: `a${at}`, webhook: id, event: 'e', at, took_ms: 5, status: 200, result },
    });
    const mail = (at: number, failed_at: number) => ({
      ...{
        id: `m${at}`,
        due: at,
        attempts: 1,
        created_at: startMs - at,
        until: startMs,
        failed_at,
        reason: '',
      },
      payload: {},
    });
    const attempts = [attempt(1, 'delivered'), attempt(2, 'delivered'), attempt(3, 'answered 500')];
    await database.write([
      { into: webhookAttempts, rows: attempts },
      { into: mails, rows: [mail(1, 0), mail(2, 0), mail(3, startMs)] },
    ]);
    const { rest } = await reader.read('24h');
    expect(rest.webhooks).toEqual([
      { host: 'hook.example', isActive: true, failures: 0, sent: 2, last: 'answered 500' },
    ]);
    expect(rest.mail).toEqual({ waiting: 2, oldestMs: startMs - 2, failed: 1 });
    await outbox.close();
  });
});
