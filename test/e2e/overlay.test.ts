import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../helpers/browser/browser.ts';
import { openPage, pageOf, serveSite, stubbedProxy } from '../helpers/sites/site.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

const words = '<p>What the tide brings in.</p>'.repeat(80);

/** A page with a form that opens over it, and with content before and after it. */
async function open(attributes: string, { behaviour = 'trusting', inside = '' } = {}) {
  const { base, form, seen } = await stubbedProxy(behaviour);
  const element = `<rasa-signup src="${form}" ${attributes}>${inside}</rasa-signup>`;
  const html = `<h1>Harbour</h1><input aria-label="Search">${element}${words}<script src="${base}/embed.js"></script>`;
  const site = await serveSite({ '/': pageOf(html) });
  const opened = await openPage(browser, site);
  const dialog = opened.page.getByRole('dialog', { name: 'Sign up for our newsletter' });
  return {
    ...opened,
    site,
    seen,
    dialog,
    opener: opened.page.getByRole('button', { name: 'Sign up for our newsletter' }),
  };
}

const focused = (page: Page) =>
  page.evaluate(() => {
    const { activeElement } = document;
    const inner = activeElement?.shadowRoot?.activeElement ?? activeElement;
    return inner?.getAttribute('name') ?? inner?.getAttribute('part') ?? inner?.ariaLabel ?? inner?.localName;
  });

const kept = (page: Page) => page.evaluate(() => Object.keys(localStorage));

