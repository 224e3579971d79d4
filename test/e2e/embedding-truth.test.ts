import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { launchBrowser } from '../helpers/browser/browser.ts';
import { formsFile } from '../helpers/forms/operators-forms.ts';
import { readContact, readContacts, startService } from '../helpers/server/service.ts';
import { serve } from '../helpers/sites/serve.ts';
import { openPage, pageOf, serveSite, signUp, stubbedProxy } from '../helpers/sites/site.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

/** A page with the form. `BEFORE` runs before the script. */
async function open(behaviour = 'trusting', { before = '', tag = '', worker = '' } = {}) {
  const proxy = await stubbedProxy(behaviour);
  const element = tag.replaceAll('BASE', proxy.base) || `<rasa-signup src="${proxy.form}"></rasa-signup>`;
  const site = await serveSite({
    '/': pageOf(`<script>${before}</script>${element}<script src="${proxy.base}/embed.js"></script>`),
    '/worker.js': worker,
  });
  return { ...proxy, site, ...(await openPage(browser, site)) };
}

const email = (page: Page) => page.getByLabel('Email address');
const button = (page: Page) => page.getByRole('button', { name: 'Subscribe' });

/** Counts the events that tell the page about a sign-up. */
const watchEvents = `
  window.told = [];
  for (const type of ['submit', 'accepted', 'refused'])
    document.addEventListener('signup-' + type, () => told.push(type));`;
const told = (page: Page) => page.evaluate(() => (window as unknown as { readonly told: string[] }).told);

describe('thanks are only for what the proxy has accepted', () => {
  it.each([
    ['an offline page', 200, 'text/html', '<h1>You are offline</h1>'],
    ['a maintenance page', 202, 'text/html', '<h1>Back soon</h1>'],
    ['JSON of somebody else', 200, 'application/json', '{"ok":true}'],
    ['an empty answer', 202, 'application/json', ''],
    ['an error of somebody else', 500, 'application/json', '{"error":"no"}'],
  ])('W2: %s is "could not be reached", and typed values stay', async (_name, status, contentType, body) => {
    const { page } = await open();
    await page.route('**/forms/newsletter', async (route) => {
      if (route.request().method() !== 'POST') return route.fallback();
      const headers = { 'access-control-allow-origin': '*' };
      return route.fulfill({ status, contentType, body, headers });
    });
    await email(page).fill('ada@example.com');
    await button(page).click();
    await page.getByText('could not be reached').waitFor();
    expect(await email(page).inputValue()).toBe('ada@example.com');
    expect(await page.getByText('Thank you').count()).toBe(0);
  });

  it('W2: the answer of a service worker is not taken for it', async () => {
    const { page, seen } = await open('trusting', {
      worker: `addEventListener('fetch', (event) => {
        if (event.request.method === 'POST')
          event.respondWith(new Response('<h1>Offline</h1>', { headers: { 'content-type': 'text/html' } }));
      });
      addEventListener('activate', (event) => event.waitUntil(clients.claim()));`,
    });
    await control(page);
    await email(page).fill('ada@example.com');
    await button(page).click();
    await page.getByText('could not be reached').waitFor();
    expect((await seen()).posts).toEqual([]);
  });

  it('W10: a worker that answers from its cache first spoils no second sign-up', async () => {
    const { page, site, seen } = await open('accepting', {
      worker: `addEventListener('fetch', (event) => {
        if (event.request.method !== 'GET') return;
        event.respondWith(caches.open('all').then(async (cache) => {
          const kept = await cache.match(event.request);
          if (kept) return kept;
          const answer = await fetch(event.request);
          cache.put(event.request, answer.clone());
          return answer;
        }));
      });
      addEventListener('activate', (event) => event.waitUntil(clients.claim()));`,
    });
    await control(page);
    for (const address of ['ada@example.com', 'grace@example.com']) {
      await page.goto(site);
      await signUp(page, address);
    }
    expect((await seen()).posts.map((post) => post['email'])).toEqual([
      'ada@example.com',
      'grace@example.com',
    ]);
  });
});

