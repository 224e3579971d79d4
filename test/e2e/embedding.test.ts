import { readFile } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../helpers/browser/browser.ts';
import { openPage, pageOf, serveSite, signUp, stubbedProxy } from '../helpers/sites/site.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

/** Another build of the script, which identifies itself. */
async function olderScript(): Promise<string> {
  const script = await readFile('dist/widget/embed.js', 'utf8');
  const older = script.replace('role="status"', 'role="status" data-version="older"');
  expect(older).not.toBe(script);
  return older;
}

describe('in every way of loading the script there is one working form', () => {
  it.each<[string, (tag: string, element: string) => string]>([
    ['before the element', (tag, element) => tag + element],
    ['after the element', (tag, element) => element + tag],
    ['async', (tag, element) => tag.replace('src', 'async src') + element],
    ['deferred', (tag, element) => tag.replace('src', 'defer src') + element],
    ['as a module', (tag, element) => tag.replace('src', 'type="module" src') + element],
    ['twice', (tag, element) => tag + element + tag],
    [
      'as a script and as a module',
      (tag, element) => tag + element + tag.replace('src', 'type="module" src'),
    ],
  ])('the element, the script %s', async (_name, arrange) => {
    const { base, form } = await stubbedProxy();
    const tag = `<script src="${base}/embed.js"></script>`;
    const body = arrange(tag, `<rasa-signup src="${form}"></rasa-signup>`);
    const { page, complaints } = await openPage(browser, await serveSite({ '/': pageOf(body) }));
    await signUp(page);
    expect(await page.locator('rasa-signup').count()).toBe(1);
    expect(complaints).toEqual([]);
  });

  it.each<[string, (tag: string) => string]>([
    ['once', (tag) => tag],
    ['async', (tag) => tag.replace('src', 'async src')],
    ['deferred', (tag) => tag.replace('src', 'defer src')],
    ['as a module', (tag) => tag.replace('src', 'type="module" src')],
    ['pasted twice', (tag) => tag + tag],
    ['pasted twice, async', (tag) => `${tag}\n${tag}`.replaceAll('src', 'async src')],
    ['between two plain scripts', (tag) => `${plain(tag)}${tag}${plain(tag)}`],
  ])('the script tag alone, %s', async (_name, arrange) => {
    const { base } = await stubbedProxy();
    const body = arrange(`<script src="${base}/embed.js" data-form="newsletter"></script>`);
    const { page, complaints } = await openPage(browser, await serveSite({ '/': pageOf(body) }));
    await signUp(page);
    expect(await page.locator('rasa-signup').count()).toBe(1);
    expect(complaints).toEqual([]);
  });

  it('in two versions: the first one draws, and both place their forms', async () => {
    const { base } = await stubbedProxy('absent');
    const site = await serveSite({
      '/': pageOf(`<script src="/older/embed.js" data-form="a"></script>
        <script src="${base}/embed.js" data-form="b"></script>`),
      '/older/embed.js': await olderScript(),
    });
    const { page } = await openPage(browser, site);
    await expect.poll(() => page.locator('rasa-signup [data-version=older] a').count()).toBe(2);
    expect(await page.locator('rasa-signup').count()).toBe(2);
  });

  it('written by document.write, while the page is parsed and long after it', async () => {
    const { base } = await stubbedProxy();
    const tag = `<script src="${base}/embed.js" data-form="newsletter"></script>`;
    const quoted = JSON.stringify(tag).replaceAll('</', '<\\/');
    const site = await serveSite({ '/': pageOf(`<main><script>document.write(${quoted})</script></main>`) });
    const { page, complaints } = await openPage(browser, site);
    await page.locator('main > rasa-signup').waitFor();
    await signUp(page);
    // This replaces the whole document, but not its window, in which the element is registered.
    const written = JSON.stringify(`<title>Another page</title><article>${tag}</article>`);
    await page.evaluate(`document.write(${written}); document.close()`);
    await signUp(page.locator('article'));
    expect(await page.locator('rasa-signup').count()).toBe(1);
    // Chromium itself warns about the method.
    expect(complaints.filter((text) => !text.includes('document.write'))).toEqual([]);
  });

  it('inserted by a tag manager, as script and as module, again and again', async () => {
    const { base } = await stubbedProxy();
    const { page, complaints } = await openPage(
      browser,
      await serveSite({ '/': pageOf('<main></main><aside></aside><footer></footer>') }),
    );
    const insert = (into: string, type: string) =>
      page.locator(into).evaluate(
        (parent, attributes) => {
          const script = document.createElement('script');
          Object.assign(script, attributes);
          script.dataset['form'] = 'newsletter';
          parent.append(script);
        },
        { src: `${base}/embed.js`, type },
      );
    for (const [into, type] of [
      ['main', 'module'],
      ['aside', 'text/javascript'],
      // A module that has run does not run again.
      ['footer', 'module'],
    ] as const) {
      await insert(into, type);
      await signUp(page.locator(into));
    }
    expect(await page.locator('rasa-signup').count()).toBe(3);
    expect(complaints).toEqual([]);
  });
});

