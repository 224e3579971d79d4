import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../helpers/browser/browser.ts';
import { startProduct } from '../helpers/server/product.ts';
import { openPage, pageOf, serveSite, stubbedProxy } from '../helpers/sites/site.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

/** The faults in the panel, and in the element's attribute for programs. */
async function diagnosis(page: Page, index = 0) {
  const element = page.locator('rasa-signup').nth(index);
  await page.waitForFunction(
    (index) => document.querySelectorAll<HTMLElement>('rasa-signup')[index]?.dataset['debug'],
    index,
  );
  const faults = await page.locator('[popover] section').nth(index).locator('.fault').allTextContents();
  return { faults: faults.map((words) => words.slice(2)), data: await element.getAttribute('data-debug') };
}

async function open(html: string, { path = '/', headers = {} } = {}) {
  const site = await serveSite({ '/': pageOf(html) }, headers);
  return { site, ...(await openPage(browser, `${site}${path}`)) };
}

describe('?debug on a page says', () => {
  it('that everything works', async () => {
    const { base, form } = await stubbedProxy();
    const html = `<rasa-signup src="${form}"></rasa-signup><script src="${base}/embed.js"></script>`;
    const { page } = await open(html, { path: '/?debug' });
    expect(await diagnosis(page)).toEqual({ faults: [], data: 'ok' });
    await page.getByRole('button', { name: 'Close' }).click();
    expect(await page.locator('[popover]').count()).toBe(0);
  });

  it('nothing to visitors who did not ask', async () => {
    const { base, form } = await stubbedProxy();
    const { page } = await open(
      `<rasa-signup src="${form}"></rasa-signup><script src="${base}/embed.js"></script>`,
    );
    await page.getByLabel('Email address').waitFor();
    expect(await page.locator('[popover], [data-debug]').count()).toBe(0);
  });

  it("that the form does not exist, with the proxy's own explanation", async () => {
    const { base, form } = await stubbedProxy('absent');
    const { page } = await open(
      `<rasa-signup debug src="${form}"></rasa-signup><script src="${base}/embed.js"></script>`,
    );
    const { faults, data } = await diagnosis(page);
    expect(data).toBe('answer');
    expect(faults[0]).toContain('404 no_such_form');
  });

  it('that no server answers at the URL', async () => {
    const { base } = await stubbedProxy();
    const { page } = await open(
      `<rasa-signup debug src="http://127.0.0.1:9/forms/newsletter"></rasa-signup><script src="${base}/embed.js"></script>`,
    );
    // debug.js would come from the same server, so only the attribute can report the fault.
    await page.waitForFunction(() => document.querySelector<HTMLElement>('rasa-signup')?.dataset['debug']);
    expect(await page.locator('rasa-signup').getAttribute('data-debug')).toBe('blocked');
  });

  it("that the page's own policy blocks it, and what to add to the policy", async () => {
    const { base, form } = await stubbedProxy();
    const { origin } = new URL(base);
    const { page } = await open(
      `<rasa-signup debug src="${form}"></rasa-signup><script src="${base}/embed.js"></script>`,
      {
        headers: { 'content-security-policy': `script-src ${origin}; connect-src 'none'` },
      },
    );
    const { faults, data } = await diagnosis(page);
    expect(data).toBe('blocked');
    expect(faults[0]).toContain(`add ${origin} to connect-src`);
  });

  it("that the page's origin is not allowed, and which one to add", async () => {
    const { url } = await startProduct({
      RASA_USERNAME: 'you@example.com',
      RASA_PASSWORD: 'a password',
      RASA_API_KEY: 'a key',
      RASA_BASE_URL: 'http://127.0.0.1:9',
      ALLOWED_ORIGINS: 'https://www.example.com',
    });
    const { page, site } = await open(
      `<rasa-signup debug src="${url}/forms/newsletter"></rasa-signup><script src="${url}/embed.js"></script>`,
    );
    const { faults, data } = await diagnosis(page);
    expect(data).toBe('origin');
    expect(faults[0]).toContain(`add ${site} to ALLOWED_ORIGINS`);
  });

  it('that the page has two versions of the script', async () => {
    const [one, other] = await Promise.all([stubbedProxy(), stubbedProxy()]);
    const { page } = await open(
      `<rasa-signup debug src="${one.form}"></rasa-signup><script src="${one.base}/embed.js"></script><script src="${other.base}/embed.js"></script>`,
    );
    const { faults, data } = await diagnosis(page);
    expect(data).toBe('script');
    expect(faults[0]).toContain(`${other.base}/embed.js`);
  });

  it('that no proof can be made, because the module is blocked', async () => {
    const { base, form } = await stubbedProxy();
    const site = await serveSite({
      '/': pageOf(`<rasa-signup debug src="${form}"></rasa-signup><script src="${base}/embed.js"></script>`),
    });
    const { page } = await openPage(browser, 'about:blank');
    await page.route('**/proof.js', (route) => route.abort());
    await page.goto(site);
    const { faults, data } = await diagnosis(page);
    expect(data).toBe('proof');
    expect(faults[0]).toContain('/proof.js is blocked');
  });

  it('which colours are hard to read, even if the background belongs to a distant ancestor', async () => {
    const { base, form } = await stubbedProxy();
    const { page } = await open(
      `<div style="background: oklch(0.2 0 0)"><div style="background: rgb(255 255 255 / 5%); color: #777"><rasa-signup debug src="${form}" style="--rasa-signup-accent: #9cf; --rasa-signup-on-accent: #fff"></rasa-signup></div></div><script src="${base}/embed.js"></script>`,
    );
    const { faults, data } = await diagnosis(page);
    expect(data).toBe('contrast');
    expect(faults.join('\n')).toMatch(/The label is hard to see: contrast [34]\.\d, wanted 4\.5/);
    expect(faults.join('\n')).toMatch(/The button is hard to see: contrast 1\.\d/);
  });

  it('that the form is in a place where nothing is shown', async () => {
    const { base, form } = await stubbedProxy();
    const { page } = await open(
      `<div hidden><rasa-signup debug src="${form}"></rasa-signup></div><script src="${base}/embed.js"></script>`,
    );
    expect((await diagnosis(page)).data).toBe('place');
  });
});

