import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../helpers/browser/browser.ts';
import { openPage, pageOf, serveSite, signUp, stubbedProxy } from '../helpers/sites/site.ts';
import { notePage, readPage } from './hosts/notes.ts';

/** The four promises of docs/embedding.md. Single cases of each are in `embedding-*.test.ts`. */
const isSoak = process.env['SOAK'] !== undefined;

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
}, 60_000);
afterAll(() => browser.close());

const email = (page: Page) => page.getByLabel('Email address');
const button = (page: Page) => page.getByRole('button', { name: 'Subscribe' });

describe('it never harms the page: with us it is as without us', () => {
  const body = `<h1>Shoes</h1>
    <form action="/bought"><label>Size <input name="size" value="42"></label><button id="buy">Buy</button></form>
    <p><a id="link" href="#below">Further down</a> <button id="ask">Ask</button></p>
    <dialog id="consent"><button id="accept">Accept</button></dialog>
    <textarea id="words" aria-label="Words"></textarea>
    FORM
    <p style="margin-top: 2000px" id="below">Below</p><button id="last">Last</button>`;

  const forms: Readonly<Record<string, string>> = {
    'in the page': '<script src="BASE/embed.js" data-form="newsletter"></script>',
    'as a slide-in': '<script src="BASE/embed.js" data-form="newsletter" data-display="slide-in"></script>',
    'as a dialog':
      '<rasa-signup src="BASE/forms/newsletter" display="dialog"></rasa-signup><script src="BASE/embed.js"></script>',
  };

  it.each(Object.entries(forms))(
    '%s',
    async (_name, form) => {
      const { base } = await stubbedProxy('accepting');
      const site = await serveSite({
        '/without': pageOf(body.replace('FORM', '')),
        '/with': pageOf(body.replace('FORM', form.replaceAll('BASE', base))),
        '/bought': pageOf('Bought'),
      });
      const without = await useAsVisitor(`${site}/without`, () => Promise.resolve());
      const withUs = await useAsVisitor(`${site}/with`, async (page) => {
        await page.waitForFunction(() =>
          document.querySelector('rasa-signup')?.shadowRoot?.querySelector('form'),
        );
        const opener = page.getByRole('button', { name: 'Sign up' });
        if (await opener.isVisible()) {
          await opener.click();
          await signUp(page.getByRole('dialog'));
          await page.getByRole('button', { name: 'Close' }).click();
        } else await signUp(page);
        await page.evaluate(() => {
          (document.activeElement as HTMLElement | null)?.blur();
          document.getSelection()?.removeAllRanges();
          scrollTo(0, 0);
        });
      });
      expect(withUs).toEqual(without);
    },
    60_000,
  );

  /** Goes through the page like a visitor, and notes everything that a page could notice. */
  async function useAsVisitor(url: string, before: (page: Page) => Promise<void>) {
    const { page, complaints } = await openPage(browser, 'about:blank');
    await page.setViewportSize({ width: 900, height: 700 });
    await page.addInitScript(notePage);
    await page.goto(url);
    await before(page);
    const noted: Record<string, unknown> = {};

    // The keyboard: from the first control to the last, without our own.
    const reached: string[] = [];
    await page.locator('h1').click();
    for (let step = 0; step < 20 && reached.at(-1) !== 'last'; step++) {
      await page.keyboard.press('Tab');
      const id = await page.evaluate(() => {
        const { id, localName } = document.activeElement ?? {};
        return id === '' ? localName : id;
      });
      if (id !== 'rasa-signup' && id !== reached.at(-1)) reached.push(id ?? '');
    }
    noted['tab order'] = reached;
    await page.evaluate(() => {
      scrollTo(0, 0);
    });
    await page.locator('#words').pressSequentially('a b?');
    noted['typed'] = await page.locator('#words').inputValue();
    await page.keyboard.press('Control+z');

    // A modal dialog of the page, which Escape closes.
    await page.locator('#consent').evaluate((dialog: HTMLDialogElement) => {
      dialog.showModal();
    });
    noted['in the dialog'] = await page.evaluate(() => document.activeElement?.id);
    await page.keyboard.press('Escape');
    noted['dialog open'] = await page
      .locator('#consent')
      .evaluate((dialog: HTMLDialogElement) => dialog.open);

    // Scrolling, by a link and by keys.
    await page.locator('#link').click();
    noted['hash'] = await page.evaluate(() => location.hash);
    noted['scrolled to the target'] = await page
      .locator('#below')
      .evaluate((element) => element.getBoundingClientRect().top < innerHeight);
    await page.keyboard.press('Home');
    await page.waitForFunction(() => scrollY === 0);

    Object.assign(noted, await page.evaluate(readPage));
    await page.emulateMedia({ media: 'print' });
    // The form itself is printed where it stands in the page; what opens over it is not.
    noted['printed over the page'] = await page.evaluate(
      () =>
        document.querySelector('rasa-signup')?.shadowRoot?.querySelector('dialog')?.checkVisibility() ??
        false,
    );
    await page.emulateMedia({ media: 'screen' });
    await page.locator('#buy').click();
    await page.waitForURL('**/bought?**');
    noted['bought'] = new URL(page.url()).search;
    noted['complaints'] = [...complaints];
    return noted;
  }
});

