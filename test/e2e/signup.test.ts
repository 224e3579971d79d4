import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { complaintsOf, launchBrowser } from '../helpers/browser/browser.ts';
import { readmeBlocks } from '../helpers/documents.ts';
import { guardedIntake, readContacts, startService } from '../helpers/server/service.ts';
import { servePage } from '../helpers/sites/one-answer.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

/** The product with its sandbox, and a function that reads the contacts that arrived there. */
async function start(env = guardedIntake) {
  const service = await startService(env);
  const { sandbox } = service;
  if (!sandbox) throw new Error('no sandbox');
  return { ...service, contacts: () => readContacts(sandbox) };
}

const [scriptSnippet = ''] = readmeBlocks('README.md', 'html');
const elementSnippet =
  readmeBlocks('docs/embedding.md', 'html').find((block) => block.startsWith('<rasa-signup')) ?? '';
const forProxy = (snippet: string, url: string) => snippet.replaceAll('https://signup.example.com', url);
const document = (body: string) =>
  `<!doctype html><html lang="en"><title>A page</title><body>${body}</body></html>`;

describe('README example', () => {
  it.each([
    ['the script tag alone', scriptSnippet],
    ['the element in the markup', elementSnippet],
    ['the element, and the script as a module', elementSnippet.replace('async', 'type="module"')],
  ])(
    '%s: a visitor of a page elsewhere signs up, and the contact stands in rasa.io',
    async (_name, snippet) => {
      expect(snippet).toContain('signup.example.com');
      const { url, contacts } = await start();
      const page = await browser.newPage();
      const complaints = complaintsOf(page);
      await page.goto(await servePage(document(forProxy(snippet, url))));
      await page.getByLabel('Email address').fill('ada@Example.com');
      await page.getByLabel('First name').fill('Ada');
      await page.getByLabel('Last name').fill('Lovelace');
      await page.getByRole('button', { name: 'Subscribe' }).click();
      await page.getByText('Thank you.').waitFor();
      await vi.waitFor(async () => {
        expect(await contacts()).toMatchObject([
          { email: 'ada@example.com', first_name: 'Ada', last_name: 'Lovelace' },
        ]);
      });
      expect(complaints).toEqual([]);
      await page.close();
    },
  );

  it('its curl commands sign up too', async () => {
    const { url, contacts } = await start({ ...guardedIntake, BOT_MODE: 'observe' });
    const commands = readmeBlocks('README.md', 'sh').flatMap((block) =>
      block.split('\n').filter((line) => line.startsWith('curl') && line.includes('/forms/')),
    );
    expect(commands).toHaveLength(2);
    for (const command of commands) {
      const local = command.replace('http://localhost:8787', url);
      const { stdout } = await promisify(execFile)('sh', ['-c', `${local} -s`]);
      expect(stdout).toBe('{"status":"accepted"}');
    }
    await vi.waitFor(async () => {
      const emails = (await contacts()).map(({ email }) => email);
      expect(emails.sort()).toEqual(['ada@example.com', 'grace@example.com']);
    });
  });
});

describe('a person is never taken for a robot', () => {
  /** Fills in the visible fields, or all of them, like autofill: sets values and fires only `change`. */
  const autofill = (page: Page, everything: boolean) =>
    page.locator('rasa-signup').evaluate((element, all) => {
      for (const input of element.shadowRoot?.querySelectorAll('input') ?? []) {
        if (!all && input.tabIndex < 0) continue;
        input.value = input.type === 'email' ? 'ada@example.com' : 'Ada';
        input.dispatchEvent(new Event('change', { bubbles: true }));
      }
    }, everything);

  it.each([
    ['by autofill, and sent at once', (page: Page) => autofill(page, false)],
    [
      'by a password manager that fills in everything, and sent at once',
      (page: Page) => autofill(page, true),
    ],
    [
      'at human speed',
      (page: Page) => page.getByLabel('Email address').pressSequentially('ada@example.com', { delay: 80 }),
    ],
  ])('when the form is filled in %s', async (_name, fill) => {
    const { url, contacts, figures } = await start();
    const page = await browser.newPage();
    await page.goto(await servePage(document(forProxy(elementSnippet, url))));
    await page.getByLabel('Email address').waitFor();
    await fill(page);
    await page.getByRole('button', { name: 'Subscribe' }).click();
    await page.getByText('Thank you.').waitFor();
    expect(figures().bots.refused).toBe(0);
    await vi.waitFor(async () => {
      expect(await contacts()).toHaveLength(1);
    });
    await page.close();
  });

  it('when the answer was lost and the same proof is sent again', async () => {
    const { url, contacts } = await start();
    const page = await browser.newPage({ locale: 'en-GB' });
    let isFirst = true;
    await page.route('**/forms/newsletter', async (route) => {
      if (isFirst && route.request().method() === 'POST') {
        isFirst = false;
        expect((await route.fetch()).status()).toBe(202);
      }
      await route.continue();
    });
    await page.goto(await servePage(document(forProxy(elementSnippet, url))));
    await page.getByLabel('Email address').fill('ada@example.com');
    await page.getByRole('button', { name: 'Subscribe' }).click();
    await page.getByText('Thank you.').waitFor();
    await vi.waitFor(async () => {
      expect(await contacts()).toHaveLength(1);
    });
    await page.close();
  });
});

