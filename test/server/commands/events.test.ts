import { expect, it } from 'vitest';
import { runCli } from '../../helpers/server/cli.ts';
import { startService } from '../../helpers/server/service.ts';
import { addSignup, openTestStore } from '../../helpers/server/store.ts';
import { temporaryDir } from '../../helpers/server/temporary-dir.ts';

it('shows the story of one sign-up without its address', async () => {
  const dataDir = await temporaryDir();
  const service = await startService({ DATA_DIR: dataDir });
  const database = await openTestStore({ dataDir });
  await fetch(`${service.url}/forms/newsletter`, {
    method: 'POST',
    body: new URLSearchParams({ email: 'ada@example.com' }),
  });
  const sql = { sqlite: 'select subject from events', postgres: '' };
  const told = async () => (await database.read({ sql })).map(({ subject }) => String(subject));
  await expect.poll(told, { timeout: 20_000 }).toHaveLength(2);
  const [id = ''] = await told();
  const waiting = await addSignup(database, { upstream: 'another' });
  const env = { DATA_DIR: dataDir };
  const shown = await runCli(['events', 'show', id], env);
  expect(JSON.parse(shown.stdout)).toMatchObject([{ what: 'signup.accepted' }, { what: 'signup.delivered' }]);
  expect(shown.stdout).not.toContain('ada');
  expect(JSON.parse((await runCli(['events', 'show', waiting], env)).stdout)).toMatchObject([
    { what: 'waiting' },
  ]);
  expect(await runCli(['events', 'show', 'unheard'], env)).toMatchObject({ code: 1, stdout: '' });
}, 60_000);
