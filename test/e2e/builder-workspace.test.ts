import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { faultsOf } from '../helpers/browser/axe.ts';
import { launchBrowser } from '../helpers/browser/browser.ts';
import { serviceForAll } from '../helpers/server/service.ts';
import { openBuilder } from '../helpers/sites/marketer.ts';

let browser: Browser;
let address: string;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

const shared = serviceForAll();
const open = async (fragment = '', options: Parameters<typeof openBuilder>[2] = {}) => {
  address = shared().url;
  return openBuilder(browser, `${address}/${fragment && `#${fragment}`}`, options);
};

const large = { width: 1440, height: 900 };
const small = { width: 1280, height: 720 };
const tablet = { width: 820, height: 1180 };
const phone = { width: 390, height: 844 };
const smallPhone = { width: 320, height: 640 };

const boxOf = async (page: Page, selector: string) => {
  const box = await page.locator(selector).first().boundingBox();
  if (!box) throw new Error(`${selector} is not shown.`);
  return { ...box, bottom: box.y + box.height, end: box.x + box.width };
};

/** The form's own button, in pixels of the builder's page. */
async function formButtonIn({ page, preview }: Awaited<ReturnType<typeof open>>) {
  const widget = preview.locator('.place rasa-signup');
  await widget.locator('form[part=form]').waitFor({ state: 'attached' });
  const button = widget.locator('[part=button]');
  await button.waitFor();
  const box = await button.boundingBox();
  const frame = await boxOf(page, 'iframe');
  return { top: box?.y ?? -1, bottom: (box?.y ?? 0) + (box?.height ?? Infinity), frame };
}

const starts = ['Quiet', 'Editorial', 'Bold', 'Card', 'Footer band', 'Pop-up'];
const germanStarts = ['Ruhig', 'Redaktionell', 'Plakativ', 'Karte', 'Fußzeile', 'Pop-up'];

describe('B3: one screen', () => {
  it.each([
    ['1440 × 900', large, 'en-GB', starts],
    ['1280 × 720', small, 'en-GB', starts],
    ['820 × 1180', tablet, 'en-GB', starts],
    ['1280 × 720 in German', small, 'de-DE', germanStarts],
    ['820 × 1180 in German', tablet, 'de-DE', germanStarts],
  ])('shows the form’s button and Copy in every design: %s', async (_name, viewport, locale, names) => {
    const marketer = await open('', { viewport, locale });
    const { page, choose } = marketer;
    const copy = await boxOf(page, '.copy');
    expect(copy.bottom).toBeLessThanOrEqual(viewport.height);
    expect((await boxOf(page, '.device')).y).toBeLessThanOrEqual(120);
    const settings = await boxOf(page, '.settings');
    expect(settings).toMatchObject({ y: 56, width: 340 });
    for (const name of names) {
      await choose(name);
      await expect
        .poll(async () => {
          const { top, bottom, frame } = await formButtonIn(marketer);
          return top >= frame.y && bottom <= frame.bottom + 0.5;
        })
        .toBe(true);
      const scrolls = await page.evaluate(() => [
        document.documentElement.scrollHeight > innerHeight,
        document.documentElement.scrollWidth > innerWidth,
      ]);
      expect(scrolls, name).toEqual([false, false]);
    }
    expect(marketer.complaints).toEqual([]);
  });

  it.each([
    ['390 × 844', phone],
    ['320 × 640', smallPhone],
  ])('has two tabs on a phone, with Copy under both: %s', async (_name, viewport) => {
    const marketer = await open('', { viewport });
    const { page } = marketer;
    for (const tab of ['Design', 'Preview']) {
      await page.getByRole('button', { name: tab, exact: true }).click();
      expect((await boxOf(page, '.copy')).bottom).toBeLessThanOrEqual(viewport.height);
    }
    await expect
      .poll(async () => {
        const { top, bottom, frame } = await formButtonIn(marketer);
        return top >= frame.y && bottom <= frame.bottom + 0.5;
      })
      .toBe(true);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  });

  it.each([
    ['200 %', { width: 720, height: 450 }],
    ['400 %', { width: 320, height: 180 }],
  ])('has Copy in sight, and the preview one tab away, at %s', async (_name, viewport) => {
    const { page } = await open('', { viewport });
    const isCopySeen = async () => (await boxOf(page, '.copy')).bottom <= viewport.height;
    expect(await isCopySeen()).toBe(true);
    await page.locator('summary', { hasText: 'Words' }).click();
    expect(await isCopySeen()).toBe(true);
    await page.getByRole('button', { name: 'Preview', exact: true }).click();
    const preview = await boxOf(page, '.device');
    expect(preview.y).toBeLessThan(viewport.height);
    expect(await isCopySeen()).toBe(true);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  });

  it('starts with Quiet, one open section and one primary button', async () => {
    const { page } = await open('', { viewport: large });
    expect(await page.locator('details[open] h2').allTextContents()).toEqual(['Start from']);
    expect(await page.getByRole('radio', { name: 'Quiet' }).isChecked()).toBe(true);
    expect(await page.getByRole('radio', { name: 'Empty' }).isChecked()).toBe(true);
    expect(await page.locator('.primary:visible').count()).toBe(1);
  });
});

describe('B2: sections', () => {
  it('stay where they were pressed, and close no other', async () => {
    const { page } = await open('', { viewport: small });
    const summaries = page.locator('summary');
    for (const summary of (await summaries.all()).reverse()) {
      if (await summary.evaluate(({ parentElement }) => parentElement?.hasAttribute('open'))) continue;
      await summary.scrollIntoViewIfNeeded();
      const before = await summary.boundingBox();
      await summary.click();
      expect((await summary.boundingBox())?.y).toBe(before?.y);
    }
    expect(await page.locator('details:not([open])').count()).toBe(0);
    const scrolled = await page
      .locator('.settings')
      .evaluate((pane) => pane.scrollHeight > pane.clientHeight);
    expect(scrolled).toBe(true);
  });
});

describe('B5: German', () => {
  it.each([1440, 1380, 1280, 1024, 760])('fits at %i px', async (width) => {
    const { page, openAll } = await open('display=dialog&openOn=10s', {
      locale: 'de-DE',
      viewport: { width, height: 900 },
    });
    await openAll();
    const cut = await page
      .locator('.segments:visible span:not(.unseen), button:visible, .top .button:visible, h2:visible')
      .evaluateAll((all) =>
        all
          .filter((element) => element.scrollWidth > element.clientWidth + 1)
          .map(({ textContent }) => textContent.trim()),
      );
    expect(cut).toEqual([]);
    const wrapped = await page
      .locator('.segments:visible')
      .evaluateAll((all) => all.filter((element) => element.clientHeight > 50).length);
    expect(wrapped).toBe(0);
    expect(await page.locator('.chip').textContent()).toMatch(/Sandbox/);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  });
});

describe('B6: a refused colour', () => {
  it('says one thing: its own contrast, one sentence, one way out', async () => {
    const { page, openSection } = await open('', { viewport: large });
    await openSection('Colours');
    await page.getByLabel('Button: colour code', { exact: true }).fill('#ffe27a');
    await page.getByLabel('Words on the button: colour code').fill('#ffffff');
    await page.keyboard.press('Tab');
    const row = page.getByRole('group', { name: 'Words on the button' });
    await row.getByRole('alert').waitFor();
    expect((await row.locator('.ratio').textContent())?.replace(/\s+/g, ' ')).toContain('1.2 : 1');
    expect(await row.locator('.ratio.is-refused').count()).toBe(1);
    expect(await page.getByRole('button', { name: /instead/ }).count()).toBe(1);
    // No tick beside a contrast that is as low.
    expect((await page.locator('.ratio.is-faint').textContent())?.replace(/\s+/g, ' ')).toContain('1.2 : 1');
    expect(await page.locator('.ratio.is-faint .icon').count()).toBe(0);
    await page.getByRole('button', { name: 'All code' }).click();
    expect(await page.locator('.drawer code').textContent()).toContain('on-accent: #111111');
  });
});

describe('B7: only what has an effect', () => {
  it('offers no layout and no width for a bar, and no trigger for a form in the page', async () => {
    const { page, openSection, choose } = await open('', { viewport: large });
    await openSection('Place');
    expect(await page.getByRole('heading', { name: 'When it opens' }).count()).toBe(0);
    await openSection('Size and layout');
    await page.getByRole('radio', { name: 'Stacked' }).waitFor();
    await choose('Bar');
    await page.getByRole('heading', { name: 'When it opens' }).waitFor();
    expect(await page.getByRole('radio', { name: 'Stacked' }).count()).toBe(0);
    expect(await page.getByLabel('Width, at most').count()).toBe(0);
    const kinds = await page.getByLabel('Snippet for').locator('option').allTextContents();
    expect(kinds).not.toContain('Without script');
  });
});

describe('B8: the snippet', () => {
  it('is the shortest that carries the design', async () => {
    const { page, copySnippet, openSection, choose } = await open('', { viewport: large });
    expect(await copySnippet()).toMatch(
      /^<script async src="[^"]+" data-form="newsletter" style="[^"]+"><\/script>$/,
    );
    await openSection('Colours');
    await page.getByLabel('Button: colour code', { exact: true }).fill('#7a1f5c');
    await page.keyboard.press('Tab');
    expect(await copySnippet()).toMatch(/^<style>[^]+--rasa-signup-accent: #7a1f5c;[^]+<script async[^>]+>/);
    await openSection('Words');
    await page.getByRole('textbox', { name: 'Title', exact: true }).fill('Letters');
    expect(await copySnippet()).toMatch(/<rasa-signup src/);
    expect(await page.getByLabel('Snippet for').locator('option').allTextContents()).not.toContain(
      'Script tag',
    );
    await choose('React');
    expect(await copySnippet()).toMatch(/^import/);
  });

  it('is shown whole in a drawer that leaves room for the form', async () => {
    const marketer = await open('', { viewport: small });
    await marketer.page.getByRole('button', { name: 'All code' }).click();
    await marketer.choose('Without script');
    const dock = await boxOf(marketer.page, '.dock');
    expect(dock.height).toBeLessThanOrEqual(720 * 0.4);
    await expect
      .poll(async () => {
        const { top, bottom, frame } = await formButtonIn(marketer);
        return top >= frame.y && bottom <= frame.bottom + 0.5;
      })
      .toBe(true);
  });
});

describe('keys', () => {
  it('copy the snippet where nothing is selected, and say so', async () => {
    const { page, clipboard } = await open('', { viewport: large });
    await page.getByRole('radio', { name: 'Quiet' }).focus();
    await page.keyboard.press('Control+c');
    await page.getByRole('status').getByText('Copied', { exact: true }).waitFor();
    expect(await clipboard()).toContain('data-form="newsletter"');
  });

  it('undo by Ctrl+Z, redo by Ctrl+Y and Ctrl+Shift+Z, and 1 to 6 choose a state', async () => {
    const { page, choose } = await open('', { viewport: large });
    await choose('Card');
    const chosen = (name: string) =>
      expect.poll(() => page.getByRole('radio', { name, exact: true }).isChecked());
    await page.keyboard.press('Control+z');
    await chosen('Quiet').toBe(true);
    await page.keyboard.press('Control+y');
    await chosen('Card').toBe(true);
    await page.keyboard.press('Control+z');
    await page.keyboard.press('Control+Shift+z');
    await chosen('Card').toBe(true);
    await page.getByRole('radio', { name: 'Empty' }).focus();
    await page.keyboard.press('5');
    await chosen('Signed up').toBe(true);
  });
});

describe('the controls', () => {
  it.each([
    ['light', large],
    ['dark', large],
    ['light', phone],
  ] as const)('are at least 44 px, with text of 14 px and no fault: %s', async (colorScheme, viewport) => {
    const { page, openAll } = await open('display=slide-in&openOn=10s%2050%25&accent=%230b5cad', {
      colorScheme,
      viewport,
    });
    await openAll();
    const tooSmall = await page
      .locator('button:visible, select:visible, textarea:visible, summary:visible, .segments label:visible')
      .evaluateAll((all) =>
        all.flatMap((element) => {
          const { width, height } = element.getBoundingClientRect();
          return width < 44 || height < 44 ? [`${element.outerHTML.slice(0, 90)} ${width} × ${height}`] : [];
        }),
      );
    expect(tooSmall).toEqual([]);
    const tooLittle = await page.locator('signup-builder *:visible').evaluateAll((all) =>
      all.flatMap((element) => {
        const hasText = [...element.childNodes].some(
          (node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim(),
        );
        const isPicture = element.closest('svg') !== null;
        return hasText && !isPicture && Number.parseFloat(getComputedStyle(element).fontSize) < 14
          ? [element.outerHTML.slice(0, 90)]
          : [];
      }),
    );
    expect(tooLittle).toEqual([]);
    expect(await faultsOf(page, { iframes: false })).toEqual([]);
  });
});
