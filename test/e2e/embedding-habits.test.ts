import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../helpers/browser/browser.ts';
import { openPage, pageOf, serveSite, signUp, stubbedProxy } from '../helpers/sites/site.ts';

/** What pages do to every form and pop-up in them. Each case works, or `?debug` says why it does not. */
let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
}, 60_000);
afterAll(() => browser.close());

/** `FORM` is the URL of the form, `BASE` that of the proxy. `before` runs before the script of the form. */
async function open(body: string, { behaviour = 'accepting', before = '', head = '', query = '' } = {}) {
  const proxy = await stubbedProxy(behaviour);
  const text = body.replaceAll('FORM', proxy.form).replaceAll('BASE', proxy.base);
  const site = await serveSite({
    '/': pageOf(`${text}<script src="${proxy.base}/embed.js"></script>`, `${head}<script>${before}</script>`),
    '/bought': pageOf('Bought'),
  });
  return { ...proxy, ...(await openPage(browser, `${site}/${query}`)) };
}

const form = '<rasa-signup src="FORM"></rasa-signup>';
const asked = { required: false, maxLength: 100 };
const fields = [
  { ...asked, name: 'email', type: 'email', label: 'Email address' },
  { ...asked, name: 'terms', type: 'checkbox', label: 'I agree' },
  { ...asked, name: 'often', type: 'radio', label: 'How', options: [{ value: 'often', label: 'Often' }] },
  { ...asked, name: 'topic', type: 'select', label: 'Topic', options: [{ value: 'b', label: 'B' }] },
];
const email = (page: Page) => page.getByLabel('Email address');
const isOpen = (page: Page) =>
  page.locator('rasa-signup dialog').evaluate((dialog) => dialog.matches(':modal, :popover-open'));

/** A handler that leaves alone only what it takes for a field, as those of sliders and shortcuts do. */
const prevents = (type: string, stop = '') => `
  addEventListener('${type}', (event) => {
    if (/^(INPUT|TEXTAREA|SELECT|BUTTON)$/.test(event.target.tagName) || event.key === 'Tab') return;
    event.preventDefault(); ${stop}
  }, true);`;

describe('a handler of the page prevents', () => {
  it.each(['keydown', 'keypress', 'keyup'])('%s: everything can be typed, and once', async (type) => {
    const { page, seen } = await open(form, { before: prevents(type) });
    await email(page).focus();
    await page.keyboard.type('ada@example.com');
    await page.getByLabel('First name').focus();
    await page.keyboard.type('Ada B');
    await page.getByRole('button', { name: 'Subscribe' }).focus();
    await page.keyboard.press('Space');
    await page.getByText('Thank you.').waitFor();
    expect((await seen()).posts).toMatchObject([{ email: 'ada@example.com', first_name: 'Ada B' }]);
  });

  it.each(['keypress', 'keyup', 'beforeinput'])('%s, and stops it: `?debug` says so', async (type) => {
    const before = prevents(type, 'event.stopImmediatePropagation();');
    const { page } = await open(form, { before, query: '?debug' });
    await page.locator('rasa-signup[data-debug~=keys]').waitFor({ state: 'attached' });
    expect(await email(page).inputValue()).toBe('');
  });

  it('mousedown, as around what can be dragged: a field that is clicked has the focus', async () => {
    const { page, seen } = await open(form, { before: prevents('mousedown') });
    await email(page).click();
    await page.keyboard.type('ada@example.com');
    await page.keyboard.press('Enter');
    await page.getByText('Thank you.').waitFor();
    expect((await seen()).posts).toMatchObject([{ email: 'ada@example.com' }]);
  });
});

describe('a handler of the page prevents touches', () => {
  it.each(['touchstart', 'touchend'])('%s: `?debug` says so', async (type) => {
    // As iScroll does: with exceptions for what it takes for a field.
    const before = `addEventListener('${type}', (event) => {
      if (!/^(INPUT|TEXTAREA|SELECT|BUTTON)$/.test(event.target.tagName)) event.preventDefault();
    }, { passive: false });`;
    const { page } = await open(form, { before, query: '?debug' });
    await page.locator('rasa-signup[data-debug=touch]').waitFor({ state: 'attached' });
  });

  it('those of a passive handler prevent nothing, and `?debug` finds nothing', async () => {
    const before = "addEventListener('touchstart', (event) => event.preventDefault(), { passive: true });";
    const { page } = await open(form, { before, query: '?debug' });
    await page.locator('rasa-signup[data-debug=ok]').waitFor({ state: 'attached' });
  });
});

