import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { readForms } from '../../server/config/forms-file/read.ts';
import { wordsOf } from '../../server/config/forms-file/faults.ts';
import { faultsOf } from '../helpers/browser/axe.ts';
import { complaintsOf, launchBrowser } from '../helpers/browser/browser.ts';
import { guardedIntake, startService } from '../helpers/server/service.ts';
import { temporaryDir } from '../helpers/server/temporary-dir.ts';

const example = join(import.meta.dirname, '../../docs/examples/harbour');

let browser: Browser;
let address: string;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

async function open(options: BrowserContextOptions = {}) {
  ({ url: address } = await startService({ ...guardedIntake, FORMS_FILE: join(example, 'forms.json') }));
  const context = await browser.newContext({ locale: 'en-GB', ...options });
  context.setDefaultTimeout(10_000);
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const complaints = complaintsOf(page);
  await page.goto(`${address}/forms/newsletter`);
  const boxOf = async (selector: string) => {
    const box = await page.locator(selector).first().boundingBox();
    return box ?? { x: NaN, y: NaN, width: NaN, height: NaN };
  };
  const colourOf = (selector: string, property: string) =>
    page
      .locator(selector)
      .first()
      .evaluate((element, name) => getComputedStyle(element).getPropertyValue(name), property);
  return { page, complaints, boxOf, colourOf };
}

