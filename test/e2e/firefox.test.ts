import type { Page } from 'puppeteer-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isFirefoxMissing, useFirefox } from '../helpers/browser/firefox.ts';
import { pageOf, serveSite, stubbedProxy } from '../helpers/sites/site.ts';

describe.skipIf(isFirefoxMissing)('in Firefox', { timeout: 90_000 }, () => {
  const browser = useFirefox();

  async function open(behaviour?: string) {
    const { base, seen } = await stubbedProxy(behaviour);
    const site = await serveSite({
      '/': pageOf(`<script async src="${base}/embed.js" data-form="newsletter"></script>`),
      '/elsewhere': pageOf('<h1>Elsewhere</h1>'),
    });
    const page = await browser().newPage();
    onTestFinished(() => page.close());
    // Above what a busy machine takes for a page in Firefox.
    page.setDefaultTimeout(40_000);
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => complaints.push(message.text()));
    await page.goto(site);
    return { page, site, seen, complaints };
  }

  it('a visitor forgets the address, sees the error, and signs up', async () => {
    const { page, seen, complaints } = await open();
    await page.locator(inForm('[name=first_name]')).fill('Ada');
    await page.locator(inForm('[part=button]')).click();
    await textIn(page, 'Please fill in this field.');
    expect(await focusedName(page)).toBe('email');
    await page.keyboard.type('ada@gmial.com');
    await page.keyboard.press('Tab');
    await page.locator(inForm('.suggestion button')).click();
    await page.locator(inForm('[part=button]')).click();
    await textIn(page, 'Thank you.');
    expect((await seen()).posts).toMatchObject([{ email: 'ada@gmail.com', first_name: 'Ada' }]);
    expect(complaints).toEqual([]);
  });

  it('a visitor goes to another page and comes back through the cache: the typed values are there', async () => {
    const { page, site, complaints } = await open();
    await page.locator(inForm('[name=email]')).fill('ada@example.com');
    // Firefox keeps no page with an open request, and the first touch makes some.
    await page.waitForFunction(() =>
      performance.getEntriesByType('resource').some(({ name }) => name.includes('/challenge')),
    );
    await page.evaluate(() => {
      addEventListener('pageshow', ({ persisted }) => Object.assign(window, { persisted }));
    });
    await page.goto(`${site}/elsewhere`);
    // Puppeteer's own method waits for a page load, but this page is loaded already.
    await page.evaluate('setTimeout(() => history.back())');
    await page.waitForFunction(() => 'persisted' in window && window.persisted);
    expect(await valueOf(page, 'email')).toBe('ada@example.com');
    await page.locator(inForm('[part=button]')).click();
    await textIn(page, 'Thank you.');
    expect(complaints).toEqual([]);
  });
});

/** Selectors for elements in the element's shadow root. */
const inForm = (selector: string) => `rasa-signup >>> ${selector}`;

/** Waits until the form shows the text. */
async function textIn(page: Page, words: string): Promise<void> {
  await page.waitForFunction(
    (text) => document.querySelector('rasa-signup')?.shadowRoot?.textContent.includes(text),
    {},
    words,
  );
}

const focusedName = (page: Page) =>
  page.evaluate(() => document.querySelector('rasa-signup')?.shadowRoot?.activeElement?.getAttribute('name'));

const valueOf = (page: Page, name: string) =>
  page.evaluate(
    (wanted) =>
      document.querySelector('rasa-signup')?.shadowRoot?.querySelector<HTMLInputElement>(`[name=${wanted}]`)
        ?.value,
    name,
  );
