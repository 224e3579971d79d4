import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { HtmlValidate } from 'html-validate';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { faultsOf } from '../helpers/browser/axe.ts';
import { launchBrowser } from '../helpers/browser/browser.ts';
import { startDoubleOptIn, type Letter } from '../helpers/server/double-opt-in.ts';
import { readContacts } from '../helpers/server/service.ts';
import { ask } from '../helpers/sites/visitor.ts';

/** Where the pictures are put that people look at; nowhere by default. */
const pictures = process.env['PICTURES'];

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
}, 60_000);
afterAll(() => browser.close());

const html = new HtmlValidate({
  extends: ['html-validate:standard', 'html-validate:document'],
  rules: { 'require-sri': 'off' },
});
/** Mail programs drop style sheets and need tables: styles stand in the elements. The rest holds as well. */
const mailHtml = new HtmlValidate({
  extends: ['html-validate:standard', 'html-validate:document'],
  rules: { 'require-sri': 'off', 'no-inline-style': 'off', 'no-deprecated-attr': 'off' },
});

/** The landmarks are those of the mail program. */
const inMailPrograms = { rules: { 'landmark-one-main': { enabled: false }, region: { enabled: false } } };

interface Kept {
  readonly name: string;
  readonly isMail: boolean;
  readonly text: string;
}

/** Every mail and every page behind its links, in one language, as documents. */
async function collect(lang: string): Promise<{ readonly url: string; readonly kept: readonly Kept[] }> {
  const product = await startDoubleOptIn({
    languages: ['en', 'de', 'ar'],
    title: { en: 'The Harbour Letter', de: 'Der Hafenbrief', ar: 'رسالة الميناء' },
    intro: { en: 'News from the quay.', de: 'Neues vom Kai.', ar: 'أخبار من الرصيف.' },
    confirmMail: { en: 'Every Thursday at six.', de: 'Jeden Donnerstag um sechs.', ar: 'كل خميس.' },
  });
  const kept: Kept[] = [];
  const headers = { accept: 'text/html', 'sec-fetch-mode': 'navigate', 'accept-language': lang };
  const keep = async (name: string, url: string, fields?: Readonly<Record<string, string>>) => {
    const { body } = await ask(url, {
      method: fields ? 'POST' : 'GET',
      headers: {
        ...headers,
        ...(fields && { 'content-type': 'application/x-www-form-urlencoded', origin: product.url }),
      },
      ...(fields && { body: String(new URLSearchParams(fields)) }),
    });
    kept.push({ name, isMail: false, text: body });
    return body;
  };
  const keepMail = (name: string, { html: text }: Letter) => kept.push({ name, isMail: true, text });

  const form = `${product.url}/forms/letter?lang=${lang}`;
  const waiting = await keep('waiting', form, { email: 'ada@gmail.com' });
  const ticket = /name="ticket"[^>]*value="([\w-]+)"/.exec(waiting)?.[1] ?? '';
  const confirmation = form.replace('?', '/confirmation?');
  await keep('wrong code', confirmation, { ticket, code: 'x' });
  const letter = await product.letterTo('ada@gmail.com');
  keepMail('mail', letter);
  await keep('ask', letter.link);
  await keep('stop', letter.unsubscribe);
  await keep('confirmed', letter.link, {});
  await keep('gone', `${product.url}/confirm/nothing`);
  await keep('form', form, { email: 'bob@example.com' });
  await keep('stopped', (await product.letterTo('bob@example.com')).unsubscribe, {});

  const leave = `${product.url}/leave?lang=${lang}`;
  await keep('leave', leave);
  await keep('leave with a fault', leave, { email: 'x' });
  await vi.waitFor(
    async () => {
      expect(await readContacts(product.sandbox)).toHaveLength(1);
    },
    { timeout: 20_000, interval: 50 },
  );
  await keep('asked', leave, { email: 'ada@gmail.com' });
  const way = await product.letterTo('ada@gmail.com', 2);
  keepMail('mail to leave', way);
  const link = /https?:\S+\/leave\/\S+/.exec(way.text)?.[0] ?? '';
  await keep('choices', link);
  await keep('unsubscribed', link, { account: 'main' });
  await keep('erase?', link, { erase: 'ask' });
  await keep('erased', link, { erase: 'yes' });
  await keep('link over', `${product.url}/leave/nothing`);
  return { url: product.url, kept };
}

/** Contrast hangs on the theme alone, and room on the language: German has the longest words. */
it.each([
  ['de', 'dark'],
  ['ar', 'light'],
] as const)(
  'mails and linked pages are valid and readable at 320 px: %s, %s',
  async (lang, colorScheme) => {
    const { url, kept } = await collect(lang);
    expect(kept).toHaveLength(18);
    const context = await browser.newContext({ colorScheme, viewport: { width: 320, height: 700 } });
    onTestFinished(() => context.close());
    const page = await context.newPage();
    let shown = '';
    await page.route(`${url}/shown`, (route) =>
      route.fulfill({ contentType: 'text/html; charset=utf-8', body: shown }),
    );
    for (const { name, isMail, text } of kept) {
      const { results } = await (isMail ? mailHtml : html).validateString(text);
      const invalid = results.flatMap(({ messages }) => messages.map(({ message }) => message));
      expect([name, invalid]).toEqual([name, []]);
      expect(text).toContain(`lang="${lang}"`);
      expect(text.includes('dir="rtl"')).toBe(lang === 'ar');
      shown = text;
      await page.goto(`${url}/shown`);
      expect([name, await faultsOf(page, isMail ? inMailPrograms : {})]).toEqual([name, []]);
      expect([name, await page.evaluate(() => document.documentElement.scrollWidth)]).toEqual([name, 320]);
      if (name === 'waiting') {
        const [card, again] = await page.locator('.card, button.plain').all();
        const { y = NaN, height = NaN } = (await card?.boundingBox()) ?? {};
        expect((await again?.boundingBox())?.y).toBeGreaterThanOrEqual(y + height + 8);
      }
      if (isMail) {
        const dim = (selector: string) =>
          page
            .locator(selector)
            .first()
            .evaluate((one) => getComputedStyle(one).color);
        expect(await dim('.small')).not.toBe(await dim('.card p:not(.small)'));
        // What mail programs block, drop or warn of.
        expect(text).not.toMatch(
          /<(img|script|link|form|input|svg|video|iframe)\b|url\(|@import|@font-face/i,
        );
        const buttons = await page.locator('a.button').all();
        expect(buttons).toHaveLength(1);
        expect((await buttons[0]?.boundingBox())?.height).toBeGreaterThanOrEqual(48);
      }
      if (pictures !== undefined) {
        await mkdir(pictures, { recursive: true });
        await page.screenshot({ path: join(pictures, `${lang}-${colorScheme}-${name}.png`), fullPage: true });
      }
    }
  },
  180_000,
);
