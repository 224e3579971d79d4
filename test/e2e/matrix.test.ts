import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../helpers/browser/browser.ts';
import { openPage, pageOf, serveSite, signUp, stubbedProxy } from '../helpers/sites/site.ts';
import { routers, serveRouted } from './hosts/routers.ts';
import { translators } from './hosts/translators.ts';
import { register, serveWorked, workers } from './hosts/workers.ts';

/**
 * The form on pages with the routers, libraries, translators and service workers of others. Prints a line for
 * each cell. `SOAK=1` goes through every cell.
 */
const isSoak = process.env['SOAK'] !== undefined;

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
}, 60_000);
afterAll(() => browser.close());

const snippets = {
  'the script tag': (base: string) => `<script async src="${base}/embed.js" data-form="newsletter"></script>`,
  'the element': (base: string) =>
    `<rasa-signup src="${base}/forms/newsletter"></rasa-signup><script async src="${base}/embed.js"></script>`,
} as const;

type Snippet = keyof typeof snippets;

describe('a router that replaces the content of the page', () => {
  const cells = routers.flatMap((router) =>
    (Object.keys(snippets) as Snippet[]).map((snippet) => [router.name, snippet, router] as const),
  );
  const sample = cells.filter(
    ([, snippet], index) => isSoak || (snippet === 'the element') === index % 4 > 1,
  );

  it.each(sample)(
    '%s, %s: one working form on each page, and on the way back',
    async (name, snippet, router) => {
      const { page, complaints } = await openPage(browser, await serveRouted(router, snippets[snippet]));
      await page.evaluate(() => Object.assign(window, { isTheFirst: true }));
      // The first page has no form.
      for (const [go, title] of [
        [() => page.getByRole('link', { name: 'One' }).click(), 'One'],
        [() => page.getByRole('link', { name: 'Two' }).click(), 'Two'],
        [() => page.evaluate('setTimeout(() => history.back())'), 'One'],
      ] as const) {
        await go();
        await page.getByRole('heading', { name: title }).waitFor();
        await signUp(page);
        expect(await page.locator('rasa-signup').count()).toBe(1);
      }
      expect(await page.evaluate(() => 'isTheFirst' in window)).toBe(true);
      expect(complaints).toEqual([]);
      print(name, snippet, 'three visits, three sign-ups');
    },
  );
});

/** The package of Prototype for Debian, because npm has none for browsers. */
const prototype = '/usr/share/javascript/prototype/prototype.js';

describe('a library that changes what is built in', () => {
  it.each([
    ['jQuery', 'node_modules/jquery/dist/jquery.js'],
    ['MooTools', 'node_modules/mootools/lib/mootools-core-1.5.2-server.js'],
    ['Prototype', prototype],
  ])('%s: the form works, with a proof of work, and the page keeps its library', async (name, path) => {
    // Without the package, by what it replaces.
    const library = existsSync(path) ? await readFile(path, 'utf8') : likePrototype;
    const { base, form, seen } = await stubbedProxy('accepting');
    const site = await serveSite({
      '/': pageOf(
        `<rasa-signup src="${form}"></rasa-signup><main></main><script src="${base}/embed.js"></script>`,
        '<script src="/library.js"></script>',
      ),
      '/library.js': library,
    });
    const { page, complaints } = await openPage(browser, site);
    await signUp(page);
    expect((await seen()).posts).toHaveLength(1);
    if (name === 'jQuery') {
      // It runs the scripts of the markup that it inserts by itself.
      await page.evaluate((src) => {
        const { $ } = window as unknown as { $: (what: string) => { html: (markup: string) => void } };
        $('main').html(`<script src="${src}" data-form="newsletter"></script>`);
      }, `${base}/embed.js`);
      await signUp(page.locator('main'));
    }
    expect(complaints).toEqual([]);
    print(name, existsSync(path) ? 'itself' : 'what it replaces', 'signed up with a proof');
  });
});

