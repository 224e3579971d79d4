import { describe, expect, it } from 'vitest';
import type { Env } from '../../../server/config/config.ts';
import { Secret } from '../../../server/system/secret.ts';
import { hasTerminal, runCli, runCliOnTerminal } from '../../helpers/server/cli.ts';
import { runCommand } from '../../helpers/server/run-command.ts';
import { startSandbox, type TestSandbox } from '../../helpers/server/sandbox.ts';
import { envelope, scriptRasa } from '../../helpers/server/scripted-rasa.ts';
import { credentialsFor, startService } from '../../helpers/server/service.ts';
import { directoryInMemory } from '../../helpers/server/temporary-dir.ts';

async function envFor({ url, credentials }: Pick<TestSandbox, 'url' | 'credentials'>): Promise<Env> {
  return {
    RASA_BASE_URL: url,
    RASA_USERNAME: credentials.username,
    RASA_PASSWORD: credentials.password,
    RASA_API_KEY: credentials.apiKey,
    RASA_MIN_INTERVAL_MS: '0',
    // Without a database.
    DATA_DIR: await directoryInMemory(),
  };
}

const person = {
  email: 'ada.lovelace@personal.example',
  first_name: 'Augusta',
  external_id: 'member-1815',
  secret_plan: 'gold',
};

async function openAccount() {
  const sandbox = await startSandbox();
  await sandbox.addPersons(person, { email: 'bob@personal.example' }, { email: 'cleo@personal.example' });
  const env = await envFor(sandbox);
  const run = (...args: readonly string[]) => runCommand(['rasa', ...args], env);
  return { sandbox, env, run };
}

describe('rasa-signup rasa whoami', () => {
  it('shows account, newsletter, fingerprint and token life of each set, and no secret', async () => {
    const { env, sandbox } = await openAccount();
    const { apiKey = '', password, username } = sandbox.credentials;
    const two = { ...env, RASA_API_KEY_2: 'a wrong key' };
    const { code, stdout } = await runCommand(['rasa', 'whoami'], two);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      api: 'v1',
      baseUrl: sandbox.url,
      sets: [
        {
          number: 1,
          name: username,
          fingerprint: new Secret(apiKey).fingerprint,
          is: 'taken',
          newsletters: [{ id: expect.any(String) as string, name: 'Sandbox newsletter' }],
          tokenLifeS: expect.any(Number) as number,
        },
        {
          number: 2,
          name: username,
          fingerprint: new Secret('a wrong key').fingerprint,
          is: 'refused',
          reason: 'rasa.io answered 401',
        },
      ],
    });
    for (const secret of [apiKey, 'a wrong key', `"${password}"`]) expect(stdout).not.toContain(secret);
  });

  it('fails where rasa.io takes none', async () => {
    const { env } = await openAccount();
    expect(await runCommand(['rasa', 'whoami'], { ...env, RASA_API_KEY: 'wrong' })).toMatchObject({
      code: 1,
    });
  });

  it.each([
    [{}, 'RASA_USERNAME: found nothing'],
    [{ SANDBOX: 'on' }, 'rasa-signup sandbox starts one'],
    [{ RASA_API: 'webhook', RASA_SIGNUP_GUID: 'g' }, 'the webhook has nothing to read'],
  ])('names what is missing: %j', async (env, words) => {
    const { code, stderr } = await runCommand(['rasa', 'whoami'], env);
    expect([code, stderr]).toEqual([1, expect.stringContaining(words)]);
  });

  it('asks which account, where there are several', async () => {
    const { env, sandbox } = await openAccount();
    const { RASA_USERNAME, RASA_PASSWORD, RASA_API_KEY, ...rest } = env;
    const named: Env = { ...rest, ACCOUNTS: 'harbour,engine' };
    const full = Object.fromEntries(
      ['HARBOUR', 'ENGINE'].flatMap((name) => [
        [`RASA_${name}__USERNAME`, RASA_USERNAME],
        [`RASA_${name}__PASSWORD`, RASA_PASSWORD],
        [`RASA_${name}__API_KEY`, name === 'ENGINE' ? 'wrong' : RASA_API_KEY],
      ]),
    );
    const which = await runCommand(['rasa', 'whoami'], { ...named, ...full });
    expect(which).toMatchObject({ code: 1, stderr: expect.stringContaining('harbour, engine') as string });
    const one = await runCommand(['rasa', '--account', 'harbour', 'whoami'], { ...named, ...full });
    expect(JSON.parse(one.stdout)).toMatchObject({ baseUrl: sandbox.url, sets: [{ is: 'taken' }] });
  });
});