describe('a script tag sets the options of its form', () => {
  it('with the attributes of the element', async () => {
    const { base, form } = await stubbedProxy();
    const tag = `<script src="${base}/embed.js" data-form="newsletter" data-lang="de" data-layout="inline"
      data-display="dialog" data-open-on="10s exit" data-again-after="7d" data-debug data-cfasync="false"></script>`;
    const { page } = await openPage(browser, await serveSite({ '/': pageOf(tag) }));
    const attributes = await page
      .locator('rasa-signup')
      .evaluate((element) =>
        Object.fromEntries([...element.attributes].map(({ name, value }) => [name, value])),
      );
    expect(attributes).toMatchObject({
      src: form,
      lang: 'de',
      layout: 'inline',
      display: 'dialog',
      'open-on': '10s exit',
      'again-after': '7d',
      debug: '',
    });
    expect(attributes).not.toHaveProperty('cfasync');
    expect(attributes).not.toHaveProperty('data-cfasync');
  });

  it('and is not confused with the tag of another product', async () => {
    const { base } = await stubbedProxy();
    const body = `<script src="https://[no-address/embed.js" data-form="theirs"></script>
      <script src="/forms.js" data-form="theirs"></script>
      <script data-form="theirs">0</script>
      <script type="application/json" data-form="theirs">{}</script>
      <script src="${base}/embed.js" data-form="newsletter"></script>
      <script src="/embed.js" data-form></script>`;
    const site = await serveSite({ '/': pageOf(body), '/forms.js': '', '/embed.js': '' });
    const { page } = await openPage(browser, site);
    await signUp(page);
    expect(await page.locator('rasa-signup').count()).toBe(1);
  });
});

describe('optimisers', () => {
  it.each([
    ['that ends without a semicolon', 'window.before = function () { window.wasCalled = true }'],
    ['that ends in a comment', 'window.before = function () { window.wasCalled = true } // the end'],
    ['in strict mode', '"use strict"; window.before = 1'],
  ])('concatenate it with a script before it %s, and another after it', async (_name, before) => {
    const { form } = await stubbedProxy();
    const script = await readFile('dist/widget/embed.js', 'utf8');
    const site = await serveSite({
      '/': pageOf(
        `<rasa-signup src="${form}"></rasa-signup><script defer src="/cache/combined.js"></script>`,
      ),
      '/cache/combined.js': `${before}${script}(function () { window.after = 1 })()`,
    });
    const { page, complaints } = await openPage(browser, site);
    await signUp(page);
    expect(await page.evaluate(() => ['before', 'after', 'wasCalled'].map((name) => name in window))).toEqual(
      [true, true, false],
    );
    expect(complaints).toEqual([]);
  });

  it('serve it from their own cache: the tag names the whole URL of its form', async () => {
    const { form } = await stubbedProxy();
    const site = await serveSite({
      '/': pageOf(`<script src="/cache/min/1/3f2a.js?ver=1" data-form="${form}"></script>`),
      '/cache/min/1/3f2a.js': await readFile('dist/widget/embed.js', 'utf8'),
    });
    const { page, complaints } = await openPage(browser, site);
    await signUp(page);
    expect(complaints).toEqual([]);
  });

  it.each([
    // WP Rocket removes the type and the URL, and replaces the old tag with a new one.
    ['in its place', 'type="rocketlazyloadscript" data-rocket-src="SRC"', false],
    // Cloudflare's Rocket Loader keeps the old tag, with a type that no browser runs.
    ['before itself', 'type="4f1e2a-text/javascript" src="SRC"', true],
    // Consent tools hold the tag back until they have consent.
    ['before itself, once it may', 'type="text/plain" data-category="marketing" src="SRC"', true],
  ])('hold it back until the visitor moves, and put another %s', async (_name, held, keepsOld) => {
    const { base } = await stubbedProxy();
    const tag = `<script ${held.replace('SRC', `${base}/embed.js`)} data-form="newsletter"></script>`;
    // Another part of the page loads the script already, without holding it back.
    const body = `<main>${tag}</main><script src="${base}/embed.js"></script>`;
    const { page, complaints } = await openPage(browser, await serveSite({ '/': pageOf(body) }));
    await page.evaluate(
      ([src, keeps]) => {
        const release = (): void => {
          const old = document.querySelector('main script');
          const script = document.createElement('script');
          for (const { name, value } of old?.attributes ?? []) {
            if (name !== 'type' && !name.endsWith('src')) script.setAttribute(name, value);
          }
          script.src = src;
          if (keeps) old?.before(script);
          else old?.replaceWith(script);
        };
        addEventListener('mousemove', release, { once: true });
      },
      [`${base}/embed.js`, keepsOld] as const,
    );
    expect(await page.locator('rasa-signup').count()).toBe(0);
    await page.mouse.move(10, 10);
    await page.mouse.move(20, 20);
    await signUp(page);
    expect(await page.locator('main > rasa-signup').count()).toBe(1);
    expect(complaints).toEqual([]);
  });

  it('move the form elsewhere, and run the script again', async () => {
    const { base } = await stubbedProxy();
    const body = `<main><script src="${base}/embed.js" data-form="newsletter"></script></main><footer></footer>`;
    const { page, complaints } = await openPage(browser, await serveSite({ '/': pageOf(body) }));
    await page.evaluate((src) => {
      document.querySelector('footer')?.append(document.querySelector('rasa-signup') ?? '');
      const script = document.createElement('script');
      script.src = src;
      document.body.append(script);
      return new Promise((resolve) => {
        script.addEventListener('load', resolve);
      });
    }, `${base}/embed.js`);
    await signUp(page.locator('footer'));
    expect(await page.locator('rasa-signup').count()).toBe(1);
    expect(complaints).toEqual([]);
  });
});

/** The tag that places no form. */
function plain(tag: string): string {
  return tag.replace(/ data-form="\w+"/, '');
}
