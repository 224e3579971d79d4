import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../helpers/browser/browser.ts';
import { openPage, pageOf, serveSite, signUp, stubbedProxy } from '../helpers/sites/site.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

/** A page. `FORM` stands for the URL of the form, and `SCRIPT` for the tag of the script. */
async function open(body: string, { behaviour = 'trusting', head = '', type = '/' } = {}) {
  const proxy = await stubbedProxy(behaviour);
  const fill = (text: string) =>
    text
      .replaceAll('FORM', proxy.form)
      .replaceAll('SCRIPT', `<script src="${proxy.base}/embed.js"></script>`)
      .replaceAll('BASE', proxy.base);
  const site = await serveSite({ [type]: pageOf(fill(body), fill(head)), '/bought': pageOf('Bought') });
  const { page, complaints } = await openPage(browser, 'about:blank');
  await page.clock.install();
  await page.goto(site);
  return { ...proxy, site, page, complaints };
}

/** Waits until the element has drawn its form, and every trigger of up to a minute has fired. */
async function settled(page: Page): Promise<void> {
  await page.locator('rasa-signup dialog').first().waitFor({ state: 'attached' });
  await page.clock.runFor(70_000);
}

const isModal = (page: Page) =>
  page
    .locator('rasa-signup dialog')
    .first()
    .evaluate((dialog) => dialog.matches(':modal, :popover-open'));

/** The page is alive: its button can be clicked. */
async function clickPage(page: Page): Promise<void> {
  await page.evaluate(() => {
    document.querySelector('#alive')?.addEventListener('click', ({ target }) => {
      (target as HTMLElement).textContent = 'Clicked';
    });
  });
  await page.locator('#alive').click();
  await page.getByText('Clicked').waitFor();
}

const alive = '<button id="alive">The page</button>';
const popUp = (options = '') =>
  `<rasa-signup src="FORM" display="dialog" open-on="0s" ${options}></rasa-signup>`;

describe('the page is never blocked by a form that is not seen', () => {
  it.each([
    ['in a hidden container', `<div style="display:none">${popUp()}</div>`],
    ['hidden itself', popUp('hidden')],
    ['in closed details', `<details><summary>More</summary>${popUp()}</details>`],
    ['in an inert part', `<div inert>${popUp()}</div>`],
    [
      'in a component in an inert part',
      `<div inert><x-box><template shadowrootmode="open">${popUp()}</template></x-box></div>`,
    ],
  ])('W1: %s it does not open', async (_name, body) => {
    const { page, complaints } = await open(`${alive}${body}SCRIPT`);
    await settled(page);
    expect(await isModal(page)).toBe(false);
    await clickPage(page);
    expect(complaints).toEqual([]);
  });

  it.each(['dialog', 'slide-in'])('W1: an open %s closes when its container is hidden', async (display) => {
    const { page } = await open(
      `${alive}<div id="box"><rasa-signup src="FORM" display="${display}" open-on="0s"></rasa-signup></div>SCRIPT`,
    );
    await page.getByRole('dialog').waitFor();
    await page.locator('#box').evaluate((box) => {
      box.style.display = 'none';
    });
    await expect.poll(() => isModal(page)).toBe(false);
    await clickPage(page);
  });

  it('W1: an open dialog closes when its part of the page becomes inert', async () => {
    const { page } = await open(`${alive}<main>${popUp()}</main>SCRIPT`);
    await page.getByRole('dialog').waitFor();
    await page.locator('main').evaluate((main) => {
      main.setAttribute('inert', '');
    });
    await expect.poll(() => isModal(page)).toBe(false);
    await clickPage(page);
  });

  it('W1: a dialog can be used where the page takes no clicks', async () => {
    const { page } = await open(`${alive}<main style="pointer-events: none">${popUp()}</main>SCRIPT`);
    await page.getByRole('button', { name: 'Close' }).click();
    await clickPage(page);
  });

  it('W1: its opener is in a menu that closes when it is tapped', async () => {
    const { page } = await open(
      `${alive}<nav onclick="this.hidden = true"><rasa-signup src="FORM" display="dialog"></rasa-signup></nav>SCRIPT`,
    );
    await page.getByRole('button', { name: 'Sign up' }).click();
    await expect.poll(() => isModal(page)).toBe(false);
    await clickPage(page);
  });

  it('W1: it opens once its container is shown', async () => {
    const { page } = await open(`<details><summary>More</summary>${popUp()}</details>SCRIPT`);
    await settled(page);
    await page.getByText('More').click();
    await page.getByRole('dialog').waitFor();
  });

  it.each([
    ['in its place', ''],
    ['as a dialog', ' data-display="dialog" data-open-on="0s"'],
  ])('W1: a script tag in the head puts the form into the body, %s', async (_name, options) => {
    const { page } = await open('<h1>A page</h1>', {
      head: `<script src="BASE/embed.js" data-form="newsletter"${options}></script>`,
    });
    await page.locator('body > rasa-signup').waitFor({ state: 'attached' });
    await signUp(page);
    expect(await page.locator('rasa-signup').count()).toBe(1);
  });

  it('W1: `?debug` says that the form is hidden', async () => {
    const { page, site } = await open(`<div style="display:none">${popUp()}</div>SCRIPT`);
    await page.goto(`${site}?debug`).catch(() => undefined);
    await page.locator('rasa-signup[data-debug~=place]').waitFor({ state: 'attached' });
  });
});