describe('the page never harms it silently: it works, or somebody is told', () => {
  const replaced: Readonly<Record<string, string>> = {
    'Element.prototype.attachShadow':
      'const f = Element.prototype.attachShadow; Element.prototype.attachShadow = function (o) { return f.call(this, { ...o, mode: "open" }); };',
    'Element.prototype.closest and matches':
      'for (const n of ["closest", "matches"]) { const f = Element.prototype[n]; Element.prototype[n] = function (s) { if (typeof s !== "string") throw new Error(n); return f.call(this, s); }; }',
    'enumerable names in Object.prototype':
      'Object.prototype.each = Object.prototype.extend = function () {}; Array.prototype.contains = Array.prototype.random = function () {};',
    'Array.prototype.map, filter, find and flatMap':
      'for (const n of ["map", "filter", "find", "flatMap"]) { const f = Array.prototype[n]; Array.prototype[n] = function (g, t) { return f.call(this, (v, i, a) => g.call(t, v, i, a), t); }; }',
    'fetch, by one that counts':
      'const f = fetch; window.fetch = function (...a) { return f.apply(this, a); };',
    'setTimeout, by one of a zone':
      'const t = setTimeout; window.setTimeout = (f, ms, ...a) => t(() => f(...a), ms);',
    'Promise.prototype.then, by one of a zone':
      'const t = Promise.prototype.then; Promise.prototype.then = function (a, b) { return t.call(this, a, b); };',
    'URLSearchParams and FormData, subclassed':
      'window.URLSearchParams = class extends URLSearchParams {}; window.FormData = class extends FormData {};',
    'customElements.define, by one that wraps':
      'const d = customElements.define; customElements.define = function (n, c, o) { return d.call(this, n, c, o); };',
    'the global names that a script could use':
      'window.name = "x"; var status = 1, top2 = 2, origin2 = 3, event2, lit = {}, html = null, nothing = 0, litElementVersions = ["1"];',
    'document.currentScript': 'Object.defineProperty(document, "currentScript", { get: () => null });',
    'localStorage, forbidden':
      'Object.defineProperty(window, "localStorage", { get() { throw new DOMException("no", "SecurityError"); } });',
    'MutationObserver, by one that is called late':
      'const M = MutationObserver; window.MutationObserver = class extends M { constructor(f) { super((r, o) => setTimeout(() => f(r, o), 50)); } };',
  };
  // All at once in `npm test`, and each alone with `SOAK=1`.
  const sample: readonly (readonly [string, string])[] = isSoak
    ? Object.entries(replaced)
    : [['all', Object.values(replaced).join('} {')]];
  it.each(sample)('replaced: %s', async (_name, before) => {
    const { base, seen } = await stubbedProxy('accepting');
    const site = await serveSite({
      '/': pageOf(
        `<script src="${base}/embed.js" data-form="newsletter"></script>`,
        `<script>{ ${before} }</script>`,
      ),
    });
    const { page, complaints } = await openPage(browser, site);
    await signUp(page);
    expect((await seen()).posts).toMatchObject([{ email: 'ada@example.com' }]);
    expect(complaints).toEqual([]);
  });

  const places: Readonly<Record<string, string>> = {
    'an inert part, until it is no longer': '<main inert id="place">FORM</main>',
    'a part that is shown later': '<main style="display: none" id="place">FORM</main>',
    'a part with content-visibility': '<main style="content-visibility: auto" id="place">FORM</main>',
    'a page with another base': '<base href="https://elsewhere.example/"><main id="place">FORM</main>',
    'a form of the page': '<form id="place" onsubmit="return false">FORM</form>',
    'a template that is stamped out':
      '<template id="t">FORM</template><main id="place"></main><script>place.append(t.content.cloneNode(true))</script>',
    'a closed shadow root':
      '<main id="place"></main><script>place.attachShadow({ mode: "closed" }).innerHTML = `FORM`</script>',
    'a label': '<label id="place">Newsletter FORM</label>',
    'a page that reads from right to left later':
      '<main id="place">FORM</main><script>document.dir = "rtl"</script>',
  };
  const rarePlaces: Readonly<Record<string, string>> = {
    'a modal dialog of the page': '<dialog id="place">FORM</dialog><script>place.showModal()</script>',
    'a popover': '<main popover id="place">FORM</main><script>place.showPopover()</script>',
    'a part that can be edited': '<main contenteditable id="place">FORM</main>',
    'a page that is magnified': '<style>body { zoom: 4 }</style><main id="place">FORM</main>',
    'a part that is turned and small':
      '<main style="transform: rotate(3deg) scale(0.5)" id="place">FORM</main>',
    'a page that resets everything':
      '<style>* { all: initial !important }</style><main id="place">FORM</main>',
    'a page that hides what is empty or unknown':
      '<style>:not(:defined), :empty { display: none !important }</style><main id="place">FORM</main>',
    'a page that is written': '<main id="place"></main><script>document.write(`FORM`)</script>',
    'a page whose handlers stop every click and every submission':
      '<script>for (const type of ["click", "submit"]) addEventListener(type, (event) => { event.stopImmediatePropagation(); if (type === "submit") event.preventDefault() }, true)</script><main id="place">FORM</main>',
  };
  const tried = { ...places, ...(isSoak && rarePlaces) };
  it.each(Object.entries(tried))('the place: %s', async (name, body) => {
    const { base, form, seen } = await stubbedProxy('accepting');
    const element = `<rasa-signup src="${form}"></rasa-signup>`;
    const site = await serveSite({
      '/': pageOf(`${body.replace('FORM', element)}<script src="${base}/embed.js"></script>`),
    });
    const { page, complaints } = await openPage(browser, site);
    await page.locator('#place').evaluate((place: HTMLElement) => {
      place.inert = false;
      place.style.display = '';
    });
    if (name === 'a closed shadow root') {
      // No test can look into it: by the keyboard.
      await expect.poll(async () => (await seen()).loads).toBe(1);
      await expect
        .poll(async () => {
          await page.keyboard.press('Tab');
          await page.keyboard.type('ada@example.com');
          await page.keyboard.press('Enter');
          return (await seen()).posts.length;
        })
        .toBe(1);
    } else await signUp(page);
    expect((await seen()).posts).toMatchObject([{ email: 'ada@example.com' }]);
    expect(complaints).toEqual([]);
  });
});