describe('a dialog', () => {
  it('opens by its button, keeps the focus inside, and returns it on Escape', async () => {
    const { page, dialog, opener, complaints } = await open('display="dialog"');
    expect(await dialog.isVisible()).toBe(false);
    await opener.click();
    await dialog.waitFor();
    expect(await focused(page)).toBe('email');
    const reached = new Set<unknown>();
    for (let press = 0; press < 12; press++) {
      await page.keyboard.press('Tab');
      reached.add(await focused(page));
    }
    expect([...reached]).toEqual(
      expect.arrayContaining(['email', 'first_name', 'last_name', 'button', 'close']),
    );
    expect([...reached]).not.toContain('Search');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    expect(await focused(page)).toBe('opener');
    expect(await kept(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('closes by its cross and by a click beside it, and keeps typed values', async () => {
    const { page, dialog, opener } = await open('display="dialog"');
    await opener.click();
    await dialog.getByLabel('Email address').fill('ada@example.com');
    await dialog.getByRole('button', { name: 'Close' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await opener.click();
    expect(await dialog.getByLabel('Email address').inputValue()).toBe('ada@example.com');
    await page.mouse.click(5, 5);
    await dialog.waitFor({ state: 'hidden' });
  });

  it('stays open when a text selection starts inside and ends beside it', async () => {
    const { page, dialog, opener } = await open('display="dialog"');
    await opener.click();
    const box = await dialog.getByRole('heading').boundingBox();
    await page.mouse.move((box?.x ?? 0) + 5, (box?.y ?? 0) + 5);
    await page.mouse.down();
    await page.mouse.move(5, 5);
    await page.mouse.up();
    expect(await dialog.isVisible()).toBe(true);
  });

  it('shows the thanks inside, and moves the focus to them', async () => {
    const { dialog, opener, page } = await open('display="dialog"', {
      inside: '<span slot="opener">Sign up for our newsletter</span>',
    });
    await opener.click();
    await dialog.getByLabel('Email address').fill('ada@example.com');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'You are signed up' }).getByText('Thank you.').waitFor();
    expect(await focused(page)).toBe('status');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
  });
});

describe.each(['slide-in', 'bar'])('a %s', (display) => {
  it('leaves the page usable, does not take the focus, and stays closed on the next visit', async () => {
    const { page, dialog, opener, site } = await open(`display="${display}" open-on="0s" again-after="1h"`);
    await dialog.waitFor();
    expect(await opener.isVisible()).toBe(false);
    expect(await focused(page)).toBe('body');
    await page.getByLabel('Search').fill('lighthouse');
    await dialog.getByRole('button', { name: 'Close' }).click();
    await dialog.waitFor({ state: 'hidden' });
    expect(await kept(page)).toHaveLength(1);
    await page.goto(site);
    await page.getByLabel('Search').fill('lighthouse');
    await page.waitForFunction(() =>
      document.querySelector('rasa-signup')?.shadowRoot?.querySelector('form'),
    );
    expect(await dialog.isVisible()).toBe(false);
    // An hour later.
    await page.evaluate(() => {
      for (const key of Object.keys(localStorage)) localStorage.setItem(key, String(Date.now() - 1));
    });
    await page.goto(site);
    await dialog.waitFor();
  });

  it('closes on Escape from inside, and returns the focus', async () => {
    const { page, dialog, opener } = await open(`display="${display}"`);
    await opener.click();
    await dialog.waitFor();
    expect(await focused(page)).toBe('email');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    expect(await focused(page)).toBe('opener');
  });

  it('covers at most two thirds of a phone, with a visible close button, above all of the page', async () => {
    const { page, dialog } = await open(`display="${display}" open-on="0s"`);
    await page.setViewportSize({ width: 360, height: 640 });
    await page.addStyleTag({
      content: 'h1 { position: fixed; inset: 0; z-index: 2147483647; background: red }',
    });
    await dialog.waitFor();
    await expect.poll(async () => (await dialog.boundingBox())?.height).toBeLessThanOrEqual(640 * 0.66);
    const box = await dialog.boundingBox();
    expect(box?.x).toBeGreaterThanOrEqual(0);
    expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(360);
    await dialog.getByRole('button', { name: 'Subscribe' }).scrollIntoViewIfNeeded();
    await dialog.getByRole('button', { name: 'Close' }).click();
    await dialog.waitFor({ state: 'hidden' });
  });
});

describe('an overlay that opens by itself', () => {
  it('waits until half of the page is scrolled', async () => {
    const { page, dialog } = await open('display="slide-in" open-on="50%"');
    await page.waitForFunction(() =>
      document.querySelector('rasa-signup')?.shadowRoot?.querySelector('form'),
    );
    await page.mouse.wheel(0, 100);
    expect(await dialog.isVisible()).toBe(false);
    await page.evaluate(() => {
      scrollTo(0, document.documentElement.scrollHeight / 2);
    });
    await dialog.waitFor();
  });

  it('opens when the pointer leaves towards the tabs', async () => {
    const { page, dialog } = await open('display="dialog" open-on="exit button"');
    await page.waitForFunction(() =>
      document.querySelector('rasa-signup')?.shadowRoot?.querySelector('form'),
    );
    await page.evaluate(() => {
      document.documentElement.dispatchEvent(new MouseEvent('mouseleave', { clientY: -1 }));
    });
    await dialog.waitFor();
    expect(await focused(page)).toBe('dialog');
  });

  it('does not interrupt a visitor who types elsewhere', async () => {
    const { page, dialog } = await open('display="dialog" open-on="exit"');
    await page.waitForFunction(() =>
      document.querySelector('rasa-signup')?.shadowRoot?.querySelector('form'),
    );
    await page.getByLabel('Search').click();
    await page.evaluate(() => {
      document.documentElement.dispatchEvent(new MouseEvent('mouseleave', { clientY: -1 }));
    });
    await page.keyboard.type('lighthouse');
    expect(await dialog.isVisible()).toBe(false);
    await page.getByLabel('Search').blur();
    await dialog.waitFor();
  });

  it('does not open again for a visitor who has signed up', async () => {
    const { page, dialog, site } = await open('display="slide-in" open-on="0s button" again-after="1m"');
    await dialog.getByLabel('Email address').fill('ada@example.com');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'You are signed up' }).getByText('Thank you.').waitFor();
    await page.goto(site);
    await page.waitForFunction(() =>
      document.querySelector('rasa-signup')?.shadowRoot?.querySelector('form'),
    );
    // Later than a trigger that was set to fire at once.
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve)));
    expect(await dialog.isVisible()).toBe(false);
  });
});

describe('where overlay.js is blocked', () => {
  it('the form shows in the page', async () => {
    const { page } = await open('display="dialog"', { behaviour: 'barren' });
    await page.getByLabel('Email address').waitFor();
    expect(await page.getByRole('dialog').count()).toBe(0);
  });
});