describe("the page's own forms work as without ours", () => {
  const nested = `<form action="/bought"><input name="item" value="shoes">
    <rasa-signup src="FORM"><form><input name="email" type="email" required></form></rasa-signup>
    <button>Buy</button></form>SCRIPT`;

  it.each(['trusting', 'loading', 'absent'])(
    'W5: around a fallback that is a form (%s)',
    async (behaviour) => {
      const { page } = await open(nested, { behaviour });
      await page.waitForFunction(() => document.querySelector('rasa-signup')?.shadowRoot);
      if (behaviour === 'trusting') await page.getByLabel('Email address').fill('ada@example.com');
      await page.getByRole('button', { name: 'Buy' }).click();
      await page.waitForURL('**/bought?item=shoes');
    },
  );
});

describe('nothing opens by itself over what the visitor does', () => {
  it('W8: while somebody types into a component with a shadow root', async () => {
    const { page } = await open(
      `<x-search><template shadowrootmode="open"><input aria-label="Find"></template></x-search>
       <rasa-signup src="FORM" display="dialog" open-on="60s"></rasa-signup>SCRIPT`,
    );
    await page.getByLabel('Find').focus();
    await page.keyboard.type('light');
    await settled(page);
    await page.keyboard.type('house');
    expect(await isModal(page)).toBe(false);
    expect(await page.getByLabel('Find').inputValue()).toBe('lighthouse');
    await page.getByLabel('Find').blur();
    await page.clock.runFor(1000);
    await page.getByRole('dialog').waitFor();
  });

  it('W8: while the focus is in a frame', async () => {
    const { page } = await open(
      `<iframe srcdoc="<input aria-label=Find>"></iframe><rasa-signup src="FORM" display="dialog" open-on="60s"></rasa-signup>SCRIPT`,
    );
    await page.frameLocator('iframe').getByLabel('Find').click();
    await settled(page);
    expect(await isModal(page)).toBe(false);
  });

  it.each([
    ['a modal dialog', '<dialog><button>Accept all</button></dialog>'],
    [
      'a modal dialog in a component',
      '<x-consent><template shadowrootmode="open"><dialog><button>Accept all</button></dialog></template></x-consent>',
    ],
  ])('W11: it waits while %s is open', async (_name, consent) => {
    const { page } = await open(
      `${consent}<script>{
         const host = document.querySelector('x-consent');
         const dialog = (host?.shadowRoot ?? document).querySelector('dialog');
         dialog.showModal();
         dialog.querySelector('button').onclick = () => dialog.close();
       }</script><rasa-signup src="FORM" display="slide-in" open-on="0s"></rasa-signup>SCRIPT`,
    );
    await settled(page);
    expect(await isModal(page)).toBe(false);
    await page.getByRole('button', { name: 'Accept all' }).click();
    await page.clock.runFor(1000);
    await page.getByRole('dialog', { name: 'Sign up' }).waitFor();
  });

  it('W11: two forms are never open at once', async () => {
    const { page } = await open(
      `<rasa-signup src="FORM" display="slide-in" open-on="0s"></rasa-signup>
       <rasa-signup src="FORM" display="bar" open-on="0s button"></rasa-signup>SCRIPT`,
    );
    await settled(page);
    await page.getByRole('dialog').first().waitFor();
    expect(await page.getByRole('dialog').count()).toBe(1);
    await page.getByRole('button', { name: 'Sign up' }).click();
    await page.locator('dialog.bar').waitFor();
    expect(await page.getByRole('dialog').count()).toBe(1);
  });

  it('W25: not earlier than asked, however long the time is', async () => {
    const { page } = await open(
      '<rasa-signup src="FORM" display="dialog" open-on="9999999s"></rasa-signup>SCRIPT',
    );
    await settled(page);
    expect(await isModal(page)).toBe(false);
  });
});