describe('on a strict page', () => {
  it('works if only the proxy is allowed, and contacts nothing else', async () => {
    const { url, contacts } = await start();
    const policy = `default-src 'none'; script-src ${url}; connect-src ${url}`;
    const origin = await servePage(document(forProxy(scriptSnippet, url)), {
      'content-security-policy': policy,
    });
    const context = await browser.newContext();
    const page = await context.newPage();
    const complaints = complaintsOf(page);
    const asked = new Set<string>();
    page.on('request', (request) => asked.add(new URL(request.url()).origin));
    await page.goto(origin);
    await page.getByLabel('Email address').fill('ada@example.com');
    await page.keyboard.press('Enter');
    await page.getByText('Thank you.').waitFor();
    const button = await page.evaluate(
      () => Object.keys(localStorage).length + Object.keys(sessionStorage).length,
    );
    expect(button).toBe(0);
    expect(await context.cookies()).toEqual([]);
    expect([...asked].sort()).toEqual([origin, url].sort());
    await vi.waitFor(async () => {
      expect(await contacts()).toHaveLength(1);
    });
    expect(complaints).toEqual([]);
    await context.close();
  });

  it('keeps its fallback on a page whose origin is not allowed', async () => {
    const { url } = await startService({
      ...guardedIntake,
      ALLOWED_ORIGINS: 'https://www.example.com',
      SANDBOX: undefined,
    });
    const page = await browser.newPage();
    // A host name that is neither in the list of origins nor one of this machine. The page itself is served
    // from here.
    const origin = await servePage(document(forProxy(elementSnippet, url)));
    await page.route('http://elsewhere.example/**', async (route) => {
      await route.fulfill({ response: await route.fetch({ url: origin }) });
    });
    await page.goto('http://elsewhere.example/');
    await page.getByRole('link', { name: 'Sign up for our newsletter' }).waitFor();
    expect(await page.getByRole('button').count()).toBe(0);
    await page.close();
  });
});

describe("the proxy's own pages", () => {
  it('show the form, and its contacts in the sandbox as they arrive', async () => {
    const { url } = await start();
    const page = await browser.newPage();
    const complaints = complaintsOf(page);
    await page.goto(url);
    const contactsPage = await browser.newPage();
    await contactsPage.goto((await page.getByRole('link', { name: 'Sandbox' }).getAttribute('href')) ?? '');
    await page.getByRole('link', { name: 'Hosted page' }).click();
    await page.waitForURL('**/forms/newsletter');
    await page
      .getByRole('textbox', { name: 'Email address' })
      .and(page.locator('#email'))
      .fill('live@example.com');
    await page.getByRole('button', { name: 'Subscribe' }).click();
    await page.getByText('Thank you.').waitFor();
    await contactsPage.getByText('live@example.com').waitFor();
    expect(complaints).toEqual([]);
    await Promise.all([page.close(), contactsPage.close()]);
  });

  it('sign up without scripts', async () => {
    const { url, contacts } = await start();
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(`${url}/forms/newsletter`);
    await page.getByLabel('Email address').fill('plain@example.com');
    await page.getByRole('button', { name: 'Subscribe' }).click();
    await page.getByRole('button', { name: 'Yes, sign me up' }).click();
    await page.getByRole('heading', { name: 'Thank you. You are signed up.' }).waitFor();
    await vi.waitFor(async () => {
      expect(await contacts()).toMatchObject([{ email: 'plain@example.com' }]);
    });
    await context.close();
  });
});