describe('W7: ?debug on a page without a form says', () => {
  /** The faults of the script tag, when the page has loaded. */
  async function faultsOfTag(page: Page): Promise<readonly string[]> {
    await page.locator('script[data-debug]').waitFor({ state: 'attached' });
    return (await page.locator('[popover] .fault').allTextContents()).map((words) => words.slice(2));
  }
  const insert = (page: Page, src: string) =>
    page.evaluate((url) => {
      const script = document.createElement('script');
      script.src = url;
      document.body.append(script);
    }, src);

  it('that the script names none, and how its URL can', async () => {
    const { base } = await stubbedProxy();
    const { page } = await open('<h1>A page</h1>', { path: '/?debug' });
    // As a tag manager does that drops `data-form`.
    await insert(page, `${base}/embed.js`);
    expect((await faultsOfTag(page)).join()).toContain(`${base}/embed.js?form=newsletter`);
    // What it says is right.
    await insert(page, `${base}/embed.js?form=newsletter`);
    await page.getByLabel('Email address').waitFor();
  });

  it.each([
    ['that the place of the form is missing', 'embed.js?form=newsletter&into=gone', 'id "gone"'],
    ['that a copy of the script needs the whole URL', 'copy.js?form=newsletter', 'whole URL of the form'],
  ])('%s', async (_name, file, words) => {
    const { base } = await stubbedProxy();
    const { page } = await openPage(browser, 'about:blank');
    await page.route('**/copy.js*', (route) => route.continue({ url: `${base}/embed.js` }));
    const site = await serveSite({ '/': pageOf(`<script src="${base}/${file}"></script>`) });
    await page.goto(`${site}/?debug`);
    expect((await faultsOfTag(page)).join()).toContain(words);
  });

  it('nothing if a form stands further down', async () => {
    const { base, form } = await stubbedProxy();
    const { page } = await open(
      `<script src="${base}/embed.js"></script><x-box><template shadowrootmode="open"><rasa-signup src="${form}"></rasa-signup></template></x-box>`,
      { path: '/?debug' },
    );
    await page.locator('rasa-signup[data-debug]').waitFor();
    expect(await page.locator('script[data-debug]').count()).toBe(0);
    expect(await page.locator('[popover] section').count()).toBe(1);
  });
});
