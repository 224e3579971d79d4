import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startPostgres, whyNoPostgres, type PostgresServer } from '../../helpers/server/postgres.ts';
import {
  addSignup,
  idsIn,
  openTestStore,
  readSignups,
  signupRow,
  testKey,
} from '../../helpers/server/store.ts';
import { directoryInMemory } from '../../helpers/server/temporary-dir.ts';
import { sameSql, Unreadable, type Database } from '../../../server/store/database.ts';
import { StoreUnavailable } from '../../../server/store/errors.ts';
import { Leases } from '../../../server/store/leases.ts';
import { storeId } from '../../../server/store/maintenance.ts';
import { cancelMove, moveStore } from '../../../server/store/moving/move.ts';
import { Seen } from '../../../server/store/seen.ts';
import { ServerSecrets } from '../../../server/store/secrets/server-secrets.ts';
import { deadLetters, movedTables, settings } from '../../../server/store/tables.ts';
import { Secret } from '../../../server/system/secret.ts';

const noPostgres = whyNoPostgres();
if (noPostgres !== undefined) process.stderr.write(`Skipped: moves from and to PostgreSQL. ${noPostgres}.\n`);

let server: PostgresServer | undefined;
beforeAll(async () => {
  if (noPostgres === undefined) server = await startPostgres();
}, 60_000);
afterAll(() => server?.close());

type Engine = 'sqlite' | 'postgres';

async function newPlace(engine: Engine, key = testKey) {
  const databaseUrl = engine === 'postgres' ? new Secret((await server?.createDatabase()) ?? '') : undefined;
  return { dataDir: await directoryInMemory(), databaseUrl, key };
}

const nextKey = new Secret('the key of the new place');

/** An original with some of everything, and an empty place with another key. */
async function twoPlaces(fromEngine: Engine, toEngine: Engine) {
  const fromPlace = await newPlace(fromEngine);
  const toPlace = await newPlace(toEngine, nextKey);
  const from = await openTestStore({ ...fromPlace, forMove: true });
  const to = await openTestStore({ ...toPlace, forMove: true });
  return { fromPlace, toPlace, from, to };
}

const seenIn = (database: Database) => new Seen({ database, key: new Uint8Array(32) });

