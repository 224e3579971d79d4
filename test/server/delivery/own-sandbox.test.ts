import { expect, it, vi } from 'vitest';
import { createKey, revokeKey } from '../../helpers/server/keys.ts';
import { startService } from '../../helpers/server/service.ts';
import { directoryInMemory } from '../../helpers/server/temporary-dir.ts';

type Service = Awaited<ReturnType<typeof startService>>;

function sandboxOf({ sandbox }: Service) {
  if (!sandbox) throw new Error('there is no sandbox');
  return sandbox;
}

async function signUp({ url }: Service, email: string): Promise<void> {
  const body = new URLSearchParams({ email });
  expect((await fetch(`${url}/forms/newsletter`, { method: 'POST', body })).status).toBe(202);
}

const arrived = (service: Service, count: number) =>
  vi.waitFor(() => {
    expect(service.figures()).toMatchObject({ delivery: { delivered: count }, outbox: { waiting: 0 } });
  }, 15_000);

it('P7: the own sandbox whose key is revoked: the log says exactly what to do, and doing it is enough', async () => {
  const service = await startService();
  const sandbox = sandboxOf(service);
  await revokeKey(sandbox, 'First key');
  await signUp(service, 'ada@example.com');
  await vi.waitFor(() => {
    expect(service.log()).toContain(
      `Create a key at ${sandbox.url}/settings/api-keys: the proxy takes it up at once.`,
    );
  }, 10_000);
  expect(service.log()).not.toMatch(/Create a key at rasa\.io|SANDBOX_API_KEY|RASA_/);
  expect(service.figures().outbox).toMatchObject({ waiting: 1, deadLetters: 0 });

  await createKey(sandbox, 'Second key');
  await arrived(service, 1);
});

it('P7: goes on with the next key that was made on the page, one after the other', async () => {
  const service = await startService({ RASA_MIN_INTERVAL_MS: '0' });
  const sandbox = sandboxOf(service);
  await sandboxSwitch(sandbox.url);
  for (const name of ['Second key', 'Third key']) await createKey(sandbox, name);
  await signUp(service, 'ada@example.com');
  await arrived(service, 1);
  await revokeKey(sandbox, 'First key');
  await signUp(service, 'bob@example.com');
  await arrived(service, 2);
  await revokeKey(sandbox, 'Second key');
  await signUp(service, 'eve@example.com');
  await arrived(service, 3);
  expect(service.log()).not.toContain('Sign-ups are accepted and wait');
});

it.each([
  ['made by the sandbox', {}],
  ['given as SANDBOX_API_KEY', { SANDBOX_API_KEY: 'given-by-the-operator' }],
])('P7: keeps to the next key after a restart; the first one was %s', async (_name, env) => {
  const dataDir = await directoryInMemory();
  const first = await startService({ DATA_DIR: dataDir, ...env });
  await createKey(sandboxOf(first), 'Second key');
  await revokeKey(sandboxOf(first), 'SANDBOX_API_KEY' in env ? 'Given at the start' : 'First key');
  await first.close();

  const second = await startService({ DATA_DIR: dataDir, ...env });
  await signUp(second, 'ada@example.com');
  await arrived(second, 1);
});

it('P7: asks before the key is revoked that the proxy signs in with', async () => {
  const { url } = sandboxOf(await startService());
  const page = async (path: string) => (await fetch(url + path)).text();
  const keys = await page('/settings/api-keys');
  const [, path = ''] = /method="get"\s+action="([^"]+\/revoke)"/.exec(keys) ?? [];
  expect(keys).toContain('Used by the proxy');
  const question = await page(path);
  expect(question).toContain('Revoke the key “First key”?');
  expect(question).toContain(`method="post" action="${path}"`);
  await fetch(url + path, { method: 'POST' });
  expect(await page('/settings/api-keys')).not.toContain('Used by the proxy');
  expect((await fetch(url + path)).status).toBe(404);
});

/** So that a token that was made before does not hide the revocation for an hour. */
async function sandboxSwitch(url: string): Promise<void> {
  await fetch(`${url}/sandbox/faults`, { method: 'PUT', body: '{"revocationKillsTokens":true}' });
}
