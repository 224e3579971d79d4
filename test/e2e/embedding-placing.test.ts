import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../helpers/browser/browser.ts';
import { readmeBlocks } from '../helpers/documents.ts';
import { serve } from '../helpers/sites/serve.ts';
import { openPage, pageOf, serveSite, signUp, stubbedProxy } from '../helpers/sites/site.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

describe('a style sheet that hides every empty element', () => {
  it.each([
    ['the script tag', '<script src="BASE/embed.js" data-form="newsletter"></script>'],
    [
      'the element',
      '<rasa-signup src="BASE/forms/newsletter"></rasa-signup><script src="BASE/embed.js"></script>',
    ],
    [
      'a slide-in',
      '<rasa-signup src="BASE/forms/newsletter" display="slide-in" open-on="0s"></rasa-signup><script src="BASE/embed.js"></script>',
    ],
  ])('W1: %s is shown', async (_name, tag) => {
    const { base } = await stubbedProxy();
    const style = '<style>*:empty { display: none !important }</style>';
    const body = `<main>${tag.replaceAll('BASE', base)}</main>`;
    const { page, complaints } = await openPage(browser, await serveSite({ '/': pageOf(body, style) }));
    await signUp(page);
    expect(complaints).toEqual([]);
  });

  it('W1: what the page hides by its name stays hidden', async () => {
    const { base } = await stubbedProxy();
    const body = `<script src="${base}/embed.js" data-form="newsletter"></script>`;
    const style = '<style>rasa-signup { display: none !important }</style>';
    const { page } = await openPage(browser, await serveSite({ '/': pageOf(body, style) }));
    await page.locator('rasa-signup form').waitFor({ state: 'attached' });
    expect(await page.locator('rasa-signup').isVisible()).toBe(false);
  });
});

describe('a tag that was pasted twice', () => {
  it('is one form, whichever script comes first', async () => {
    const { base } = await stubbedProxy();
    const { page, complaints } = await openPage(browser, await serveSite({ '/': pageOf('<main></main>') }));
    await page.route('**/embed.js?late', async (route) => {
      await page.locator('rasa-signup form').first().waitFor();
      await route.continue();
    });
    const late = page.waitForEvent('requestfinished', (request) => request.url().endsWith('?late'));
    await page.evaluate((src) => {
      for (const query of ['late', 'early']) {
        const script = document.createElement('script');
        script.src = `${src}?${query}`;
        script.dataset['form'] = 'newsletter';
        document.querySelector('main')?.append(script);
      }
    }, `${base}/embed.js`);
    await late;
    await signUp(page);
    expect(await page.locator('rasa-signup').count()).toBe(1);
    expect(complaints).toEqual([]);
  });
});