describe('rasa-signup rasa get', () => {
  it('prints an answer as it is', async () => {
    const { run } = await openAccount();
    const { code, stdout } = await run('get', '/v1/communities');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      code: 200,
      results: [{ data: { name: 'Sandbox newsletter' } }],
    });
  });

  it('prints all items, as a JSON array or an item a line', async () => {
    const { run } = await openAccount();
    const array = await run('get', '/v1/persons', '--all', '--page-size', '2');
    expect((JSON.parse(array.stdout) as unknown[]).length).toBe(3);
    const lines = await run('get', '/v1/persons?created_since=2020-01-01', '--all', '--ndjson');
    const emails = lines.stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { readonly email: string }).email);
    expect(emails).toContain(person.email);
    expect(emails).toHaveLength(3);
    const none = await run('get', '/v1/persons?created_before=2020-01-01', '--all');
    expect(none).toMatchObject({ code: 0, stdout: '[]\n' });
  });

  it.each([
    ['/v1/persons/none', 'rasa.io answered 404: No such person'],
    ['/v2/contacts', 'A path must begin with /v1/ where RASA_API is v1.'],
    ['/v1/../v2/contacts', 'A path must begin with /v1/.'],
    ['https://elsewhere.example/v1/', 'A path must begin with /v1/.'],
  ])('says what is wrong with %s', async (path, words) => {
    const { run } = await openAccount();
    expect(await run('get', path)).toEqual({ code: 1, stdout: '', stderr: `${words}\n` });
  });

  it('refuses options that would have no effect', async () => {
    const { run } = await openAccount();
    const words = '--ndjson and --page-size are for lists: add --all.\n';
    expect(await run('get', '/v1/persons', '--ndjson')).toEqual({ code: 1, stdout: '', stderr: words });
  });

  it('ends with an error, and prints JSON all the same, where a page fails', async () => {
    const { url } = await scriptRasa((_asked, earlier) =>
      earlier === 0 ? { body: envelope([{ id: 1 }, { id: 2 }]) } : { status: 400, body: envelope([]) },
    );
    const env = await envFor({ url, credentials: { username: 'u', password: 'p', apiKey: 'k' } });
    const args = ['rasa', 'get', '/v1/persons', '--all', '--page-size', '2'];
    const { code, stdout, stderr } = await runCommand(args, env);
    expect([code, stderr]).toEqual([1, expect.stringContaining('rasa.io answered 400')]);
    expect(JSON.parse(stdout)).toHaveLength(2);
  });

  it('only reads, and revokes its token', async () => {
    const { url, asked, tokens } = await scriptRasa(() => ({ body: envelope([]) }));
    const env = await envFor({ url, credentials: { username: 'u', password: 'p', apiKey: 'k' } });
    for (const args of [['get', '/v1/persons'], ['get', '/v1/persons', '--all'], ['check']]) {
      expect((await runCommand(['rasa', ...args], env)).code).toBe(0);
    }
    expect(new Set(asked.map(({ method }) => method))).toEqual(new Set(['GET']));
    expect(tokens.map(({ method }) => method)).toEqual([
      'POST',
      'DELETE',
      'POST',
      'DELETE',
      'POST',
      'DELETE',
    ]);
  });
});

interface Report {
  readonly reads: readonly {
    readonly route: string;
    readonly status: number;
    readonly differences: readonly string[];
    readonly notes: readonly string[];
  }[];
}

