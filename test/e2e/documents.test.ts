import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { launchBrowser } from '../helpers/browser/browser.ts';
import { readmeBlocks } from '../helpers/documents.ts';
import { freePort } from '../helpers/server/free-port.ts';
import { startSandbox } from '../helpers/server/sandbox.ts';
import { startService } from '../helpers/server/service.ts';
import { temporaryDir } from '../helpers/server/temporary-dir.ts';
import { openShell } from '../helpers/shell.ts';
import { openPage, pageOf, serveSite, signUp } from '../helpers/sites/site.ts';

// Several programs are started one after another, each of which takes seconds on a machine that is busy.
vi.setConfig({ testTimeout: 120_000 });

/** The commands of the documents, run as a reader runs them, with ports, paths and addresses of this test. */
const [tryIt = '', twoSignups = '', production = ''] = readmeBlocks('README.md', 'sh');

/** A shell whose proxy and sandbox are on free ports; `replaced` gives a command these ports too. */
async function openReader(more: Readonly<Record<string, string>> = {}) {
  const [port, sandboxPort] = [String(await freePort()), String(await freePort())];
  const dir = await temporaryDir();
  const shell = await openShell({
    PORT: port,
    SANDBOX_PORT: sandboxPort,
    DATA_DIR: join(dir, 'data'),
    ...more,
  });
  const url = `http://localhost:${port}`;
  const sandbox = `http://localhost:${sandboxPort}`;
  const replaced = (script: string) =>
    script.replaceAll('http://localhost:8787', url).replaceAll('http://localhost:8788', sandbox);
  return { ...shell, url, sandbox, dir, replaced };
}

/** Until the address answers. */
async function answer(address: string): Promise<Response> {
  return vi.waitFor(() => fetch(address), { timeout: 60_000, interval: 50 });
}

const jsonOf = async (address: string): Promise<unknown> => (await answer(address)).json();

/**
 * The names in an object, and in those in it; of a list, those of its first entry. Maps by reason are left
 * out.
 */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf);
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, name === 'reasons' ? 'map' : shapeOf(member)]),
  );
}

const exampleJson = (page: string) => readmeBlocks(page, 'json').map((text): unknown => JSON.parse(text));

describe('README.md', () => {
  it('Try it: two commands start the product, and two more sign up', async () => {
    const { run, start, replaced, url, sandbox } = await openReader();
    start(tryIt);
    await answer(`${url}/readyz`);
    expect(await run(replaced(twoSignups))).toBe('{"status":"accepted"}{"status":"accepted"}');
    await vi.waitFor(async () => {
      const contacts = await (await fetch(sandbox)).text();
      expect(contacts).toContain('ada@example.com');
      expect(contacts).toContain('grace@example.com');
    }, 60_000);
  });

  it('has the same production start as docs/operating.md', () => {
    expect(readmeBlocks('docs/operating.md', 'sh')).toContain(production);
  });
});

/** The production start of the documents, delivering to a sandbox in place of rasa.io. */
async function startProduction() {
  const rasa = await startSandbox();
  const { username, password, apiKey = '' } = rasa.credentials;
  const reader = await openReader({ RASA_BASE_URL: rasa.url, BOT_MODE: 'observe', NODE_ENV: 'production' });
  const secrets = join(reader.dir, 'secrets');
  await mkdir(secrets);
  await writeFile(join(secrets, 'rasa-password'), password, { mode: 0o600 });
  await writeFile(join(secrets, 'rasa-api-key'), apiKey, { mode: 0o600 });
  const replaced = (script: string) =>
    reader.replaced(script).replaceAll('/run/secrets', secrets).replaceAll('you@example.com', username);
  return { ...reader, rasa, replaced };
}

