import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readmeBlocks } from '../helpers/documents.ts';
import { startSandbox } from '../helpers/server/sandbox.ts';
import { envelope, scriptRasa } from '../helpers/server/scripted-rasa.ts';
import { temporaryDir } from '../helpers/server/temporary-dir.ts';
import { openShell } from '../helpers/shell.ts';
import { createPackageSite, type PackageSite } from '../helpers/sites/package-site.ts';

/** A program that has installed the package, with none of its dependencies but undici. */
const createProgram = (packages: readonly string[] = []): Promise<PackageSite> =>
  createPackageSite(['undici', ...packages], { folder: '.', name: '@rasa-signup/proxy' });

const [first = '', many = '', errors = '', figures = ''] = readmeBlocks('docs/rasa-api.md', 'js');

/** Runs one example of the page with the variables that lead to this rasa.io. */
async function runExample(
  code: string,
  { url, username = 'u', password = 'p', apiKey = 'k' }: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  const site = await createProgram();
  await site.write('example.mjs', code);
  const env = { RASA_BASE_URL: url, RASA_USERNAME: username, RASA_PASSWORD: password, RASA_API_KEY: apiKey };
  const { stdout } = await site.runWith(env as Readonly<Record<string, string>>, 'example.mjs');
  return stdout.trim().split('\n');
}

describe('the examples of docs/rasa-api.md', { timeout: 60_000 }, () => {
  it('save and list', async () => {
    const { url, credentials } = await startSandbox();
    const account = { ...credentials, url } as Readonly<Record<string, string>>;
    const printed = await runExample(first, account);
    expect(printed[0]).toMatch(/^created [0-9a-f-]{36}$/);
    expect(printed.slice(1)).toEqual([
      expect.stringMatching(/^ada@example\.com (true|false) \d{4}-\d\d-\d\dT/),
    ]);
    expect((await runExample(first, account))[0]).toMatch(/^updated /);
  });

  it('tell what became of each', async () => {
    const { url, credentials } = await startSandbox();
    expect(await runExample(many, { ...credentials, url } as Readonly<Record<string, string>>)).toEqual([
      '0 saved',
      expect.stringMatching(/^1 refused: .+/),
    ]);
  });

  it('tell errors apart', async () => {
    const { url, credentials } = await startSandbox();
    expect(await runExample(errors, { ...credentials, url } as Readonly<Record<string, string>>)).toEqual([
      'credentials_refused rasa.io refuses the credentials (401)',
    ]);
  });

  it('read figures', async () => {
    const day = { timestamp: '2026-11-16', unique_open: 41, total_delivered: 100 };
    const { url } = await scriptRasa(() => ({ body: envelope([{ data: day, links: {} }]) }));
    expect(await runExample(figures, { url })).toEqual(['2026-11-16 41 100']);
  });

  it('are right for a strict compiler', async () => {
    const site = await createProgram(['typescript', '@types/node', 'undici-types']);
    const compilerOptions = {
      target: 'es2023',
      module: 'nodenext',
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      noEmit: true,
      types: ['node'],
    };
    await site.write('package.json', '{"type":"module"}');
    await site.write('tsconfig.json', JSON.stringify({ compilerOptions, include: ['*.ts'] }));
    const examples = { first, many, errors, figures, wrong: first.replace('first_name', 'firstname') };
    for (const [name, code] of Object.entries(examples)) await site.write(`${name}.ts`, code);
    const said = await site
      .run(resolve('node_modules/typescript/bin/tsc'), '-p', 'tsconfig.json')
      .catch((error: unknown) => error as { readonly stdout: string });
    expect(said.stdout.split('\n').filter((line) => line.includes('error TS'))).toEqual([
      expect.stringMatching(/^wrong\.ts.*firstname/),
    ]);
  });
});

it('the commands of docs/rasa-api.md look at an account', { timeout: 60_000 }, async () => {
  const { url, credentials, addPersons } = await startSandbox();
  await addPersons({ email: 'ada@example.com' }, { email: 'bob@example.com' });
  const { run } = await openShell({
    RASA_BASE_URL: url,
    RASA_USERNAME: credentials.username,
    RASA_PASSWORD: credentials.password,
    RASA_API_KEY: credentials.apiKey ?? '',
    DATA_DIR: await temporaryDir(),
  });
  const [commands = ''] = readmeBlocks('docs/rasa-api.md', 'sh');
  const printed = (await run(commands)).trim().split('\n');
  expect(printed.map((line): unknown => JSON.parse(line))).toMatchObject([
    { api: 'v1', sets: [{ is: 'taken' }] },
    { api: 'v1', reads: expect.any(Array) as unknown[] },
    { email: 'ada@example.com' },
    { email: 'bob@example.com' },
  ]);
});

it('docs/rasa-api.md lists every code of an error', () => {
  const codes = [...readFileSync('server/rasa/errors.ts', 'utf8').matchAll(/readonly code = '(\w+)'/g)];
  const listed = [
    ...readFileSync('docs/rasa-api.md', 'utf8').matchAll(/^\| `([a-z]+(?:_[a-z]+)*)` \| (?!`)/gm),
  ];
  const namesIn = (matches: readonly RegExpExecArray[]) => matches.map(([, name = '']) => name);
  expect(codes).toHaveLength(9);
  expect(namesIn(listed)).toEqual(expect.arrayContaining(namesIn(codes)));
});

it('the package loads neither the web server nor a database', { timeout: 60_000 }, async () => {
  const site = await createProgram();
  await site.write(
    'loaded.mjs',
    `await import('@rasa-signup/proxy/rasa');
     console.log(process.moduleLoadList.filter((name) => /sqlite/.test(name)).length);
     await import('@rasa-signup/proxy/package.json', { with: { type: 'json' } });
     await import('@rasa-signup/proxy').catch(({ code }) => console.log(code));`,
  );
  const { stdout } = await site.run('loaded.mjs');
  expect(stdout.trim().split('\n')).toEqual(['0', 'ERR_PACKAGE_PATH_NOT_EXPORTED']);
});