describe('keys', () => {
  it('W6: typed into the form do not reach the handlers of the page, except those that it needs', async () => {
    const { page, seen } = await open(
      `<script>{
         const swallow = (event) => {
           (window.heard ??= []).push(event.key);
           if (event.key === 's' && event.target.tagName !== 'INPUT') event.preventDefault();
         };
         document.addEventListener('keydown', swallow);
         document.addEventListener('keydown', swallow, true);
         addEventListener('keypress', swallow);
       }</script><rasa-signup src="FORM"></rasa-signup>SCRIPT`,
    );
    await page.getByLabel('Email address').click();
    await page.keyboard.type('jonas@example.com');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Control+k');
    await page.keyboard.press('Enter');
    await page.getByText('Thank you').first().waitFor();
    expect((await seen()).posts).toMatchObject([{ email: 'jonas@example.com' }]);
    const heard = await page.evaluate(() => (window as unknown as { readonly heard: string[] }).heard);
    expect([...new Set(heard)].sort()).toEqual(['Control', 'Escape', 'Tab', 'k']);
  });

  it('W13: Escape that ends a composition does not close a slide-in', async () => {
    const { page } = await open('<rasa-signup src="FORM" display="slide-in"></rasa-signup>SCRIPT');
    await page.getByRole('button', { name: 'Sign up' }).click();
    const field = page.getByLabel('First name');
    await field.focus();
    await field.evaluate((input) => {
      input.dispatchEvent(
        new KeyboardEvent('keydown', { key: 'Escape', isComposing: true, bubbles: true, composed: true }),
      );
    });
    expect(await isModal(page)).toBe(true);
    await page.keyboard.press('Escape');
    expect(await isModal(page)).toBe(false);
  });
});

describe('somebody who has signed up', () => {
  it('W24: is not asked again after closing the thanks', async () => {
    const { page, site } = await open(
      '<rasa-signup src="FORM" display="slide-in" open-on="0s" again-after="0d"></rasa-signup>SCRIPT',
    );
    await page.getByRole('dialog').getByLabel('Email address').fill('ada@example.com');
    await page.keyboard.press('Enter');
    await page.getByText('Thank you').first().waitFor();
    await page.getByRole('button', { name: 'Close' }).click();
    await page.goto(site);
    await settled(page);
    expect(await isModal(page)).toBe(false);
  });

  it('W24: nor after signing up in the page, for the same form', async () => {
    const { page } = await open(
      `<main><rasa-signup src="FORM"></rasa-signup></main>
       <rasa-signup src="FORM" display="slide-in" open-on="60s"></rasa-signup>SCRIPT`,
    );
    await page.locator('main').getByLabel('Email address').fill('ada@example.com');
    await page.keyboard.press('Enter');
    await page.locator('main').getByText('Thank you').first().waitFor();
    await page.waitForFunction(() =>
      document.querySelector('rasa-signup[display]')?.shadowRoot?.querySelector('dialog'),
    );
    await page.clock.runFor(70_000);
    expect(await page.getByRole('dialog').count()).toBe(0);
  });
});

describe('in the accessibility tree', () => {
  it.each(['slide-in', 'bar'])(
    'W28: a %s is not modal, and its labels have their spaces',
    async (display) => {
      const { page } = await open(`<rasa-signup src="FORM" display="${display}"></rasa-signup>SCRIPT`);
      await page.getByRole('button', { name: 'Sign up' }).click();
      const session = await page.context().newCDPSession(page);
      const { nodes } = (await session.send('Accessibility.getFullAXTree')) as unknown as { nodes: AxNode[] };
      const dialog = nodes.find(({ role }) => role?.value === 'dialog');
      expect(dialog?.properties?.find(({ name }) => name === 'modal')?.value.value ?? false).toBe(false);
      const fields = nodes.filter(({ role }) => role?.value === 'textbox').map(({ name }) => name?.value);
      expect(fields).toContain('First name (optional)');
    },
  );
});

interface AxNode {
  readonly role?: { readonly value: string };
  readonly name?: { readonly value: string };
  readonly properties?: readonly { readonly name: string; readonly value: { readonly value: unknown } }[];
}
