import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { DeliveryWorker } from '../../../server/delivery/worker.ts';
import type { Outcome } from '../../../server/outbox/signup.ts';
import { openTestOutbox, recordLog, toSandbox } from '../../helpers/server/outbox.ts';
import { startPgBouncer, whyNoPgBouncer, type Pooler } from '../../helpers/server/pgbouncer.ts';
import { startPostgres, whyNoPostgres, type PostgresServer } from '../../helpers/server/postgres.ts';
import { openTestStore, testKey } from '../../helpers/server/store.ts';
import { directoryInMemory } from '../../helpers/server/temporary-dir.ts';
import { Secret } from '../../../server/system/secret.ts';

const why = whyNoPostgres() ?? whyNoPgBouncer();
if (why !== undefined) process.stderr.write(`Skipped: ${why}.\n`);

let server: PostgresServer | undefined;
let pooler: Pooler | undefined;
beforeAll(async () => {
  if (why !== undefined) return;
  server = await startPostgres();
  pooler = await startPgBouncer(server);
}, 60_000);
afterAll(async () => {
  await pooler?.close();
  await server?.close();
});

const soon = { timeout: 20_000, interval: 50 };

async function newPlace() {
  const url = (await server?.createDatabase()) ?? '';
  const at = async (databaseUrl: string) => ({
    dataDir: await directoryInMemory(),
    key: testKey,
    databaseUrl: new Secret(databaseUrl),
  });
  const name = new URL(url).pathname.slice(1);
  /** The sessions that wait for signals. */
  const listening = () =>
    server?.query(`select pid from pg_stat_activity where datname = '${name}' and query like 'listen%'`) ??
    Promise.resolve([]);
  return { direct: () => at(url), pooled: () => at(pooler?.through(url) ?? ''), listening, name };
}

type TestPlace = Awaited<ReturnType<Awaited<ReturnType<typeof newPlace>>['direct']>>;

/** A proxy whose delivery worker looks by itself only every ten minutes. */
async function startProxy(place: TestPlace, lookEveryMs = 600_000) {
  const { outbox, database, add } = await openTestOutbox({ place });
  const delivered: string[] = [];
  const worker = new DeliveryWorker({
    database,
    destination: toSandbox,
    outbox,
    owner: 'a test',
    log: recordLog().log,
    lookEveryMs,
    deliver(persons) {
      delivered.push(...persons.map(({ email }) => email));
      return Promise.resolve(persons.map((): Outcome => ({ is: 'delivered' })));
    },
  });
  onTestFinished(() => worker.stop(0));
  onTestFinished(() => outbox.close());
  return { add, worker, delivered };
}

/** Two proxies of which the first delivers. */
async function startTwo(first: TestPlace, second: TestPlace, lookEveryMs?: number) {
  const holder = await startProxy(first, lookEveryMs);
  await holder.add('first');
  await vi.waitFor(() => {
    holder.worker.wake();
    expect(holder.delivered).toEqual(['first@example.com']);
  }, soon);
  return { holder, other: await startProxy(second, lookEveryMs) };
}

describe.skipIf(why !== undefined)('several proxies on one PostgreSQL server', { timeout: 60_000 }, () => {
  it('deliver at once what another one has accepted, and do not wait for the next look', async () => {
    const { direct, listening } = await newPlace();
    const { holder, other } = await startTwo(await direct(), await direct());
    await vi.waitFor(async () => {
      expect(await listening()).toHaveLength(2);
    }, soon);
    await other.add('second');
    other.worker.wake();
    await vi.waitFor(() => {
      expect(holder.delivered).toContain('second@example.com');
    }, soon);
    expect(other.delivered).toEqual([]);
  });

  it('listen again after the server has lost their connections', async () => {
    const { direct, listening, name } = await newPlace();
    const { holder, other } = await startTwo(await direct(), await direct());
    await vi.waitFor(async () => {
      expect(await listening()).toHaveLength(2);
    }, soon);
    const lost = await listening();
    await server?.query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`);
    await vi.waitFor(async () => {
      const pids = (await listening()).map(({ pid }) => pid);
      expect(pids).toHaveLength(2);
      expect(pids.filter((pid) => lost.some((row) => row['pid'] === pid))).toEqual([]);
    }, soon);
    await vi.waitFor(() => other.add('second'), soon);
    other.worker.wake();
    await vi.waitFor(() => {
      expect(holder.delivered).toContain('second@example.com');
    }, soon);
  });

  it('do not listen behind a pooler, and look each second', async () => {
    const { pooled, listening } = await newPlace();
    const { holder, other } = await startTwo(await pooled(), await pooled(), 1000);
    await other.add('second');
    other.worker.wake();
    await vi.waitFor(() => {
      expect(holder.delivered).toContain('second@example.com');
    }, soon);
    expect(await listening()).toEqual([]);
  });

  it('are told by one behind a pooler, where they are not behind one', async () => {
    const { direct, pooled, listening } = await newPlace();
    const { holder, other } = await startTwo(await direct(), await pooled());
    await vi.waitFor(async () => {
      expect(await listening()).toHaveLength(1);
    }, soon);
    await other.add('second');
    other.worker.wake();
    await vi.waitFor(() => {
      expect(holder.delivered).toContain('second@example.com');
    }, soon);
  });

  it('tell each topic ten times a second at most, and the last time is not lost', async () => {
    const place = await (await newPlace()).direct();
    const [teller, listener] = [await openTestStore(place), await openTestStore(place)];
    const heard: string[] = [];
    listener.onSignal((topic) => heard.push(topic));
    await vi.waitFor(() => {
      teller.signal('ready');
      expect(heard).toContain('ready');
    }, soon);
    for (let time = 0; time < 1000; time++) teller.signal('often');
    await vi.waitFor(() => {
      expect(heard.filter((topic) => topic === 'often')).toHaveLength(2);
    }, soon);
    teller.signal('last');
    await vi.waitFor(() => {
      expect(heard).toContain('last');
    }, soon);
    expect(heard.filter((topic) => topic === 'often')).toHaveLength(2);
  });
});
