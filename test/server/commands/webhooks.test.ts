import { Webhook } from 'standardwebhooks';
import { expect, it } from 'vitest';
import { eventStatements, type NewEvent } from '../../../server/events/events.ts';
import { handoverAddresses } from '../../../server/store/schema/delivered-contacts.ts';
import { runCli } from '../../helpers/server/cli.ts';
import { runCommand } from '../../helpers/server/run-command.ts';
import { startReceiver } from '../../helpers/server/receiver.ts';
import { openTestStore } from '../../helpers/server/store.ts';
import { directoryInMemory } from '../../helpers/server/temporary-dir.ts';

interface Listed {
  readonly id: string;
  readonly url: string;
  readonly state: string;
}

it('adds, lists, tests, rotates, replays and removes a webhook, and shows its secret once', async () => {
  const dataDir = await directoryInMemory();
  await openTestStore({ dataDir });
  const env = { DATA_DIR: dataDir };
  const run = (...args: readonly string[]) => runCommand(['webhooks', ...args], env);
  const added = await run('add', 'http://localhost:9/secret-path', '--events', 'signup.*', '--json');
  const { id, secret } = JSON.parse(added.stdout) as { readonly id: string; readonly secret: string };
  expect(secret).toMatch(/^whsec_[\w+/]{43}=$/);
  const list = await runCli(['webhooks', 'list'], env);
  const [listed] = JSON.parse(list.stdout) as readonly Listed[];
  expect(listed).toMatchObject({ id, url: 'http://localhost:9/…', state: 'active', events: ['signup.*'] });
  expect(list.stdout).not.toMatch(/whsec_|secret-path/);
  const tested = await run('test', id);
  expect([tested.code, tested.stderr]).toEqual([1, expect.stringContaining('refused')]);
  const rotated = await run('rotate', id);
  expect(rotated.stdout).toMatch(/^whsec_/);
  expect(rotated.stdout.trim()).not.toBe(secret);
  expect((await run('replay', id, '--since', '1d')).code).toBe(0);
  expect((await run('log', id)).stdout).toBe('[]\n');
  expect((await run('remove', id)).code).toBe(0);
  const again = await run('remove', id);
  expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('webhooks list')]);
}, 60_000);

it('refuses plain http to others, unknown types and unknown accounts', async () => {
  const dataDir = await directoryInMemory();
  await openTestStore({ dataDir });
  const add = (...args: readonly string[]) => runCommand(['webhooks', 'add', ...args], { DATA_DIR: dataDir });
  for (const args of [
    ['http://example.com/hook'],
    ['http://2130706433/hook'],
    ['http://8.8.8.8/hook', '--private-network'],
    ['https://169.254.169.254/latest/meta-data'],
    ['https://10.0.0.1/hook'],
    ['http://127。0。0。1/hook', '--private-network'],
    ['http://[fe80::1%25eth0]/hook', '--private-network'],
    ['HTTP://example.com/hook'],
    ['https://user:password@example.com/hook'],
    ['ftp://example.com/hook'],
    ['https://example.com/hook', '--events', 'signup.unheard'],
    ['https://example.com/hook', '--account', 'other'],
  ]) {
    const { code, stderr } = await add(...args);
    expect([code, stderr], args.join(' ')).toEqual([1, expect.stringMatching(/[Ww]anted/)]);
  }
}, 60_000);

it('sends one event again, or those of a type, shows the answers and logs the attempts', async () => {
  const dataDir = await directoryInMemory();
  const database = await openTestStore({ dataDir });
  const receiver = await startReceiver();
  const env = { DATA_DIR: dataDir };
  const run = (...args: readonly string[]) => runCommand(['webhooks', ...args], env);
  const add = await run('add', receiver.url, '--with-email', '--json');
  expect(add.stderr).toContain('KEEP_FOR_HANDOVER');
  const { id, secret } = JSON.parse(add.stdout) as { readonly id: string; readonly secret: string };
  const event = (subject: string, type: NewEvent['type']): NewEvent => ({
    type,
    account: 'main',
    subject,
    atMs: 1_800_000_000_000,
    data: { id: subject, form: 'newsletter' },
  });
  await database.write([
    { into: handoverAddresses, rows: [{ id: 'a', kept_at: 1, payload: 'ada@example.com' }] },
    ...eventStatements(
      [event('a', 'signup.accepted'), event('a', 'signup.delivered'), event('b', 'signup.delivered')],
      Date.now(),
    ),
  ]);
  // Straight to it, whatever a proxy for the rest of the machine is.
  const proxy = await startReceiver();
  const proxies = ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'ALL_PROXY'].map((name) => [name, proxy.url]);
  const one = await runCli(['webhooks', 'replay', id, '--event', 'evt_a_signup_delivered'], {
    ...env,
    ...(Object.fromEntries(proxies) as Readonly<Record<string, string>>),
    NODE_USE_ENV_PROXY: '1',
  });
  expect(proxy.messages).toEqual([]);
  expect([one.code, one.stdout]).toEqual([0, expect.stringContaining('answered 204')]);
  expect((await run('replay', id, '--since', '1h', '--events', 'signup.delivered')).code).toBe(0);
  expect(receiver.ids()).toEqual([
    'evt_a_signup_delivered',
    'evt_a_signup_delivered',
    'evt_b_signup_delivered',
  ]);
  const [first, , last] = receiver.messages;
  const open = new Webhook(secret).verify(
    first?.body ?? '',
    (first?.headers ?? {}) as Record<string, string>,
  );
  expect(open).toMatchObject({ data: { id: 'a', email: 'ada@example.com' } });
  expect(last?.body).not.toContain('email');
  const log = JSON.parse((await run('log', id)).stdout) as readonly object[];
  expect(log).toHaveLength(3);
  expect(log[0]).toMatchObject({ event: 'evt_b_signup_delivered', status: 204, result: 'delivered' });
  expect((await run('replay', id, '--event', 'evt_unheard')).code).toBe(1);
  expect((await run('replay', id)).code).toBe(1);
  expect((await run('replay', id, '--since', '1h', '--event', 'evt_a_signup_delivered')).code).toBe(1);
}, 60_000);
