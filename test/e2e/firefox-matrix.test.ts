import type { Page } from 'puppeteer-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { fillIn, press, shows, signUpIn } from '../helpers/browser/firefox-page.ts';
import { isFirefoxMissing, useFirefox } from '../helpers/browser/firefox.ts';
import { pageOf, serveSite, stubbedProxy } from '../helpers/sites/site.ts';
import { routers, serveRouted } from './hosts/routers.ts';
import { translators } from './hosts/translators.ts';
import { register, serveWorked, workers } from './hosts/workers.ts';

/** With `SOAK=1` in every cell, else with one translator and one service worker. A router takes 40 s. */
const isSoak = process.env['SOAK'] !== undefined;

describe.skipIf(isFirefoxMissing)('in Firefox', { timeout: 120_000 }, () => {
  const browser = useFirefox();

  async function open(url: string) {
    const page = await browser().newPage();
    onTestFinished(() => page.close());
    page.setDefaultTimeout(40_000);
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(String(error)));
    await page.goto(url);
    return { page, errors };
  }

  const inTest = <T extends { readonly name: string }>(all: readonly T[], sample = '') =>
    all.filter(({ name }) => isSoak || name === sample).map((each) => [each.name, each] as const);

  // Firefox has view transitions from version 144 on only, and the test is about what they swap in.
  const known = routers.filter(({ name }) => name !== 'a view transition');

  it.each(inTest(known))(
    'W14: %s: one working form on each page, and on the way back',
    async (_name, router) => {
      const site = await serveRouted(
        router,
        (base) =>
          `<rasa-signup src="${base}/forms/newsletter"></rasa-signup><script async src="${base}/embed.js"></script>`,
      );
      const { page, errors } = await open(site);
      for (const [go, title] of [
        [`document.querySelector('a[href="/One"]').click()`, 'One'],
        [`document.querySelector('a[href="/Two"]').click()`, 'Two'],
        ['setTimeout(() => history.back())', 'One'],
      ] as const) {
        await page.evaluate(go);
        await page.waitForFunction(
          (wanted) => document.querySelector('h1')?.textContent === wanted,
          {},
          title,
        );
        await signUpIn(page);
        expect(await page.evaluate(() => document.querySelectorAll('rasa-signup').length)).toBe(1);
      }
      expect(errors).toEqual([]);
    },
  );

  it.each(inTest(translators, 'Firefox'))(
    'W9: the translator of %s: every state is shown right after it',
    async (_name, { translate }) => {
      const { form, base, seen } = await stubbedProxy('trusting');
      const { page, errors } = await open(
        await serveSite({
          '/': pageOf(`<rasa-signup src="${form}"></rasa-signup><script src="${base}/embed.js"></script>`),
        }),
      );
      const button = page.locator('rasa-signup >>> [part=button]');
      await button.wait();
      await page.evaluate(`(${translate})()`);
      await button.click();
      await shows(page, 'Please fill in this field.');
      await page.evaluate(`(${translate})()`);
      await page.locator('rasa-signup >>> [name=email]').fill('ada@example.com');
      await expect.poll(() => shownError(page)).toBe('');
      await button.click();
      await shows(page, 'Thank you.');
      expect((await seen()).posts).toMatchObject([{ email: 'ada@example.com' }]);
      expect(await shownError(page)).toBe('');
      expect(errors).toEqual([]);
    },
  );

  it.each(inTest(workers, 'a page for what it cannot send'))(
    'W2, W10: a service worker that answers from %s',
    async (_name, worker) => {
      const { seen, ...proxy } = await stubbedProxy('accepting');
      const site = await serveWorked(worker, proxy);
      const { page } = await open(site);
      await page.evaluate(register);
      for (const [index, end] of worker.ends.entries()) {
        await page.goto(site);
        await fillIn(page);
        await press(page);
        if (end === 'thanked') await shows(page, 'Thank you.');
        else if (end === 'not reached') {
          // Firefox asks no worker about a request that may outlive the page. What is said must be true.
          await page.waitForFunction(() =>
            /Thank you|not be reached/.test(
              document.querySelector('rasa-signup')?.shadowRoot?.querySelector('.status')?.textContent ?? '',
            ),
          );
          const isThanked = await page.evaluate(
            () => document.querySelector('rasa-signup')?.shadowRoot?.querySelector('[part=mark]') !== null,
          );
          expect((await seen()).posts).toHaveLength(isThanked ? index + 1 : 0);
        } else await page.waitForFunction(() => location.pathname.endsWith('/forms/newsletter'));
      }
    },
  );
});

const shownError = (page: Page) =>
  page.evaluate(() =>
    [...(document.querySelector('rasa-signup')?.shadowRoot?.querySelectorAll<HTMLElement>('.error') ?? [])]
      .map(({ innerText }) => innerText.trim())
      .join(''),
  );
