import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { complaintsOf, launchBrowser } from '../helpers/browser/browser.ts';
import { startDoubleOptIn } from '../helpers/server/double-opt-in.ts';
import { guardedIntake, readContacts } from '../helpers/server/service.ts';
import { servePage } from '../helpers/sites/one-answer.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

const soon = { timeout: 15_000, interval: 50 };

/** A visitor who has sent the form on a page elsewhere, and waits for the mail. */
async function openWaiting(email: string) {
  const product = await startDoubleOptIn({ fields: ['email'] }, guardedIntake);
  const page = await browser.newPage();
  onTestFinished(() => page.close());
  const complaints = complaintsOf(page);
  const script = `<script async src="${product.url}/embed.js" data-form="letter"></script>`;
  await page.goto(
    await servePage(`<!doctype html><html lang="en"><title>A page</title><body>${script}</body></html>`),
  );
  await listen(page);
  await page.getByLabel('Email address').fill(email);
  await page.getByRole('button', { name: 'Subscribe' }).click();
  await page.getByRole('heading', { name: 'Confirm your address' }).waitFor();
  return { ...product, page, complaints, told: () => page.evaluate('told') };
}

const listen = (page: Page) =>
  page.evaluate(
    `told = []; for (const type of ['signup-pending', 'signup-confirmed', 'signup-accepted'])
      document.addEventListener(type, () => told.push(type));`,
  );

describe('a form that has to be confirmed, on a page elsewhere', () => {
  it('says where the mail went, takes the code, and only then is the contact at rasa.io', async () => {
    const email = 'ada@example.com';
    const { page, complaints, told, letterTo, sandbox } = await openWaiting(email);
    await page.getByText('a…\u2060@example.com').waitFor();
    const { code } = await letterTo(email);
    expect(await readContacts(sandbox)).toEqual([]);

    const field = page.getByLabel('Code from the message');
    await field.fill(code === '000000' ? '000001' : '000000');
    await page.getByRole('button', { name: 'Confirm' }).click();
    await vi.waitFor(async () => {
      expect(await field.getAttribute('aria-invalid')).toBe('true');
    }, soon);
    await field.fill(code);
    await page.getByRole('button', { name: 'Confirm' }).click();
    await field.waitFor({ state: 'detached' });
    await vi.waitFor(async () => {
      expect(await readContacts(sandbox)).toMatchObject([{ email }]);
    }, soon);
    expect(await told()).toEqual(['signup-pending', 'signup-confirmed']);
    expect(complaints).toEqual([]);
  });

  it('notices the click in the mail, which opens a page with one button', async () => {
    const email = 'grace@example.com';
    const { page, told, letterTo, sandbox } = await openWaiting(email);
    const { link } = await letterTo(email);
    const mailed = await browser.newPage();
    onTestFinished(() => mailed.close());
    await mailed.goto(link);
    await mailed.reload();
    expect(await readContacts(sandbox)).toEqual([]);
    await mailed.getByRole('button', { name: 'Yes, sign me up' }).click();
    await vi.waitFor(async () => {
      expect(await readContacts(sandbox)).toMatchObject([{ email }]);
    }, soon);

    await page.bringToFront();
    await page.getByLabel('Code from the message').waitFor({ state: 'detached' });
    expect(await told()).toEqual(['signup-pending', 'signup-confirmed']);
  });

  it('lets a visitor use another address', async () => {
    const { page, letterTo } = await openWaiting('mistyped@example.com');
    await page.getByRole('button', { name: 'Use another address' }).click();
    await page.getByLabel('Email address').fill('right@example.com');
    await page.getByRole('button', { name: 'Subscribe' }).click();
    await page.getByText('r…\u2060@example.com').waitFor();
    expect((await letterTo('right@example.com')).code).toMatch(/^\d{6}$/);
  });
});
