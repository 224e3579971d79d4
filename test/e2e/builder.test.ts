import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Env } from '../../server/config/config.ts';
import { launchBrowser } from '../helpers/browser/browser.ts';
import { guardedIntake, readContacts, startService } from '../helpers/server/service.ts';
import { temporaryDir } from '../helpers/server/temporary-dir.ts';
import { serveForeignSite } from '../helpers/sites/foreign-site.ts';
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

describe('from the builder to a contact in rasa.io', () => {
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
});
