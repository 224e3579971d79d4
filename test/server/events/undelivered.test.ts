import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readNumbers } from '../../../server/events/feed.ts';
import { Teller } from '../../../server/events/teller.ts';
import { Dispatcher } from '../../../server/events/webhooks/dispatcher.ts';
import { Endpoints } from '../../../server/events/webhooks/endpoints.ts';
import { Sender } from '../../../server/events/webhooks/sender.ts';
import { sameSql, type Database } from '../../../server/store/database.ts';
import { useEngines } from '../../helpers/server/engines.ts';
import { recordLog } from '../../helpers/server/outbox.ts';
import { startReceiver } from '../../helpers/server/receiver.ts';
import { openTestStore } from '../../helpers/server/store.ts';

const { engines, newPlace } = useEngines();
const soon = { timeout: 20_000, interval: 20 };
const fence = { sql: sameSql('select 1 as held') };
const many = process.env['SOAK'] === undefined ? 100_000 : 1_000_000;
const step = 20_000;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
const heapMb = () => {
  collectGarbage();
  return process.memoryUsage().heapUsed / 1024 / 1024;
};

/** Events that nobody has fetched, as many as there are in a busy month. */
async function fill(database: Database, count: number): Promise<void> {
  for (let from = 0; from < count; from += step) {
    const to = Math.min(count, from + step);
    await database.write([
      {
        sql: sameSql(
          `insert into events (seq, id, type, account, subject, at, told_at, data)
           with recursive n(i) as (select ${from + 1} union all select i + 1 from n where i < ${to})
           select i, 'evt_' || i, 'contact.updated', 'main', 's' || i, 1, ${Date.now()}, '{"id":"x"}' from n`,
        ),
      },
      {
        sql: sameSql(
          `insert into event_numbers (name, value) values ('last', ${to})
           on conflict (name) do update set value = excluded.value`,
        ),
      },
    ]);
  }
}

describe.each(engines)('undelivered events on %s', (engine) => {
  it('take no memory, however many there are and however many endpoints do not take them', async () => {
    const database = await openTestStore(await newPlace(engine));
    const { log } = recordLog();
    const sender = new Sender();
    const clock = { ms: Date.now() };
    const now = () => clock.ms;
    const endpoints = new Endpoints({ database, now });
    const dispatcher = new Dispatcher({ database, endpoints, sender, log, now });
    onTestFinished(async () => {
      await dispatcher.close();
      await sender.close();
    });
    const hangs = await startReceiver(() => undefined);
    const fails = await startReceiver((response) => response.writeHead(503).end());
    for (const { url } of [hangs, fails, hangs, fails]) {
      await endpoints.add({ url, mayBePrivate: false, account: undefined, types: [] });
    }
    await fill(database, 100);
    await dispatcher.look(fence);
    await expect.poll(() => fails.messages.length, soon).toBe(2);
    const beforeMb = heapMb();
    await database.write([{ sql: sameSql('delete from events') }]);
    await fill(database, many);
    for (let turn = 0; turn < 60; turn++) {
      clock.ms += 2 * 60 * 60_000;
      await dispatcher.look(fence);
    }
    await expect.poll(() => fails.messages.length, soon).toBeGreaterThan(2);
    expect(heapMb() - beforeMb).toBeLessThan(20);
  }, 600_000);

  it('are dropped, the oldest first, where there are more than are kept, and the log says so', async () => {
    const database = await openTestStore(await newPlace(engine));
    const { log, lines } = recordLog();
    const clock = { ms: Date.now() };
    let isDown = true;
    const receiver = await startReceiver((response) => response.writeHead(isDown ? 503 : 204).end());
    const endpoints = new Endpoints({ database });
    await endpoints.add({ url: receiver.url, mayBePrivate: false, account: undefined, types: [] });
    await fill(database, 1200);
    const teller = new Teller({
      database,
      places: new Map(),
      isRead: () => Promise.resolve(true),
      most: 50,
    });
    expect(await teller.sweep(fence)).toBe(true);
    while (await teller.sweep(fence)) expect((await readNumbers(database)).last).toBe(1200);
    expect(await readNumbers(database)).toEqual({ last: 1200, swept: 1150 });
    const sender = new Sender();
    const dispatcher = new Dispatcher({ database, endpoints, sender, log, now: () => clock.ms });
    onTestFinished(async () => {
      await dispatcher.close();
      await sender.close();
    });
    const failures = async () => (await endpoints.list())[0]?.failures;
    await dispatcher.look(fence);
    await expect.poll(failures, soon).toBe(1);
    clock.ms += 60_000;
    await expect.poll(async () => (await dispatcher.look(fence), failures()), soon).toBe(2);
    isDown = false;
    clock.ms += 60 * 60_000;
    await expect
      .poll(async () => (await dispatcher.look(fence), new Set(receiver.ids()).size), soon)
      .toBe(50);
    expect(receiver.ids()[0]).toBe('evt_1151');
    const missed = lines().match(/deleted unsent: they are kept for 30 days, and two million at most/g);
    expect(missed).toHaveLength(1);
    expect(lines()).toContain('"missed":1150');
  }, 120_000);
});
