import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Env } from '../../../server/config/config.ts';
import { Secret } from '../../../server/system/secret.ts';
import { hasTerminal, runCli, runCliOnTerminal } from '../../helpers/server/cli.ts';
import { openTestOutbox, setAside } from '../../helpers/server/outbox.ts';
import { runCommand } from '../../helpers/server/run-command.ts';
import { startSandbox } from '../../helpers/server/sandbox.ts';
import { credentialsFor, startService } from '../../helpers/server/service.ts';
import { temporaryDir } from '../../helpers/server/temporary-dir.ts';

const commands = [
  '',
  'doctor',
  'keys',
  'forms',
  'forms check',
  'forms show',
  'sandbox',
  'outbox',
  'outbox list',
  'outbox show',
  'outbox replay',
  'outbox purge',
  'store',
  'store backup',
  'store check',
  'store rekey',
];

const wordsOf = (line: string) => line.split(' ').filter((word) => word !== '');

/** A DATA_DIR with two sign-ups that rasa.io has refused, and a keys.json. */
async function usedDir(): Promise<string> {
  const sandbox = await startSandbox();
  // On a disk: the doctor warns of a directory in memory.
  const service = await startService({ ...credentialsFor(sandbox), DATA_DIR: await temporaryDir() });
  await service.close();
  const { database, close } = await openTestOutbox({ place: { dataDir: service.dataDir } });
  await setAside(
    database,
    ['ada-0001', 'grace-0002'].map((id) => ({ id, reason: 'no such segment' })),
  );
  await close();
  return service.dataDir;
}

describe('every command', () => {
  it.each(commands)('explains itself: `rasa-signup %s --help`', async (line) => {
    const { code, stdout, stderr } = await runCommand([...wordsOf(line), '--help'], {});
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [usage, blank, about] = stdout.split('\n');
    expect(usage).toMatch(new RegExp(`^Usage: rasa-signup ${line}`));
    expect(blank).toBe('');
    expect(about).toMatch(/\w{3}/);
    expect(stdout).toMatch(/Examples?:\n {2}\$ .*rasa-signup/);
  });

  it.each(commands)(
    'refuses an unknown option and suggests a known one: `rasa-signup %s --hlep`',
    async (line) => {
      const { code, stdout, stderr } = await runCommand([...wordsOf(line), '--hlep'], {});
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(/unknown option '--hlep'\n\(Did you mean --help\?\)/);
      expect(stderr).toContain('Use --help for details');
    },
  );

  it.each([
    ['doctr', 'doctor'],
    ['key', 'keys'],
    ['form', 'forms'],
    ['forms chek', 'check'],
    ['forms shwo', 'show'],
    ['sandbx', 'sandbox'],
    ['outbx', 'outbox'],
    ['outbox lits', 'list'],
    ['outbox shwo', 'show'],
    ['outbox reply', 'replay'],
    ['outbox purg', 'purge'],
  ])('is suggested if its name is misspelled: `rasa-signup %s`', async (line, right) => {
    const { code, stdout, stderr } = await runCommand(wordsOf(line), { DATA_DIR: await temporaryDir() });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(`(Did you mean ${right}?)`);
  });

  it.each([
    'keys more',
    'forms check one two',
    'forms show one two',
    'sandbox more',
    'outbox list more',
    'outbox show one two',
  ])('refuses arguments that it cannot use: `rasa-signup %s`', async (line) => {
    const { code, stderr } = await runCommand(wordsOf(line), { DATA_DIR: await temporaryDir() });
    expect(code).toBe(1);
    expect(stderr).toContain('too many arguments');
  });

  it.each([
    'doctor www.example.com',
    'doctor ftp://www.example.com/',
    'doctor --url signup.example.com',
    'doctor --url',
  ])('refuses an invalid address: `rasa-signup %s`', async (line) => {
    const { code, stderr } = await runCommand(wordsOf(line), { DATA_DIR: await temporaryDir() });
    expect(code).toBe(1);
    expect(stderr).toMatch(/Wanted a URL such as https|argument missing/);
  });

  it('reads --env-file before and after its name', async () => {
    const path = join(await temporaryDir(), 'production.env');
    await writeFile(path, `DATA_DIR=${await usedDir()}\n`);
    for (const [line, second] of [
      ['doctor', 'checks'],
      ['keys', 'fingerprint'],
      ['outbox list', 'ada-0001'],
      ['outbox show ada-0001', 'ada-0001'],
      // What has been replayed or purged is missing the second time.
      ['outbox replay ada-0001', 'ada-0001'],
      ['outbox purge --yes grace-0002', 'grace-0002'],
    ] as const) {
      const before = await runCommand(['--env-file', path, ...wordsOf(line), '--json'], {});
      expect(before.stderr, line).toBe('');
      expect(before.stdout, line).not.toBe('');
      const behind = await runCommand([...wordsOf(line), '--env-file', path, '--json'], {});
      expect(behind.stdout + behind.stderr, line).toContain(second);
    }
  });

  it('reports a missing env file', async () => {
    // Node.js 20 also parses this option after a script's name (nodejs/node#54232), and reports it first.
    const runs = [['keys'], ['outbox', 'list'], ['sandbox']].map((line, at) =>
      (at === 0 ? runCli : runCommand)(['--env-file', '/nowhere', ...line], {}),
    );
    for (const { code, stderr } of await Promise.all(runs)) {
      expect(code).toBeGreaterThan(0);
      expect(stderr).toContain('/nowhere');
    }
  });

  it.each(['--help', 'outbox list --help', 'outbox list --hlep', 'outbx', 'keys more', 'doctor --url'])(
    'says the same as a process of its own: `rasa-signup %s`',
    async (line) => {
      const env = { DATA_DIR: await temporaryDir() };
      expect(await runCli(wordsOf(line), env)).toEqual(await runCommand(wordsOf(line), env));
    },
  );
});