describe('rasa-signup rasa check', () => {
  it('finds what is documented in the sandbox, and reports no personal data', async () => {
    const { run, sandbox } = await openAccount();
    const { code, stdout } = await run('check');
    expect(code).toBe(0);
    const { reads } = JSON.parse(stdout) as Report;
    expect(reads.length).toBeGreaterThan(15);
    expect(reads.filter(({ status }) => status !== 200)).toEqual([]);
    const different = reads.filter(({ differences }) => differences.length > 0).map(({ route }) => route);
    expect(different).toEqual(['GET /v1/persons/{id}/topics']);
    const noted = reads.filter(({ notes }) => notes.length > 0).map(({ route }) => route);
    expect(noted).toEqual([
      'GET /v1/posts',
      'GET /v1/content-pool',
      'GET /v1/persons?limit=1000',
      'GET /v1/persons, past the end',
    ]);
    const secrets = [sandbox.credentials.apiKey ?? '', sandbox.credentials.username];
    const personal = [...Object.values(person), 'secret_plan', 'bob@', 'cleo@', ...secrets];
    for (const value of personal) expect(stdout).not.toContain(value);
  });

  it('reports what differs', async () => {
    const { run, sandbox } = await openAccount();
    await sandbox.putFaults({
      variants: {
        readItems: 'flat',
        analyticsVerb: 'post',
        metricNames: 'plural',
        maxPage: 1000,
        errors: 'array',
        flags: 'text',
      },
      answer: { on: 'other', status: 404, times: 1 },
    });
    const { code, stdout } = await run('check');
    // A documented read without an answer.
    expect(code).toBe(1);
    const { reads } = JSON.parse(stdout) as Report;
    const of = (route: string) => reads.find((read) => read.route === route)?.differences;
    expect(of('GET /v1/communities')).toEqual(['rasa.io answered 404; documented is an answer']);
    expect(of('GET /v1/persons')).toEqual([
      'items are flat, not wrapped',
      'metadata.errors is list, not text',
      'is_active is number as text, not number or true or false',
      'is_subscribed is number as text, not number or true or false',
    ]);
    expect(of('GET /v1/analytics/activities')).toEqual([
      'it answers to POST, not to GET',
      expect.stringContaining('without total_open'),
      'metadata.errors is list, not text',
      expect.stringContaining('also with total_opens'),
    ]);
  });

  it('reports refused credentials once', async () => {
    const { env } = await openAccount();
    const { code, stdout } = await runCommand(['rasa', 'check'], { ...env, RASA_API_KEY: 'wrong' });
    expect(code).toBe(1);
    expect((JSON.parse(stdout) as Report).reads).toMatchObject([
      { route: 'GET /v1/communities', problem: 'rasa.io refuses the credentials (401)' },
    ]);
  });
});

it.runIf(hasTerminal)('on a terminal, people read tables and marks', async () => {
  const { env, sandbox } = await openAccount();
  const who = await runCliOnTerminal(['rasa', 'whoami'], env);
  expect(who.screen).toMatch(/SET +FINGERPRINT +ACCOUNT +TOKEN LIVES +NEWSLETTER/);
  expect(who.screen).toContain(sandbox.credentials.username);
  const { screen } = await runCliOnTerminal(['rasa', 'check'], env);
  expect(screen).toMatch(/✔ GET \/v1\/communities {2}200, \d+ ms, 1 items/);
  expect(screen).toMatch(/✔ GET \/v1\/posts .*\n +also with id/);
});

it('where the proxy has its database, calls wait for their turn with its own', async () => {
  const { sandbox, env } = await openAccount();
  const { dataDir } = await startService(credentialsFor(sandbox));
  const { RASA_MIN_INTERVAL_MS: _, ...polite } = env;
  await fetch(`${sandbox.url}/sandbox/traffic`, { method: 'DELETE' });
  const runs = [1, 2].map(() =>
    runCli(['rasa', 'get', '/v1/persons', '--all', '--page-size', '1'], { ...polite, DATA_DIR: dataDir }),
  );
  expect((await Promise.all(runs)).map(({ code, stderr }) => [code, stderr])).toEqual([
    [0, ''],
    [0, ''],
  ]);
  const traffic: unknown = await (await fetch(`${sandbox.url}/sandbox/traffic`)).json();
  expect(traffic).toMatchObject({ overlapping: 0, hasty: 0 });
});
