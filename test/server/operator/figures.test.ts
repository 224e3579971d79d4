import { describe, expect, it } from 'vitest';
import { CallTimes } from '../../../server/accounts/call-times.ts';
import { FiguresReader } from '../../../server/operator/figures.ts';
import { Refusals } from '../../../server/operator/refusals.ts';
import { eventStatements } from '../../../server/events/events.ts';
import { Outbox } from '../../../server/outbox/outbox.ts';
import { useEngines } from '../../helpers/server/engines.ts';
import { openTestStore } from '../../helpers/server/store.ts';

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
    return { reader, outbox, calls, refusals, add, tell, pass: (ms: number) => (nowMs += ms) };
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
});
