import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sameSql } from '../../../server/store/database.ts';
import { Secret } from '../../../server/system/secret.ts';
import { useEngines } from '../../helpers/server/engines.ts';
import { openTestOutbox } from '../../helpers/server/outbox.ts';
import { runCommand } from '../../helpers/server/run-command.ts';
import { directoryInMemory } from '../../helpers/server/temporary-dir.ts';

const [oldKey, newKey] = ['ab'.repeat(32), 'cd'.repeat(32)];
const { engines, newPlace } = useEngines();

/** A DATA_DIR in which three sign-ups wait. */
async function usedDir(key?: string): Promise<string> {
  const dataDir = await directoryInMemory();
  const place = { dataDir, ...(key !== undefined && { key: new Secret(key) }) };
  const { add, close } = await openTestOutbox({ place });
  for (const name of ['ada', 'bob', 'cyd']) await add(name);
  await close();
  return dataDir;
}

const storeCli = (args: readonly string[], env: Readonly<Record<string, string>>) =>
  runCommand(['store', ...args], env);

describe('store backup', () => {
  it('copies the database while it is used, and the copy delivers everything with the same key', async () => {
    const dataDir = await usedDir(oldKey);
    const running = await openTestOutbox({ place: { dataDir, key: new Secret(oldKey) } });
    await running.add('dan');
    const copyDir = await directoryInMemory();
    const path = join(copyDir, 'rasa-signup.db');
    const { code, stdout } = await storeCli(['backup', path], { DATA_DIR: dataDir, OUTBOX_KEY: oldKey });
    expect(code).toBe(0);
    expect(stdout).toContain('Keep the key apart from it');
    const { drain } = await openTestOutbox({ place: { dataDir: copyDir, key: new Secret(oldKey) } });
    expect(await drain()).toEqual(['ada', 'bob', 'cyd', 'dan']);
    expect(running.outbox.counts().waiting).toBe(4);
  });

  it('overwrites nothing', async () => {
    const path = join(await directoryInMemory(), 'kept');
    await writeFile(path, 'kept');
    const { code, stderr } = await storeCli(['backup', path], { DATA_DIR: await usedDir() });
    expect({ code, stderr }).toEqual({ code: 1, stderr: `${path} exists already; name a new file.\n` });
    expect(await readFile(path, 'utf8')).toBe('kept');
  });
});

describe('store check', () => {
  it('finds a sound database sound', async () => {
    expect(await storeCli(['check'], { DATA_DIR: await usedDir() })).toEqual({
      code: 0,
      stdout: 'The database is sound.\n',
      stderr: '',
    });
  });

  it('names what is damaged, and what was sealed with another key', async () => {
    const dataDir = await usedDir(oldKey);
    const { database, due, close } = await openTestOutbox({ place: { dataDir, key: new Secret(oldKey) } });
    const [first] = await due();
    const id = first?.signup.id ?? '';
    await database.write([
      { sql: sameSql('update signups set payload = ? where id = ?'), params: [new Uint8Array(80), id] },
    ]);
    await close();
    const damaged = await storeCli(['check'], { DATA_DIR: dataDir, OUTBOX_KEY: oldKey });
    expect(damaged).toMatchObject({
      code: 1,
      stdout: '',
      stderr: `signups ${id}: its contents are damaged\n`,
    });
    const { code, stderr } = await storeCli(['check'], { DATA_DIR: dataDir, OUTBOX_KEY: newKey });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^signups: 3 rows were sealed with the key [0-9a-f]{12}, which is not given$/m);
  });
});

describe.each(engines)('store rekey on %s', (engine) => {
  it('makes the older key superfluous, and everything is delivered with the new one alone', async () => {
    const place = { ...(await newPlace(engine)), key: new Secret(oldKey) };
    const { add, close } = await openTestOutbox({ place });
    for (const name of ['ada', 'bob']) await add(name);
    await close();
    const env = {
      DATA_DIR: place.dataDir,
      OUTBOX_KEY: newKey,
      ...(place.databaseUrl && { DATABASE_URL: place.databaseUrl.reveal() }),
    };
    const { code, stdout } = await storeCli(['rekey'], { ...env, OUTBOX_KEY_PREVIOUS: oldKey });
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^Sealed \d+ rows anew with the current key\. No row needs an older key any more\.\n$/,
    );
    const after = await openTestOutbox({ place: { ...place, key: new Secret(newKey) } });
    expect(await after.drain()).toEqual(['ada', 'bob']);
  });
});

describe('a key that is given later', () => {
  it('still opens what the key file has sealed, until that is sealed anew and the file can go', async () => {
    const dataDir = await usedDir();
    const env = { DATA_DIR: dataDir, OUTBOX_KEY: newKey };
    expect((await storeCli(['check'], env)).stdout).toBe('The database is sound.\n');
    expect((await storeCli(['rekey'], env)).code).toBe(0);
    await rename(join(dataDir, 'store-key'), join(dataDir, 'gone'));
    expect((await storeCli(['check'], env)).stdout).toBe('The database is sound.\n');
  });
});

describe('store move', () => {
  it('moves what waits to another directory, closes the old one, and may be run again', async () => {
    const dataDir = await usedDir(oldKey);
    const to = join(await directoryInMemory(), 'new');
    const env = { DATA_DIR: dataDir, OUTBOX_KEY: oldKey };
    for (const _ of [1, 2]) {
      const { code, stdout } = await storeCli(['move', '--to', to], env);
      expect({ code, stdout }).toEqual({
        code: 0,
        stdout: expect.stringContaining('3 sign-ups wait in the new database') as unknown,
      });
    }
    const { drain } = await openTestOutbox({ place: { dataDir: to, key: new Secret(oldKey) } });
    expect(await drain()).toEqual(['ada', 'bob', 'cyd']);
    const { code, stderr } = await storeCli(['check'], env);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining('This store was moved to another database') as unknown,
    });
  });

  it('needs a place to move to', async () => {
    const { code, stderr } = await storeCli(['move'], { DATA_DIR: await usedDir() });
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining("required option '--to <place>' not specified") as unknown,
    });
  });
});