describe('the form is in', () => {
  it('a link: fields, labels, boxes and the button work, and the link is not followed', async () => {
    const { page, seen } = await open(
      `<a href="/bought"><rasa-signup src="FORM?with=${encodeURIComponent(JSON.stringify({ fields }))}"></rasa-signup></a>`,
    );
    await page.getByText('Email address').click();
    await email(page).click();
    await page.keyboard.type('ada@example.com');
    await page.getByText('I agree').click();
    expect(await page.getByLabel('I agree').isChecked()).toBe(true);
    await page.getByLabel('Often').click();
    await page.getByRole('combobox').selectOption('b');
    await page.getByRole('button', { name: 'Subscribe' }).click();
    await page.getByText('Thank you.').waitFor();
    expect((await seen()).posts).toMatchObject([{ email: 'ada@example.com', often: 'often', terms: 'yes' }]);
    expect(new URL(page.url()).pathname).toBe('/');
  });

  it.each(['a href="/bought"', 'button', 'label', 'details open><summary'])(
    '<%s>: `?debug` says so',
    async (around) => {
      const { page } = await open(`<${around}>${form}`, { query: '?debug' });
      await page.locator('rasa-signup[data-debug~=place]').waitFor({ state: 'attached' });
    },
  );
});

describe('the page', () => {
  it.each(['', ' async'])('has a picture called body, and the tag in its head%s', async (how) => {
    const proxy = await stubbedProxy('accepting');
    const tag = `<script${how} src="${proxy.base}/embed.js" data-form="newsletter"></script>`;
    const site = await serveSite({ '/': pageOf('<p>Some text</p><img name="body">', tag) });
    const { page } = await openPage(browser, `${site}/?debug`);
    await signUp(page);
    await page.getByRole('heading', { name: 'what is wrong here?' }).waitFor();
  });

  it('has a form with a field called id: it is sent with all that follows the element', async () => {
    const { page } = await open(
      `<form action="/bought"><input name="id" value="7">
       <rasa-signup src="FORM"><form><input name="email" type="email" required></form></rasa-signup>
       <input name="size" value="42"><button>Buy</button></form>`,
    );
    await page.locator('rasa-signup form').waitFor();
    await page.getByRole('button', { name: 'Buy' }).click();
    await page.waitForURL('**/bought?id=7&size=42');
  });

  it('opens its links in new tabs: a form that the browser sends stays in this one', async () => {
    const { page, seen } = await open(form, { behaviour: 'barren', head: '<base target="_blank">' });
    await email(page).fill('ada@example.com');
    await page.getByRole('button', { name: 'Subscribe' }).click();
    await page.waitForURL('**/forms/newsletter');
    expect((await seen()).posts).toMatchObject([{ email: 'ada@example.com' }]);
    expect(page.context().pages()).toHaveLength(1);
  });

  it('removes the form again: `?debug` says that, and nothing else', async () => {
    const before = `new MutationObserver(() => document.querySelector('rasa-signup')?.remove())
      .observe(document, { childList: true, subtree: true });`;
    const tag = '<script src="BASE/embed.js" data-form="newsletter"></script>';
    const { page } = await open(tag, { before, query: '?debug' });
    await page.getByText('A script of this page has removed the form').first().waitFor();
  });
});

describe('a form that opens by itself', () => {
  it('waits while a menu of the page is open', async () => {
    const { page } = await open(
      `<div popover id="menu">Menu</div><script>document.querySelector('#menu').showPopover()</script>
       <rasa-signup src="FORM" display="dialog" open-on="1s"></rasa-signup>`,
    );
    await page.locator('rasa-signup dialog').waitFor({ state: 'attached' });
    await page.waitForTimeout(2000);
    expect(await page.getByText('Menu').isVisible()).toBe(true);
    expect(await isOpen(page)).toBe(false);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor();
  });

  it('counts its time from when the page is shown, not from when it was rendered ahead', async () => {
    const { page } = await open('<rasa-signup src="FORM" display="slide-in" open-on="1s"></rasa-signup>', {
      before: 'Object.defineProperty(document, "prerendering", { value: true, configurable: true });',
    });
    await page.locator('rasa-signup dialog').waitFor({ state: 'attached' });
    await page.waitForTimeout(2000);
    expect(await isOpen(page)).toBe(false);
    await page.evaluate(() => {
      delete (document as unknown as Record<string, unknown>)['prerendering'];
      document.dispatchEvent(new Event('prerenderingchange'));
    });
    await page.getByRole('dialog').waitFor();
  });
});
