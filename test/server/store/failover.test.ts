import { describe, expect, onTestFinished, test } from 'vitest';
import { startForwarder } from '../../helpers/forwarder.ts';
import { startPgBouncer, whyNoPgBouncer } from '../../helpers/server/pgbouncer.ts';
import { startPostgres, whyNoPostgres, type PostgresServer } from '../../helpers/server/postgres.ts';
import { addSignup, idsIn, openTestStore, signupRow, testKey } from '../../helpers/server/store.ts';
import { temporaryDir } from '../../helpers/server/temporary-dir.ts';
import { sameSql, type Database } from '../../../server/store/database.ts';
import { StoreUnavailable } from '../../../server/store/errors.ts';
import { signups } from '../../../server/store/tables.ts';
import { Secret } from '../../../server/system/secret.ts';

const noPostgres = whyNoPostgres();
const noPooler = noPostgres ?? whyNoPgBouncer();
for (const why of new Set([noPostgres, noPooler])) {
  if (why !== undefined) process.stderr.write(`Skipped: ${why}.\n`);
}

async function untilTrue(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** Adds from sixteen callers until it is stopped, and keeps what each was told. */
function addAllTheTime(database: Database) {
  const told: string[] = [];
  /** They were told that they are certainly not stored. */
  const notWritten: string[] = [];
  const reasons = new Set<string>();
  let isStopped = false;
  const adding = Array.from({ length: 16 }, async () => {
    while (!isStopped) {
      const row = signupRow();
      try {
        await database.write([{ into: signups, rows: [row] }]);
        told.push(row.id);
      } catch (error) {
        if (error instanceof StoreUnavailable && error.outcome === 'not_written') notWritten.push(row.id);
        reasons.add(error instanceof StoreUnavailable ? error.reason : String(error));
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  });
  return {
    told,
    notWritten,
    reasons,
    async stop() {
      isStopped = true;
      await Promise.all(adding);
    },
  };
}

/**
 * A server with a standby that has to confirm each commit, and a store that reaches the server by a name of
 * its own.
 */
async function replicated(settings: readonly string[] = []) {
  // Off, as some hosts have it: then a commit would not wait for the standby either.
  const primary = await startPostgres({ settings: ['synchronous_commit = off', ...settings] });
  onTestFinished(() => primary.close());
  const standby = await primary.createStandby('second');
  onTestFinished(() => standby.close());
  await requireStandby(primary);
  const name = await startForwarder(primary.port);
  onTestFinished(() => name.close());
  const url = new URL(await primary.createDatabase());
  url.port = String(name.port);
  const place = { dataDir: await temporaryDir(), databaseUrl: new Secret(url.href), key: testKey };
  const database = await openTestStore({ ...place, timeoutMs: 2000 });
  return { primary, standby, name, database, databaseName: url.pathname.slice(1) };
}

async function requireStandby(primary: PostgresServer): Promise<void> {
  await primary.query(`alter system set synchronous_standby_names = 'second'`);
  await primary.query('select pg_reload_conf()');
  const sql = `select 1 from pg_stat_replication where sync_state = 'sync'`;
  await untilTrue(async () => (await primary.query(sql)).length > 0);
}

const promote = (standby: PostgresServer) => standby.query('select pg_promote(true, 30)');

describe.skipIf(noPostgres !== undefined)('a server with a standby', { timeout: 120_000 }, () => {
  test('that is killed and replaced by it while sign-ups come loses none that was accepted', async () => {
    const { primary, standby, name, database } = await replicated();
    const load = addAllTheTime(database);
    await untilTrue(() => load.told.length > 300);
    await primary.kill();
    const before = load.told.length;
    await promote(standby);
    name.leadTo(standby.port);
    await untilTrue(() => load.told.length > before + 300);
    await load.stop();

    const kept = new Set(await idsIn(database));
    expect(load.told.filter((id) => !kept.has(id))).toEqual([]);
    expect(load.notWritten.filter((id) => kept.has(id))).toEqual([]);
    expect([...load.reasons].filter((reason) => !passing.includes(reason))).toEqual([]);
  });

  test('that still runs when the standby takes over accepts nothing that the standby does not have', async () => {
    const { standby, name, database } = await replicated();
    const load = addAllTheTime(database);
    await untilTrue(() => load.told.length > 300);
    await promote(standby);
    // Those whose commit the standby had confirmed are told so; all later ones wait in vain.
    await untilTrue(() => load.reasons.size > 0);
    const before = load.told.length;
    name.leadTo(standby.port);
    await untilTrue(() => load.told.length > before + 300);
    await load.stop();

    const kept = new Set(await idsIn(database));
    expect(load.told.filter((id) => !kept.has(id))).toEqual([]);
    expect(load.notWritten.filter((id) => kept.has(id))).toEqual([]);
    expect([...load.reasons].filter((reason) => !passing.includes(reason))).toEqual([]);
  });

  test('whose wait for the standby is ended by hand does not count as stored', async () => {
    // Also where the server is told to keep such warnings to itself.
    const { primary, standby, database } = await replicated(['client_min_messages = error']);
    await addSignup(database);
    await standby.stopAbruptly();
    const adding = addSignup(database).catch((error: unknown) => error);
    const waiting = `from pg_stat_activity where wait_event = 'SyncRep'`;
    await untilTrue(async () => (await primary.query(`select 1 ${waiting}`)).length > 0);
    await primary.query(`select pg_cancel_backend(pid) ${waiting}`);
    expect(await adding).toMatchObject({ reason: 'not_replicated', outcome: 'unknown' });
    // The server itself could not be closed while a commit waits.
    await primary.query(`alter system set synchronous_standby_names = ''`);
    await primary.query('select pg_reload_conf()');
    await addSignup(database);
  });

  test('leaves open what becomes of a commit whose connection breaks', async () => {
    const { primary, standby, name, database } = await replicated();
    await standby.freeze('SIGSTOP');
    const row = signupRow();
    const adding = database.write([{ into: signups, rows: [row] }]).catch((error: unknown) => error);
    const waiting = `select 1 from pg_stat_activity where wait_event = 'SyncRep'`;
    await untilTrue(async () => (await primary.query(waiting)).length > 0);
    name.leadTo(primary.port);
    expect(await adding).toMatchObject({ reason: 'lost_connection', outcome: 'unknown' });
    await standby.freeze('SIGCONT');
    // It was stored, as the standby confirms now.
    await untilTrue(async () => (await idsIn(database)).includes(row.id));
  });

  test('that is reached before it takes over answers reads, and says why it takes no writes', async () => {
    const { standby, name, database, databaseName } = await replicated();
    await untilTrue(() =>
      standby.query('select from migrations', databaseName).then(
        ([row]) => row !== undefined,
        () => false,
      ),
    );
    name.leadTo(standby.port);
    await expect(untilOther(database, 'lost_connection')).resolves.toMatchObject({
      reason: 'read_only',
      outcome: 'not_written',
    });
    expect(await idsIn(database)).toEqual([]);
    await promote(standby);
    const id = await addSignup(database);
    expect(await idsIn(database)).toEqual([id]);
  });
});

/** The first failure that has another reason. */
async function untilOther(database: Database, reason: string): Promise<unknown> {
  for (;;) {
    const failure: unknown = await addSignup(database).catch((error: unknown) => error);
    if (!(failure instanceof StoreUnavailable) || failure.reason !== reason) return failure;
  }
}

const passing = ['lost_connection', 'timed_out', 'not_replicated', 'exhausted', 'read_only'];

test('of several hosts in the URL none is chosen in silence', async () => {
  const databaseUrl = new Secret('postgres://u:p@one.example:5432,two.example:5432/x');
  const opening = openTestStore({ dataDir: await temporaryDir(), databaseUrl, key: testKey });
  await expect(opening).rejects.toThrow('DATABASE_URL must look like postgres://user:password@host:5432/');
});

describe.skipIf(noPooler !== undefined)('a pooler in transaction mode', () => {
  test('gets its connections back as they were', async () => {
    const server = await startPostgres({ settings: ['synchronous_commit = off'] });
    onTestFinished(() => server.close());
    const pooler = await startPgBouncer(server);
    onTestFinished(() => pooler.close());
    const databaseUrl = new Secret(pooler.through(await server.createDatabase()));
    const database = await openTestStore({ dataDir: await temporaryDir(), databaseUrl, key: testKey });
    const setting = sameSql(`
      select current_setting('synchronous_commit') as durable, current_setting('lock_timeout') as locks,
        (select count(*) from pg_locks where locktype = 'advisory') as advisory,
        (select count(*) from pg_prepared_statements) as prepared`);
    const [inside] = await database.write([{ sql: setting }]);
    expect(inside?.rows).toMatchObject([{ durable: 'on', locks: '2s' }]);
    await Promise.all(Array.from({ length: 50 }, () => addSignup(database)));
    for (let look = 0; look < 10; look++) {
      expect(await database.read({ sql: setting })).toEqual([
        { durable: 'off', locks: '0', advisory: 0, prepared: 0 },
      ]);
    }
  });
});
