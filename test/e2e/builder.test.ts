import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { build, type Rolldown } from 'vite';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Env } from '../../server/config/config.ts';
import { complaintsOf, launchBrowser } from '../helpers/browser/browser.ts';
import { guardedIntake, readContacts, startService } from '../helpers/server/service.ts';
import { temporaryDir } from '../helpers/server/temporary-dir.ts';
import { serveForeignSite, type ForeignSite } from '../helpers/sites/foreign-site.ts';
import { openBuilder } from '../helpers/sites/marketer.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

/** The product as in production, with its sandbox, for the pages of one other origin only. */
async function start(env: Env = {}) {
  const site = await serveForeignSite();
  const service = await startService({
    ...guardedIntake,
    NODE_ENV: 'production',
    HOST: '127.0.0.1',
    SANDBOX: 'on',
    BUILDER: 'on',
    ALLOWED_ORIGINS: site.origin,
    ...env,
  });
  const { sandbox } = service;
  if (!sandbox) throw new Error('no sandbox');
  return { ...service, site, contacts: () => readContacts(sandbox) };
}

/** React's own bundle with the copied component. */
async function bundle(component: string): Promise<string> {
  const dir = resolve('node_modules/.cache', `builder-react-${process.pid}`);
  await mkdir(dir, { recursive: true });
  onTestFinished(() => rm(dir, { recursive: true }));
  await writeFile(join(dir, 'newsletter-form.jsx'), component);
  const main = `import { createRoot } from 'react-dom/client';
    import { NewsletterForm } from './newsletter-form.jsx';
    createRoot(document.querySelector('#app')).render(<NewsletterForm />);`;
  await writeFile(join(dir, 'main.jsx'), main);
  const built = await build({
    configFile: false,
    logLevel: 'error',
    root: dir,
    define: { 'process.env.NODE_ENV': '"production"' },
    // Otherwise the test's environment decides.
    oxc: { jsx: { development: false } },
    build: { write: false, lib: { entry: join(dir, 'main.jsx'), formats: ['iife'], name: 'app' } },
  });
  const [output] = built as Rolldown.RolldownOutput[];
  return output?.output[0].code ?? '';
}

const fillIn = async (page: Page) => {
  await page.getByRole('textbox', { name: 'Email address' }).fill('ada@example.com');
  await page.getByRole('textbox', { name: 'First name' }).fill('Ada');
};

/** A visitor's actions on a form that a script has drawn. */
const signUp = async (page: Page) => {
  await page.locator('rasa-signup').getByRole('button', { name: 'Count me in' }).waitFor();
  await page.waitForFunction(() => document.querySelector('rasa-signup')?.shadowRoot?.querySelector('form'));
  await fillIn(page);
  await page.getByRole('button', { name: 'Count me in' }).first().click();
  await page.getByText('Thank you.').waitFor();
};

const signUpPlainly = async (page: Page) => {
  await fillIn(page);
  await page.getByRole('button', { name: 'Count me in' }).click();
  await page.getByRole('button', { name: 'Yes, sign me up' }).click();
  await page.getByRole('heading', { name: 'Thank you. You are signed up.' }).waitFor();
};

const paste = (site: ForeignSite, snippet: string) => {
  site.paste(snippet);
  return Promise.resolve();
};

const putIntoReact = async (site: ForeignSite, snippet: string) => {
  site.putScript(await bundle(snippet));
  site.paste('<div id="app"></div><script src="/script.js"></script>');
};