describe('docs/operating.md', () => {
  it('starts in production, and answers /readyz and /healthz as shown', async () => {
    const { start, replaced, run, url } = await startProduction();
    start(replaced(production));
    await answer(`${url}/readyz`);
    await run(`curl -sS --fail ${url}/forms/newsletter -d email=ada@example.com`);
    const [ready, health] = exampleJson('docs/operating.md');
    expect(await jsonOf(`${url}/readyz`)).toEqual(ready);
    expect(await jsonOf(`${url}/healthz`)).toEqual(health);
  });

  it('shows, replays and purges rejected sign-ups, and shows keys', async () => {
    const { start, replaced, run, url, rasa } = await startProduction();
    const commands = readmeBlocks('docs/operating.md', 'sh').filter((block) => block.includes('cli.js'));
    const [outbox = '', keys = ''] = commands.filter((block) => !/ (doctor|contacts) /.test(block));
    await rasa.putFaults({ refuse: { emails: ['*@refused.test'], error: 'There is no such segment' } });
    start(replaced(production));
    await answer(`${url}/readyz`);
    await run(`curl -sS --fail ${url}/forms/newsletter -d email=ada@refused.test`);
    const { id } = await vi.waitFor(async () => {
      // Until it is refused it is listed among those that wait.
      const refused = 'node dist/server/cli.js outbox list --reason "no such segment"';
      const list = JSON.parse(await run(refused)) as { readonly id: string }[];
      expect(list).toHaveLength(1);
      return list[0] ?? { id: '' };
    }, 60_000);
    const printed = await run(outbox.replace(/(?<=outbox show )\S+/, id));
    expect(printed).toContain(`[{"id":"${id}"`);
    expect(printed).toContain('"reason":"There is no such segment"');
    expect(printed).toMatch(/Moved 1 sign-up back|"replayed"/);
    expect(printed).toContain('Nothing was deleted.');
    expect(JSON.parse(await run(keys))).toMatchObject([{ credentials: 'working' }]);
  });

  it('diagnoses an installation, and prints what is shown', async () => {
    const { start, replaced, run, url, dir } = await startProduction();
    start(replaced(production));
    await answer(`${url}/readyz`);
    const [variables = ''] = readmeBlocks('docs/configuration.md', 'ini');
    await writeFile(join(dir, 'production.env'), replaced(variables), { mode: 0o600 });
    const site = await serveSite({
      '/newsletter': pageOf(`<script async src="${url}/embed.js" data-form="newsletter"></script>`),
    });
    const blocks = readmeBlocks('docs/operating.md', 'sh');
    const [doctor = ''] = blocks.filter((block) => block.includes(' doctor '));
    const [survival = ''] = blocks.filter((block) => block.includes(' survival '));
    const inDir = survival.replaceAll(/production\.env|archived\.csv/g, (name) => join(dir, name));
    expect(await run(inDir)).toContain('There were no sign-ups within the last 30 days.');
    const command = doctor
      .replace('production.env', join(dir, 'production.env'))
      .replace('https://signup.example.com', url)
      .replace('https://www.example.com', site);
    const [, , example] = exampleJson('docs/operating.md');
    const found = JSON.parse(await run(command, [0, 1])) as { checks: { findings: object[] }[] };
    const finding = found.checks.flatMap(({ findings }) => findings).find((one) => 'remedy' in one);
    expect(shapeOf({ ...found, checks: [{ about: '', findings: [finding] }] })).toEqual(shapeOf(example));
  });
});

describe('docs/configuration.md', () => {
  it('starts the proxy and the commands with an environment file', async () => {
    const { start, replaced, run, url, dir } = await startProduction();
    const [variables = ''] = readmeBlocks('docs/configuration.md', 'ini');
    await writeFile(join(dir, 'production.env'), replaced(variables), { mode: 0o600 });
    const [main = '', doctor = ''] = readmeBlocks('docs/configuration.md', 'sh').map((block) =>
      block.replace('production.env', join(dir, 'production.env')),
    );
    const output = start(main);
    await answer(`${url}/readyz`);
    expect(output()).not.toContain('Sandbox');
    expect(JSON.parse(await run(doctor, [0, 1]))).toHaveProperty('checks');
  });
});

