import { describe, expect, it } from 'vitest';
import type { Env } from '../../../server/config/config.ts';
import { runCli } from '../../helpers/server/cli.ts';
import { startSandbox } from '../../helpers/server/sandbox.ts';
import { credentialsFor, readContacts } from '../../helpers/server/service.ts';
import { temporaryDir } from '../../helpers/server/temporary-dir.ts';

async function open() {
  const sandbox = await startSandbox();
  await sandbox.addPersons(
    { email: 'ada@example.com', first_name: '=HYPERLINK("x")', plan: 'gold' },
    { email: 'bob@example.com', first_name: 'Zoë, "B"' },
  );
  const env: Env = {
    ...credentialsFor(sandbox),
    RASA_MIN_INTERVAL_MS: '0',
    DATA_DIR: await temporaryDir(),
  };
  const run = (...args: readonly string[]) => runCli(['contacts', ...args], env);
  return { sandbox, run };
}

describe('rasa-signup contacts', () => {
  it('export prints CSV that a spreadsheet opens without running anything, and NDJSON', async () => {
    const { run } = await open();
    const { code, stdout, stderr } = await run('export');
    expect(code).toBe(0);
    const lines = stdout.split('\r\n');
    // Without its byte order mark, which whoever read it here has taken away.
    expect(lines[0]).toMatch(/^id,email,first_name,/);
    expect(lines[1]).toContain(`,ada@example.com,"'=HYPERLINK(""x"")",`);
    expect(lines[2]).toContain('"Zoë, ""B"""');
    expect(stderr).toMatch(/^2 contacts\. Later only what changed: --since \d{4}-/);
    const { stdout: ndjson } = await run('export', '--ndjson');
    const [first] = ndjson.trim().split('\n');
    expect(JSON.parse(first ?? '')).toMatchObject({ email: 'ada@example.com', is_subscribed: true });
    expect((await run('export', '--ndjson', '--since', '2999-01-01')).stdout).toBe('');
    expect((await run('export', '--since', 'yesterday')).stderr).toContain('Wanted a time');
  });

  it('find, unsubscribe and erase look after one contact', async () => {
    const { run, sandbox } = await open();
    const found = await run('find', 'ADA@example.com');
    expect(JSON.parse(found.stdout)).toMatchObject({
      email: 'ada@example.com',
      attributes: { plan: 'gold' },
    });
    expect(await run('find', 'nobody@example.com')).toMatchObject({ code: 1, stdout: '' });

    expect((await run('unsubscribe', 'ada@example.com')).code).toBe(0);
    expect((await readContacts(sandbox))[0]).toMatchObject({ is_subscribed: 0 });

    const elsewhere = await run('erase', 'ada@example.com', '--account', 'harbour');
    expect(elsewhere.stderr).toContain('harbour');
    expect(elsewhere.stderr).not.toContain('--yes');
    expect(await run('erase', 'ada@example.com')).toMatchObject({ code: 1, stdout: '' });
    expect((await run('erase', 'ada@example.com', '--yes')).code).toBe(0);
    expect((await readContacts(sandbox)).map(({ email }) => email)).toEqual(['bob@example.com']);
  });
});
