import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { expect, it, vi } from 'vitest';
import { listNewContacts } from '../../../server/commands/handover/new-contacts.ts';
import { readConfig } from '../../../server/config/config.ts';
import { sameSql } from '../../../server/store/database.ts';
import { noteHandedOver, readHandedOver } from '../../../server/survival/new-contacts.ts';
import { runCommand } from '../../helpers/server/run-command.ts';
import { startSandbox } from '../../helpers/server/sandbox.ts';
import { credentialsFor, startService } from '../../helpers/server/service.ts';
import { openTestStore } from '../../helpers/server/store.ts';
import { directoryInMemory } from '../../helpers/server/temporary-dir.ts';
import { waitingIn } from '../../helpers/server/waiting.ts';

/** The product, and its command beside it. */
async function start(more: Readonly<Record<string, string>> = {}) {
  const sandbox = await startSandbox();
  const dataDir = await directoryInMemory();
  const env = { ...credentialsFor(sandbox), DATA_DIR: dataDir, ...more };
  const service = await startService(env);
  const database = await openTestStore({ dataDir });
  const signUp = async (...names: readonly string[]) => {
    for (const name of names) {
      const answer = await fetch(`${service.url}/forms/newsletter`, {
        method: 'POST',
        headers: { origin: 'https://www.example.com' },
        body: new URLSearchParams({ email: `${name}@example.com` }),
      });
      expect(answer.status).toBe(202);
    }
    await vi.waitFor(async () => {
      expect(await waitingIn({ dataDir })).toEqual({ waiting: 0, deadLetters: 0 });
    }, 20_000);
  };
  const run = (...args: readonly string[]) => runCommand(['contacts', 'new', ...args], env);
  const list = async (...args: readonly string[]) => rowsIn((await run(...args)).stdout);
  return { dataDir, database, signUp, run, list, env };
}

function rowsIn(csv: string): readonly Readonly<Record<string, string>>[] {
  return parse(csv, { columns: true });
}
const emailsIn = (rows: readonly Readonly<Record<string, string>>[]) => rows.map(({ email }) => email);

it('lists who signed up since the last time, each once, and nobody twice', async () => {
  const { signUp, list, run, dataDir } = await start({ KEEP_FOR_HANDOVER: '7d' });
  await signUp('ada', 'bob', 'ada');
  expect(emailsIn(await list('--peek'))).toEqual(['ada@example.com', 'bob@example.com']);
  const [first] = await list('--since', 'last', '--format', 'csv');
  expect(first).toMatchObject({
    email: 'ada@example.com',
    account: 'main',
    form: 'newsletter',
    archived_at: '',
  });
  expect(Date.parse(first?.['signed_up_at'] ?? '')).not.toBeNaN();
  expect(await list()).toEqual([]);
  await signUp('eve');
  const file = join(dataDir, 'new.csv');
  const written = await run('--output', file);
  expect(written).toMatchObject({ code: 0, stdout: '' });
  expect(emailsIn(rowsIn(await readFile(file, 'utf8')))).toEqual(['eve@example.com']);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await run('--output', file)).toMatchObject({ code: 1 });
  // A time moves no mark, and the last list is left out.
  const listed = join(dataDir, 'list.csv');
  await writeFile(listed, 'Name;Mail\r\nAda;"ADA@example.com"\r\n');
  expect(emailsIn(await list('--since', '1d', '--not-in', listed))).toEqual([
    'bob@example.com',
    'eve@example.com',
  ]);
  const lines = (await run('--since', '1d', '--format', 'ndjson')).stdout.trim().split('\n');
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ email: 'ada@example.com', archived_at: null });
  expect((await run('--since', 'yesterday')).code).toBe(1);
}, 180_000);

it('gives a file its name when it is whole, and moves the mark only when everything is written', async () => {
  const { signUp, list, run, dataDir, database, env } = await start({ KEEP_FOR_HANDOVER: '7d' });
  await signUp('ada');
  // Whoever reads goes away before anything is written.
  const command = ['dist/server/cli.js', 'contacts', 'new', '--since', 'last'];
  const child = spawn(process.execPath, command, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  child.stdout.destroy();
  await once(child, 'exit');
  expect(emailsIn(await list('--peek'))).toEqual(['ada@example.com']);
  // What an interrupted command has left is not sent, nor written into by another.
  const file = join(dataDir, 'new.csv');
  await writeFile(`${file}.part`, 'id,em');
  const refused = await run('--output', file);
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('new.csv.part exists')]);
  await rm(`${file}.part`);
  // It ends between the file and the mark: the next file has the same again, and none is lost.
  const config = readConfig(env);
  const dying = {
    ...database,
    read: database.read.bind(database),
    write: () => Promise.reject(new Error('killed')),
  };
  const silent = { write: () => true };
  const options = {
    config,
    since: 'last',
    format: 'csv',
    streams: { stdout: silent, stderr: silent },
  } as const;
  const first = join(dataDir, 'first.csv');
  await expect(listNewContacts({ ...options, database: dying, output: first })).rejects.toThrow('killed');
  expect(emailsIn(rowsIn(await readFile(first, 'utf8')))).toEqual(['ada@example.com']);
  expect((await run('--output', file)).code).toBe(0);
  expect(emailsIn(rowsIn(await readFile(file, 'utf8')))).toEqual(['ada@example.com']);
  await expect(stat(`${file}.part`)).rejects.toThrow('ENOENT');
}, 180_000);

it('leaves the mark where the command that came further has put it, whichever ends last', async () => {
  const database = await openTestStore({ dataDir: await directoryInMemory() });
  const note = async (upTo: number, before: number | undefined) => {
    await database.write([noteHandedOver('main', { upTo, before })]);
    return readHandedOver(database, 'main');
  };
  expect(await note(5, undefined)).toBe(5);
  expect(await note(9, 5)).toBe(9);
  expect(await note(7, 5)).toBe(9);
  // A database that was restored has fewer events than the mark says.
  expect(await note(3, 9)).toBe(3);
});

it('lists who was archived again, leaves out who unsubscribed, and has no address that was not kept', async () => {
  const { signUp, list, run, database } = await start();
  await signUp('ada', 'bob', 'eve');
  const open = await run();
  expect(emailsIn(rowsIn(open.stdout))).toEqual(['', '', '']);
  expect(open.stderr).toContain('KEEP_FOR_HANDOVER');
  expect(open.stdout).not.toContain('@');
  const rows = rowsIn(open.stdout);
  const set = (id = '', state = '') =>
    database.write([
      {
        sql: sameSql('update delivered_contacts set state = ?, state_at = 1 where id = ?'),
        params: [state, id],
      },
    ]);
  await set(rows[0]?.['id'], 'archived');
  await set(rows[1]?.['id'], 'unsubscribed');
  const again = await list('--since', '1d');
  expect(again.map(({ id }) => id)).toEqual([rows[0]?.['id'], rows[2]?.['id']]);
  expect(again[0]?.['archived_at']).toBe('1970-01-01T00:00:00.001Z');
}, 180_000);