const escape = String.fromCharCode(27);

// These tests need `script` of util-linux or Python to create a terminal; otherwise they are
// reported as skipped.
describe.skipIf(!hasTerminal)('on a terminal', () => {
  it('the doctor prints text with marks and colours', async () => {
    const { code, screen } = await runCliOnTerminal(['doctor'], { DATA_DIR: await usedDir() });
    expect(code).toBe(0);
    expect(screen).toContain(`${escape}[32m✔`);
    expect(screen).toContain('Nothing is wrong with it');
    expect(screen).toContain('→');
    expect(screen.trimEnd()).toMatch(/0 faults, 1 warning\.$/);
    expect(screen).not.toContain('"checks"');
  });

  it.each<[string, Env]>([
    ['NO_COLOR', { NO_COLOR: '1' }],
    ['a terminal without any', { TERM: 'dumb' }],
  ])('the doctor omits colours for %s, and keeps the marks', async (_name, env) => {
    const { screen } = await runCliOnTerminal(['doctor'], { DATA_DIR: await temporaryDir(), ...env });
    expect(screen).toContain('  ✔ Nothing is wrong with it');
    expect(screen).not.toContain(escape);
  });

  it('the doctor ends with 1 on a fault there too, and gives JSON if requested', async () => {
    const { code, screen } = await runCliOnTerminal(['doctor', '--json'], {
      DATA_DIR: await temporaryDir(),
      PORT: 'http',
    });
    expect(code).toBe(1);
    expect(JSON.parse(screen)).toMatchObject({ healthy: false, faults: 1 });
  });

  it('keys are a table', async () => {
    const dataDir = await usedDir();
    const { code, screen } = await runCliOnTerminal(['keys'], { DATA_DIR: dataDir });
    expect(code).toBe(0);
    expect(screen).toMatch(
      /^SET +FINGERPRINT +STATE +LAST USE +LAST REFUSAL +SOURCE\n1 +[0-9a-f]{6} +standby/,
    );
    const none = await runCliOnTerminal(['keys'], { DATA_DIR: await temporaryDir() });
    expect(none).toMatchObject({
      code: 1,
      screen: expect.stringContaining('There is no database') as unknown,
    });
  });

  it('refused sign-ups are listed as a table, shown, sent again, and purged after a yes', async () => {
    const env = { DATA_DIR: await usedDir() };
    expect((await runCliOnTerminal(['outbox', 'list'], env)).screen).toMatch(/^ID +FORM +ADDRESS/);
    expect((await runCliOnTerminal(['outbox', 'show', 'ada-0001'], env)).screen).toMatch(/^id +ada-0001\n/);
    expect((await runCliOnTerminal(['outbox', 'replay', 'ada-0001'], env)).screen).toContain(
      'Moved 1 sign-up',
    );
    const purged = await runCliOnTerminal(['outbox', 'purge', '--all'], env, { '[y/N]': 'y\n' });
    expect(purged.screen).toContain('Deleted 1 sign-up.');
  }, 15_000);

  it('the sandbox runs until Ctrl-C', async () => {
    const env = { DATA_DIR: await temporaryDir(), SANDBOX_PORT: '0', SANDBOX_API_KEY: 'a-key-that-is-given' };
    const { code, screen } = await runCliOnTerminal(['sandbox'], env, { RASA_API_KEY: '\u0003' });
    expect(code).toBe(0);
    expect(screen).toContain('The sandbox stands in for rasa.io at http://');
    expect(screen).not.toContain('a-key-that-is-given');
    expect(screen).not.toContain(new Secret('a-key-that-is-given').fingerprint);
  });

  it.each(['', 'doctor', 'outbox list'])('help is there: `rasa-signup %s --help`', async (line) => {
    const { code, screen } = await runCliOnTerminal([...wordsOf(line), '--help'], {});
    expect(code).toBe(0);
    expect(screen).toMatch(/^Usage: rasa-signup/);
  });
});

