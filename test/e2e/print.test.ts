import { inflateSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../helpers/browser/browser.ts';
import { openPageOf, inForm, isOpen, press, fillIn, shows } from '../helpers/browser/firefox-page.ts';
import { isFirefoxMissing, useFirefox } from '../helpers/browser/firefox.ts';
import { openPage, pageOf, serveSite, stubbedProxy } from '../helpers/sites/site.ts';

/** A colour that nothing else on the page has, as a PDF writes it. */
const css = '<style>rasa-signup { --rasa-signup-accent: #123456 }</style>';
const painted = /0?\.070\d* 0?\.203\d* 0?\.337\d* rg/;

describe('on paper', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  }, 60_000);
  afterAll(() => browser.close());

  async function open(attributes = ''): Promise<Page> {
    const { base, form } = await stubbedProxy('trusting');
    const body = `<p>Words</p><rasa-signup src="${form}" ${attributes}></rasa-signup>`;
    const site = await serveSite({ '/': pageOf(`${body}<script src="${base}/embed.js"></script>`, css) });
    return (await openPage(browser, site)).page;
  }

  it.each(['slide-in', 'bar', 'dialog'])('W12: an open %s is not there', async (display) => {
    const page = await open(`display="${display}" open-on="0s"`);
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    expect(streamsOf(await page.pdf())).not.toMatch(painted);
    await page.emulateMedia({ media: 'print' });
    expect(await dialog.count()).toBe(0);
    await page.emulateMedia({ media: 'screen' });
    await dialog.waitFor();
  });

  it('a form in the page has its button, and the thanks have their mark', async () => {
    const page = await open();
    await page.getByLabel('Email address').fill('ada@example.com');
    expect(streamsOf(await page.pdf())).toMatch(painted);
    await page.getByRole('button', { name: 'Subscribe' }).click();
    await page.locator('[part=mark]').waitFor();
    expect(streamsOf(await page.pdf())).toMatch(painted);
  });
});

describe.skipIf(isFirefoxMissing)('on paper, in Firefox', () => {
  const browser = useFirefox();

  it('W12: an open slide-in is not there, a form in the page has its button, and the thanks their mark', async () => {
    const element = '<p>Words</p><rasa-signup src="FORM"></rasa-signup>SCRIPT';
    const over = await openPageOf(
      browser(),
      element.replace('"FORM"><', '"FORM"' + ' display="slide-in" open-on="0s"><'),
      { head: css },
    );
    await over.page.waitForFunction(isOpen);
    expect(streamsOf(await over.page.pdf())).not.toMatch(painted);
    const { page } = await openPageOf(browser(), element, { head: css });
    await page.locator(inForm('[name=email]')).wait();
    await fillIn(page);
    expect(streamsOf(await page.pdf())).toMatch(painted);
    await press(page);
    await shows(page, 'Thank you.');
    expect(streamsOf(await page.pdf())).toMatch(painted);
  });
});

/** What a PDF paints. */
function streamsOf(pdf: Uint8Array): string {
  const bytes = Buffer.from(pdf);
  const found: string[] = [];
  for (let at = bytes.indexOf('stream'); at >= 0; at = bytes.indexOf('stream', at + 6)) {
    const start = at + (bytes[at + 6] === 13 ? 8 : 7);
    try {
      found.push(inflateSync(bytes.subarray(start)).toString('latin1'));
    } catch {
      // The end of a stream, or one that is not compressed.
    }
  }
  return found.join('\n');
}
