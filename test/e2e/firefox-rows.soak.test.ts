import type { HTTPRequest, Page } from 'puppeteer-core';
import { describe, expect, it } from 'vitest';
import {
  fillIn,
  inForm,
  isOpen,
  openPageOf,
  press,
  shows,
  signUpIn,
} from '../helpers/browser/firefox-page.ts';
import { isFirefoxMissing, useFirefox } from '../helpers/browser/firefox.ts';
import { serve } from '../helpers/sites/serve.ts';
import { stubbedProxy } from '../helpers/sites/site.ts';

/** What the other Firefox tests do not show of `embedding-*.test.ts`. Looks: `firefox-looks.soak.test.ts`. */
describe.skipIf(isFirefoxMissing)('in Firefox', { timeout: 120_000 }, () => {
  const browser = useFirefox();
  const open = (...given: Parameters<typeof openPageOf> extends [unknown, ...infer Rest] ? Rest : never) =>
    openPageOf(browser(), ...given);
  const tag = '<script src="BASE/embed.js" data-form="newsletter"></script>';
  const element = '<rasa-signup src="FORM"></rasa-signup>SCRIPT';
  const slideIn = (openOn: string) =>
    `<rasa-signup src="FORM" display="slide-in" open-on="${openOn}"></rasa-signup>SCRIPT`;
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

  it.each([
    ['built-ins of Prototype', 'Array.from = (x) => [].slice.call(x); Array.prototype.toJSON = () => "no";'],
    ['another document.querySelectorAll', 'document.querySelectorAll = () => [];'],
    ['no AbortController', 'delete window.AbortController;'],
    ['a variable called URL', 'var URL = "https://www.example.com/";'],
    ['Event of MooTools', 'window.Event = function (event) { return event; };'],
  ])('W3: the form works with %s', async (_name, before) => {
    const { page, seen } = await open(tag, { behaviour: 'accepting', head: `<script>${before}</script>` });
    await signUpIn(page);
    expect((await seen()).posts).toHaveLength(1);
  });

  it('W3: without crypto.subtle the browser sends the form, and without fetch a sentence links to it', async () => {
    const before = '<script>Object.defineProperty(crypto, "subtle", { value: undefined });</script>';
    const { page } = await open(tag, { behaviour: 'accepting', head: before });
    await fillIn(page);
    await press(page);
    await page.waitForFunction(() => location.pathname.endsWith('/forms/newsletter'));
    const other = await open(tag, { head: '<script>delete window.fetch;</script>' });
    await shows(other.page, 'The form could not be loaded.');
  });

  it('W3: `?debug` says that customElements is gone', async () => {
    const { page } = await open(tag, {
      head: '<script>delete window.customElements;</script>',
      query: '?debug',
    });
    await page.locator('script[data-debug=script]').wait();
  });

  it('W5: in a link, a click on a field does not follow it', async () => {
    const { page } = await open(`<a href="/bought">${element.replace('SCRIPT', '')}</a>SCRIPT`);
    await page.locator(inForm('[name=email]')).click();
    await page.keyboard.type('ada@example.com');
    await press(page);
    await shows(page, 'Thank you.');
    expect(new URL(page.url()).pathname).toBe('/');
  });

  it.each(['trusting', 'absent'])(
    'W5: a form around a fallback that is a form works (%s)',
    async (behaviour) => {
      const { page } = await open(
        `<form action="/bought"><input name="item" value="shoes">
       <rasa-signup src="FORM"><form><input name="email" type="email" required></form></rasa-signup>
       <button id="buy">Buy</button></form>SCRIPT`,
        { behaviour },
      );
      if (behaviour === 'trusting') await fillIn(page);
      else await page.waitForFunction(() => document.querySelector('rasa-signup')?.shadowRoot);
      await page.locator('#buy').click();
      await page.waitForFunction(() => location.pathname === '/bought');
      expect(new URL(page.url()).search).toBe('?item=shoes');
    },
  );

  it('W7: a script without data attributes names its form and place in its URL', async () => {
    const { page, base } = await open('<main id="here"></main>');
    await page.evaluate((src) => {
      document.head.append(Object.assign(document.createElement('script'), { src }));
    }, `${base}/embed.js?form=newsletter&into=here&lang=de`);
    await shows(page, 'Abonnieren');
    expect(await page.$eval('rasa-signup', ({ parentElement }) => parentElement?.id)).toBe('here');
  });

  it.each([
    ['a component', '<x-a><template shadowrootmode="open"><input></template></x-a>', 'x-a >>> input'],
    ['a frame', '<iframe srcdoc="<input>"></iframe>', ''],
  ])('W8: nothing opens while the focus is in %s', async (_name, place, field) => {
    const { page } = await open(`${place}${slideIn('2s')}`);
    if (field) await page.locator(field).click();
    else
      await page.$eval('iframe', (frame) => {
        frame.contentDocument?.querySelector('input')?.focus();
      });
    await pause(4000);
    expect(await page.evaluate(isOpen)).toBe(false);
    await page.evaluate(() => {
      const frame = document.querySelector('iframe');
      frame?.contentDocument?.querySelector('input')?.blur();
      frame?.blur();
      (document.activeElement as HTMLElement | null)?.shadowRoot?.querySelector('input')?.blur();
    });
    await page.waitForFunction(isOpen);
  });

  it('W13: Escape that ends a composition does not close a slide-in', async () => {
    const { page } = await open(slideIn('0s'));
    await page.waitForFunction(isOpen);
    const field = await page.locator(inForm('[name=email]')).waitHandle();
    await field.evaluate((input) => {
      const options = { key: 'Escape', isComposing: true, bubbles: true, composed: true };
      input.dispatchEvent(new KeyboardEvent('keydown', options));
    });
    expect(await page.evaluate(isOpen)).toBe(true);
    await field.focus();
    await page.keyboard.press('Escape');
    await expect.poll(() => page.evaluate(isOpen)).toBe(false);
  });

  it('W15: a frame that may not send forms says so', async () => {
    const { page } = await open('');
    const { base } = await stubbedProxy('trusting');
    await page.evaluate((src) => {
      document.body.innerHTML = `<iframe width="600" height="800" sandbox="allow-scripts allow-popups"
        srcdoc="<!doctype html><script src='${src}' data-form='newsletter'></script>"></iframe>`;
    }, `${base}/embed.js`);
    const frame = await (await page.locator('iframe').waitHandle()).contentFrame();
    await frame.locator(inForm('[name=email]')).fill('ada@example.com');
    await frame.locator(inForm('[part=button]')).click();
    await frame.waitForFunction(() =>
      document.querySelector('rasa-signup')?.shadowRoot?.textContent.includes('cannot be used on this page'),
    );
  });

  it('W17: lang="de_DE" is German', async () => {
    const { page } = await open(element, { lang: 'de_DE' });
    await shows(page, 'Abonnieren');
  });

  it('W18, W19: a no-break space is cut off, and a field may be called submit', async () => {
    const fields = ['email', 'submit', 'action'].map((name) => ({
      name,
      type: name === 'email' ? 'email' : 'text',
      label: name,
      required: false,
      maxLength: 100,
    }));
    const changes = encodeURIComponent(JSON.stringify({ fields }));
    const { page, seen } = await open(element.replace('FORM', `FORM?with=${changes}`));
    await page.locator(inForm('[name=submit]')).fill('a value');
    await fillIn(page, 'ada@example.com\u00a0');
    await press(page);
    await shows(page, 'Thank you.');
    expect((await seen()).posts).toMatchObject([{ email: 'ada@example.com', submit: 'a value' }]);
  });

  it('W20: a form that cannot be had says so in German, a pop-up says nothing, and it comes by itself', async () => {
    let isDown = true;
    const prepare = (page: Page) => intercept(page, (url) => isDown && url.includes('/forms/') && 'fail');
    const popUp = await open(slideIn('0s'), { prepare });
    await pause(1500);
    expect(await popUp.page.$eval('rasa-signup', (host) => host.shadowRoot?.textContent.trim())).toBe('');
    const { page } = await open(tag, { lang: 'de', prepare });
    await shows(page, 'Das Formular konnte nicht geladen werden.');
    isDown = false;
    await expect.poll(() => isDrawn(page)).toBe(true);
    await expect.poll(() => popUp.page.evaluate(isOpen)).toBe(true);
  });

  it('W22: XHTML has the form', async () => {
    const { base, form } = await stubbedProxy('accepting');
    const site = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/xhtml+xml' }).end(
        `<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml" lang="en"><head><title>A page</title></head>
<body><rasa-signup src="${form}"><a href="${form}">Sign up</a></rasa-signup><script src="${base}/embed.js"></script></body></html>`,
      );
    });
    const { page } = await open('');
    await page.goto(site);
    await signUpIn(page);
  });

  it('W23: a proof, an overlay and an answer that never come end after their limits', async () => {
    const hold = (part: RegExp) => (page: Page) => intercept(page, (url) => part.test(url) && 'hold');
    const proof = await open(element, { behaviour: 'accepting', prepare: hold(/proof\.js/) });
    await fillIn(proof.page);
    await press(proof.page);
    const overlay = await open(slideIn('0s'), { prepare: hold(/overlay\.js/) });
    const answer = await open(element, { prepare: hold(/forms\/newsletter$/) });
    await fillIn(answer.page);
    await press(answer.page);
    await proof.page.waitForFunction(() => location.pathname.endsWith('/forms/newsletter'));
    // Not by a locator: a tab in the background draws nothing.
    await expect.poll(() => isDrawn(overlay.page)).toBe(true);
    await shows(answer.page, 'could not be reached');
    expect(
      await answer.page.$eval(inForm('[name=email]'), (input) => (input as HTMLInputElement).value),
    ).toBe('ada@example.com');
  });

  it('W24: somebody who signed up is not asked again, and W25: nothing opens earlier than asked', async () => {
    const { page, site } = await open(slideIn('0s').replace('open-on', 'again-after="0d" open-on'));
    await page.waitForFunction(isOpen);
    await signUpIn(page);
    await page.locator(inForm('[part=close]')).click();
    await page.goto(site);
    await page.waitForFunction(() =>
      document.querySelector('rasa-signup')?.shadowRoot?.querySelector('dialog'),
    );
    const late = await open(slideIn('9999999s'));
    await pause(2500);
    expect(await page.evaluate(isOpen)).toBe(false);
    expect(await late.page.evaluate(isOpen)).toBe(false);
  });

  it.each(['lang', 'display'])(
    'W25: exactly one event follows where `%s` changes while it is sent',
    async (name) => {
      const { page, seen, release } = await open(element, { behaviour: 'held' });
      await page.evaluate(() => {
        const told: string[] = [];
        Object.assign(window, { told });
        for (const type of ['submit', 'accepted', 'refused'])
          document.addEventListener(`signup-${type}`, () => told.push(type));
      });
      await fillIn(page);
      await press(page);
      await expect.poll(async () => (await seen()).posts).toHaveLength(1);
      await page.$eval(
        'rasa-signup',
        (host, name) => {
          host.setAttribute(name, name === 'lang' ? 'de' : 'slide-in');
        },
        name,
      );
      await release();
      await expect
        .poll(() => page.evaluate(() => (window as unknown as { readonly told: string[] }).told))
        .toEqual(['submit', 'accepted']);
    },
  );

  it('W27: what was wrong is no longer called so as soon as it is right', async () => {
    const { page } = await open(element);
    await fillIn(page, 'nonsense');
    await press(page);
    await page.locator(inForm('[name=email][aria-invalid]')).wait();
    await page.locator(inForm('[name=email]')).click();
    await page.keyboard.press('End');
    await page.keyboard.type('@example.com');
    await page.locator(inForm('[name=email]:not([aria-invalid])')).wait();
  });

  it('W28: a slide-in is not modal, and its labels have their spaces', async () => {
    const { page } = await open(slideIn('0s'));
    await page.waitForFunction(isOpen);
    expect(await page.$eval(inForm('dialog'), (dialog) => dialog.ariaModal)).toBe('false');
    await page.locator('rasa-signup >>> ::-p-aria([name="First name (optional)"])').wait();
  });
});

const isDrawn = (page: Page) =>
  page.$eval('rasa-signup', ({ shadowRoot }) => shadowRoot?.querySelector('form') !== null);

/** Answers the requests of a page: `fail` as if the network were gone, `hold` never. */
async function intercept(page: Page, how: (url: string) => 'fail' | 'hold' | false): Promise<void> {
  await page.setRequestInterception(true);
  page.on('request', (request: HTTPRequest) => {
    const what = how(request.url());
    if (what === 'fail') void request.abort();
    else if (!what) void request.continue();
  });
}
