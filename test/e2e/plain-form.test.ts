import type { Browser, FrameLocator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { complaintsOf, launchBrowser, servePage } from '../helpers/browser.ts';
import { readmeBlocks } from '../helpers/readme.ts';
import { guardedDoor, readContacts, startService } from '../helpers/service.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

const form = readmeBlocks('html').find((block) => block.startsWith('<form')) ?? '';
const document = (body: string) =>
  `<!doctype html><html lang="en"><title>A page</title><body>${body}</body></html>`;

/** The product, and a page elsewhere with the README's plain form, whose thank-you page is on that page's site too. */
async function start(env: Record<string, string> = {}, headers: Record<string, string> = {}) {
  const thanks = await servePage(document('<h1>Thanks from our own page</h1>'));
  const service = await startService({ ...guardedDoor, THANK_YOU_PAGES: `${thanks}/`, ...env });
  const body = form
    .replace('https://signup.example.com', service.url)
    .replace('https://www.example.com/thanks', `${thanks}/thanks`);
  const { sandbox } = service;
  if (!sandbox) throw new Error('no sandbox');
  return {
    ...service,
    thanks,
    body,
    page: await servePage(document(body), headers),
    contacts: () => readContacts(sandbox),
  };
}

async function withoutScripts(run: (page: Page) => Promise<void>): Promise<void> {
  const context = await browser.newContext({ javaScriptEnabled: false, locale: 'en-GB' });
  await run(await context.newPage());
  await context.close();
}

describe('a browser without scripts, at a plain form elsewhere', () => {
  it('signs up with one click more, and ends on the thank-you page of that site', async () => {
    const { page: address, thanks, contacts } = await start();
    await withoutScripts(async (page) => {
      const complaints = complaintsOf(page);
      await page.goto(address);
      await page.getByLabel('Email address').fill('plain@example.com');
      await page.getByRole('button', { name: 'Subscribe' }).click();
      await page.getByRole('heading', { name: 'One more click' }).waitFor();
      await page.getByText('plain@example.com').waitFor();
      expect(await contacts()).toEqual([]);
      await page.getByRole('button', { name: 'Yes, sign me up' }).click();
      await page.getByRole('heading', { name: 'Thanks from our own page' }).waitFor();
      expect(page.url()).toBe(`${thanks}/thanks`);
      expect(complaints).toEqual([]);
    });
    await vi.waitFor(async () => {
      expect(await contacts()).toMatchObject([{ email: 'plain@example.com' }]);
    });
  });

  it('gets what it typed back with what is wrong with it, and goes on from there', async () => {
    const { page: address, thanks, contacts } = await start({ DISPOSABLE: 'refuse' });
    await withoutScripts(async (page) => {
      await page.goto(address);
      await page.getByLabel('Email address').fill('ada@mailinator.com');
      await page.getByRole('button').click();
      await page.getByText('Please use an address that you will keep.').waitFor();
      expect(await page.getByLabel('Email address').inputValue()).toBe('ada@mailinator.com');
      await page.getByLabel('Email address').fill('ada@example.com');
      await page.getByRole('button', { name: 'Subscribe' }).click();
      await page.getByRole('button', { name: 'Yes, sign me up' }).click();
      await page.waitForURL(`${thanks}/thanks`);
    });
    await vi.waitFor(async () => {
      expect(await contacts()).toHaveLength(1);
    });
  });

  it('signs up once when it clicks twice', async () => {
    const { page: address, contacts } = await start({ THANK_YOU_PAGES: '' });
    await withoutScripts(async (page) => {
      await page.goto(address);
      await page.getByLabel('Email address').fill('twice@example.com');
      await page.getByRole('button').click();
      await page.getByRole('button', { name: 'Yes, sign me up' }).dblclick();
      await page.getByRole('heading', { name: 'Thank you. You are signed up.' }).waitFor();
    });
    await vi.waitFor(async () => {
      expect(await contacts()).toHaveLength(1);
    });
  });
});

describe('a page whose origin the browser does not tell', () => {
  const signUpIn = async (page: Page | FrameLocator) => {
    await page.getByLabel('Email address').fill('opaque@example.com');
    await page.getByRole('button', { name: 'Subscribe' }).click();
    await page.getByRole('button', { name: 'Yes, sign me up' }).click();
    await page.getByText('Thank').first().waitFor();
  };

  it('can have a plain form when it sends no referrer', async () => {
    const { page: address, contacts } = await start({}, { 'referrer-policy': 'no-referrer' });
    await withoutScripts(async (page) => {
      await page.goto(address);
      await signUpIn(page);
    });
    await vi.waitFor(async () => {
      expect(await contacts()).toHaveLength(1);
    });
  });

  it('can have a plain form in a sandboxed frame, which shows the answers', async () => {
    const { body, contacts } = await start({ THANK_YOU_PAGES: '' });
    const inner = await servePage(document(body));
    const outer = `<iframe sandbox="allow-forms" src="${inner}" width="600" height="600"></iframe>`;
    await withoutScripts(async (page) => {
      await page.goto(await servePage(document(outer)));
      await signUpIn(page.frameLocator('iframe'));
    });
    await vi.waitFor(async () => {
      expect(await contacts()).toHaveLength(1);
    });
  });

  it('can have one there that opens its answer in a window', async () => {
    const { body, contacts } = await start();
    const inner = await servePage(document(body.replace('<form', '<form target="_blank"')));
    const outer = `<iframe sandbox="allow-forms allow-popups" src="${inner}"></iframe>`;
    await withoutScripts(async (page) => {
      await page.goto(await servePage(document(outer)));
      await page.frameLocator('iframe').getByLabel('Email address').fill('opened@example.com');
      const opening = page.context().waitForEvent('page');
      await page.frameLocator('iframe').getByRole('button').click();
      const answer = await opening;
      await answer.getByRole('button', { name: 'Yes, sign me up' }).click();
      await answer.getByText('Thank').first().waitFor();
    });
    await vi.waitFor(async () => {
      expect(await contacts()).toHaveLength(1);
    });
  });
});
