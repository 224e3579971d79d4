import { expect, it, vi } from 'vitest';
import { revokeKey } from '../../helpers/server/keys.ts';
import { startService } from '../../helpers/server/service.ts';

it('P7: the own sandbox whose key is revoked: the log says exactly what to do, and nobody is lost', async () => {
  const service = await startService();
  const { sandbox } = service;
  if (!sandbox) throw new Error('there is no sandbox');
  await revokeKey(sandbox, 'First key');
  const body = new URLSearchParams({ email: 'ada@example.com' });
  expect((await fetch(`${service.url}/forms/newsletter`, { method: 'POST', body })).status).toBe(202);
  await vi.waitFor(
    () => {
      expect(service.log()).toContain(
        `Create a key at ${sandbox.url}/settings/api-keys and restart the proxy with it as SANDBOX_API_KEY.`,
      );
    },
    { timeout: 10_000 },
  );
  expect(service.log()).not.toContain('Create a key at rasa.io');
  expect(service.figures().outbox).toMatchObject({ waiting: 1, deadLetters: 0 });
});