describe('a tag manager that drops data attributes', () => {
  it('W7: keeps the options in the URL of the script', async () => {
    const { base } = await stubbedProxy();
    const { page, complaints } = await openPage(browser, await serveSite({ '/': pageOf('<main></main>') }));
    await page.evaluate((src) => {
      const script = document.createElement('script');
      script.src = src;
      document.querySelector('main')?.append(script);
    }, `${base}/embed.js?form=newsletter&lang=de`);
    await page.locator('main > rasa-signup[lang=de]').waitFor();
    await page.getByRole('button', { name: 'Abonnieren' }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('W7: or removes the script again at once', async () => {
    const { base } = await stubbedProxy();
    const { page, complaints } = await openPage(browser, await serveSite({ '/': pageOf('<main></main>') }));
    await page.evaluate((src) => {
      const script = document.createElement('script');
      script.src = src;
      document.head.append(script);
      script.remove();
    }, `${base}/embed.js?form=newsletter`);
    await signUp(page.locator('body > rasa-signup'));
    expect(complaints).toEqual([]);
  });

  it('W7: puts the form into the element that the URL names, as documented', async () => {
    const { base } = await stubbedProxy();
    const block = readmeBlocks('docs/embedding.md', 'html').find((html) => html.includes('into=')) ?? '';
    const tag = block.replace('https://signup.example.com', base);
    const body = `<footer><div id="footer-form"></div></footer>`;
    const { page } = await openPage(browser, await serveSite({ '/': pageOf(body, tag) }));
    await signUp(page.locator('#footer-form'));
    expect(await page.locator('rasa-signup').count()).toBe(1);
  });

  it('W7: the script of another product with a form in its URL is left alone', async () => {
    const { base } = await stubbedProxy();
    const body = `<script src="/other/embed.js?form=12"></script><script src="${base}/embed.js" data-form="newsletter"></script>`;
    const site = await serveSite({ '/': pageOf(body), '/other/embed.js': '' });
    const { page } = await openPage(browser, site);
    await signUp(page);
    expect(await page.locator('rasa-signup').count()).toBe(1);
  });
});

describe('a router that swaps the body and runs no scripts again', () => {
  it('W14: has the form on page 2, and on the way back', async () => {
    const { base } = await stubbedProxy();
    const tag = `<script src="${base}/embed.js" data-form="newsletter"></script>`;
    const site = await serveSite({ '/': pageOf(`<h1>One</h1>${tag}`), '/two': pageOf(`<h1>Two</h1>${tag}`) });
    const { page, complaints } = await openPage(browser, site);
    await signUp(page);
    for (const path of ['/two', '/']) {
      // As Astro does: the new body is parsed apart, so that its scripts never run.
      await page.evaluate(async (to) => {
        const html = await (await fetch(to)).text();
        const next = new DOMParser().parseFromString(html, 'text/html');
        history.pushState({}, '', to);
        document.body.replaceWith(next.body);
      }, path);
      await page.getByRole('heading', { name: path === '/' ? 'One' : 'Two' }).waitFor();
      await signUp(page);
      expect(await page.locator('rasa-signup').count()).toBe(1);
    }
    expect(complaints).toEqual([]);
  });
});

describe('unusual documents', () => {
  it('W22: XHTML has the form', async () => {
    const { base, form } = await stubbedProxy();
    const site = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/xhtml+xml' }).end(
        `<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml" lang="en"><head><title>A page</title></head>
<body><rasa-signup src="${form}"><a href="${form}">Sign up</a></rasa-signup><script src="${base}/embed.js"></script></body></html>`,
      );
    });
    const { page, complaints } = await openPage(browser, site);
    // By selectors: Playwright finds no labels in XHTML.
    await page.locator('#email').fill('ada@example.com');
    await page.locator('[part=button]').click();
    await page.locator('[part=mark]').waitFor();
    expect(complaints).toEqual([]);
  });

  it('W15: a frame that may not send forms says so, and links to the form outside', async () => {
    const { base, form } = await stubbedProxy();
    const inner = `<!doctype html><script src='${base}/embed.js' data-form='newsletter'></script>`;
    const body = `<iframe title="A frame" width="600" height="800" sandbox="allow-scripts allow-popups" srcdoc="${inner}"></iframe>`;
    const { page } = await openPage(browser, await serveSite({ '/': pageOf(body) }));
    const frame = page.frameLocator('iframe');
    await frame.getByLabel('Email address').fill('ada@example.com');
    await frame.getByRole('button', { name: 'Subscribe' }).click();
    await frame.getByText('This form cannot be used on this page.').waitFor();
    const link = frame.getByRole('link', { name: 'Sign up for our newsletter' });
    expect([await link.getAttribute('href'), await link.getAttribute('target')]).toEqual([form, '_blank']);
  });

  it('W19: a field may be called submit, in a sandboxed frame too', async () => {
    const { base, form } = await stubbedProxy();
    const fields = ['submit', 'action', 'elements'].map((name) => ({
      name,
      type: 'text',
      label: name,
      required: false,
      maxLength: 100,
    }));
    const src = `${form}?with=${encodeURIComponent(JSON.stringify({ fields }))}`;
    const inner = `<!doctype html><rasa-signup src='${src}'></rasa-signup><script src='${base}/embed.js'></script>`;
    const body = `<iframe title="A frame" width="600" height="800" sandbox="allow-scripts allow-forms" srcdoc="${inner.replaceAll('&', '&amp;')}"></iframe>`;
    const { page, complaints } = await openPage(browser, await serveSite({ '/': pageOf(body) }));
    const frame = page.frameLocator('iframe');
    await frame.getByLabel('submit').fill('a value');
    const sent = page.waitForRequest((request) => request.method() === 'POST');
    await frame.getByRole('button', { name: 'Subscribe' }).click();
    expect((await sent).postData()).toContain('submit=a+value');
    expect(complaints.filter((text) => text.includes('not a function'))).toEqual([]);
  });
});