describe('nothing waits for ever', () => {
  const replaced = `
    Array.from = (x) => [].slice.call(x);
    Array.prototype.toJSON = function () { return 'no'; };
    String.prototype.toJSON = function () { return '"' + this + '"'; };
    Array.prototype.entries = function () { return this; };
    Object.fromEntries = Object.fromEntries;`;

  it('W3: built-ins that a library has replaced are not relied on', async () => {
    const { page, seen, complaints } = await open('accepting', { before: replaced });
    await signUp(page);
    expect((await seen()).posts).toHaveLength(1);
    expect(complaints).toEqual([]);
  });

  it.each(["var URL = 'https://www.example.com/';", "const URL = 'https://www.example.com/';"])(
    'W3: variables of the page may have the names of built-ins: %s',
    async (before) => {
      const { page, seen, complaints } = await open('accepting', { before });
      await signUp(page);
      expect((await seen()).posts).toHaveLength(1);
      expect(complaints).toEqual([]);
    },
  );

  it('W3: a proof that does not come is a plain send', async () => {
    const { page } = await open('accepting', {
      before: 'crypto.subtle.deriveBits = () => new Promise(() => undefined);',
    });
    await email(page).fill('ada@example.com');
    await button(page).click();
    await page.waitForURL('**/forms/newsletter', { timeout: 10_000 });
  });

  it.each([
    ['proof.js', 'accepting', ''],
    ['overlay.js', 'trusting', '<rasa-signup src="BASE/forms/newsletter" display="dialog"></rasa-signup>'],
  ])('W23: %s never answers', async (part, behaviour, tag) => {
    const { page, site } = await open(behaviour, { tag });
    await page.clock.install();
    await page.route(`**/${part}`, () => new Promise(() => undefined));
    const asked = page.waitForRequest(`**/${part}`);
    const isDefined = page.waitForEvent('requestfinished', (request) => request.url().includes('/forms/'));
    await page.goto(site);
    await isDefined;
    if (part === 'overlay.js') await asked;
    else {
      await email(page).fill('ada@example.com');
      await button(page).click();
    }
    await page.clock.runFor(16_000);
    if (part === 'overlay.js') await email(page).waitFor();
    else await page.waitForURL('**/forms/newsletter');
  });

  it('W23: an answer whose body stalls', async () => {
    const { page } = await open();
    const stalling = await serve((_request, response) => {
      response.writeHead(202, { 'content-type': 'application/json', 'access-control-allow-origin': '*' });
      response.write('{"status":');
    });
    await page.route('**/forms/newsletter', (route) =>
      route.request().method() === 'POST' ? route.continue({ url: stalling }) : route.fallback(),
    );
    await page.clock.install();
    await email(page).fill('ada@example.com');
    await button(page).click();
    await expect.poll(() => page.getByRole('button', { name: 'Sending' }).count()).toBe(1);
    await page.clock.runFor(16_000);
    await page.getByText('could not be reached').waitFor();
  });
});

describe('every state is shown right after a translation', () => {
  const translators: readonly (readonly [string, (root: ShadowRoot | Node) => void])[] = [
    [
      'Firefox, which removes comments and puts the nodes back',
      (root) => {
        const walker = document.createTreeWalker(root, NodeFilter.SHOW_COMMENT);
        const comments: Node[] = [];
        while (walker.nextNode()) comments.push(walker.currentNode);
        for (const comment of comments) (comment as Comment).remove();
        for (const element of (root as ShadowRoot).querySelectorAll('label, p, button, .status, h2'))
          element.replaceChildren(...element.childNodes);
      },
    ],
    [
      'Google, which wraps the texts',
      (root) => {
        const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
        const texts: Text[] = [];
        while (walker.nextNode()) texts.push(walker.currentNode as Text);
        for (const text of texts) {
          if (text.data.trim() === '') continue;
          // Its tag, which TypeScript calls deprecated.
          const [font, inner] = ['font', 'font'].map((name) => document.createElement(name));
          if (!font || !inner) continue;
          text.replaceWith(font);
          font.append(inner);
          inner.textContent = `«${text.data}»`;
        }
      },
    ],
  ];

  it.each(translators)('W9: by %s', async (_name, translate) => {
    const { page, seen, complaints } = await open('invalid');
    const shadow = () =>
      page.evaluate(`(${String(translate)})(document.querySelector('rasa-signup').shadowRoot)`);
    await email(page).waitFor();
    await shadow();
    await page.locator('[part=button]').click();
    const error = page.locator('#email-error');
    await expect.poll(() => error.textContent()).toBe('Please fill in this field.');
    await shadow();
    await page.locator('#email').fill('nonsense');
    await page.locator('[part=button]').click();
    await expect.poll(() => error.textContent()).toContain('Enter an email address');
    await shadow();
    await page.locator('#email').fill('ada@example.com');
    await page.locator('[part=button]').click();
    await expect.poll(async () => (await seen()).posts.length).toBe(1);
    await expect.poll(() => error.textContent()).toContain('Enter an email address');
    expect(await page.locator('#email').inputValue()).toBe('ada@example.com');
    expect(complaints.filter((text) => !text.includes('422'))).toEqual([]);
  });

  it.each(translators)('W9: an accepted sign-up shows no error: %s', async (_name, translate) => {
    const { page } = await open('trusting');
    const shadow = () =>
      page.evaluate(`(${String(translate)})(document.querySelector('rasa-signup').shadowRoot)`);
    await button(page).click();
    await page.getByText('Please fill in this field.').waitFor();
    await shadow();
    await page.locator('#email').fill('ada@example.com');
    await page.locator('[part=button]').click();
    await page.getByText('Thank you').first().waitFor();
    expect(await page.locator('form').count()).toBe(0);
    expect(await page.getByText('Please fill in this field.').count()).toBe(0);
  });
});

