import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { de } from '../../shared/messages/de.ts';
import { launchBrowser } from '../helpers/browser/browser.ts';
import { openPage, pageOf, serveSite, stubbedProxy } from '../helpers/sites/site.ts';

/** The form that waits for its confirmation, on pages of others. The stub's code is 123456. */
let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
}, 60_000);
afterAll(() => browser.close());

const patient = { timeout: 20_000 };

const isFocused = (element: Element) => element.matches(':focus');

async function openWaiting({ attributes = '', email = 'ada@gmail.com', blocks = '', hasClock = false } = {}) {
  const { base, form } = await stubbedProxy('confirming');
  const site = await serveSite({
    '/': pageOf(
      `<main><rasa-signup src="${form}" ${attributes}></rasa-signup></main><aside></aside><script src="${base}/embed.js"></script>`,
    ),
  });
  const { page, complaints } = await openPage(browser, 'about:blank');
  page.setDefaultTimeout(20_000);
  if (blocks) await page.route(blocks, (route) => route.abort());
  if (hasClock) await page.clock.install();
  const blocked = { is: false };
  await page.route('**/confirmation*', (route) => (blocked.is ? route.abort() : route.continue()));
  await page.goto(site);
  await page.evaluate(() => {
    const told: string[] = [];
    Object.assign(window, { told });
    for (const type of ['pending', 'confirmed', 'accepted', 'refused'] as const)
      document.addEventListener(`signup-${type}`, (event) => {
        told.push(`${type} ${(event as Event & { readonly form: string }).form}`);
      });
  });
  await send(page, email);
  const code = page.getByLabel('Code from the message');
  return {
    page,
    code,
    complaints,
    blocked,
    told: () => page.evaluate('told'),
    passMinutes: (minutes: number) => page.clock.fastForward(minutes * 60_000),
  };
}

async function send(page: Page, email: string): Promise<void> {
  await page.getByLabel('Email address').fill(email);
  await page.getByRole('button', { name: 'Subscribe' }).click();
  await page.getByRole('heading', { name: 'Confirm your address' }).waitFor();
}

