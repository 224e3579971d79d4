import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../helpers/browser/browser.ts';
import { seenOn, watchLayout } from '../helpers/browser/layout-shift.ts';
import { focusRings, surveyForm } from '../helpers/browser/survey.ts';
import { serveSite, stubbedProxy } from '../helpers/sites/site.ts';
import { styleSheets, type StyleSheet } from './hosts/style-sheets.ts';

/**
 * The form on pages with the style sheets of others, in two widths, empty and with mistakes: in turn light
 * from left to right and dark from right to left. Prints a line for each cell. `SOAK=1` goes through all
 * layouts and displays, and through both themes and directions of each.
 */
const isSoak = process.env['SOAK'] !== undefined;

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
}, 60_000);
afterAll(() => browser.close());

const themes = ['light', 'dark'] as const;
const layouts = isSoak ? ['stacked', 'inline', 'compact'] : ['stacked'];
const directions = ['ltr', 'rtl'] as const;

const cells = styleSheets.flatMap((sheet, index) =>
  themes.flatMap((theme, dark) =>
    directions
      .filter((_dir, rtl) => isSoak || (index % 2 === dark && dark === rtl))
      .map((dir) => [sheet.name, theme, dir, sheet] as const),
  ),
);

describe('W30, W31: on a page with', () => {
  it.each(cells)(
    '%s, %s, %s',
    async (name, theme, dir, sheet) => {
      for (const layout of layouts) {
        const page = await openHost(sheet, theme, dir, `layout="${layout}"`);
        expect((await seenOn(page)).shifted).toBe(0);
        for (const width of [375, 1280]) {
          await page.setViewportSize({ width, height: 900 });
          const empty = await surveyForm(page);
          await page.locator('rasa-signup [part=button]').click();
          await page.locator('rasa-signup [aria-invalid]').first().waitFor();
          const wrong = await surveyForm(page);
          const rings = new Set(await focusRings(page));
          print([name, theme, dir, layout, width], [empty, wrong]);
          expect([...empty.faults, ...wrong.faults], `${layout} at ${width}`).toEqual([]);
          expect([...rings]).toEqual(['solid 3px']);
        }
        expect((await seenOn(page)).shifted).toBe(0);
        await page.context().close();
      }
    },
    60_000,
  );

  // Pico's transitions have the dialog measured once more while it has the focus.
  const moving = styleSheets.filter(({ name }) => name === 'Pico');
  it.each(isSoak ? cells : moving.map((sheet) => [sheet.name, 'dark', 'ltr', sheet] as const))(
    '%s, %s, %s: over the page',
    async (name, theme, dir, sheet) => {
      for (const display of ['dialog', 'slide-in', 'bar']) {
        const page = await openHost(sheet, theme, dir, `display="${display}" open-on="0s"`);
        await page.getByRole('dialog').waitFor();
        for (const width of [375, 1280]) {
          await page.setViewportSize({ width, height: 900 });
          const seen = await surveyForm(page);
          print([name, theme, dir, display, width], [seen]);
          expect(seen.faults, `${display} at ${width}`).toEqual([]);
        }
        await page.context().close();
      }
    },
    60_000,
  );
});

async function openHost(
  { css, dark = {} }: StyleSheet,
  theme: (typeof themes)[number],
  dir: 'ltr' | 'rtl',
  attributes: string,
): Promise<Page> {
  const { base, form } = await stubbedProxy();
  const its = theme === 'dark' ? dark : {};
  const site = await serveSite({
    '/': `<!doctype html><html lang="${dir === 'rtl' ? 'ar' : 'en'}" dir="${dir}" ${its.html ?? ''}>
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>A page</title>
<style>${await css()}</style><style>${its.css ?? ''} rasa-signup { display: block; min-block-size: 30em }</style></head>
<body ${its.html ?? ''}><main><section class="${its.section ?? ''}"><rasa-signup src="${form}" ${attributes}></rasa-signup></section>
<p>After the form</p></main><script async src="${base}/embed.js"></script></body></html>`,
  });
  const context = await browser.newContext({ locale: 'en-GB', colorScheme: theme, reducedMotion: 'reduce' });
  await watchLayout(context);
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  await page.goto(site);
  await page.waitForFunction(() => document.querySelector('rasa-signup')?.shadowRoot?.querySelector('form'));
  return page;
}

function print(cell: readonly (string | number)[], seen: Awaited<ReturnType<typeof surveyForm>>[]): void {
  const lowest = (what: 'lowestText' | 'lowestBorder') =>
    Math.min(...seen.map((one) => one[what])).toFixed(1);
  const faults = seen.flatMap((one) => one.faults).length;
  process.stdout.write(
    `${cell.join(' · ')}: text ${lowest('lowestText')}, borders ${lowest('lowestBorder')}, ${faults === 0 ? 'fits' : `${faults} faults`}\n`,
  );
}
