import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { readConfig } from '../../server/config/config.ts';
import { complaintsOf, launchBrowser } from '../helpers/browser/browser.ts';
import { everyKind } from '../helpers/forms/operators-forms.ts';
import { hostileText } from '../helpers/hostile.ts';
import { startReceiver } from '../helpers/server/receiver.ts';
import { runCommand } from '../helpers/server/run-command.ts';
import { startSandbox } from '../helpers/server/sandbox.ts';
import { credentialsFor, startService } from '../helpers/server/service.ts';
import { directoryInMemory } from '../helpers/server/temporary-dir.ts';
import { ask, post } from '../helpers/sites/visitor.ts';

const password = 'correct horse battery';
const soon = { timeout: 60_000, interval: 100 };
const email = "'onload=window.ran=1&lt@example.com";
/** What a spreadsheet would run, too. */
const formula = `=HYPERLINK("https://evil.example")${hostileText}`;

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
}, 60_000);
afterAll(() => browser.close());

const formsWith = (words: string, more: object = {}) => ({
  forms: {
    newsletter: {
      ...everyKind(() => words),
      // Its own fields ask for more than these visitors send.
      fields: [{ name: 'email', help: words, placeholder: words }],
      ...more,
    },
  },
});

/** A proxy whose texts came in by the doors through which texts come in. */
async function start() {
  const [sandbox, dir] = await Promise.all([startSandbox(), directoryInMemory()]);
  const receiver = await startReceiver((response) => {
    response.writeHead(500, hostileText.slice(0, 20)).end(hostileText);
  });
  const formsFile = join(dir, 'forms.json');
  await writeFile(formsFile, JSON.stringify(formsWith(hostileText)));
  const env = {
    ...credentialsFor(sandbox),
    DATA_DIR: join(dir, 'data'),
    FORMS_FILE: formsFile,
    OPERATOR_PASSWORD: password,
  };
  const service = await startService(env);
  const run = async (...args: string[]) => {
    const { code, stdout, stderr } = await runCommand(args, env);
    expect(code, stderr).toBe(0);
    return stdout.trim();
  };
  // The names of tokens and accounts are letters and digits: these doors are shut.
  const scope = ['--scope', 'contacts:write', '--expires', '90d'];
  expect((await runCommand(['tokens', 'create', hostileText, ...scope], env)).code).toBe(1);
  expect(() => readConfig({ ...env, ACCOUNTS: hostileText })).toThrow('ACCOUNTS');
  const token = await run('tokens', 'create', 'shop', ...scope);
  await run('webhooks', 'add', `${receiver.url}/${encodeURIComponent(hostileText)}?a=${hostileText}`);
  const file = join(dir, `${hostileText.replaceAll('/', '')}.csv`);
  await writeFile(file, 'Email\nimported@example.com\n');
  await run('contacts', 'import', file, '--yes', '--no-wait');
  // With a token before that, which is no contact to be refused.
  await vi.waitFor(() => {
    expect(service.figures().delivery.delivered).toBe(1);
  }, soon);
  await sandbox.putFaults({ answer: { status: 400, error: formula } });
  expect((await post(service.url, 'urlencoded', { email })).status).toBe(202);
  const headers = { 'content-type': 'application/json' };
  const sent = await ask(`${service.url}/api/contacts`, {
    method: 'POST',
    headers: { ...headers, authorization: `Bearer ${token}` },
    body: JSON.stringify({ email: 'app@example.com', firstName: hostileText }),
  });
  expect(sent.body).toContain('accepted');
  // Each of them is refused by a rule, or another one.
  await post(service.url, 'json', { email: 'x@example.com', [hostileText]: hostileText });
  await post(service.url, 'json', { email: hostileText });
  await ask(`${service.url}/forms/${encodeURIComponent(hostileText)}`, {
    method: 'POST',
    headers,
    body: '{}',
  });
  await post(service.url, 'json', { email: 'y@example.com' }, { origin: 'https://"><script>.example' });
  await vi.waitFor(() => {
    expect(service.figures().outbox.deadLetters).toBeGreaterThanOrEqual(2);
  }, soon);
  // Checked when it is asked for, and quoted in what is found.
  await writeFile(formsFile, JSON.stringify(formsWith(hostileText, { [hostileText]: hostileText })));
  return service;
}

async function logIn(url: string, scripts: boolean): Promise<Page> {
  const context = await browser.newContext({ javaScriptEnabled: scripts });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  if (scripts) await page.clock.install();
  await page.goto(`${url}/operator`);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('heading', { level: 1 }).waitFor();
  return page;
}

/** Elements that no text of ours makes. */
const foreign =
  'main script, main img, main iframe, main style, main base, [onload], [onerror], [href^="javascript:" i]';

it(
  'runs no text that came in by a door of the product, with scripts, without them, and when it is kept up to date',
  { timeout: 240_000 },
  async () => {
    const service = await start();
    const page = await logIn(service.url, true);
    const complaints = complaintsOf(page);
    const shown = () => page.locator('#operator').textContent();
    await page
      .getByRole('rowheader', { name: hostileText.slice(0, 40) })
      .first()
      .waitFor();
    await page.getByText('Not checked').waitFor();
    await page.getByRole('button', { name: 'Run all checks' }).click();
    // Its own script brings what was found: nothing is loaded anew.
    await page.evaluate(() => Object.assign(window, { isSame: true }));
    await expect
      .poll(
        async () => {
          await page.clock.runFor(10_000);
          return shown();
        },
        { timeout: 60_000, interval: 500 },
      )
      .toMatch(/Set-up.*Configuration:/s);
    expect(await page.evaluate(() => 'isSame' in window)).toBe(true);
    const text = (await shown()) ?? '';
    // rasa.io's reasons, and what the checks found in the forms file.
    expect(text).toContain(`rasa.io: “${formula}”`);
    expect(text.split('<script>window.ran=1</script>').length - 1).toBeGreaterThanOrEqual(3);
    await page.locator('#set-aside tbody tr').getByRole('button', { name: 'Show (logged)' }).first().click();
    await page.getByText('@example.com').first().waitFor();
    expect(await page.evaluate(() => 'ran' in window)).toBe(false);
    expect(await page.locator(foreign).count()).toBe(0);
    expect(complaints).toEqual([]);

    const plain = await logIn(service.url, false);
    await plain.getByText(hostileText).first().waitFor();
    expect(await plain.locator(foreign).count()).toBe(0);

    const csv = await page.evaluate(async () => (await fetch('/operator/set-aside.csv')).text());
    expect(csv).toContain(`"'=HYPERLINK(""https://evil.example"")`);
    expect(csv).not.toMatch(/(^|,|\n)"?[=+@]/);
    expect(service.log()).not.toContain('@example.com');
  },
);
