import { spawn } from 'node:child_process';
import { once } from 'node:events';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { startPostgres, whyNoPostgres, type PostgresServer } from '../../helpers/server/postgres.ts';
import {
  addSignup,
  idsIn,
  openTestStore,
  signupRow,
  testKey,
  useScript,
} from '../../helpers/server/store.ts';
import { temporaryDir } from '../../helpers/server/temporary-dir.ts';
import { sameSql } from '../../../server/store/database.ts';
import {
  AlreadySeen,
  ConstraintViolated,
  ExpectationFailed,
  StoreUnavailable,
} from '../../../server/store/errors.ts';
import { Leases } from '../../../server/store/leases.ts';
import { connectionSettings } from '../../../server/store/postgres/connection-settings.ts';
import { bucketMs, Seen } from '../../../server/store/seen.ts';
import { signups } from '../../../server/store/tables.ts';
import { Secret } from '../../../server/system/secret.ts';

const noPostgres = whyNoPostgres();
if (noPostgres !== undefined) process.stderr.write(`Skipped: ${noPostgres}.\n`);

const rounds = process.env['SOAK'] === undefined ? 3 : 30;
const writer = useScript('store-writer');

let running: PostgresServer | undefined;
beforeAll(async () => {
  // Off, as some hosts have it: our transactions must not believe it.
  if (noPostgres === undefined) running = await startPostgres({ settings: ['synchronous_commit = off'] });
}, 60_000);
afterAll(() => running?.close());

async function newStore() {
  if (!running) throw new Error('There is no server.');
  const server = running;
  const url = await server.createDatabase();
  const place = { dataDir: await temporaryDir(), databaseUrl: new Secret(url), key: testKey };
  return { server, url, place, database: await openTestStore(place) };
}

