import type { Page } from 'puppeteer-core';
import { describe, expect, it } from 'vitest';
import { inForm, isOpen, openPageOf, press } from '../helpers/browser/firefox-page.ts';
import { isFirefoxMissing, useFirefox } from '../helpers/browser/firefox.ts';
import { survey } from '../helpers/browser/survey.ts';

/** The rows of `looks.test.ts` in Firefox. W4, W30 and W31 are in `firefox-pages.test.ts`. */
describe.skipIf(isFirefoxMissing)('in Firefox', { timeout: 120_000 }, () => {
  const browser = useFirefox();
  const looks = (page: Page) => survey((read) => page.$eval('rasa-signup', read as never));
  const isDrawn = () => document.querySelector('rasa-signup')?.shadowRoot?.querySelector('form') !== null;

  async function open(css: string, attributes = '', lang = 'en') {
    const { page } = await openPageOf(
      browser(),
      `<section><rasa-signup src="FORM" ${attributes}></rasa-signup></section>SCRIPT`,
      { lang, head: `<meta name="viewport" content="width=device-width"><style>${css}</style>` },
    );
    await page.setViewport({ width: 1280, height: 900 });
    await page.waitForFunction(isDrawn);
    return page;
  }

  const boxOf = (page: Page, selector: string) =>
    page.$eval(inForm(selector), (element) => {
      const { top, bottom, left, width, height } = element.getBoundingClientRect();
      return { top, bottom, left, width, height };
    });

  it.each([
    ['a dark page', 'body { background: #111; color: #eee }'],
    ['an orange card', 'section { background: #ff9800; color: #000 }'],
    ['a dark footer', 'section { background: #23272e; color: #f2f2f2 }'],
    ['text-shadow', 'section { text-shadow: 0 0 20px #000 }'],
    ['line-height', 'section { line-height: 0 }'],
    ['a gradient text', 'section { -webkit-text-fill-color: transparent }'],
    ['an outlined text', 'section { -webkit-text-stroke: 4px #fff }'],
    ['no size', 'section { font-size: 0 }'],
    ['a hidden text', 'section { text-indent: -999px; white-space: nowrap }'],
  ])('W16, W21: %s', async (_name, css) => {
    const page = await open(css);
    await press(page);
    await page.locator(inForm('[aria-invalid]')).wait();
    expect((await looks(page)).faults).toEqual([]);
    expect((await boxOf(page, '[name=email]')).top).toBeGreaterThanOrEqual(
      (await boxOf(page, '[part=label]')).bottom,
    );
  });

  it.each(['en', 'de', 'pl', 'ar'])(
    'W26, W32: the form in one row stands on one line, in %s',
    async (lang) => {
      const page = await open('body { margin: 0; font: 16px sans-serif }', 'layout="inline"', lang);
      for (const state of ['empty', 'wrong']) {
        for (const width of [592, 632, 680, 900]) {
          await page.setViewport({ width, height: 700 });
          const controls = ['[name=email]', '[name=first_name]', '[name=last_name]', '[part=button]'];
          const boxes = await Promise.all(controls.map((selector) => boxOf(page, selector)));
          const bottoms = boxes.map(({ bottom }) => bottom);
          expect(Math.max(...bottoms) - Math.min(...bottoms), `${state} at ${width}`).toBeLessThan(1);
          expect((await looks(page)).faults, `${state} at ${width}`).toEqual([]);
        }
        await press(page);
        await page.locator(inForm('[aria-invalid]')).wait();
      }
    },
  );

  it('W29: a page without a layout has a form of at most 512 px, or of what the page sets', async () => {
    const page = await open('body { margin: 0; font-size: 16px }');
    expect((await boxOf(page, 'form')).width).toBe(512);
    for (const [wanted, width] of [
      ['20em', 320],
      ['none', 1280],
      ['50%', 640],
    ] as const) {
      await page.$eval(
        'rasa-signup',
        (host, wanted) => {
          host.setAttribute('style', `--rasa-signup-max-width: ${wanted}`);
        },
        wanted,
      );
      expect((await boxOf(page, 'form')).width, wanted).toBe(width);
    }
  });

  it.each(['', 'layout="compact"', 'layout="inline"', 'display="dialog" open-on="0s"'])(
    'W33: in a page whose text is too small, fields are 44 px high: %s',
    async (attributes) => {
      const page = await open('html { font-size: 62.5% } body { font-size: 1rem }', attributes);
      if (attributes.includes('dialog')) await page.waitForFunction(isOpen);
      for (const width of [320, 375, 900]) {
        await page.setViewport({ width, height: 800 });
        expect((await looks(page)).faults, `at ${width}`).toEqual([]);
      }
    },
  );
});