describe('from the builder to a contact in rasa.io', () => {
  it.each([
    ['HTML', paste, signUp],
    ['Without script', paste, signUpPlainly],
    ['React', putIntoReact, signUp],
    ['WordPress', paste, signUp],
    ['Pinned version', paste, signUp],
  ])('%s: designed, copied, pasted elsewhere, signed up', async (kind, put, use) => {
    const { url, site, contacts } = await start();
    const marketer = await openBuilder(browser, url);
    await marketer.openSection('Colours');
    await marketer.page.getByLabel('Button: colour code', { exact: true }).fill('#7a1f5c');
    await marketer.openSection('Words');
    await marketer.page.locator('#text-submit').fill('Count me in');
    await put(site, await marketer.copySnippet(kind));
    expect(marketer.complaints).toEqual([]);

    const page = await marketer.page.context().newPage();
    const complaints = complaintsOf(page);
    await page.goto(site.origin);
    const button = page.getByRole('button', { name: 'Count me in' }).first();
    await button.waitFor();
    await vi.waitFor(async () => {
      expect(
        await button.evaluate(
          (element) => getComputedStyle(element.closest('button') ?? element).backgroundColor,
        ),
      ).toBe('rgb(122, 31, 92)');
    }, 20_000);
    await use(page);
    await vi.waitFor(async () => {
      expect(await contacts()).toMatchObject([{ email: 'ada@example.com', first_name: 'Ada' }]);
    }, 20_000);
    expect(complaints).toEqual([]);
  });

  it('Script tag: designed, copied, pasted elsewhere, signed up', async () => {
    const { url, site, contacts } = await start();
    const marketer = await openBuilder(browser, url);
    await marketer.openSection('Place');
    await marketer.choose('Dialog');
    const snippet = await marketer.copySnippet('Script tag');
    expect(snippet).toMatch(
      /^<script async src="[^"]+" data-form="newsletter" data-display="dialog" style="[^"]+"><\/script>$/,
    );
    site.paste(snippet);

    const page = await marketer.page.context().newPage();
    await page.goto(site.origin);
    await page.getByRole('button', { name: 'Sign up for our newsletter' }).click();
    await fillIn(page);
    await page.getByRole('button', { name: 'Subscribe' }).click();
    await page.getByText('Thank you.').waitFor();
    await vi.waitFor(async () => {
      expect(await contacts()).toMatchObject([{ email: 'ada@example.com' }]);
    }, 20_000);
  });

  it('one markup in three situations: plain without scripts, plain with them blocked, and enhanced', async () => {
    const { url, site, contacts } = await start();
    const { copySnippet } = await openBuilder(browser, url);
    site.paste(await copySnippet('HTML'));
    const visit = async (email: string, javaScriptEnabled: boolean, isBlocked: boolean) => {
      const context = await browser.newContext({ locale: 'en-GB', javaScriptEnabled });
      onTestFinished(() => context.close());
      const page = await context.newPage();
      if (isBlocked) await page.route('**/embed.js', (route) => route.abort());
      await page.goto(site.origin);
      if (javaScriptEnabled && !isBlocked) await page.locator('rasa-signup form[part=form]').waitFor();
      await page.getByRole('textbox', { name: 'Email address' }).fill(email);
      await page.getByRole('button', { name: 'Subscribe' }).click();
      if (!javaScriptEnabled || isBlocked)
        await page.getByRole('button', { name: 'Yes, sign me up' }).click();
      await page.getByText('Thank you.').waitFor();
    };
    await visit('off@example.com', false, false);
    await visit('blocked@example.com', true, true);
    await visit('enhanced@example.com', true, false);
    await vi.waitFor(async () => {
      const emails = (await contacts()).map(({ email }) => email);
      expect(emails.sort()).toEqual(['blocked@example.com', 'enhanced@example.com', 'off@example.com']);
    }, 20_000);
  });

  it('every one of several forms, with fields of every kind, also without scripts', async () => {
    const formsFile = join(await temporaryDir(), 'forms.json');
    const label = (name: string) => ({ name, label: name.replaceAll('_', ' ') });
    const options = [
      { value: 'a', label: 'The first' },
      { value: 'b', label: 'The second' },
    ];
    const every = {
      title: 'The big one',
      fields: [
        'email',
        { ...label('Home_page'), type: 'url' },
        { ...label('Phone'), type: 'tel' },
        { ...label('Age'), type: 'number' },
        { ...label('Since'), type: 'date', required: true },
        { ...label('Code'), type: 'text', required: true, pattern: '[A-Z]{2}[0-9]{4}' },
        { ...label('Work'), type: 'select', required: true, options },
        { ...label('Often'), type: 'radio', required: true, options },
        { ...label('Agreed'), type: 'checkbox', required: true },
      ],
    };
    await writeFile(formsFile, JSON.stringify({ forms: { newsletter: { fields: ['email'] }, every } }));
    const { url, site, contacts } = await start({ FORMS_FILE: formsFile });
    const marketer = await openBuilder(browser, url);
    await marketer.page.getByLabel('Form', { exact: true }).selectOption('The big one (every)');
    await marketer.preview.locator('.place').getByRole('combobox', { name: 'Work' }).waitFor();
    await marketer.choose('Signed up');
    await marketer.preview.locator('.place').getByText('Thank you.').waitFor();
    site.paste(await marketer.copySnippet('HTML'));
    expect(marketer.complaints).toEqual([]);

    for (const javaScriptEnabled of [true, false]) {
      const context = await browser.newContext({ locale: 'en-GB', javaScriptEnabled });
      onTestFinished(() => context.close());
      const page = await context.newPage();
      await page.goto(site.origin);
      if (javaScriptEnabled) await page.locator('rasa-signup form[part=form]').waitFor();
      await page.getByRole('textbox', { name: 'Email' }).fill(`${javaScriptEnabled}@example.com`);
      await page.locator('[name=Since]:visible').fill('2020-02-20');
      await page.getByRole('textbox', { name: 'Code' }).fill('AB1234');
      await page.getByRole('combobox', { name: 'Work' }).selectOption('The second');
      await page.getByRole('radio', { name: 'The first' }).check();
      await page.getByRole('checkbox', { name: 'Agreed' }).check();
      await page.getByRole('button', { name: 'Subscribe' }).click();
      if (!javaScriptEnabled) await page.getByRole('button', { name: 'Yes, sign me up' }).click();
      await page.getByText('Thank you.').waitFor();
    }
    await vi.waitFor(async () => {
      expect((await contacts()).map(({ email }) => email).sort()).toEqual([
        'false@example.com',
        'true@example.com',
      ]);
    }, 20_000);
  });

  it.each([
    ['B4: as it comes', ''],
    [
      'B1: with words of its own',
      new URLSearchParams({
        title: 'Letters',
        note: 'No spam',
        submit: 'Send it to me',
        accepted: 'Welcome!',
      }),
    ],
  ])('moves nothing on the page when the form appears: %s', async (_name, fragment) => {
    const { url, site } = await start();
    const { copySnippet, choose, page: builder } = await openBuilder(browser, `${url}/#${fragment}`);
    await choose('HTML');
    await builder.getByRole('button', { name: 'All code' }).click();
    await builder.getByText('min-height').waitFor();
    site.paste(`${await copySnippet()}<p>Below</p>`);
    for (const width of [390, 1200]) {
      const page = await browser.newPage({ viewport: { width, height: 900 } });
      onTestFinished(() => page.close());
      const held: (() => void)[] = [];
      await page.route('**/embed.js', async (route) => {
        await new Promise<void>((resolve) => held.push(resolve));
        await route.continue();
      });
      await page.goto(site.origin, { waitUntil: 'commit' });
      const below = page.getByText('Below');
      await below.waitFor();
      // Only what makes sense in a form that is not sent yet.
      expect(await page.getByText('Welcome!').isVisible()).toBe(false);
      if (fragment !== '') {
        const words = await page.locator('rasa-signup').innerText();
        expect(words).toMatch(/^Letters[^]+Email address[^]+Send it to me\s+No spam$/);
      }
      const before = await below.boundingBox();
      await vi.waitFor(() => {
        expect(held).toHaveLength(1);
      });
      held[0]?.();
      await page.waitForFunction(() =>
        document.querySelector('rasa-signup')?.shadowRoot?.querySelector('form'),
      );
      const after = await below.boundingBox();
      expect(Math.abs((after?.y ?? 0) - (before?.y ?? 0)), `at ${width}`).toBeLessThan(3);
    }
  });
});