describe('docs/forms.md', () => {
  it('checks and shows the forms file that it has', async () => {
    const { run, dir } = await openReader();
    const [file = ''] = readmeBlocks('docs/forms.md', 'jsonc');
    await writeFile(join(dir, 'forms.json'), file);
    const [check = '', show = ''] = readmeBlocks('docs/forms.md', 'sh').map((block) =>
      block.replace('forms.json', join(dir, 'forms.json')),
    );
    expect(JSON.parse(await run(check))).toMatchObject({ forms: ['newsletter', 'fair'], faults: [] });
    expect(JSON.parse(await run(show))).toMatchObject({ id: 'newsletter', resubscribe: 'with-consent' });
  });
});

describe('docs/sandbox.md', () => {
  it('starts the sandbox alone, and makes it fail and work again', async () => {
    const { start, run, replaced, sandbox } = await openReader();
    const [alone = '', contacts = '', faults = '', nights = '', traffic = ''] = readmeBlocks(
      'docs/sandbox.md',
      'sh',
    );
    const output = start(alone);
    await answer(sandbox);
    for (const name of ['RASA_BASE_URL', 'RASA_USERNAME', 'RASA_PASSWORD', 'RASA_API_KEY'])
      expect(output()).toContain(name);
    expect(await run(replaced(faults))).toMatch(/"status":503.*"status":503/);
    expect(await jsonOf(`${sandbox}/sandbox/faults`)).not.toHaveProperty('answer');
    await fetch(`${sandbox}/signup/sandbox-newsletter`, {
      method: 'POST',
      body: '{"email":"ada@example.com"}',
    });
    expect(await run(replaced(contacts))).toMatch(/"made":1000.*"unsubscribe_reason":"OneClickUnsubscribe"/);
    expect(await run(replaced(nights))).toMatch(/"archived":1,.*"offsetS":0/);
    expect(await run(replaced(traffic))).toMatch(/"shortestGapMs":.*"shortestGapMs":null/);
  });
});

describe('docs/http-api.md', () => {
  it('signs up, gets a challenge, and answers as shown', async () => {
    const { url } = await startService({ BOT_MODE: 'observe' });
    const { run } = await openReader();
    const [signup = '', challenge = ''] = readmeBlocks('docs/http-api.md', 'sh').map((block) =>
      block.replace('http://localhost:8787', url),
    );
    const [accepted, problem] = exampleJson('docs/http-api.md');
    expect(JSON.parse(await run(signup))).toEqual(accepted);
    expect(JSON.parse(await run(challenge))).toMatchObject({ parameters: { cost: 1000 } });
    const refused = await fetch(`${url}/forms/newsletter`, {
      method: 'POST',
      body: new URLSearchParams({ email: 'ada' }),
    });
    // The id of the request is another one each time.
    const request_id = refused.headers.get('x-request-id');
    expect(await refused.json()).toEqual({ ...(problem as object), request_id });
  });
});

describe('docs/embedding.md', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());

  it('places the form with the script tag, and tells the data layer of a sign-up', async () => {
    const { url } = await startService();
    const [scriptTag = ''] = readmeBlocks('docs/embedding.md', 'html');
    const analytics =
      readmeBlocks('docs/embedding.md', 'js').find((code) => code.includes('dataLayer')) ?? '';
    const site = await serveSite({
      '/': pageOf(
        `${scriptTag.replace('https://signup.example.com', url)}<script src="/analytics.js"></script>`,
      ),
      '/analytics.js': analytics,
    });
    const { page, complaints } = await openPage(browser, site);
    await signUp(page);
    expect(await page.evaluate('window.dataLayer')).toEqual([
      { event: 'signup-accepted', signup_form: 'newsletter' },
    ]);
    expect(complaints).toEqual([]);
  });
});