const likePrototype = `
  Array.from = (x) => (x ? [].concat([].slice.call(x)) : []);
  Object.extend = Object.assign;
  Object.keys = ((keys) => (x) => keys(x).sort())(Object.keys);
  for (const name of ['toJSON', 'entries', 'clone', 'without', 'each', 'first', 'last', 'inspect'])
    Array.prototype[name] = function () { return this; };
  String.prototype.toJSON = function () { return '"' + this + '"'; };
  Function.prototype.bind = function (to, ...given) { const f = this; return (...args) => f.apply(to, [...given, ...args]); };
  Function.prototype.curry = Function.prototype.bind;
  Element.prototype.remove = function () { return this.parentNode && this.parentNode.removeChild(this); };
  Element.prototype.select = Element.prototype.querySelectorAll;
  Element.prototype.update = Element.prototype.replace = function (to) { this.innerHTML = to; return this; };
  HTMLElement.prototype.hide = HTMLElement.prototype.show = function () { return this; };
  window.Element = Object.assign(function () {}, window.Element, { prototype: window.Element.prototype });
  window.$ = (id) => document.getElementById(id);`;

describe('a translator', () => {
  const moments = ['before it is there', 'while it is empty', 'with its errors', 'after its thanks'] as const;
  const cells = translators.flatMap((translator) =>
    moments.map((moment) => [translator.name, moment, translator.translate] as const),
  );
  it.each(cells.filter((_cell, index) => isSoak || index % 3 === 1))(
    '%s, %s: what is shown is what is',
    async (name, moment, translate) => {
      const { base, form, seen, release } = await stubbedProxy('loading');
      const { page, complaints } = await openPage(
        browser,
        await serveSite({
          '/': pageOf(
            `<h1>News</h1><rasa-signup src="${form}"><a href="${form}">Sign up</a></rasa-signup><script src="${base}/embed.js"></script>`,
          ),
        }),
      );
      const at = async (now: (typeof moments)[number]) => {
        if (now === moment) await page.evaluate(`(${translate})()`);
      };
      await page.getByRole('link').first().waitFor();
      await at('before it is there');
      await release();
      const button = page.locator('[part=button]');
      await button.waitFor();
      expect(await page.getByRole('link').count()).toBe(0);
      await at('while it is empty');
      await button.click();
      await expect.poll(() => shownError(page)).toContain('Please fill in this field.');
      await at('with its errors');
      await page.locator('[name=email]').fill('nonsense');
      await expect.poll(() => shownError(page)).toContain('Enter an email address');
      await page.locator('[name=email]').fill('ada@example.com');
      await expect.poll(() => shownError(page)).toBe('');
      await button.click();
      await expect.poll(async () => (await seen()).posts.length).toBe(1);
      expect((await seen()).posts).toMatchObject([{ email: 'ada@example.com' }]);
      await page.locator('[part=mark]').waitFor();
      await at('after its thanks');
      expect(await page.locator('form, [part=error]').count()).toBe(0);
      expect(complaints).toEqual([]);
      print(name, moment, 'every state is shown');
    },
  );
});

const shownError = (page: Page) =>
  page.locator('#email-error').evaluate((error: HTMLElement) => error.innerText.trim());

describe('a service worker that answers from', () => {
  const endings = {
    thanked: (page: Page) => page.getByText('Thank you.').waitFor(),
    'not reached': (page: Page) => page.getByText('could not be reached').waitFor(),
    'sent as a plain form': (page: Page) => page.waitForURL('**/forms/newsletter'),
  };
  it.each(workers.map((worker) => [worker.name, worker] as const))('%s', async (name, worker) => {
    const proxy = await stubbedProxy('accepting');
    const site = await serveWorked(worker, proxy);
    const { page } = await openPage(browser, site);
    await page.evaluate(register);
    for (const [index, end] of worker.ends.entries()) {
      await page.goto(site);
      await page.getByLabel('Email address').fill(`visitor-${index}@example.com`);
      await page.getByRole('button', { name: 'Subscribe' }).click();
      await endings[end](page);
    }
    print('service worker', name, worker.ends.join(', then '));
  });
});

function print(...cell: readonly string[]): void {
  process.stdout.write(`${cell.join(' · ')}\n`);
}
