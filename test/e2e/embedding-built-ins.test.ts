import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../helpers/browser/browser.ts';
import { openPage, pageOf, serveSite, signUp, stubbedProxy } from '../helpers/sites/site.ts';

/** Pages that remove or replace what a browser has. `before` runs before the script of the form. */
let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
}, 60_000);
afterAll(() => browser.close());

const scriptTag = '<script src="BASE/embed.js" data-form="newsletter"></script>';

async function open(before: string, { tag = scriptTag, query = '' } = {}) {
  const proxy = await stubbedProxy('accepting');
  const site = await serveSite({
    '/': pageOf(tag.replaceAll('BASE', proxy.base), `<script>{ ${before} }</script>`),
  });
  return { ...proxy, ...(await openPage(browser, `${site}/${query}`)) };
}

const remove = (...names: readonly string[]) =>
  names
    .map((name) => {
      const [owner = '', key = ''] = /^(?:(.+)\.)?(\w+)$/.exec(name)?.slice(1) ?? [];
      return `delete ${owner || 'window'}.${key};`;
    })
    .join(' ');

const unused = remove(
  'AbortController',
  'AbortSignal',
  'MutationObserver',
  'ResizeObserver',
  'IntersectionObserver',
  'structuredClone',
  'requestIdleCallback',
  'queueMicrotask',
  'Promise.withResolvers',
  'Promise.any',
  'Object.fromEntries',
  'Array.prototype.flat',
  'Array.prototype.flatMap',
);

/** What browsers and Lit ask of the objects that they are given, and what an answer of the proxy may lack. */
const names =
  'value writable get set mode signal redirect method body attribute noAccessor hasChanged converter fields status code issues accepted ticket part options pattern placeholder autocomplete min max help link required proof';

/** As MooTools 1.2 does. */
const otherEvent = 'window.Event = function (event) { return event; };';

describe('W3: the form works where the page has removed or replaced', () => {
  it.each([
    ['what the form can do without', unused],
    ['Event, by one of a library', otherEvent],
    [
      'the prototype of all objects',
      `for (const name of '${names}'.split(' ')) Object.prototype[name] = 'x';`,
    ],
    ['document.querySelectorAll', 'document.querySelectorAll = () => [];'],
    [
      'document.querySelectorAll, by one that throws',
      'document.querySelectorAll = () => { throw new Error(); };',
    ],
    ['document.querySelector', 'document.querySelector = () => null;'],
    ['AbortController, by one that throws', 'window.AbortController = function () { throw new Error(); };'],
  ])('%s', async (_name, before) => {
    const { page, seen } = await open(before);
    await page.evaluate(() => {
      document.addEventListener('signup-accepted', () => (document.title = 'Accepted'));
    });
    await signUp(page);
    expect((await seen()).posts).toMatchObject([{ email: 'ada@example.com' }]);
    expect(await page.title()).toBe('Accepted');
  });

  it.each(['dialog', 'slide-in'])('AbortController, as a %s', async (display) => {
    const { page, seen } = await open(remove('AbortController'), {
      tag: `<rasa-signup src="BASE/forms/newsletter" display="${display}"></rasa-signup><script src="BASE/embed.js"></script>`,
    });
    await page.getByRole('button', { name: 'Sign up' }).click();
    await signUp(page.getByRole('dialog'));
    await page.getByRole('button', { name: 'Close' }).click();
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    expect((await seen()).posts).toHaveLength(1);
  });
});

describe('W3: the browser sends the form by itself where the page has removed or replaced', () => {
  it.each([
    ['FormData', remove('FormData')],
    ['URLSearchParams', remove('URLSearchParams')],
    ['crypto.subtle', 'Object.defineProperty(crypto, "subtle", { value: undefined });'],
    ['crypto.getRandomValues', 'crypto.getRandomValues = () => { throw new Error(); };'],
    ['TextEncoder', remove('TextEncoder')],
  ])('%s', async (_name, before) => {
    const { page, seen } = await open(before);
    await page.getByLabel('Email address').fill('ada@example.com');
    await page.getByRole('button', { name: 'Subscribe' }).click();
    await page.waitForURL('**/forms/newsletter');
    expect((await seen()).posts).toMatchObject([{ email: 'ada@example.com' }]);
  });
});

describe('W3: one sentence says so, with a link to the form, where the page has removed or replaced', () => {
  it.each([
    ['fetch', remove('fetch')],
    ['fetch, by one that throws', 'window.fetch = () => { throw new Error(); };'],
    ['fetch, by one without a promise', 'window.fetch = () => undefined;'],
    ['getComputedStyle', remove('getComputedStyle')],
    ['Element.prototype.toggleAttribute', remove('Element.prototype.toggleAttribute')],
  ])('%s', async (_name, before) => {
    const { page, form } = await open(before);
    await page.getByText('The form could not be loaded.').waitFor();
    expect(await page.getByRole('link', { name: 'Go to the form' }).getAttribute('href')).toBe(form);
  });
});

describe('W3: `?debug` says so where the page has removed or replaced', () => {
  it.each([
    ['customElements', remove('customElements')],
    ['customElements.define, by one that does nothing', 'customElements.define = () => undefined;'],
    ['customElements.define, by one that throws', 'customElements.define = () => { throw new Error(); };'],
    ['HTMLElement.prototype.attachInternals', remove('HTMLElement.prototype.attachInternals')],
  ])('%s', async (_name, before) => {
    const { page } = await open(before, { query: '?debug' });
    await page.locator('script[data-debug=script]').waitFor({ state: 'attached' });
  });
});

describe('W6: keys that a handler of the page prevents before the form sees them', () => {
  const takeKeys = (stop = '') => `
    addEventListener('keydown', (event) => {
      const isInput = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
      if (isInput || event.key === 'Tab') return;
      event.preventDefault(); ${stop}
    }, true);`;

  it('are typed all the same', async () => {
    const { page, seen } = await open(takeKeys());
    await page.getByLabel('Email address').focus();
    await page.keyboard.type('ada@example.comm');
    await page.keyboard.press('Backspace');
    await page.keyboard.press('Tab');
    await page.keyboard.type('Ada');
    await page.keyboard.press('Enter');
    await page.getByText('Thank you.').waitFor();
    expect((await seen()).posts).toMatchObject([{ email: 'ada@example.com', first_name: 'Ada' }]);
  });

  it('press the button, and are typed once where nobody prevents them', async () => {
    const { page, seen } = await open(takeKeys().replace("event.key === 'Tab'", "event.key !== ' '"));
    await page.getByLabel('Email address').focus();
    await page.keyboard.type('ada@example.com');
    await page.getByRole('button', { name: 'Subscribe' }).focus();
    await page.keyboard.press('Space');
    await page.getByText('Thank you.').waitFor();
    expect((await seen()).posts).toMatchObject([{ email: 'ada@example.com' }]);
  });

  it('are named by `?debug`, also where the form cannot see them', async () => {
    const { page } = await open(takeKeys('event.stopImmediatePropagation();'), { query: '?debug' });
    await page.locator('rasa-signup[data-debug~=keys]').waitFor({ state: 'attached' });
    expect(await valueOf(page)).toBe('');
  });

  it('are not found by `?debug` where the page leaves them alone', async () => {
    const { page } = await open('', { query: '?debug' });
    await page.locator('rasa-signup[data-debug=ok]').waitFor({ state: 'attached' });
    expect(await valueOf(page)).toBe('');
  });
});

const valueOf = (page: Page) => page.getByLabel('Email address').inputValue();
