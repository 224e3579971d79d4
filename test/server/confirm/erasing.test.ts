import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { sameSql } from '../../../server/store/database.ts';
import { runCli } from '../../helpers/server/cli.ts';
import { startDoubleOptIn } from '../../helpers/server/double-opt-in.ts';
import { openTestStore } from '../../helpers/server/store.ts';
import { temporaryDir } from '../../helpers/server/temporary-dir.ts';

const soon = { timeout: 20_000, interval: 50 };

it('erasing on the page to leave leaves nothing in database, WAL, log and a backup made after', async () => {
  const email = 'marker.ada@example.com';
  const product = await startDoubleOptIn(
    { fields: ['email', 'first_name'] },
    {},
    { other: { confirm: 'always', fields: ['email'] } },
  );
  const database = await openTestStore({ dataDir: product.dataDir });
  const sealed = async (table: string) =>
    (await database.read({ sql: sameSql(`select payload from ${table}`) })).map(({ payload }) =>
      Buffer.from(payload as Uint8Array),
    );
  const consent = async () =>
    JSON.parse((await runCli(['consent', 'verify'], { DATA_DIR: product.dataDir })).stdout) as object;

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
  const [key] = await database.read({ sql: sameSql('select address, id from consent_keys') });

  await fetch(link, { method: 'POST', body: new URLSearchParams({ erase: 'yes' }) });
  await vi.waitFor(async () => {
    expect(await consent()).toMatchObject({ erased: 1, faults: [] });
  }, soon);
  expect(await sealed('consent_keys')).toEqual([]);
  await database.tidy();

  const dir = await temporaryDir();
  const backup = join(dir, 'backup.db');
  const made = await runCli(['store', 'backup', backup], { DATA_DIR: product.dataDir });
  expect(made.code, made.stderr).toBe(0);
  const names = (await readdir(product.dataDir)).filter((name) => name.startsWith('rasa-signup.db'));
  expect(names).toContain('rasa-signup.db');
  const files = [...names.map((name) => join(product.dataDir, name)), backup];
  for (const path of files) {
    const bytes = await readFile(path);
    for (const text of [email, 'Marker', 'marker.ada'])
      expect([path, bytes.includes(text)]).toEqual([path, false]);
    // Nor anything that was sealed with a key which the operator still has.
    for (const one of gone) expect([path, bytes.includes(one)]).toEqual([path, false]);
  }
  expect(product.log()).not.toMatch(/marker/i);
  // What is left of the person's receipts: rows without a name.
  expect(
    await database.read({ sql: sameSql('select kind, address from receipts order by made_at, id') }),
  ).toEqual([
    { kind: 'signed_up', address: key?.['address'] },
    { kind: 'erased', address: key?.['address'] },
  ]);
}, 60_000);
