import { stat } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser } from '../helpers/browser/browser.ts';
import { openPage, serveSite, stubbedProxy } from '../helpers/sites/site.ts';
import { walkStates } from '../helpers/sites/states.ts';

/** `npm run gallery` takes a contact sheet of each look: every state of the form on one page. */
const takesPictures = process.env['npm_lifecycle_event'] === 'gallery';

let browser: Browser | undefined;
beforeAll(async () => {
  if (takesPictures) browser = await launchBrowser();
}, 60_000);
afterAll(() => browser?.close());

interface Look {
  readonly css?: string;
  readonly width: number;
  /** Of the window, for a form over the page. Without it the whole page is in the picture. */
  readonly height?: number;
  readonly attributes?: string;
  readonly lang?: 'en' | 'ar';
  /** The colours that somebody has set in the system, in place of all others. */
  readonly forced?: 'light' | 'dark';
}

const own = 'body { font: 16px/1.5 system-ui, sans-serif; margin: 0; padding: 20px; color: #191e1c }';
const over = (display: string) => `display="${display}" open-on="0s"`;

const looks: Readonly<Record<string, Look>> = {
  light: { css: own, width: 560 },
  dark: {
    css: `${own} :root { color-scheme: dark } body { background: #15181c; color: #e6e6e6 }`,
    width: 560,
  },
  'dark-undeclared': { css: `${own} body { background: #111; color: #eee }`, width: 560 },
  coloured: { css: `${own} body { background: #0a7d55; color: #fff }`, width: 560 },
  'no-style': { width: 900 },
  serif: {
    css: 'body { font: 19px/1.6 Georgia, serif; margin: 0; padding: 20px; color: #2b2118; background: #fbf7ef }',
    width: 620,
  },
  rtl: { css: own, width: 560, lang: 'ar' },
  row: { css: own, width: 700, attributes: 'layout="inline"' },
  compact: { css: own, width: 390, attributes: 'layout="compact"' },
  phone: { css: own, width: 390 },
  narrow: { css: `${own} body { padding: 12px }`, width: 320 },
  'zoom-400': { css: own, width: 320, height: 256 },
  'forced-colours': { css: own, width: 560, forced: 'light' },
  'forced-colours-dark': { css: own, width: 560, forced: 'dark' },
  dialog: { css: own, width: 760, height: 600, attributes: over('dialog') },
  'slide-in': { css: own, width: 760, height: 600, attributes: over('slide-in') },
  bar: { css: own, width: 1000, height: 420, attributes: over('bar') },
  'dialog-phone': { css: own, width: 375, height: 700, attributes: over('dialog') },
  'slide-in-phone': { css: own, width: 375, height: 700, attributes: over('slide-in') },
  'bar-phone': { css: own, width: 375, height: 700, attributes: over('bar') },
};

const words = `<h2 slot="title">The Harbour Letter</h2><p slot="intro">Three stories from the waterfront, every Thursday.</p>`;

it.each(Object.entries(looks))('docs/gallery shows every state: %s', async (name, look) => {
  const path = `docs/gallery/states-${name}.png`;
  if (browser) await takePictures(browser, look, path);
  expect((await stat(path)).size).toBeLessThan(600 * 1024);
});

async function takePictures(browser: Browser, look: Look, path: string): Promise<void> {
  const figures: string[] = [];
  const take = async (page: Page, state: string) => {
    const picture = await page.screenshot({
      fullPage: look.height === undefined,
      animations: 'disabled',
    });
    const source = `data:image/png;base64,${picture.toString('base64')}`;
    figures.push(`<figure><figcaption>${state}</figcaption><img src="${source}"></figure>`);
  };
  const { page, release } = await openLook(browser, look, 'held');
  await walkStates(page, release, (state) => take(page, state));
  const waiting = await openLook(browser, look, 'confirming');
  await waiting.page.locator('rasa-signup [name=email]').fill('ada@gmail.com');
  await waiting.page.locator('rasa-signup [part=button]').click();
  await waiting.page.locator('rasa-signup [part=mark]').waitFor();
  // The part for it comes after the first words.
  await waiting.page.locator('rasa-signup [inputmode=numeric]').waitFor();
  await take(waiting.page, 'waiting for its confirmation');

  const sheet = await browser.newPage();
  await sheet.setViewportSize({ width: 3 * (look.width + 14) + 16, height: 400 });
  await sheet.setContent(`<style>body { display: flex; flex-wrap: wrap; gap: 12px; align-items: start; margin: 12px; background: #d8d6cf; font: 15px sans-serif }
    figure { margin: 0 } figcaption { padding-block: 4px } img { display: block }</style>${figures.join('')}`);
  await sheet.screenshot({ path, fullPage: true });
  await sheet.close();
}

async function openLook(browser: Browser, look: Look, behaviour: string) {
  const { css = '', width, height, attributes = '', lang = 'en', forced } = look;
  const { base, form, release } = await stubbedProxy(behaviour);
  const site = await serveSite({
    '/': `<!doctype html><html lang="${lang}" dir="${lang === 'ar' ? 'rtl' : 'ltr'}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>A page</title><style>${css}</style></head>
<body><rasa-signup src="${form}" ${attributes}>${words}</rasa-signup><script src="${base}/embed.js"></script></body></html>`,
  });
  const { page } = await openPage(browser, site);
  await page.emulateMedia({
    reducedMotion: 'reduce',
    ...(forced && { forcedColors: 'active', colorScheme: forced }),
  });
  await page.setViewportSize({ width, height: height ?? 200 });
  return { page, release };
}
