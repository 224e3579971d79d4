import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { startPostgres, whyNoPostgres, type PostgresServer } from '../../helpers/server/postgres.ts';
import { addSignup, idsIn, openTestStore, quiet, readSignups, testKey } from '../../helpers/server/store.ts';
import { directoryInMemory } from '../../helpers/server/temporary-dir.ts';
import { sameSql, Unreadable, type Database } from '../../../server/store/database.ts';
import { ExpectationFailed } from '../../../server/store/errors.ts';
import { createIds } from '../../../server/store/ids.ts';
import { Leases } from '../../../server/store/leases.ts';
import { checkSealed, rekey, storeId } from '../../../server/store/maintenance.ts';
import { databaseFileName, openSqlite } from '../../../server/store/open-store.ts';
import { ServerSecrets } from '../../../server/store/secrets/server-secrets.ts';
import { settings } from '../../../server/store/tables.ts';
import { Secret } from '../../../server/system/secret.ts';

const noPostgres = whyNoPostgres();
let server: PostgresServer | undefined;
beforeAll(async () => {
  if (noPostgres === undefined) server = await startPostgres();
}, 60_000);
afterAll(() => server?.close());

describe.each(['sqlite', 'postgres'] as const)('a store on %s', (engine) => {
  const it = engine === 'postgres' && noPostgres !== undefined ? test.skip : test;
  const newPlace = async () => ({
    dataDir: await directoryInMemory(),
    ...(engine === 'postgres' && { databaseUrl: new Secret((await server?.createDatabase()) ?? '') }),
  });

  it('can be sealed with another key, so that the old one can be destroyed', async () => {
    const place = await newPlace();
    const before = await openTestStore({ ...place, key: testKey });
    const ids = await Promise.all(Array.from({ length: 1100 }, () => addSignup(before)));
    const secret = await new ServerSecrets({ database: before }).get('challenge');
    await before.close();

    const key = new Secret('the next key');
    const rotating = await openTestStore({ ...place, key, previousKeys: [testKey] });
    await addSignup(rotating);
    expect(await rekey(rotating)).toEqual({ rows: ids.length + 1, unreadable: 0 });
    expect(await rekey(rotating)).toEqual({ rows: 0, unreadable: 0 });
    await rotating.close();

    const after = await openTestStore({ ...place, key });
    const rows = await readSignups(after);
    expect(rows).toHaveLength(1101);
    expect(rows.every((row) => JSON.stringify(row['payload']).includes(String(row['id'])))).toBe(true);
    expect(Buffer.from(await new ServerSecrets({ database: after }).get('challenge')).equals(secret)).toBe(
      true,
    );
  });

  it('keeps what was decided while it is sealed with another key, and what no key opens', async () => {
    const place = await newPlace();
    const before = await openTestStore({ ...place, key: testKey });
    const row = (name: string, payload: unknown) => ({ name, changed_at: 1, payload });
    await before.write([{ into: settings, rows: [row('colour', 'red'), row('damaged', 'blue')] }]);
    const damaged = { sql: sameSql(`update settings set payload = ? where name = 'damaged'`) };
    await before.write([{ ...damaged, params: [new Uint8Array(60)] }]);
    await before.close();

    const database = await openTestStore({
      ...place,
      key: new Secret('the next key'),
      previousKeys: [testKey],
    });
    const late: Database = Object.assign(Object.create(database) as Database, {
      read: database.read.bind(database),
      async write(...args: Parameters<Database['write']>) {
        // Between the look of the other one and its write.
        await database.write([
          {
            sql: sameSql('update settings set key_id = ?, payload = ? where name = ?'),
            params: [database.keyId, { seal: 'green', table: settings, id: 'colour' }, 'colour'],
          },
        ]);
        return database.write(...args);
      },
      keyId: database.keyId,
    });
    expect(await rekey(late)).toEqual({ rows: 0, unreadable: 1 });
    const rows = await database.read({
      sql: sameSql('select name, key_id, payload from settings order by name'),
      opens: settings,
    });
    expect(rows).toMatchObject([
      { name: 'colour', payload: 'green' },
      { name: 'damaged', key_id: before.keyId, payload: new Unreadable('damaged', before.keyId) },
    ]);
  });

  it('that was restored has another id, and obeys no holder of a lease of the original', async () => {
    const original = await openSqlite({ dataDir: await directoryInMemory(), key: testKey, log: quiet });
    const leases = new Leases({ database: original, owner: 'original' });
    const held = await leases.look('main');
    if (!held) throw new Error('The lease was free.');
    const id = await addSignup(original);
    const dataDir = await directoryInMemory();
    await original.backUp(join(dataDir, databaseFileName));

    const copy = await openSqlite({ dataDir, key: testKey, log: quiet });
    onTestFinished(async () => {
      await Promise.all([original.close(), copy.close()]);
    });
    expect(await idsIn(copy)).toEqual([id]);
    expect(await storeId(copy)).not.toBe(await storeId(original));
    await expect(copy.write([leases.fence(held)])).rejects.toThrow(ExpectationFailed);
    await expect(original.write([leases.fence(held)])).resolves.toBeDefined();
    expect((await new Leases({ database: copy, owner: 'copy' }).look('main'))?.epoch).toBeGreaterThan(
      held.epoch,
    );
  });

  it('says which rows wait for a key, and which were changed', async () => {
    const place = await newPlace();
    const before = await openTestStore({ ...place, key: testKey });
    await addSignup(before);
    await before.close();
    const database = await openTestStore({ ...place, key: new Secret('another') });
    const [one, two] = [await addSignup(database), await addSignup(database)];
    await database.write([
      { sql: sameSql('update signups set payload = ? where id = ?'), params: [new Uint8Array(60), two] },
    ]);
    const [signups] = await checkSealed(database);
    expect(signups).toEqual({
      table: 'signups',
      rows: 3,
      unknownKeys: { [before.keyId]: 1 },
      damaged: [two],
    });
    expect(await rekey(database)).toEqual({ rows: 0, unreadable: 1 });
    expect(await idsIn(database)).toContain(one);
  });
});