describe('each sign-up ends in exactly one event', () => {
  it.each<[string, Readonly<Record<string, string>>]>([
    ['lang', { lang: 'de' }],
    ['display', { display: 'dialog' }],
    ['src', { src: 'other' }],
  ])('W25: when `%s` changes while it is sent', async (_name, change) => {
    const { page, form, release, seen } = await open('held', { before: watchEvents });
    await email(page).fill('ada@example.com');
    await button(page).click();
    await expect.poll(async () => (await seen()).posts).toHaveLength(1);
    await page.locator('rasa-signup').evaluate(
      (element, [attributes, src]) => {
        for (const [name, value] of Object.entries(attributes))
          element.setAttribute(name, name === 'src' ? `${src}?lang=fr` : value);
      },
      [change, form] as const,
    );
    await page.evaluate(() => new Promise(requestAnimationFrame));
    await release();
    await expect.poll(() => told(page)).toEqual(['submit', 'accepted']);
  });

  it('W25: the language changes on, and the thanks stay', async () => {
    const { page, release, seen } = await open('held');
    await email(page).fill('ada@example.com');
    await button(page).click();
    await expect.poll(async () => (await seen()).posts).toHaveLength(1);
    await page.locator('rasa-signup').evaluate((element: HTMLElement) => {
      element.lang = 'de';
    });
    await release();
    await page.getByText('Vielen Dank').first().waitFor();
  });

  it('W25: a page with a long address is cut, not refused', async () => {
    const fields = ['email', { name: 'stood_on', type: 'hidden', from: 'page' }];
    const { url, sandbox } = await startService(await formsFile({ newsletter: { fields } }));
    if (!sandbox) throw new Error('no sandbox');
    const page = await browser.newPage({ locale: 'en-GB' });
    onTestFinished(() => page.close());
    await page.addInitScript(() => {
      history.replaceState({}, '', `/${'a'.repeat(3000)}`);
    });
    await page.goto(`${url}/forms/newsletter`);
    await page.locator('rasa-signup form:not(.plain-form)').waitFor();
    await page.getByRole('textbox', { name: 'Email address' }).fill('ada@example.com');
    await button(page).click();
    const contact = await vi.waitFor(
      async () => {
        const [first] = await readContacts(sandbox);
        expect(first).toBeDefined();
        return readContact(sandbox, first?.['id']);
      },
      { timeout: 10_000 },
    );
    expect(contact['stood_on']).toMatch(/^http:.*\/a{50,}$/);
  });
});

describe('what is typed', () => {
  it('W18: is cleaned as the proxy does: a no-break space behind a pasted address', async () => {
    const { page, seen } = await open();
    await email(page).evaluate((input: HTMLInputElement) => {
      input.value = 'ada@example.com\u00a0';
    });
    await button(page).click();
    await page.getByText('Thank you').first().waitFor();
    expect((await seen()).posts).toMatchObject([{ email: 'ada@example.com' }]);
  });

  it('W27: is no longer called wrong as soon as it is right', async () => {
    const { page } = await open();
    await email(page).fill('nonsense');
    await page.keyboard.press('Enter');
    await page.locator('#email[aria-invalid]').waitFor();
    await email(page).pressSequentially('@example.com');
    await page.locator('#email:not([aria-invalid])').waitFor();
    expect(await page.locator('#email-error').textContent()).toBe('');
    expect(await page.evaluate(() => document.activeElement?.shadowRoot?.activeElement?.id)).toBe('email');
  });
});

/** Registers the page's service worker, and waits until it controls the page. */
async function control(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await navigator.serviceWorker.register('/worker.js');
    if (!navigator.serviceWorker.controller)
      await new Promise((resolve) => {
        navigator.serviceWorker.addEventListener('controllerchange', resolve);
      });
  });
}