describe.skipIf(noPostgres !== undefined)('a store on a PostgreSQL server', { timeout: 120_000 }, () => {
  const crashing = { timeout: 60_000 + rounds * 20_000 };
  test('that crashes again and again under load loses nothing that it said is stored', crashing, async () => {
    const { server, database } = await newStore();
    const told: string[] = [];
    const reasons = new Set<string>();
    const stopping = new AbortController();
    const adding = Array.from({ length: 16 }, async () => {
      while (!stopping.signal.aborted) {
        try {
          told.push(await addSignup(database));
        } catch (error) {
          reasons.add(error instanceof StoreUnavailable ? error.reason : String(error));
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      }
    });
    for (let round = 0; round < rounds; round++) {
      const before = told.length;
      while (told.length < before + 100) await new Promise((resolve) => setTimeout(resolve, 5));
      await server.crash();
    }
    stopping.abort();
    await Promise.all(adding);
    told.push(await addSignup(database));
    const kept = new Set(await idsIn(database));
    expect(told.filter((id) => !kept.has(id))).toEqual([]);
    expect(
      [...reasons].filter((reason) => !['lost_connection', 'timed_out', 'exhausted'].includes(reason)),
    ).toEqual([]);
  });

  test('that answers no more makes callers give up in time, and goes on with it afterwards', async () => {
    const { server, place } = await newStore();
    const database = await openTestStore({ ...place, timeoutMs: 500 });
    await untilItWorks(() => addSignup(database));
    await server.freeze('SIGSTOP');
    try {
      const startedAt = performance.now();
      const outcomes = await Promise.allSettled([
        addSignup(database),
        addSignup(database),
        database.read({ sql: sameSql('select 1') }),
      ]);
      for (const outcome of outcomes) expect(outcome).toMatchObject({ reason: { reason: 'timed_out' } });
      expect(performance.now() - startedAt).toBeLessThan(15_000);
    } finally {
      await server.freeze('SIGCONT');
    }
    const id = await untilItWorks(() => addSignup(database));
    expect(await idsIn(database)).toContain(id);
  });

  test('is opened once the server is there', async () => {
    const { server, place } = await newStore();
    await server.stopAbruptly();
    const opening = openTestStore({ ...place, openTimeoutMs: 100_000 });
    await server.start();
    const database = await opening;
    await addSignup(database);
  });

  test('makes no caller wait for a lock that a stopped process holds', async () => {
    const { url, database } = await newStore();
    const id = await addSignup(database);
    const blocker = new pg.Client({ connectionString: url });
    await blocker.connect();
    onTestFinished(() => blocker.end());
    await blocker.query('begin; lock table signups in exclusive mode');
    await expect(addSignup(database)).rejects.toMatchObject({ reason: 'locked', outcome: 'not_written' });
    await blocker.query('rollback');
    await addSignup(database);
    expect(await idsIn(database)).toContain(id);
  });

  test('that has no connection left says so, and goes on as soon as there is one', async () => {
    const { url, database } = await newStore();
    const told = [await addSignup(database)];
    const others: pg.Client[] = [];
    const end = async (client: pg.Client) => {
      await client.end().catch(() => undefined);
    };
    onTestFinished(async () => {
      await Promise.all(others.map(end));
    });
    const takeAll = async () => {
      for (;;) {
        const client = new pg.Client({ connectionString: url });
        try {
          await client.connect();
        } catch {
          return;
        }
        client.on('error', () => undefined);
        others.push(client);
      }
    };
    await takeAll();
    await others[0]?.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'rasa-signup' and datname = current_database()`,
    );
    await takeAll();
    await expect
      .poll(() => addSignup(database).catch((error: unknown) => error), { timeout: 30_000 })
      .toMatchObject({ reason: 'exhausted', outcome: 'not_written' });
    await Promise.all(others.splice(0, 5).map(end));
    told.push(await untilItWorks(() => addSignup(database)));
    expect(await idsIn(database)).toEqual(expect.arrayContaining(told));
  });

  test('commits durably where the server would not', async () => {
    const { database } = await newStore();
    const results = await database.write([
      { sql: sameSql(`select current_setting('synchronous_commit') as mode`) },
    ]);
    expect(results[0]?.rows).toEqual([{ mode: 'on' }]);
    // And leaves nothing behind for whoever gets the connection next.
    expect(
      await database.read({ sql: sameSql(`select current_setting('synchronous_commit') as mode`) }),
    ).toEqual([{ mode: 'off' }]);
  });

  test('lets a stale holder of a lease change nothing, even in the same moment', async () => {
    const { database, place } = await newStore();
    const other = await openTestStore(place);
    const one = new Leases({ database, owner: 'one' });
    const held = await one.look('main');
    if (!held) throw new Error('The lease was free.');
    const id = await addSignup(database);
    const take = other.write([
      { sql: sameSql('update leases set epoch = epoch + 1 where name = ?'), params: ['main'] },
    ]);
    const acknowledge = database.write([
      one.fence(held),
      { sql: sameSql('delete from signups where id = ?'), params: [id] },
    ]);
    const [taken, acknowledged] = await Promise.allSettled([take, acknowledge]);
    expect(taken.status).toBe('fulfilled');
    // Either it was first, or it changed nothing.
    if (acknowledged.status === 'rejected') expect(acknowledged.reason).toBeInstanceOf(ExpectationFailed);
    expect(await idsIn(database)).toEqual(acknowledged.status === 'fulfilled' ? [] : [id]);
    await expect(database.write([one.fence(held)])).rejects.toThrow(ExpectationFailed);
  });

  test('lets a takeover of a lease wait for an acknowledgement that is under way, stale holder or not', async () => {
    const { database, place, server } = await newStore();
    const other = await openTestStore(place);
    const one = new Leases({ database, owner: 'one' });
    const held = await one.look('main');
    if (!held) throw new Error('The lease was free.');
    const order: string[] = [];
    const acknowledge = database
      .write([one.fence(held), { sql: sameSql('select pg_sleep(0.7)') }])
      .then(() => order.push('acknowledged'));
    const sleeping = `select 1 from pg_stat_activity where wait_event = 'PgSleep'`;
    while ((await server.query(sleeping)).length === 0) await new Promise((resolve) => setImmediate(resolve));
    const take = other
      .write([{ sql: sameSql('update leases set epoch = epoch + 1 where name = ?'), params: ['main'] }])
      .then(() => order.push('taken'));
    await Promise.all([acknowledge, take]);
    expect(order).toEqual(['acknowledged', 'taken']);
  });

  test('knows a proof on the other side of a bucket’s end while the first write is under way', async () => {
    const { database, place, server } = await newStore();
    const other = await openTestStore(place);
    const border = Math.ceil(Date.now() / bucketMs) * bucketMs;
    const markAt = (nowMs: number) =>
      new Seen({ database, key: new Uint8Array(32), now: () => nowMs }).mark(['proof', 'z']);
    const first = database.write([markAt(border - 1), { sql: sameSql('select pg_sleep(0.7)') }]);
    const sleeping = `select 1 from pg_stat_activity where wait_event = 'PgSleep'`;
    while ((await server.query(sleeping)).length === 0) await new Promise((resolve) => setImmediate(resolve));
    await expect(other.write([markAt(border + 1)])).rejects.toThrow(AlreadySeen);
    await first;
  });

  test('puts no word of a row into its errors', async () => {
    const { database } = await newStore();
    const row = signupRow({ form: 'ada@example.com', id: 'ada@example.com' });
    await database.write([{ into: signups, rows: [row] }]);
    const error: unknown = await database
      .write([{ into: signups, rows: [row] }])
      .catch((failed: unknown) => failed);
    expect(error).toBeInstanceOf(ConstraintViolated);
    expect(JSON.stringify([error, String(error), (error as Error).stack])).not.toContain('ada@');
  });

  test('is refused in production where a power cut could destroy it', async () => {
    const unsafe = await startPostgres({ settings: ['fsync = off'] });
    onTestFinished(() => unsafe.close());
    const place = {
      dataDir: await temporaryDir(),
      databaseUrl: new Secret(await unsafe.createDatabase()),
      key: testKey,
    };
    await expect(openTestStore({ ...place, isProduction: true })).rejects.toThrow('fsync off');
    await addSignup(await openTestStore(place));
  });

  test('needs a key of the operator’s', async () => {
    const { place } = await newStore();
    await expect(openTestStore({ ...place, key: undefined })).rejects.toThrow('OUTBOX_KEY');
  });

  test('ends a killed proxy’s transaction with it', async () => {
    const { url, place, database } = await newStore();
    const child = spawn(process.execPath, [writer(), place.dataDir], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, DATABASE_URL: url },
    });
    let output = '';
    child.stdout.on('data', (chunk) => (output += String(chunk)));
    while (output.length < 37 * 50) await new Promise((resolve) => setTimeout(resolve, 5));
    const closed = once(child, 'close');
    child.kill('SIGKILL');
    await closed;
    const kept = new Set(await idsIn(database));
    const told = output.split('\n').slice(0, -1);
    expect(told.filter((id) => !kept.has(id))).toEqual([]);
    await addSignup(database);
  });
});

async function untilItWorks<T>(attempt: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
    }
  }
}

describe('TLS to a server', () => {
  const ssl = async (url: string) => (await connectionSettings(new Secret(url))).ssl;

  test('is verified unless the URL says otherwise', async () => {
    expect(await ssl('postgres://u:p@db.example/x')).toEqual({ rejectUnauthorized: true });
    expect(await ssl('postgres://u:p@db.example/x?sslmode=require')).toEqual({ rejectUnauthorized: true });
    expect(await ssl('postgres://u:p@db.example/x?sslmode=no-verify')).toEqual({ rejectUnauthorized: false });
    expect(await ssl('postgres://u:p@db.example/x?sslmode=disable')).toBe(false);
    expect(await ssl('postgres://u:p@127.0.0.1/x')).toBe(false);
    expect(await ssl('postgres://u:p@127.0.0.1/x?sslmode=verify-full')).toEqual({ rejectUnauthorized: true });
  });

  test('in a mode that would fall back to none is refused', async () => {
    await expect(ssl('postgres://u:p@db.example/x?sslmode=prefer')).rejects.toThrow('sslmode=prefer');
    await expect(ssl('mysql://u:p@db.example/x')).rejects.toThrow('must look like postgres://');
  });
});
