import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../helpers/browser/browser.ts';
import { openPage, pageOf, serveSite, signUp, stubbedProxy } from '../helpers/sites/site.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

/** A page whose form cannot be had. `BASE` stands for the URL of the proxy. */
async function open(body: string, lang = 'de') {
  const { base, form } = await stubbedProxy('trusting');
  const html = pageOf(body.replaceAll('BASE', base)).replace('lang="en"', lang && `lang="${lang}"`);
  const site = await serveSite({ '/': html });
  const { page, complaints } = await openPage(browser, 'about:blank');
  const failed = new Set<string>();
  await page.route(/\/(forms\/|overlay\.js)/, (route, request) => {
    failed.add(new URL(request.url()).pathname.replace(/.*\//, ''));
    return route.abort();
  });
  await page.clock.install();
  await page.goto(site);
  await expect.poll(() => [...failed]).toContain('newsletter');
  return { page, form, complaints, failed };
}

const tag = (options = '') => `<script src="BASE/embed.js" data-form="newsletter"${options}></script>`;
const popUp = tag(' data-display="dialog" data-open-on="1s"');

const saidBy = (page: Page) =>
  page.locator('rasa-signup').evaluate((element) => element.shadowRoot?.textContent.trim());

describe('a form that cannot be had', () => {
  it.each(['dialog', 'slide-in', 'bar'])(
    'W20: says nothing where nobody asked for it: %s',
    async (display) => {
      const { page } = await open(tag(` data-display="${display}" data-open-on="1s"`));
      await page.clock.runFor(3000);
      expect(await saidBy(page)).toBe('');
      expect(await page.locator('rasa-signup').evaluate(({ scrollHeight }) => scrollHeight)).toBe(0);
    },
  );

  it.each([
    ['de', 'Das Formular konnte nicht geladen werden.', 'Zum Formular', 'ltr'],
    ['de_AT', 'Das Formular konnte nicht geladen werden.', 'Zum Formular', 'ltr'],
    ['ar', 'تعذّر تحميل النموذج.', 'الانتقال إلى النموذج', 'rtl'],
    ['zh-TW', 'The form could not be loaded.', 'Go to the form', 'ltr'],
    ['fi', 'The form could not be loaded.', 'Go to the form', 'ltr'],
    // The page names no language: the visitor's counts.
    ['', 'The form could not be loaded.', 'Go to the form', 'ltr'],
  ])(
    'W20: says so in the language of the page, and offers its own page: %s',
    async (lang, words, name, dir) => {
      const { page, form } = await open(tag(), lang);
      const sentence = page.getByText(words);
      await sentence.waitFor();
      expect(await sentence.evaluate((element) => getComputedStyle(element).direction)).toBe(dir);
      const link = page.getByRole('link', { name });
      expect([await link.getAttribute('href'), await link.getAttribute('target')]).toEqual([form, '_blank']);
      expect(await page.getByRole('status').textContent()).toContain(words);
    },
  );

  it('W20: says so where no server answers for the form, but the script is there', async () => {
    const { base } = await stubbedProxy();
    const gone = 'http://127.0.0.1:9/forms/newsletter';
    const body = `<rasa-signup lang="de" src="${gone}"></rasa-signup><script src="${base}/embed.js"></script>`;
    const { page } = await openPage(browser, await serveSite({ '/': pageOf(body) }));
    await page.getByText('Das Formular konnte nicht geladen werden.').waitFor();
    expect(await page.getByRole('link', { name: 'Zum Formular' }).getAttribute('href')).toBe(gone);
  });

  it('W20: leaves it to the fallback, which says enough', async () => {
    const { page, form } = await open(
      `<rasa-signup src="BASE/forms/newsletter"><a href="BASE/forms/newsletter">Newsletter</a></rasa-signup><script src="BASE/embed.js"></script>`,
    );
    expect(await page.getByRole('link', { name: 'Newsletter' }).getAttribute('href')).toBe(form);
    expect(await saidBy(page)).toBe('');
  });
});

describe('a form that can be had again', () => {
  it('W20: comes as soon as the browser is online', async () => {
    const { page } = await open(tag(), 'en');
    await page.getByText('The form could not be loaded.').waitFor();
    await page.unrouteAll();
    await page.evaluate(() => dispatchEvent(new Event('online')));
    await signUp(page);
    expect(await page.getByText('could not be loaded').count()).toBe(0);
  });

  it('W20: comes by itself when the proxy is back, and was asked for less and less often', async () => {
    const { page } = await open(tag(), 'en');
    let asked = 0;
    page.on('request', (request) => {
      if (request.url().includes('/forms/')) asked++;
    });
    for (let minute = 0; minute < 5; minute++) await page.clock.runFor(60_000);
    expect(asked).toBeGreaterThan(2);
    expect(asked).toBeLessThan(8);
    await page.unrouteAll();
    // In steps, because the time limit of a request is on the same clock.
    const before = asked;
    for (let step = 0; step < 100 && asked === before; step++) await page.clock.runFor(5000);
    await signUp(page);
  });

  it('W20: a pop-up opens then', async () => {
    const { page } = await open(popUp, 'en');
    await page.unrouteAll();
    await page.evaluate(() => dispatchEvent(new Event('online')));
    await page.locator('rasa-signup dialog').waitFor({ state: 'attached' });
    await page.clock.runFor(2000);
    await signUp(page.getByRole('dialog'));
  });

  it('W20: what was typed into the fallback is in it', async () => {
    const { page } = await open(
      `<rasa-signup src="BASE/forms/newsletter"><form><label>Email <input name="email"></label></form></rasa-signup><script src="BASE/embed.js"></script>`,
      'en',
    );
    await page.getByLabel('Email').fill('ada@example.com');
    await page.unrouteAll();
    await page.evaluate(() => dispatchEvent(new Event('online')));
    await expect.poll(() => page.getByLabel('Email address').inputValue()).toBe('ada@example.com');
  });
});
