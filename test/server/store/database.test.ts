import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startPgBouncer, whyNoPgBouncer, type Pooler } from '../../helpers/server/pgbouncer.ts';
import { directoryInMemory } from '../../helpers/server/temporary-dir.ts';
import { startPostgres, whyNoPostgres, type PostgresServer } from '../../helpers/server/postgres.ts';
import {
  addSignup,
  idsIn,
  openTestStore,
  readSignups,
  signupRow,
  testKey,
} from '../../helpers/server/store.ts';
import { sameSql, Unreadable, type Database, type Statement } from '../../../server/store/database.ts';
import {
  AlreadySeen,
  ConstraintViolated,
  ExpectationFailed,
  StoreUnavailable,
} from '../../../server/store/errors.ts';
import { migrations } from '../../../server/store/migrations.ts';
import type { StoreOptions } from '../../../server/store/open-store.ts';
import { Seen, bucketMs, bucketOf, keptBuckets } from '../../../server/store/seen.ts';
import { ServerSecrets } from '../../../server/store/secrets/server-secrets.ts';
import { settings, signups } from '../../../server/store/tables.ts';
import { Secret } from '../../../server/system/secret.ts';

type Engine = 'sqlite' | 'postgres' | 'postgres behind PgBouncer';

const noPostgres = whyNoPostgres();
/** Why a test is skipped. */
const missing: Readonly<Partial<Record<Engine, string | undefined>>> = {
  postgres: noPostgres,
  'postgres behind PgBouncer': noPostgres ?? whyNoPgBouncer(),
};
for (const [engine, why] of Object.entries(missing)) {
  if (why !== undefined) process.stderr.write(`Skipped: the store on ${engine}. ${why}.\n`);
}

let server: PostgresServer | undefined;
let pooler: Pooler | undefined;
beforeAll(async () => {
  if (noPostgres === undefined) server = await startPostgres();
  if (server && whyNoPgBouncer() === undefined) pooler = await startPgBouncer(server);
}, 60_000);
afterAll(async () => {
  await pooler?.close();
  await server?.close();
});

/** Where a test's databases are: as many handles on it as the test opens. */
type Place = Pick<StoreOptions, 'dataDir' | 'databaseUrl' | 'key'>;

async function newPlace(engine: Engine): Promise<Place> {
  const dataDir = await directoryInMemory();
  if (engine === 'sqlite') return { dataDir, key: testKey };
  const url = (await server?.createDatabase()) ?? '';
  const reached = engine === 'postgres' ? url : pooler?.through(url);
  return { dataDir, key: testKey, databaseUrl: new Secret(reached ?? '') };
}

const insertTwice: Statement = { sql: sameSql(`insert into meta (name, value) values ('twice', 'x')`) };

