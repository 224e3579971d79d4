import { expect, it } from 'vitest';
import { runCli } from '../../helpers/server/cli.ts';
import { openTestStore } from '../../helpers/server/store.ts';
import { temporaryDir } from '../../helpers/server/temporary-dir.ts';

interface Listed {
  readonly id: string;
  readonly url: string;
  readonly state: string;
}

it('adds, lists, tests, rotates, replays and removes a webhook, and shows its secret once', async () => {
  const dataDir = await temporaryDir();
  await openTestStore({ dataDir });
  const run = (...args: readonly string[]) => runCli(['webhooks', ...args], { DATA_DIR: dataDir });
  const added = await run('add', 'http://localhost:9/secret-path', '--events', 'signup.*', '--json');
  const { id, secret } = JSON.parse(added.stdout) as { readonly id: string; readonly secret: string };
  expect(secret).toMatch(/^whsec_[\w+/]{43}=$/);
  const list = await run('list');
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
  const dataDir = await temporaryDir();
  await openTestStore({ dataDir });
  const add = (...args: readonly string[]) => runCli(['webhooks', 'add', ...args], { DATA_DIR: dataDir });
  for (const args of [
    ['http://example.com/hook'],
    ['http://2130706433/hook'],
    ['ftp://example.com/hook'],
    ['https://example.com/hook', '--events', 'signup.unheard'],
    ['https://example.com/hook', '--account', 'other'],
  ]) {
    const { code, stderr } = await add(...args);
    expect([code, stderr], args.join(' ')).toEqual([1, expect.stringContaining('Wanted')]);
  }
}, 60_000);