describe('`rasa-signup forms`', () => {
  async function fileOf(forms: object): Promise<string> {
    const path = join(await temporaryDir(), 'forms.json');
    await writeFile(path, JSON.stringify({ forms }, null, 2));
    return path;
  }
  const events = {
    fields: ['email', { name: 'role', type: 'text', label: 'Role', attribute: 'job_role' }],
    segment_code: 'engines',
    rates: { form: '90/1m' },
  };

  it('checks a file, given or named by FORMS_FILE', async () => {
    const file = await fileOf({ events });
    const given = await runCommand(['forms', 'check', file], {});
    expect(given).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(given.stdout)).toEqual({ file, forms: ['events'], faults: [] });
    expect(await runCommand(['forms', 'check'], { FORMS_FILE: file })).toEqual(given);
  });

  it('lists all faults of a file, and ends with 1', async () => {
    const file = await fileOf({ events: { fields: ['emial'] } });
    const { code, stdout } = await runCommand(['forms', 'check', file], {});
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      faults: [{ line: 5, column: 9, field: 'forms.events.fields[0]', found: '"emial"' }],
    });
  });

  it.each(['check', 'check /nowhere.json'])('reports that there is no file: %s', async (line) => {
    const { code, stderr } = await runCommand(['forms', ...wordsOf(line)], {});
    expect(code).toBe(1);
    expect(stderr).toMatch(/FORMS_FILE: found .*, wanted/);
  });

  it('shows what visitors are asked and where the answers go', async () => {
    const env = { FORMS_FILE: await fileOf({ events }) };
    const { code, stdout } = await runCommand(['forms', 'show', 'events'], env);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      id: 'events',
      visitors: { fields: [{ name: 'email' }, { label: 'Role' }] },
      attributes: { email: 'email', role: 'job_role' },
      constants: { segment_code: 'engines' },
      rates: { form: '90/1m' },
      resubscribe: 'never',
    });
    expect(await runCommand(['forms', 'show', 'evnets'], env)).toMatchObject({
      code: 1,
      stderr: 'There is no form "evnets". Forms: events.\n',
    });
    const [newsletter] = JSON.parse((await runCommand(['forms', 'show'], {})).stdout) as { id: string }[];
    expect(newsletter?.id).toBe('newsletter');
  });

  it.skipIf(!hasTerminal)('prints text on a terminal', async () => {
    const file = await fileOf({ events });
    const checked = await runCliOnTerminal(['forms', 'check', file], {});
    expect(checked).toEqual({ code: 0, screen: `No faults in ${file}: one form, events.\n` });
    const { screen } = await runCliOnTerminal(['forms', 'show'], { FORMS_FILE: file });
    for (const words of [/role\s+text\s+optional\s+job_role\s+Role/, /segment_code = engines/, /90\/1m/]) {
      expect(screen).toMatch(words);
    }
    const broken = await fileOf({ events: { fields: ['emial'] } });
    expect(await runCliOnTerminal(['forms', 'check', broken], {})).toMatchObject({
      code: 1,
      screen: expect.stringContaining(
        `${broken}:5:9: forms.events.fields[0]: found "emial", wanted`,
      ) as string,
    });
  });
});
