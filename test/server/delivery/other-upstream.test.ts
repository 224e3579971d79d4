import { expect, it, vi } from 'vitest';
import { freePort } from '../../helpers/server/free-port.ts';
import { startSandbox } from '../../helpers/server/sandbox.ts';
import { credentialsFor, readContacts, startService } from '../../helpers/server/service.ts';
import { directoryInMemory } from '../../helpers/server/temporary-dir.ts';

it('P1: what waits for rasa.io stays where it is when the proxy is started once without credentials', async () => {
  const rasa = await startSandbox();
  const env = { ...credentialsFor(rasa), DATA_DIR: await directoryInMemory() };
  const away = { ...env, RASA_BASE_URL: `http://127.0.0.1:${await freePort()}` };
  const first = await startService(away);
  const body = new URLSearchParams({ email: 'ada@example.com' });
  expect((await fetch(`${first.url}/forms/newsletter`, { method: 'POST', body })).status).toBe(202);
  await first.close();

  const forgotten = await startService({ DATA_DIR: env.DATA_DIR });
  const other = new URLSearchParams({ email: 'bob@example.com' });
  await fetch(`${forgotten.url}/forms/newsletter`, { method: 'POST', body: other });
  await vi.waitFor(
    () => {
      expect(forgotten.figures().outbox).toMatchObject({ waiting: 0, elsewhere: 1 });
    },
    { timeout: 15_000 },
  );
  expect(forgotten.log()).toContain('Sign-ups wait for another upstream or account than this one.');
  const taken = forgotten.sandbox ? await readContacts(forgotten.sandbox) : [];
  expect(taken.map(({ email }) => email)).toEqual(['bob@example.com']);
  await forgotten.close();

  const again = await startService(away);
  expect(again.figures().outbox).toMatchObject({ waiting: 1, elsewhere: 0 });
}, 40_000);
