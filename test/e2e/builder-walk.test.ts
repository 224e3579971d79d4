import type { Browser, Locator } from 'playwright-core';
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

  it('needs no mouse, from the first design to the copied snippet', async () => {
    const { url } = await start();
    const { page, clipboard } = await openBuilder(browser, url, { viewport: { width: 1440, height: 900 } });
    const tabTo = async (selector: string) => {
      for (let presses = 0; presses < 60; presses++) {
        await page.keyboard.press('Tab');
        const isThere = await page.evaluate(
          (wanted) => document.activeElement?.shadowRoot?.activeElement?.matches(wanted),
          selector,
        );
        if (isThere) return;
      }
      expect.unreachable(`No ${selector} within 60 presses.`);
    };
    await tabTo('[name=moment]');
    await page.keyboard.press('ArrowRight');
    await tabTo('[name=start]');
    for (let presses = 0; presses < 3; presses++) await page.keyboard.press('ArrowRight');
    await page.getByRole('radio', { name: 'Card', exact: true, checked: true }).waitFor();
    await tabTo('.copy');
    await page.keyboard.press('Enter');
    await page.getByRole('status').getByText('Copied', { exact: true }).waitFor();
    expect(await clipboard()).toContain('--rasa-signup-align: center');
  });
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
