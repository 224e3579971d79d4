import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { sameSql } from '../../../server/store/database.ts';
import { Secret } from '../../../server/system/secret.ts';
import { runCommand } from '../../helpers/server/run-command.ts';
import { startDoubleOptIn } from '../../helpers/server/double-opt-in.ts';
import { useEngines, type Engine } from '../../helpers/server/engines.ts';
import { openTestStore } from '../../helpers/server/store.ts';
import { temporaryDir } from '../../helpers/server/temporary-dir.ts';

const soon = { timeout: 20_000, interval: 50 };
const email = 'marker.ada@example.com';
const key = 'c3'.repeat(32);
const { engines, newPlace } = useEngines();

/** Everything that is in the database: files and a backup of SQLite, a dump of PostgreSQL. */
async function everythingIn(dataDir: string, url: string | undefined): Promise<ReadonlyMap<string, Buffer>> {
  if (url === undefined) {
    const backup = join(await temporaryDir(), 'backup.db');
    const made = await runCommand(['store', 'backup', backup], { DATA_DIR: dataDir, OUTBOX_KEY: key });
    expect(made.code, made.stderr).toBe(0);
    const names = (await readdir(dataDir)).filter((name) => name.startsWith('rasa-signup.db'));
    expect(names).toContain('rasa-signup.db');
    const paths = [...names.map((name) => join(dataDir, name)), backup];
    return new Map(await Promise.all(paths.map(async (path) => [path, await readFile(path)] as const)));
  }
  const options = { maxBuffer: 1 << 28 };
  const { stdout } = await promisify(execFile)('pg_dump', ['--format=plain', '--inserts', url], options);
  expect(stdout.match(/^CREATE TABLE/gm)?.length).toBeGreaterThan(20);
  return new Map([['a dump', Buffer.from(stdout)]]);
}

async function open(engine: Engine) {
  const { databaseUrl } = await newPlace(engine);
  const url = databaseUrl?.reveal();
  const store = { OUTBOX_KEY: key, ...(url !== undefined && { DATABASE_URL: url }) };
  const product = await startDoubleOptIn({ fields: ['email', 'first_name'] }, store, {
    other: { confirm: 'always', fields: ['email'] },
  });
  const { dataDir } = product;
  const database = await openTestStore({ dataDir, databaseUrl, key: new Secret(key) });
  const sealed = async (table: string) =>
    (await database.read({ sql: sameSql(`select payload from ${table}`) })).map(({ payload }) =>
      Buffer.from(payload as Uint8Array),
    );
  const consent = (...args: string[]) => runCommand(['consent', ...args], { DATA_DIR: dataDir, ...store });
  return { ...product, url, database, sealed, consent };
}

type Product = Awaited<ReturnType<typeof open>>;

/** Both ways in which a person's data goes here. */
const ways: readonly (readonly [string, (product: Product, link: string) => Promise<unknown>])[] = [
  [
    'on the page to leave',
    (_product, link) => fetch(link, { method: 'POST', body: new URLSearchParams({ erase: 'yes' }) }),
  ],
  ['by the operator, with consent erase', ({ consent }) => consent('erase', email, '--yes')],
];

describe.each(engines)('erasing a person, on %s', (engine) => {
  it.each(ways)('%s leaves nothing in database, log and a backup made after', async (_name, erase) => {
    const product = await open(engine);
    const { database, sealed, consent } = product;
    await product.signUp(email, { first_name: 'Marker' });
    const waited = await sealed('confirmations');
    await fetch((await product.letterTo(email)).link, { method: 'POST' });
    await product.send('/forms/other', { email });
    await vi.waitFor(async () => {
      expect(await sealed('consent_keys')).toHaveLength(1);
    }, soon);
    await product.send('/leave', { email });
    const link = await vi.waitFor(async () => {
      const mails = await product.letters(email);
      const found = mails.map(({ text }) => /https?:\S+\/leave\/\S+/.exec(text)?.[0]).find(Boolean);
      return found ?? Promise.reject(new Error('There is no link yet.'));
    }, soon);
    const gone = [
      ...waited,
      ...(await sealed('confirmations')),
      ...(await sealed('consent_keys')),
      ...(await sealed('leavings')),
    ];
    expect(gone.length).toBeGreaterThan(4);
    const [keyRow] = await database.read({ sql: sameSql('select address, id from consent_keys') });

    await erase(product, link);
    await vi.waitFor(async () => {
      expect(JSON.parse((await consent('verify')).stdout)).toMatchObject({ erased: 1, faults: [] });
    }, soon);
    expect(await sealed('consent_keys')).toEqual([]);
    expect((await consent('show', email)).code).toBe(1);
    await database.tidy();

    for (const [place, bytes] of await everythingIn(product.dataDir, product.url)) {
      for (const text of [email, 'Marker', 'marker.ada'])
        expect([place, bytes.includes(text)]).toEqual([place, false]);
      // Nor anything that was sealed with a key which the operator still has.
      for (const one of gone)
        expect([place, bytes.includes(one), bytes.includes(one.toString('hex'))]).toEqual([
          place,
          false,
          false,
        ]);
    }
    expect(product.log()).not.toMatch(/marker/i);
    // What is left of the person's receipts: rows without a name.
    expect(
      await database.read({ sql: sameSql('select kind, address from receipts order by made_at, id') }),
    ).toEqual([
      { kind: 'signed_up', address: keyRow?.['address'] },
      { kind: 'erased', address: keyRow?.['address'] },
    ]);
  });
});