test('a SQLite store can be copied while it is written to, and the copy opens with the same key', async () => {
  const dataDir = await directoryInMemory();
  const database = await openSqlite({ dataDir, log: quiet });
  onTestFinished(() => database.close());
  const id = await addSignup(database);
  const copyDir = await directoryInMemory();
  const adding = Promise.all(Array.from({ length: 200 }, () => addSignup(database)));
  await database.backUp(join(copyDir, 'rasa-signup.db'));
  await adding;
  copyFileSync(join(dataDir, 'store-key'), join(copyDir, 'store-key'));

  const copy = await openTestStore({ dataDir: copyDir });
  const ids = await idsIn(copy);
  expect(ids[0]).toBe(id);
  expect((await readSignups(copy))[0]).toMatchObject({ payload: { email: `${id}@example.com` } });
  // A file that is there already is never written over.
  const kept = join(copyDir, 'store-key');
  const content = readFileSync(kept);
  await expect(database.backUp(kept)).rejects.toThrow();
  expect(readFileSync(kept).equals(content)).toBe(true);
  expect(await database.check()).toEqual([]);
  expect(existsSync(join(dataDir, 'rasa-signup.db'))).toBe(true);
});

test('ids ascend, whatever the clock does, and none comes twice', () => {
  const times = [1000, 1000, 5000, 200, 200, 5001];
  let calls = 0;
  const newId = createIds(() => 1_700_000_000_000 + (times[calls++ % times.length] ?? 0));
  const ids = Array.from({ length: 20_000 }, newId);
  expect([...ids].sort()).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
  // RFC 9562: version 7, variant 10.
  expect(
    ids.every((id) => /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id)),
  ).toBe(true);
});
