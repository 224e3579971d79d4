import { stat } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { launchBrowser } from '../helpers/browser/browser.ts';
import { unreadableIn } from '../helpers/browser/contrast.ts';
import { startService } from '../helpers/server/service.ts';
import { serveForeignSite } from '../helpers/sites/foreign-site.ts';
import { openBuilder } from '../helpers/sites/marketer.ts';

/** `npm run gallery` takes a contact sheet of each design: four displays, light and dark. */
const takesPictures = process.env['npm_lifecycle_event'] === 'gallery';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
}, 60_000);
afterAll(() => browser.close());

const designs = ['Quiet', 'Editorial', 'Bold', 'Card', 'Footer band', 'Pop-up'];
const places = ['In the page', 'Dialog', 'Slide-in', 'Bar'];

const looks = {
  light: ':root { color-scheme: light } body { background: #fffefb; color: #191e1c }',
  dark: ':root { color-scheme: dark } body { background: #14181a; color: #ecebe6 }',
};

const pathOf = (design: string) => `docs/gallery/design-${design.toLowerCase().replace(' ', '-')}.png`;

it.each(designs)(
  '%s can be read in every place, on light and dark pages, with a mistake too',
  async (design) => {
    const site = await serveForeignSite();
    const { url } = await startService({ ALLOWED_ORIGINS: site.origin });
    const { openSection, choose, copySnippet } = await openBuilder(browser, url);
    await choose(design);
    await openSection('Place');
    const context = await browser.newContext({
      locale: 'en-GB',
      reducedMotion: 'reduce',
      viewport: { width: 720, height: 620 },
    });
    context.setDefaultTimeout(15_000);
    onTestFinished(() => context.close());
    const page = await context.newPage();
    const figures: string[] = [];
    for (const place of places) {
      await choose(place);
      const snippet = await copySnippet();
      for (const [name, css] of Object.entries(looks)) {
        site.paste(
          `<style>body { font: 16px/1.5 system-ui, sans-serif; margin: 0; padding: 24px } ${css}</style>
          <p>Three stories from the waterfront, every Thursday.</p>${snippet}`,
        );
        await page.goto(site.origin);
        const widget = page.locator('rasa-signup');
        if (place !== 'In the page') {
          expect(await unreadableIn(widget), `the button of ${place}, ${name}`).toEqual([]);
          await widget.locator('[part=opener]').click();
        }
        await widget.locator('[part=button]').waitFor();
        if (takesPictures) {
          const picture = (await page.screenshot({ animations: 'disabled' })).toString('base64');
          figures.push(
            `<figure><figcaption>${place}, ${name}</figcaption><img src="data:image/png;base64,${picture}"></figure>`,
          );
        }
        expect(await unreadableIn(widget), `${place}, ${name}`).toEqual([]);
        await widget.locator('[part=button]').click();
        await widget.locator('[part=error]:not(:empty)').first().waitFor();
        expect(await unreadableIn(widget), `${place}, ${name}, with a mistake`).toEqual([]);
      }
    }
    if (takesPictures) {
      const sheet = await context.newPage();
      await sheet.setViewportSize({ width: 4 * 374 + 12, height: 400 });
      await sheet.setContent(`<style>body { display: grid; grid-template-columns: repeat(4, 362px); gap: 12px; margin: 12px; background: #d8d6cf; font: 15px sans-serif }
        figure { margin: 0 } figcaption { padding-block: 4px } img { display: block; width: 362px }</style>${figures.join('')}`);
      await sheet.screenshot({ path: pathOf(design), fullPage: true });
    }
    expect((await stat(pathOf(design))).size).toBeLessThan(600 * 1024);
  },
  60_000,
);