const engines: readonly Engine[] = ['sqlite', 'postgres', 'postgres behind PgBouncer'];
describe.each(engines)('a store on %s', (engine) => {
  const it = missing[engine] === undefined ? test : test.skip;

  it('keeps what was written when it is opened again', async () => {
    const place = await newPlace(engine);
    const first = await openTestStore(place);
    const id = await addSignup(first, { payload: { email: 'ada@example.com', note: 'ä\u0000😀' } });
    await first.close();

    const again = await openTestStore(place);
    const [row] = await readSignups(again);
    expect(row).toEqual({
      id,
      key_id: again.keyId,
      payload: { email: 'ada@example.com', note: 'ä\u0000😀' },
    });
  });

  it('gives rows their numbers in the order in which they were added', async () => {
    const database = await openTestStore(await newPlace(engine));
    const rows = Array.from({ length: 300 }, () => signupRow());
    const beside: Statement = { sql: sameSql('update signups set attempts = 1 where id = ?'), params: ['x'] };
    const statementsOf = (row: (typeof rows)[number], at: number) => [
      { into: signups, rows: [row] },
      ...(at % 50 === 20 ? [beside] : []),
    ];
    await Promise.all(rows.map((row, at) => database.write(statementsOf(row, at))));
    expect(await idsIn(database)).toEqual(rows.map(({ id }) => id));
  });

  it('never gives the number of a deleted row to another one', async () => {
    const database = await openTestStore(await newPlace(engine));
    await addSignup(database);
    const last = sameSql('select max(seq) as seq from signups');
    const [before] = await database.read({ sql: last });
    await database.write([{ sql: sameSql('delete from signups') }]);
    await addSignup(database);
    const [after] = await database.read({ sql: last });
    expect(Number(after?.['seq'])).toBeGreaterThan(Number(before?.['seq']));
  });

  it('does all of a write or nothing of it', async () => {
    const database = await openTestStore(await newPlace(engine));
    const row = signupRow();
    const write = database.write([{ into: signups, rows: [row] }, insertTwice, insertTwice]);
    await expect(write).rejects.toThrow(ConstraintViolated);
    expect(await idsIn(database)).toEqual([]);
  });

  it('knows a violated constraint also in a statement that returns rows', async () => {
    const database = await openTestStore(await newPlace(engine));
    const sql = sameSql(`insert into meta (name, value) values ('once', 'x') returning name`);
    await database.write([{ sql }]);
    await expect(database.write([{ sql }])).rejects.toMatchObject({
      name: 'ConstraintViolated',
      kind: 'unique',
    });
  });

  it('says how many rows each statement affected, and gives back what it returns', async () => {
    const database = await openTestStore(await newPlace(engine));
    const results = await database.write([
      { into: signups, rows: [signupRow(), signupRow()] },
      { sql: sameSql('update signups set attempts = ? returning attempts'), params: [3] },
      { sql: sameSql('delete from signups') },
    ]);
    expect(results.map(({ count }) => count)).toEqual([2, 2, 2]);
    expect(results[1]?.rows).toEqual([{ attempts: 3 }, { attempts: 3 }]);
  });

  it('leaves rows alone that are there already where it is asked to', async () => {
    const database = await openTestStore(await newPlace(engine));
    const row = signupRow();
    const write = () => database.write([{ into: signups, rows: [row], ifNew: true }]);
    const counts = (await Promise.all([write(), write(), write()])).map(([result]) => result?.count);
    expect(counts.sort()).toEqual([0, 0, 1]);
  });

  it('takes every value of a column as it is', async () => {
    const database = await openTestStore(await newPlace(engine));
    const person = Uint8Array.from({ length: 256 }, (_, at) => at);
    await addSignup(database, { person, form: `"'\\\n,{}é😀`, due: Number.MAX_SAFE_INTEGER });
    const [row] = await database.read({ sql: sameSql('select person, form, due from signups') });
    expect(row?.['form']).toBe(`"'\\\n,{}é😀`);
    expect(row?.['due']).toBe(Number.MAX_SAFE_INTEGER);
    expect(Buffer.from(row?.['person'] as Uint8Array).equals(person)).toBe(true);
  });

  it('takes no bytes for bytes, and not for null, in a statement as in a row', async () => {
    const database = await openTestStore(await newPlace(engine));
    await addSignup(database);
    const [result] = await database.write([
      { sql: sameSql('update signups set person = ? returning person'), params: [new Uint8Array()] },
    ]);
    const [row] = await database.read({
      sql: sameSql('select person from signups where person = ?'),
      params: [new Uint8Array()],
    });
    for (const found of [result?.rows[0], row])
      expect(Buffer.from(found?.['person'] as Uint8Array)).toHaveLength(0);
  });

  it.each([
    ['a NUL in a text', { form: 'a\u0000b' }],
    ['half a surrogate pair', { form: '\ud800' }],
    ['a number that is not whole', { due: 1.5 }],
    ['a number beyond what is exact', { due: 2 ** 53 }],
    ['a missing value', { form: undefined }],
    ['a text where bytes are stored', { person: 'text' }],
    ['a sealed value that is not JSON', { payload: undefined }],
  ])('refuses %s before it reaches the database', async (_name, changes) => {
    const database = await openTestStore(await newPlace(engine));
    await expect(addSignup(database, changes)).rejects.toThrow(TypeError);
    await addSignup(database);
  });

  describe('when callers share a commit', () => {
    it('fails the one whose row is there already, and keeps the others', async () => {
      const database = await openTestStore(await newPlace(engine));
      const taken = signupRow();
      await database.write([{ into: signups, rows: [taken] }]);
      const rows = Array.from({ length: 64 }, (_, at) =>
        at === 40 ? signupRow({ id: taken.id }) : signupRow(),
      );
      const outcomes = await Promise.allSettled(
        rows.map((row) => database.write([{ into: signups, rows: [row] }])),
      );
      expect(outcomes.flatMap(({ status }, at) => (status === 'rejected' ? [at] : []))).toEqual([40]);
      expect(outcomes[40]).toMatchObject({ reason: { name: 'ConstraintViolated', kind: 'unique' } });
      expect((await idsIn(database)).sort()).toEqual(
        [...new Set([taken, ...rows].map(({ id }) => id))].sort(),
      );
    });

    it('fails the one whose expectation is not met, and keeps the others', async () => {
      const database = await openTestStore(await newPlace(engine));
      const [kept, other] = [signupRow(), signupRow()];
      const nothing: Statement = {
        sql: sameSql('update signups set attempts = 1 where id = ?'),
        params: ['x'],
        expect: 1,
      };
      const outcomes = await Promise.allSettled([
        database.write([{ into: signups, rows: [kept] }]),
        database.write([{ into: signups, rows: [signupRow()] }, nothing]),
        database.write([{ into: signups, rows: [other] }]),
      ]);
      expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect(outcomes[1]).toMatchObject({ reason: { index: 1, expected: 1, found: 0 } });
      expect((await idsIn(database)).sort()).toEqual([kept.id, other.id].sort());
    });

    it('stores one of two that add the same row at once', async () => {
      const database = await openTestStore(await newPlace(engine));
      const row = signupRow();
      const others = Array.from({ length: 20 }, () => addSignup(database));
      const outcomes = await Promise.allSettled([
        ...[1, 2].map(() => database.write([{ into: signups, rows: [row] }])),
        ...others,
      ]);
      expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(1);
      expect(await idsIn(database)).toHaveLength(21);
    });

    it('fails the one with a statement that makes no sense, and keeps the others', async () => {
      const database = await openTestStore(await newPlace(engine));
      const outcomes = await Promise.allSettled([
        addSignup(database),
        database.write([{ sql: sameSql('insert into nowhere values (1)') }]),
        addSignup(database),
      ]);
      expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect(await idsIn(database)).toHaveLength(2);
    });

    it('tells the truth about each of many, whatever they do', async () => {
      // Hundreds of round trips; how long they take is not what this is about.
      const database = await openTestStore({ ...(await newPlace(engine)), timeoutMs: 60_000 });
      const known = await addSignup(database);
      const stored: string[] = [known];
      await Promise.all(
        Array.from({ length: 400 }, async (_, at) => {
          const row = signupRow();
          const faults: Statement[] = [
            { sql: sameSql('update signups set attempts = 1 where id = ?'), params: ['none'], expect: 1 },
            { sql: sameSql('update signups set id = ? where id = ?'), params: [known, row.id] },
          ];
          const fault = at % 7 === 0 ? faults[at % 2] : undefined;
          try {
            await database.write([{ into: signups, rows: [row] }, ...(fault ? [fault] : [])]);
            stored.push(row.id);
          } catch (error) {
            if (error instanceof StoreUnavailable) throw error;
          }
        }),
      );
      expect((await idsIn(database)).sort()).toEqual(stored.sort());
    });
  });

  it('refuses more callers than may wait, and serves those that came first', async () => {
    const database = await openTestStore({ ...(await newPlace(engine)), maxWaiting: 50 });
    const outcomes = await Promise.allSettled(Array.from({ length: 60 }, () => addSignup(database)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(50);
    expect(outcomes[55]).toMatchObject({ reason: { reason: 'too_many_waiting', outcome: 'not_written' } });
    expect(await idsIn(database)).toHaveLength(50);
  });

  it('takes acknowledgements where it refuses sign-ups because of the crowd', async () => {
    const database = await openTestStore({ ...(await newPlace(engine)), maxWaiting: 10 });
    const adding = Promise.allSettled(Array.from({ length: 12 }, () => addSignup(database)));
    await database.write([{ sql: sameSql('delete from dead_letters') }], { settling: true });
    await adding;
  });

  it('finishes what waits when it is closed, and takes nothing more', async () => {
    const place = await newPlace(engine);
    const database = await openTestStore(place);
    const adding = Promise.all(Array.from({ length: 500 }, () => addSignup(database)));
    const closed = database.close();
    await expect(addSignup(database)).rejects.toMatchObject({ reason: 'closed' });
    await closed;
    await adding;
    expect(await idsIn(await openTestStore(place))).toHaveLength(500);
  });

  it('serves two handles that write to one database at once', async () => {
    const place = await newPlace(engine);
    const [one, two] = [await openTestStore(place), await openTestStore(place)];
    const adding = [one, two].flatMap((database) => Array.from({ length: 300 }, () => addSignup(database)));
    const ids = await Promise.all(adding);
    expect((await idsIn(one)).sort()).toEqual(ids.sort());
    expect(await idsIn(two)).toHaveLength(600);
  });

  it('can be opened by several at once when it is new', async () => {
    const place = await newPlace(engine);
    const databases = await Promise.all([1, 2, 3].map(() => openTestStore(place)));
    const ids = await Promise.all(databases.map((database) => addSignup(database)));
    expect((await idsIn(databases[0] ?? (await openTestStore(place)))).sort()).toEqual(ids.sort());
    const versions = await databases[1]?.read({
      sql: sameSql('select version from migrations order by version'),
    });
    expect(versions).toEqual(migrations.map(({ version }) => ({ version })));
  });

  it('refuses a database from a newer version by name', async () => {
    const place = await newPlace(engine);
    const database = await openTestStore(place);
    await database.write([
      { sql: sameSql(`insert into migrations (version, name, applied_at) values (99, 'receipts', 0)`) },
    ]);
    await database.close();
    await expect(openTestStore(place)).rejects.toThrow(
      `its schema is 99 (receipts), this program knows ${migrations.length}`,
    );
  });

  describe('seals', () => {
    it('what is personal, so that the database holds none of it', async () => {
      const database = await openTestStore(await newPlace(engine));
      await addSignup(database, { payload: { email: 'ada@example.com' } });
      const [row] = await database.read({ sql: sameSql('select payload from signups') });
      expect(Buffer.from(row?.['payload'] as Uint8Array).toString('latin1')).not.toContain('ada@');
    });

    it('each value for its own row: copied to another one it does not open', async () => {
      const database = await openTestStore(await newPlace(engine));
      const [one, two] = [await addSignup(database), await addSignup(database)];
      await database.write([
        {
          sql: sameSql(
            'update signups set payload = (select payload from signups where id = ?) where id = ?',
          ),
          params: [one, two],
        },
      ]);
      const rows = await readSignups(database);
      expect(rows[0]?.['payload']).toEqual({ email: `${one}@example.com` });
      expect(rows[1]?.['payload']).toEqual(new Unreadable('damaged', database.keyId));
    });

    it('each value for its own table, and with a nonce of its own', async () => {
      const database = await openTestStore(await newPlace(engine));
      const [id, payload] = ['the same', { same: true }];
      const setting = { name: id, changed_at: 1, payload };
      await database.write([
        { into: signups, rows: [signupRow({ id, payload }), signupRow({ payload })] },
        { into: settings, rows: [setting] },
      ]);
      const sealed = await database.read({ sql: sameSql('select payload from signups') });
      const nonces = sealed.map((row) => Buffer.from(row['payload'] as Uint8Array).toString('hex', 1, 13));
      expect(new Set(nonces).size).toBe(2);
      await database.write([
        {
          sql: sameSql(
            'update settings set payload = (select payload from signups where id = ?) where name = ?',
          ),
          params: [id, id],
        },
      ]);
      const [row] = await database.read({
        sql: sameSql('select name, key_id, payload from settings'),
        opens: settings,
      });
      expect(row?.['payload']).toEqual(new Unreadable('damaged', database.keyId));
    });

    it('with a key that may be unknown later: the row waits, and says which key it needs', async () => {
      const place = await newPlace(engine);
      const before = await openTestStore(place);
      const id = await addSignup(before);
      await before.close();

      const key = new Secret('another key');
      const without = await openTestStore({ ...place, key });
      expect(await readSignups(without)).toEqual([
        { id, key_id: before.keyId, payload: new Unreadable('unknown_key', before.keyId) },
      ]);
      await without.close();

      const rotating = await openTestStore({ ...place, key, previousKeys: [testKey] });
      expect(rotating.keyId).not.toBe(before.keyId);
      expect(rotating.keyIds).toContain(before.keyId);
      expect(await readSignups(rotating)).toMatchObject([{ payload: { email: `${id}@example.com` } }]);
    });

    it('values of single statements too', async () => {
      const database = await openTestStore(await newPlace(engine));
      const id = 'colour';
      await database.write([
        {
          sql: sameSql('insert into settings (name, changed_at, key_id, payload) values (?, ?, ?, ?)'),
          params: [id, 1, database.keyId, { seal: ['red', null, 1.5], table: settings, id }],
        },
      ]);
      const read: Statement = { sql: sameSql('select name, key_id, payload from settings'), opens: settings };
      expect(await database.read(read)).toMatchObject([{ payload: ['red', null, 1.5] }]);
    });
  });

  describe('knows what it has seen', () => {
    const key = new Uint8Array(32);

    it('and stores one of two that show the same proof', async () => {
      const place = await newPlace(engine);
      const [one, two] = [await openTestStore(place), await openTestStore(place)];
      const outcomes = await Promise.allSettled(
        [one, two, one, two, one].map((database) => {
          const seen = new Seen({ database, key });
          return database.write([seen.mark(['proof', 'abc']), { into: signups, rows: [signupRow()] }]);
        }),
      );
      const rejected = outcomes.filter(({ status }) => status === 'rejected');
      expect(rejected).toHaveLength(4);
      for (const outcome of rejected) expect(outcome).toMatchObject({ reason: { name: 'AlreadySeen' } });
      expect(await idsIn(one)).toHaveLength(1);
    });

    it('in whichever process and after a restart', async () => {
      const place = await newPlace(engine);
      const first = await openTestStore(place);
      const seen = new Seen({ database: first, key });
      await first.write([seen.mark(['signup', 'a'], ['proof', 'b'])]);
      const second = new Seen({ database: await openTestStore(place), key });
      await first.close();
      expect(await second.has('signup', 'a')).toBe(true);
      expect(await second.has('proof', 'b')).toBe(true);
      expect(await second.has('proof', 'a')).toBe(false);
    });

    it('but not what was in a write that failed', async () => {
      const database = await openTestStore(await newPlace(engine));
      const seen = new Seen({ database, key });
      const outcomes = await Promise.allSettled([
        database.write([seen.mark(['proof', 'x']), insertTwice, insertTwice]),
        database.write([seen.mark(['proof', 'y'])]),
      ]);
      expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
      expect(await seen.has('proof', 'x')).toBe(false);
      await database.write([seen.mark(['proof', 'x'])]);
      expect(await seen.has('proof', 'y')).toBe(true);
    });

    it('in either of two proxies that show one proof on both sides of a bucket’s end', async () => {
      const place = await newPlace(engine);
      const border = Math.ceil(Date.now() / bucketMs) * bucketMs;
      const marks = await Promise.all(
        [border - 1, border + 1].map(async (nowMs) => {
          const database = await openTestStore(place);
          return database.write([new Seen({ database, key, now: () => nowMs }).mark(['proof', 'z'])]).then(
            () => 'stored',
            (error: unknown) => (error instanceof AlreadySeen ? 'seen' : error),
          );
        }),
      );
      expect(marks.sort()).toEqual(['seen', 'stored']);
    });

    it('for ten minutes at least', async () => {
      const database = await openTestStore(await newPlace(engine));
      let now = Date.now();
      const seen = new Seen({ database, key, now: () => now });
      await database.write([seen.mark(['signup', 'a'])]);
      now += bucketMs;
      expect(await seen.has('signup', 'a')).toBe(true);
      await expect(database.write([seen.mark(['signup', 'a'])])).rejects.toThrow(AlreadySeen);
    });

    it('P8: and is not kept when its time is over', async () => {
      const place = await newPlace(engine);
      const database = await openTestStore(place);
      const marked = async (agoMs: number, text: string) =>
        database.write([new Seen({ database, key, now: () => Date.now() - agoMs }).mark(['signup', text])]);
      await marked(3 * bucketMs, 'old');
      await marked(0, 'fresh');
      const rowsIn = async (store: Database) => {
        const rows = await store.read({ sql: sameSql('select bucket from seen') });
        return rows.map(({ bucket }) => Number(bucket));
      };
      const oldest = bucketOf(Date.now()) - keptBuckets;
      expect(Math.min(...(await rowsIn(database)))).toBeLessThan(oldest);
      await database.close();
      const later = await openTestStore(place);
      await vi.waitFor(async () => {
        expect(Math.min(...(await rowsIn(later)))).toBeGreaterThanOrEqual(oldest);
      });
      expect(await rowsIn(later)).not.toEqual([]);
    });
  });

  it('makes a secret once for all proxies', async () => {
    const place = await newPlace(engine);
    const databases = [await openTestStore(place), await openTestStore(place)];
    const secrets = await Promise.all(
      databases.map((database) => new ServerSecrets({ database }).get('challenge')),
    );
    expect(secrets[0]).toHaveLength(32);
    expect(Buffer.from(secrets[0] ?? []).equals(secrets[1] ?? Buffer.of())).toBe(true);
  });

  it('does not make a secret anew where its key is missing', async () => {
    const place = await newPlace(engine);
    const before = await openTestStore(place);
    await new ServerSecrets({ database: before }).get('challenge');
    await before.close();
    const database = await openTestStore({ ...place, key: new Secret('another') });
    await expect(new ServerSecrets({ database }).get('challenge')).rejects.toThrow('OUTBOX_KEY_PREVIOUS');
  });

  it('says ExpectationFailed where a write must change a row and there is none', async () => {
    const database = await openTestStore(await newPlace(engine));
    const write = database.write([
      { sql: sameSql('delete from signups where id = ?'), params: ['x'], expect: 1 },
    ]);
    await expect(write).rejects.toThrow(ExpectationFailed);
  });
});
