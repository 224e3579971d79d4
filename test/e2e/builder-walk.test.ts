import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { launchBrowser } from '../helpers/browser/browser.ts';
import { guardedIntake, readContacts, startService } from '../helpers/server/service.ts';
import { serveForeignSite } from '../helpers/sites/foreign-site.ts';
import { openBuilder } from '../helpers/sites/marketer.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

async function start() {
  const site = await serveForeignSite();
  const service = await startService({ ...guardedIntake, ALLOWED_ORIGINS: site.origin });
  const { sandbox } = service;
  if (!sandbox) throw new Error('no sandbox');
  return { site, url: service.url, contacts: () => readContacts(sandbox) };
}

/** `npm run gallery` takes a picture of each step. */
const pictures = (by: string) => {
  let step = 0;
  return async (page: Page, name: string) => {
    step++;
    if (by === 'mouse' && process.env['npm_lifecycle_event'] === 'gallery')
      await page.screenshot({ path: `docs/gallery/walk-${step}-${name}.png`, animations: 'disabled' });
  };
};

/** The pace of a person: a click takes 200 ms, a key 40 ms. */
abstract class Person {
  spentMs = 0;
  protected readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  abstract choose(group: string, value: string): Promise<void>;
  abstract act(selector: string, label: string): Promise<void>;
  abstract type(selector: string, label: string, text: string): Promise<void>;

  protected async press(key: string): Promise<void> {
    await this.page.keyboard.press(key);
    this.spentMs += 40;
  }

  protected async write(text: string): Promise<void> {
    for (const letter of text) await this.press(letter);
  }
}

class Clicker extends Person {
  choose(group: string, value: string): Promise<void> {
    const radio = this.page.locator(`[name=${group}][value=${value}]`);
    return this.#click(this.page.locator('label:visible', { has: radio }));
  }

  act(_selector: string, label: string): Promise<void> {
    return this.#click(this.page.getByRole(label === 'Sandbox' ? 'link' : 'button', { name: label }));
  }

  async type(_selector: string, label: string, text: string): Promise<void> {
    await this.#click(this.page.getByRole('textbox', { name: label }));
    await this.write(text);
  }

  async #click(what: Locator): Promise<void> {
    await what.click();
    this.spentMs += 200;
  }
}