describe('a form that waits for its confirmation', { timeout: 60_000 }, () => {
  it('starts no line with a full stop, and breaks no short address, on a phone', async () => {
    for (const domain of ['a-very-long-name-of-a-company.example.com', 'averylongcompany.example']) {
      const { page } = await openWaiting({ email: `ada@${domain}` });
      await page.setViewportSize({ width: 320, height: 700 });
      const [stop, address] = await page.locator('b[dir=ltr]').evaluate((bold) => {
        let next = bold.nextSibling;
        while (next?.nodeType !== Node.TEXT_NODE || next.textContent?.trim() === '')
          next = next?.nextSibling ?? null;
        const range = document.createRange();
        range.setStart(next, 0);
        range.setEnd(next, 1);
        return [range.getBoundingClientRect().left, bold.getClientRects().length];
      });
      expect(stop, domain).toBeGreaterThan(20);
      if (domain.length < 30) expect(address).toBe(1);
    }
  });

  it('says for whom it waits, and then for whom it was confirmed', async () => {
    const { page, code, complaints, told } = await openWaiting();
    await page.locator('b[dir=ltr]', { hasText: /^a…\u2060@gmail\.com$/ }).waitFor();
    expect(await page.getByRole('link', { name: 'Open Gmail' }).getAttribute('href')).toContain('google.com');
    await code.fill('111111');
    await code.press('Enter');
    await page.getByRole('alert').getByText('This is not the code.').waitFor();
    await code.fill('123456');
    await code.press('Enter');
    await page.getByRole('heading', { name: 'Confirmed. You are in.' }).waitFor();
    await page.getByText('We have your sign-up for ada@gmail.com.').waitFor();
    expect(await code.count()).toBe(0);
    expect(await told()).toEqual(['pending newsletter', 'confirmed newsletter']);
    expect(complaints).toEqual([]);
  });

  it('says what is wrong with the code at its field, and after too many only the link counts', async () => {
    const { page, code, told } = await openWaiting();
    await code.fill('111111');
    await code.press('Enter');
    await page.getByRole('textbox', { name: 'Code from the message', description: /not the code/ }).waitFor();
    expect(await code.getAttribute('aria-invalid')).toBe('true');
    await code.fill('999999');
    await code.press('Enter');
    const locked = page.getByRole('alert').getByText('Please press the button in the message now.');
    await locked.waitFor();
    await code.waitFor({ state: 'hidden' });
    // The focus went with the field otherwise, to the top of the page.
    await expect.poll(() => locked.evaluate(isFocused), patient).toBe(true);
    expect(await page.getByRole('heading', { name: 'Confirm your address' }).count()).toBe(1);
    expect(await told()).toEqual(['pending newsletter']);
  });

  it('counts down to another mail, and tells people who cannot see it that one was sent', async () => {
    const { page, passMinutes, blocked } = await openWaiting({ hasClock: true });
    const again = page.getByRole('button', { name: 'Send it again' });
    const status = page.locator('rasa-signup .confirm').getByRole('status');
    const countdown = page.getByText(/^Nothing there\? Send it again in \d:\d\d$/);
    await countdown.waitFor();
    expect([await again.count(), await status.textContent()]).toEqual([0, '']);
    for (const time of [1, 2]) {
      await passMinutes(2);
      await again.waitFor();
      expect(await countdown.count(), `the ${time}. time`).toBe(0);
      await again.click();
      await status.getByText('It is on its way again.').waitFor();
      await page.getByText('Send it again in 2:00').waitFor();
      expect(await page.getByRole('button', { name: 'Use another address' }).evaluate(isFocused)).toBe(true);
    }
    // What cannot be asked for can be asked for again.
    await passMinutes(2);
    blocked.is = true;
    await again.click();
    await page.getByRole('alert').getByText('We could not be reached.').waitFor();
    expect(await status.textContent()).toBe('');
    blocked.is = false;
    await again.click();
    await status.getByText('It is on its way again.').waitFor();
    await page.getByRole('alert').waitFor({ state: 'hidden' });
  });

  it('does not say that anybody is signed up when the language changes', async () => {
    const { page, code, told } = await openWaiting();
    await page.locator('rasa-signup').evaluate((element: HTMLElement) => {
      element.lang = 'de';
    });
    await page.locator('[lang=de] .status h2').waitFor();
    expect(await page.locator('.status h2').textContent()).toBe('Confirm your address');
    await code.fill('123456');
    await code.press('Enter');
    await page.getByRole('heading', { name: 'Confirmed. You are in.' }).waitFor();
    expect(await told()).toEqual(['pending newsletter', 'confirmed newsletter']);
  });

  it('speaks the language of the form, whatever that of the browser is', async () => {
    const { base, form } = await stubbedProxy('confirming');
    const site = await serveSite({
      '/': pageOf(
        `<rasa-signup src="${form}" lang="de"></rasa-signup><script src="${base}/embed.js"></script>`,
      ),
    });
    const { page } = await openPage(browser, site);
    page.setDefaultTimeout(20_000);
    await page.locator('[name=email]').fill('ada@gmail.com');
    expect(await page.locator('form').getAttribute('action')).toContain('lang=de');
    await page.locator('[part=button]').click();
    await page.getByRole('heading', { name: de.doubleOptIn.title }).waitFor();
    await page.getByLabel(de.doubleOptIn.field).waitFor();
  });

  it('still waits after a router has moved it, with what was typed', async () => {
    const { page, code } = await openWaiting();
    await code.fill('1234');
    await page.evaluate(async () => {
      const form = document.querySelector('rasa-signup');
      form?.remove();
      await new Promise((resolve) => setTimeout(resolve, 1500));
      if (form) document.querySelector('aside')?.append(form);
    });
    expect(await code.inputValue()).toBe('1234');
    await code.fill('123456');
    await code.press('Enter');
    await page.getByRole('heading', { name: 'Confirmed. You are in.' }).waitFor();
  });

  it('waits anew for another address', async () => {
    const { page, code, told } = await openWaiting();
    await page.getByRole('button', { name: 'Use another address' }).click();
    await expect
      .poll(() => page.getByLabel('Email address').evaluate((field) => field.matches(':focus')), patient)
      .toBe(true);
    expect(await code.count()).toBe(0);
    await send(page, 'grace@example.com');
    await page.locator('b[dir=ltr]', { hasText: /^g…\u2060@example\.com$/ }).waitFor();
    await code.waitFor();
    expect(await page.getByRole('link').count()).toBe(0);
    expect(await told()).toEqual(['pending newsletter', 'pending newsletter']);
  });

  it('tells the page that it waits, and says what to do, where its part is blocked', async () => {
    const { page, told } = await openWaiting({ blocks: '**/confirm.js*' });
    await page.getByText('Open the message and press its button.').waitFor();
    expect(await told()).toEqual(['pending newsletter']);
  });
});