describe('the brand of a form’s own page', () => {
  it.each(['light', 'dark'] as const)('fills a panel of 40 % beside the form: %s', async (colorScheme) => {
    const { page, complaints, boxOf, colourOf } = await open({
      colorScheme,
      viewport: { width: 1440, height: 900 },
    });
    const button = page.getByRole('button', { name: 'Subscribe' });
    await page.locator('rasa-signup [part=form]').waitFor();
    expect(await boxOf('.panel')).toEqual({ x: 0, y: 0, width: 576, height: 900 });
    expect((await boxOf('rasa-signup')).width).toBe(424);
    const { y = NaN, height = NaN } = (await button.boundingBox()) ?? {};
    expect(y + height).toBeLessThan(900);
    expect(await page.getByRole('heading').allTextContents()).toEqual([
      'Letters from the waterfront',
      'Get the letter',
    ]);
    expect(await colourOf('.panel', 'background-color')).toBe('rgb(20, 61, 71)');
    const accent = colorScheme === 'light' ? 'rgb(176, 67, 28)' : 'rgb(197, 110, 82)';
    expect(await colourOf('rasa-signup [part~=button]', 'background-color')).toBe(accent);
    // Both pictures have come.
    await expect
      .poll(() =>
        page
          .locator('.panel img')
          .evaluateAll((all) => all.map((img) => (img as HTMLImageElement).naturalWidth > 0)),
      )
      .toEqual([true, true]);
    expect(await page.locator('.foot a').allTextContents()).toContain('Imprint');
    expect(await page.evaluate(() => document.documentElement.scrollHeight)).toBe(900);
    expect(await faultsOf(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('is above the form on a phone, whose button is in sight', async () => {
    const { page, boxOf } = await open({ viewport: { width: 390, height: 844 } });
    await page.locator('rasa-signup [part=form]').waitFor();
    const { y, height } = await boxOf('rasa-signup [part~=button]');
    expect(y + height).toBeLessThanOrEqual(844);
    expect(await page.locator('.art').isVisible()).toBe(false);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  });

  it('stays on the pages that follow, also without scripts', async () => {
    const { page, boxOf, colourOf } = await open({
      javaScriptEnabled: false,
      viewport: { width: 1440, height: 900 },
    });
    await page.getByRole('textbox', { name: 'Email address' }).fill('ada@example.com');
    await page.getByRole('button', { name: 'Subscribe' }).click();
    await page.getByText('Letters from the waterfront').waitFor();
    expect((await boxOf('.panel')).width).toBe(576);
    expect(await colourOf('button', 'background-color')).toBe('rgb(176, 67, 28)');
    expect(await page.getByRole('heading').count()).toBe(1);
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await page.getByText('Letters from the waterfront').isVisible()).toBe(false);
    expect(await page.getByText('The Harbour Letter').isVisible()).toBe(true);
  });

  it('can be read on paper', async () => {
    const { page, colourOf } = await open();
    await page.emulateMedia({ media: 'print' });
    expect(await colourOf('h1', 'color')).toBe('rgb(0, 0, 0)');
    expect(await page.getByRole('img', { name: 'QR code' }).isVisible()).toBe(true);
    expect(await page.locator('.art').isVisible()).toBe(false);
  });

  it('is served with nothing that could run, and as not found where there is none', async () => {
    const { url } = await startService({ FORMS_FILE: join(example, 'forms.json') });
    const logo = await fetch(`${url}/forms/newsletter/brand/logo`);
    expect([logo.status, logo.headers.get('content-type')]).toEqual([200, 'image/svg+xml']);
    expect(logo.headers.get('content-security-policy')).toMatch(/default-src 'none'.*sandbox/);
    expect(await logo.text()).toBe(await readFile(join(example, 'logo.svg'), 'utf8'));
    const again = await fetch(logo.url, {
      headers: { 'if-none-match': logo.headers.get('etag') ?? '', 'cache-control': 'max-age=0' },
    });
    expect(again.status).toBe(304);
    const { url: plain } = await startService();
    for (const name of ['colours.css', 'logo', 'picture'])
      expect((await fetch(`${plain}/forms/newsletter/brand/${name}`)).status, name).toBe(404);
  });
});

describe('a brand in the forms file', () => {
  const brandOf = async (brand: object) => {
    const folder = await temporaryDir();
    await mkdir(join(folder, 'folder'));
    await cp(join(example, 'logo.svg'), join(folder, 'logo.svg'));
    await writeFile(join(folder, 'text.png'), 'no picture');
    await writeFile(join(folder, 'large.svg'), `<svg>${' '.repeat(600_000)}</svg>`);
    const read = readForms(JSON.stringify({ forms: { a: { fields: ['email'], brand } } }), {
      thankYouPages: [],
      folder,
    });
    return read.is === 'read'
      ? []
      : read.faults.map((fault) =>
          wordsOf('', fault)
            .replace(folder, '')
            .replace(/^:\d+:\d+: /, ''),
        );
  };
  const link = { href: 'https://www.example.com/', label: 'Imprint' };
  const picture = 'wanted a PNG, JPEG, WebP, AVIF or SVG file of at most 500 kB.';

  it.each<[object, readonly string[]]>([
    [{}, []],
    [{ logo: 'logo.svg', panel: '#143D47', accent: '#0b6b4d', links: [link, link, link] }, []],
    [{ panel: 'navy' }, ['forms.a.brand.panel: found "navy", wanted a colour such as #143d47.']],
    [
      { accent: '#ffd23f' },
      [
        'forms.a.brand.accent: found "#ffd23f", wanted a colour that can be seen on a white page (3 to 1), such as #b19129.',
      ],
    ],
    [
      { logo: 'none.svg' },
      [`forms.a.brand.logo: found "/none.svg", which cannot be read (ENOENT), ${picture}`],
    ],
    [{ logo: 'folder' }, [`forms.a.brand.logo: found "/folder", which cannot be read (EISDIR), ${picture}`]],
    [
      { picture: 'text.png' },
      [`forms.a.brand.picture: found "/text.png", which is something else, ${picture}`],
    ],
    [{ picture: 'large.svg' }, [`forms.a.brand.picture: found "/large.svg", which has 601 kB, ${picture}`]],
    [
      { links: [link, link, link, link] },
      [
        'forms.a.brand.links: found [{"href":"https://www.example.com/","label":"Imprint"},{"href":"https://www.exam…, wanted a list of at most 3 links, each with href and label.',
      ],
    ],
    [
      { links: [{ ...link, href: 'javascript:alert(1)' }] },
      [
        'forms.a.brand.links[0].href: found "javascript:alert(1)", wanted an address that begins with https:// or http://.',
      ],
    ],
  ])('%j', async (brand, says) => {
    expect(await brandOf(brand)).toEqual(says);
  });
});