describe('nothing shown is untrue: what is shown, what the page is told and what was stored agree', () => {
  const answers = [
    ['accepting', 'Thank you.', 'accepted', 1],
    ['forgetful', 'Thank you.', 'accepted', 1],
    ['invalid', 'Enter an email address', 'refused invalid', 0],
    ['limited', 'Too many sign-ups', 'refused rate_limited', 0],
    ['suspicious', 'We could not tell that you are a person', 'refused bot_suspected', 0],
    ['gateway', 'could not be reached', 'refused unreachable', 0],
    ['dropping', 'could not be reached', 'refused unreachable', 0],
  ] as const;
  it.each(answers)('%s: %s', async (behaviour, words, event, accepted) => {
    const { base, form } = await stubbedProxy(behaviour);
    const site = await serveSite({
      '/': pageOf(`<rasa-signup src="${form}"></rasa-signup><script src="${base}/embed.js"></script>`),
    });
    const { page } = await openPage(browser, site);
    await page.evaluate(() => {
      const told: string[] = [];
      Object.assign(window, { told });
      document.addEventListener('signup-accepted', () => told.push('accepted'));
      document.addEventListener('signup-refused', (event) => {
        told.push(`refused ${(event as Event & { readonly code: string }).code}`);
      });
    });
    let stored = 0;
    page.on('response', (response) => {
      if (response.request().method() === 'POST' && response.status() === 202) stored++;
    });
    await email(page).fill('ada@example.com');
    await button(page).click();
    await page.getByText(words).first().waitFor();
    expect(await page.evaluate(() => (window as unknown as { readonly told: string[] }).told)).toEqual([
      event,
    ]);
    expect(stored).toBe(accepted);
    const isThanked = (await page.locator('[part=mark]').count()) > 0;
    expect(isThanked).toBe(accepted > 0);
    // Nothing says that it is still being sent, and what was typed can be sent again.
    expect(await page.locator('[aria-busy=true]').count()).toBe(0);
    if (!isThanked) expect(await email(page).inputValue()).toBe('ada@example.com');
  });
});

describe('nothing waits forever: each request that is never answered ends in a state that is shown', () => {
  const held = [
    ['the definition', '**/forms/newsletter?*', 'The form could not be loaded.'],
    ['the challenge', '**/challenge?*', 'could not be reached'],
    ['the sign-up', '**/forms/newsletter', 'could not be reached'],
    ['the proof', '**/proof.js', 'POST'],
  ] as const;
  it.each(held)('%s', async (_name, url, end) => {
    const { base } = await stubbedProxy('accepting');
    const site = await serveSite({
      '/': pageOf(`<script src="${base}/embed.js" data-form="newsletter"></script>`),
    });
    const { page } = await openPage(browser, 'about:blank');
    await page.clock.install();
    const isHeld = new Promise((resolve) => {
      void page.route(url, (route, request) => {
        if (request.resourceType() === 'document') return route.continue();
        resolve(true);
        return new Promise(() => undefined);
      });
    });
    await page.goto(site);
    if (!url.includes('newsletter?')) {
      await email(page).fill('ada@example.com');
      await button(page).click();
    }
    await isHeld;
    const isSent = end === 'POST' && page.waitForRequest((request) => request.isNavigationRequest());
    await page.clock.runFor(16_000);
    await (isSent || page.getByText(end).waitFor());
  });
});