class Typist extends Person {
  async choose(group: string, value: string): Promise<void> {
    await this.#tabTo(`[name=${group}]`);
    for (let presses = 0; presses < 6 && !(await this.#isOn(`[value=${value}]`)); presses++)
      await this.press('ArrowRight');
  }

  async act(selector: string): Promise<void> {
    await this.#tabTo(selector);
    await this.press('Enter');
  }

  async type(selector: string, _label: string, text: string): Promise<void> {
    await this.#tabTo(selector);
    await this.write(text);
  }

  async #tabTo(selector: string): Promise<void> {
    for (let presses = 0; presses < 80; presses++) {
      await this.press('Tab');
      if (await this.#isOn(selector)) return;
    }
    expect.unreachable(`No ${selector} within 80 presses.`);
  }

  #isOn(selector: string): Promise<boolean> {
    return this.page.evaluate((wanted) => {
      let focused = document.activeElement;
      while (focused?.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
      return focused?.matches(wanted) ?? false;
    }, selector);
  }
}

/** What a visitor sees of a form. */
const lookOf = (widget: Locator) =>
  widget.evaluate((element) => {
    const root = element.shadowRoot;
    const look = (selector: string) => {
      const part = root?.querySelector(selector);
      if (!part) return undefined;
      const { backgroundColor, color, borderRadius, fontWeight, height } = getComputedStyle(part);
      return { backgroundColor, color, borderRadius, fontWeight, height };
    };
    return { button: look('[part=button]'), input: look('input[type=email]'), box: look('.box') };
  });

describe('a marketer', () => {
  it.each(['Quiet', 'Editorial', 'Bold', 'Card', 'Footer band', 'Pop-up'])(
    'starts from %s, pastes it elsewhere, and it looks as in the preview and signs up',
    async (name) => {
      const { site, url, contacts } = await start();
      const marketer = await openBuilder(browser, url, { viewport: { width: 1440, height: 900 } });
      await marketer.choose(name);
      const previewed = marketer.preview.locator('.place rasa-signup');
      await previewed.locator('[part=button]').waitFor();
      site.paste(
        `<style>body { font: 17px/1.55 Inter, system-ui, sans-serif; background: #fffefb; color: #191e1c }</style>${await marketer.copySnippet()}`,
      );
      const page = await marketer.page.context().newPage();
      await page.goto(site.origin);
      const pasted = page.locator('rasa-signup');
      if (name === 'Pop-up') await pasted.locator('[part=opener]').click();
      await pasted.locator('[part=button]').waitFor();
      const { box: boxThere, ...there } = await lookOf(pasted);
      const { box: boxHere, ...here } = await lookOf(previewed);
      expect(there).toEqual(here);
      expect(boxThere?.backgroundColor).toBe(boxHere?.backgroundColor);
      await page.getByRole('textbox', { name: 'Email address' }).fill('ada@example.com');
      await pasted.locator('[part=button]').click();
      await page.getByText('Thank you.').waitFor();
      await vi.waitFor(
        async () => {
          expect(await contacts()).toMatchObject([{ email: 'ada@example.com' }]);
        },
        { timeout: 10_000 },
      );
    },
  );

  it.each(['mouse', 'keyboard'] as const)(
    'has the form on the site, and a contact, in less than a minute: by %s alone',
    async (by) => {
      const { site, url, contacts } = await start();
      const { page, preview, clipboard } = await openBuilder(browser, url, {
        viewport: { width: 1440, height: 900 },
      });
      const person = by === 'mouse' ? new Clicker(page) : new Typist(page);
      const picture = pictures(by);
      await preview.locator('.place rasa-signup [part=button]').waitFor();
      await picture(page, 'builder');

      await person.choose('start', 'card');
      await page.getByRole('radio', { name: 'Card', exact: true, checked: true }).waitFor();
      await preview.locator('.place rasa-signup').getByRole('heading').first().waitFor();
      await picture(page, 'design');
      await person.choose('moment', 'success');
      await preview.locator('.place').getByText('Thank you.').waitFor();
      await person.act('.copy', 'Copy snippet');
      await page.getByRole('status').getByText('Copied', { exact: true }).waitFor();
      await picture(page, 'copied');

      site.paste(await clipboard());
      await page.goto(site.origin);
      await page.locator('rasa-signup [part=button]').waitFor();
      await picture(page, 'live');
      await person.type('input[type=email]', 'Email address', 'ada@example.com');
      await person.act('[part=button]', 'Subscribe');
      await page.getByText('Thank you.').waitFor();
      await picture(page, 'signed-up');
      await vi.waitFor(
        async () => {
          expect(await contacts()).toMatchObject([{ email: 'ada@example.com' }]);
        },
        { timeout: 10_000 },
      );
      await page.goto(url);
      await person.act('.chip-link', 'Sandbox');
      await page.getByText('ada@example.com').first().waitFor();
      await picture(page, 'contact');
      expect(person.spentMs).toBeLessThan(60_000);
    },
  );
});

describe('the marketer’s own page', () => {
  it('is shown around the form, with nothing in it that runs or loads', async () => {
    const { url } = await start();
    const { page, preview, choose } = await openBuilder(browser, url);
    const asked: string[] = [];
    await page.route('https://elsewhere.example/**', (route) => {
      asked.push(route.request().url());
      return route.abort();
    });
    page.on('dialog', (dialog) => expect.unreachable(dialog.message()));
    await choose('My page');
    await page.getByLabel('HTML or CSS of your page').fill(`<!doctype html><title>Mine</title>
      <link rel="stylesheet" href="https://elsewhere.example/a.css">
      <style>h1 { color: rgb(1, 2, 3) }</style><script>alert(1)</script>
      <main><h1 style="background: url(https://elsewhere.example/b.png); font-style: italic">My own page</h1>
      <img src="https://elsewhere.example/c.png" onerror="alert(2)"><iframe src="https://elsewhere.example/d"></iframe>
      <svg><image href="https://elsewhere.example/e.png" /></svg><rasa-signup></rasa-signup><p>The end</p></main>`);
    const title = preview.getByRole('heading', { name: 'My own page' });
    await title.waitFor();
    expect(
      await title.evaluate((element) => [
        getComputedStyle(element).color,
        getComputedStyle(element).fontStyle,
      ]),
    ).toEqual(['rgb(1, 2, 3)', 'italic']);
    await preview.locator('main .place + p', { hasText: 'The end' }).waitFor();
    await preview.locator('.place rasa-signup form[part=form]').waitFor();
    expect(asked).toEqual([]);
    await page.getByRole('button', { name: 'Clear' }).click();
    await preview.getByText('The Harbour Letter').first().waitFor();
  });

  it('can be a picture, which stays in the browser', async () => {
    const { url } = await start();
    const { page, preview, choose } = await openBuilder(browser, url);
    const posted: string[] = [];
    page.on('request', (request) => {
      if (request.method() === 'POST') posted.push(request.url());
    });
    const source = await browser.newPage({ viewport: { width: 300, height: 200 } });
    onTestFinished(() => source.close());
    const buffer = await source.screenshot();
    await choose('My page');
    await page.locator('input[type=file]').setInputFiles({ name: 'page.png', mimeType: 'image/png', buffer });
    const picture = preview.locator('canvas.own-picture');
    await picture.waitFor();
    await expect.poll(() => picture.evaluate((canvas) => (canvas as HTMLCanvasElement).width)).toBe(300);
    await preview.locator('.place rasa-signup form[part=form]').waitFor();
    expect(posted).toEqual([]);
  });
});
