import { randomBytes } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { useEngines } from '../../helpers/server/engines.ts';
import { startSandbox } from '../../helpers/server/sandbox.ts';
import { credentialsFor, startService } from '../../helpers/server/service.ts';
import { mountLoopDisk } from '../../helpers/server/loop-disk.ts';
import { mountSmallDisk } from '../../helpers/server/small-disk.ts';
import { directoryInMemory } from '../../helpers/server/temporary-dir.ts';
import { post } from '../../helpers/sites/visitor.ts';

const password = 'correct horse battery';
const soon = { timeout: 60_000, interval: 200 };
const { engines, server } = useEngines();

const readOnly = `
  create function refuse() returns trigger language plpgsql as
    $$ begin raise exception using errcode = '25006', message = 'read-only transaction'; end $$;
  do $$ declare name text; begin
    for name in select tablename from pg_tables where schemaname = 'public' loop
      execute format('create trigger refuse before insert or update or delete on %I execute function refuse()', name);
    end loop;
  end $$`;

async function start(env: Record<string, string>) {
  const sandbox = await startSandbox();
  const service = await startService({ ...credentialsFor(sandbox), OPERATOR_PASSWORD: password, ...env });
  const { url, log } = service;
  const logIn = async () => {
    const answer = await fetch(`${url}/operator/log-in`, {
      method: 'POST',
      body: new URLSearchParams({ password }),
      headers: { Origin: url },
      redirect: 'manual',
    });
    const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
    return { status: answer.status, cookie, text: await answer.text() };
  };
  const look = async (cookie: string) => {
    const answer = await fetch(`${url}/operator`, { headers: { cookie }, redirect: 'manual' });
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
  };
  return { url, log, sandbox, logIn, look };
}

it('lets somebody log in while the disk is full, and says that it is', async (test) => {
  const dir = mountSmallDisk(96);
  if (dir === undefined) {
    test.skip();
    return;
  }
  const { url, logIn, look } = await start({ DATA_DIR: join(dir, 'data') });
  const megabyte = randomBytes(2 ** 20);
  expect(() => {
    for (;;) appendFileSync(join(dir, 'filler'), megabyte);
  }).toThrow('ENOSPC');
  await vi.waitFor(async () => {
    expect((await post(url, 'urlencoded', { email: 'ada@example.com' })).status).toBe(503);
  }, soon);
  const { status, cookie } = await logIn();
  expect(status).toBe(303);
  await vi.waitFor(async () => {
    const page = await look(cookie);
    expect(page.status).toBe(200);
    expect(page.text.includes('The disk is full')).toBe(true);
  }, soon);
});

it('says that the disk takes no writes any more, and answers what is asked for in words', async (test) => {
  const disk = await mountLoopDisk();
  if (disk === undefined) {
    test.skip();
    return;
  }
  const { url, sandbox, log, logIn, look } = await start({ DATA_DIR: join(disk.dir, 'data') });
  await sandbox.putFaults({ refuse: { emails: ['ada@example.com'] } });
  expect((await post(url, 'urlencoded', { email: 'ada@example.com' })).status).toBe(202);
  const { cookie } = await logIn();
  const { id, form_token } = await vi.waitFor(async () => {
    const { text } = await look(cookie);
    const [, found = ''] = /name="id" value="([\w-]{36})"/.exec(text) ?? [];
    expect(found).not.toBe('');
    return { id: found, form_token: /name="form_token" value="([^"]+)"/.exec(text)?.[1] ?? '' };
  }, soon);

  disk.fail();
  expect((await post(url, 'urlencoded', { email: 'bob@example.com' })).status).toBe(503);
  const send = (path: string, asked: string) =>
    fetch(`${url}/operator/${path}`, {
      method: 'POST',
      body: new URLSearchParams({ form_token, id: asked }),
      headers: { Origin: url, cookie },
      redirect: 'manual',
    });
  const get = (path: string) => fetch(`${url}/operator${path}`, { headers: { cookie }, redirect: 'manual' });
  // SQLite opens no file of a disk that takes no writes.
  for (const [what, ask] of [
    ['the page', () => get('')],
    ['the CSV', () => get('/set-aside.csv')],
    ['one again', () => send('replay', id)],
    ['all again', () => send('replay', 'all')],
    ['deletion', () => send('purge', id)],
    ['an address', () => send('address', id)],
    ['log-out', () => send('log-out', '')],
  ] as const) {
    const answer = await ask();
    const text = await answer.text();
    expect([what, answer.status, text.includes('The database takes no writes')]).toEqual([what, 503, true]);
  }
  const late = await logIn();
  expect([late.status, late.text.includes('The database takes no writes')]).toEqual([503, true]);
  expect(await (await fetch(`${url}/healthz`)).text()).toContain('"store"');
  expect(log()).not.toContain('@example.com');
});

it.runIf(engines.includes('postgres'))(
  'says that the database takes no writes, to who is logged in and to who cannot log in',
  async () => {
    const databaseUrl = await server().createDatabase();
    const { url, logIn, look } = await start({
      DATABASE_URL: databaseUrl,
      OUTBOX_KEY: 'ab'.repeat(32),
      DATA_DIR: await directoryInMemory(),
    });
    const { cookie } = await logIn();
    // As a server answers that has not taken over yet.
    await server().query(readOnly, new URL(databaseUrl).pathname.slice(1));
    await vi.waitFor(async () => {
      expect((await post(url, 'urlencoded', { email: 'ada@example.com' })).status).toBe(503);
      const page = await look(cookie);
      expect([page.status, page.text.includes('The database takes no writes')]).toEqual([200, true]);
    }, soon);
    const late = await logIn();
    expect([late.status, late.text.includes('The database takes no writes')]).toEqual([503, true]);
    expect(late.text).not.toContain('does not answer');
  },
);

it.runIf(engines.includes('postgres'))(
  'says that the database does not answer where it is gone',
  async () => {
    const { logIn, look } = await start({
      DATABASE_URL: await server().createDatabase(),
      OUTBOX_KEY: 'ab'.repeat(32),
      DATA_DIR: await directoryInMemory(),
    });
    const { cookie } = await logIn();
    await server().stopAbruptly();
    const page = await look(cookie);
    expect([page.status, page.text.includes('The database does not answer')]).toEqual([503, true]);
    expect(page.headers.get('retry-after')).not.toBeNull();
    expect(page.headers.get('cache-control')).toBe('no-store');
    const late = await logIn();
    expect([late.status, late.text.includes('The database does not answer')]).toEqual([503, true]);
  },
);
