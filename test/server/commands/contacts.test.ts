import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Env } from '../../../server/config/config.ts';
import { People } from '../../../server/accounts/people.ts';
import { sameSql } from '../../../server/store/database.ts';
import { runCommand } from '../../helpers/server/run-command.ts';
import { startSandbox } from '../../helpers/server/sandbox.ts';
import { credentialsFor, readContacts, startService } from '../../helpers/server/service.ts';
import { openTestStore } from '../../helpers/server/store.ts';
import { directoryInMemory } from '../../helpers/server/temporary-dir.ts';

async function open() {
  const sandbox = await startSandbox();
  await sandbox.addPersons(
    { email: 'ada@example.com', first_name: '=HYPERLINK("x")', plan: 'gold' },
    { email: 'bob@example.com', first_name: 'Zoë, "B"' },
  );
  const env: Env = {
    ...credentialsFor(sandbox),
    RASA_MIN_INTERVAL_MS: '0',
    DATA_DIR: await directoryInMemory(),
  };
  const run = (...args: readonly string[]) => runCommand(['contacts', ...args], env);
  return { sandbox, run, env };
}

describe('rasa-signup contacts', () => {
  it('export prints CSV that a spreadsheet opens without running anything, and NDJSON', async () => {
    const { run } = await open();
    const { code, stdout, stderr } = await run('export');
    expect(code).toBe(0);
    const lines = stdout.split('\r\n');
    expect(lines[0]).toMatch(/^\ufeffid,email,first_name,/);
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

    // Before anything is asked.
    const elsewhere = await run('erase', 'ada@example.com', '--account', 'harbour');
    expect(elsewhere).toMatchObject({ code: 1, stderr: expect.stringContaining('"harbour"') as string });
    expect(await run('erase', 'ada@example.com')).toMatchObject({ code: 1, stdout: '' });
    expect((await run('erase', 'ada@example.com', '--yes')).code).toBe(0);
    expect((await readContacts(sandbox)).map(({ email }) => email)).toEqual(['bob@example.com']);
  });

  it('unsubscribe holds for a sign-up that waits, whether rasa.io has the contact or not', async () => {
    const { run, sandbox, env } = await open();
    const formsFile = join(await directoryInMemory(), 'forms.json');
    const consent = { name: 'consent', type: 'checkbox', label: 'Yes', required: true };
    const newsletter = { fields: ['email', consent], resubscribe: 'with-consent' };
    await writeFile(formsFile, JSON.stringify({ forms: { newsletter } }));
    const allowed: Env = { ...env, FORMS_FILE: formsFile };
    await sandbox.putFaults({ answer: { status: 503, on: 'all' } });
    const away = await startService(allowed);
    for (const name of ['ada', 'eve']) {
      const body = new URLSearchParams({ email: `${name}@example.com`, consent: 'yes' });
      const { status } = await fetch(`${away.url}/forms/newsletter`, { method: 'POST', body });
      expect(status).toBe(202);
    }
    await away.close();
    await sandbox.putFaults({});

    const found = await run('find', 'eve@example.com');
    expect(found).toMatchObject({ code: 1, stdout: '' });
    expect(found.stderr).toContain('A sign-up with this address waits here');
    const here = await run('unsubscribe', 'eve@example.com');
    expect(here).toMatchObject({ code: 0, stdout: '{"unsubscribed":null,"waits":true}\n' });
    expect(here.stderr).not.toContain('nobody');
    const both = await run('unsubscribe', 'ADA@example.com');
    expect(both.stdout).toMatch(/^\{"unsubscribed":"\w[\w-]*","waits":true\}\n$/);

    await startService(allowed);
    const states = async () =>
      new Map((await readContacts(sandbox)).map(({ email, is_subscribed: is }) => [email, is]));
    const wanted = new Map([
      ['ada@example.com', 0],
      ['bob@example.com', 1],
      ['eve@example.com', 0],
    ]);
    await expect.poll(states).toEqual(wanted);
    const database = await openTestStore({ dataDir: env['DATA_DIR'] ?? '' });
    const waiting = async () => await database.read({ sql: sameSql('select id from signups') });
    await expect.poll(waiting).toEqual([]);
    expect(await states()).toEqual(wanted);
  });

  it('says what waits for a click, which nothing else can deliver', async () => {
    const { run, env } = await open();
    const database = await openTestStore({ dataDir: env['DATA_DIR'] ?? '' });
    const people = await People.open({ database });
    await database.write([
      {
        sql: sameSql(
          `insert into confirmations (id, form, person, state, due, created_at, again, reminded, tries, repeats, key_id, payload)
           values ('a', 'newsletter', ?, 1, 0, 0, 0, 0, 0, '', 0, ?)`,
        ),
        params: [people.hashOf('kim@example.com'), Buffer.alloc(0)],
      },
    ]);
    for (const does of ['find', 'unsubscribe']) {
      const { code, stderr } = await run(does, 'kim@example.com');
      expect(code).toBe(1);
      expect(stderr).toContain('waits here for a click in its mail');
    }
    expect((await run('find', 'lee@example.com')).stderr).not.toContain('click');
  });
});