/** Fails for good at the write with this number. */
function failingAt(database: Database, write: number): Database {
  let writes = 0;
  return new Proxy(database, {
    get(target, name) {
      if (name === 'write' && ++writes >= write)
        return () => Promise.reject(new StoreUnavailable('lost_connection'));
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

const directions: readonly (readonly [Engine, Engine])[] = [
  ['sqlite', 'postgres'],
  ['postgres', 'sqlite'],
  ['sqlite', 'sqlite'],
];

describe.each(directions)('a store that is moved from %s to %s', { timeout: 60_000 }, (...engines) => {
  const it = engines.includes('postgres') && noPostgres !== undefined ? test.skip : test;

  it('has everything in its new place, sealed with the key there, and in its order', async () => {
    const { fromPlace, toPlace, from, to } = await twoPlaces(...engines);
    const ids = await Promise.all(Array.from({ length: 1203 }, () => addSignup(from)));
    const letter = { ...signupRow({ payload: { note: 'ä\u0000😀' } }), reason: 'invalid', failed_at: 5 };
    const setting = { name: 'colour', changed_at: 1, payload: ['red'] };
    await from.write([
      { into: deadLetters, rows: [letter] },
      { into: settings, rows: [setting] },
      seenIn(from).mark(['signup', 'a'], ['proof', 'b']),
      {
        sql: sameSql(
          `insert into pauses (id, until, failures, reason, changed_at) values ('main', 9, 2, 'down', 1)`,
        ),
      },
    ]);
    const secret = await new ServerSecrets({ database: from }).get('challenge');
    const held = await new Leases({ database: from, owner: 'old' }).look('main');

    const moved = await moveStore({ from, to });
    expect(moved).toMatchObject({
      signups: 1203,
      dead_letters: 1,
      secrets: 1,
      settings: 1,
      pauses: 1,
    });
    await to.close();
    await from.close();
    await expect(openTestStore(fromPlace)).rejects.toThrow('This store was moved to another database');

    const copy = await openTestStore(toPlace);
    const rows = await readSignups(copy);
    expect(rows.map(({ id }) => id)).toEqual(ids);
    expect(
      rows.every(({ id, payload }) => (payload as { email: string }).email === `${String(id)}@example.com`),
    ).toBe(true);
    expect(new Set(rows.map((row) => row['key_id']))).toEqual(new Set([copy.keyId]));
    const [movedLetter] = await copy.read({ sql: sameSql('select * from dead_letters'), opens: deadLetters });
    expect(movedLetter).toMatchObject({ id: letter.id, reason: 'invalid', payload: { note: 'ä\u0000😀' } });
    expect(await seenIn(copy).has('signup', 'a')).toBe(true);
    expect(await seenIn(copy).has('proof', 'b')).toBe(true);
    expect(Buffer.from(await new ServerSecrets({ database: copy }).get('challenge')).equals(secret)).toBe(
      true,
    );
    const taken = await new Leases({ database: copy, owner: 'new' }).look('main');
    expect(taken?.epoch).toBeGreaterThan(held?.epoch ?? Infinity);
    const original = await openTestStore({ ...fromPlace, forMove: true });
    expect(await storeId(copy)).not.toBe(await storeId(original));
  });

  it('is moved to the end by the same call, wherever it was interrupted', async () => {
    const { fromPlace, toPlace, from, to } = await twoPlaces(...engines);
    const ids = await Promise.all(Array.from({ length: 1100 }, () => addSignup(from)));
    await from.write([seenIn(from).mark(['signup', 'a'])]);
    await new ServerSecrets({ database: from }).get('challenge');
    /** Which store fails at which of its writes. */
    const cuts: readonly (readonly ['from' | 'to', number])[] = [
      ['to', 1],
      ['from', 1],
      ['to', 1],
      ['to', 2],
      ['to', 3],
      // All is copied, and the original is not sealed.
      ['from', 1],
      ['to', 1],
      ['to', 2],
      // The original is sealed, and the copy is not open yet.
      ['to', 3],
    ];
    const usable: number[] = [];
    for (const [failing, write] of cuts) {
      const stores = failing === 'from' ? { from: failingAt(from, write) } : { to: failingAt(to, write) };
      await expect(moveStore({ from, to, ...stores })).rejects.toThrow(StoreUnavailable);
      const opened = await Promise.allSettled([openTestStore(fromPlace), openTestStore(toPlace)]);
      usable.push(opened.filter(({ status }) => status === 'fulfilled').length);
    }
    // Before anything has begun both, then the original, then none until the move is finished.
    expect(usable).toEqual([2, 1, 0, 0, 0, 0, 0, 0, 0]);
    expect(await moveStore({ from, to })).toMatchObject({ signups: 1100 });
    await expect(openTestStore(fromPlace)).rejects.toThrow('This store was moved to another database');
    expect(await moveStore({ from, to })).toMatchObject({ signups: 1100 });
    const copy = await openTestStore(toPlace);
    expect(await idsIn(copy)).toEqual(ids);
    expect(await seenIn(copy).has('signup', 'a')).toBe(true);
  });

  it('takes and delivers nothing in its old place any more, and has lost nothing that was accepted', async () => {
    const { fromPlace, from, to } = await twoPlaces(...engines);
    const running = await openTestStore(fromPlace);
    const leases = new Leases({ database: running, owner: 'old' });
    await leases.look('main');
    const told: string[] = [];
    const adding = Array.from({ length: 8 }, async () => {
      for (;;) told.push(await addSignup(running));
    }).map((loop) => loop.catch((error: unknown) => error));
    while (told.length < 100) await new Promise((resolve) => setTimeout(resolve, 5));
    await moveStore({ from, to });
    for (const failure of await Promise.all(adding)) {
      expect(failure).toMatchObject({
        name: 'StoreUnavailable',
        reason: 'read_only',
        outcome: 'not_written',
      });
    }
    expect((await idsIn(to)).sort()).toEqual(told.sort());
    for (const text of ['delete from signups', 'delete from signups returning id']) {
      const write = running.write([{ sql: sameSql(text) }]);
      await expect(write).rejects.toMatchObject({ name: 'StoreUnavailable', reason: 'read_only' });
    }
    await expect(leases.look('main')).rejects.toThrow(StoreUnavailable);
  });

  it('goes on in its old place when the move is given up', async () => {
    const { fromPlace, from, to } = await twoPlaces(...engines);
    const id = await addSignup(from);
    await expect(moveStore({ from, to: failingAt(to, 2) })).rejects.toThrow(StoreUnavailable);
    await expect(openTestStore(fromPlace)).rejects.toThrow('is being moved');
    await cancelMove(from);
    const again = await openTestStore(fromPlace);
    const next = await addSignup(again);
    expect(await idsIn(again)).toEqual([id, next]);
    await expect(cancelMove(from)).rejects.toThrow('No unfinished move');
  });
});

test('a row that no key opens is moved as it is, and waits for its key there', async () => {
  const place = await newPlace('sqlite');
  const before = await openTestStore({ ...place, key: new Secret('a lost key') });
  const [one, two] = [await addSignup(before), await addSignup(before)];
  await before.close();
  const from = await openTestStore({ ...place, forMove: true });
  const three = await addSignup(from);
  const toPlace = await newPlace('sqlite', nextKey);
  const to = await openTestStore({ ...toPlace, forMove: true });
  await moveStore({ from, to });
  const rows = await readSignups(to);
  expect(rows.map(({ id }) => id)).toEqual([one, two, three]);
  expect(rows[0]?.['payload']).toEqual(new Unreadable('unknown_key', before.keyId));
  await to.close();
  const found = await openTestStore({ ...toPlace, previousKeys: [new Secret('a lost key')] });
  expect((await readSignups(found))[1]).toMatchObject({ id: two, payload: { email: `${two}@example.com` } });
});

test('a place that is in use is not moved to, nor the same store, nor a second place', async () => {
  const { from, to } = await twoPlaces('sqlite', 'sqlite');
  await addSignup(from);
  await expect(moveStore({ from, to: from })).rejects.toThrow('the same store');
  const used = await openTestStore(await newPlace('sqlite'));
  await new ServerSecrets({ database: used }).get('challenge');
  await expect(moveStore({ from, to: used })).rejects.toThrow('not empty: it has rows in secrets');
  // That was found before anything was closed.
  await addSignup(from);
  await moveStore({ from, to });
  const other = await openTestStore({ ...(await newPlace('sqlite')), forMove: true });
  await expect(moveStore({ from, to: other })).rejects.toThrow('to another database than this one');
  await expect(moveStore({ from: to, to: from })).rejects.toThrow('belongs to another move');
});

test('no table is forgotten by a move', async () => {
  const database = await openTestStore(await newPlace('sqlite'));
  const rows = await database.read({
    sql: sameSql(`select name from sqlite_schema where type = 'table' and name not like 'sqlite%'`),
  });
  const otherwise = ['cached_reports', 'leases', 'meta', 'migrations', 'quotas', 'seen'];
  expect(rows.map(({ name }) => name).sort()).toEqual(
    [...movedTables.map(({ name }) => name), ...otherwise].sort(),
  );
});
