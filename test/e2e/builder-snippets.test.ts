import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { complaintsOf, launchBrowser } from '../helpers/browser/browser.ts';
import { seenOn, watchLayout } from '../helpers/browser/layout-shift.ts';
import { guardedIntake, startService } from '../helpers/server/service.ts';
import { serveForeignSite } from '../helpers/sites/foreign-site.ts';
import { openBuilder } from '../helpers/sites/marketer.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

/** Copies a snippet of a design, and pastes it between two lines of a page elsewhere. */
async function paste(kind: string, fragment: string) {
  const site = await serveForeignSite();
  const { url } = await startService({ ...guardedIntake, ALLOWED_ORIGINS: site.origin });
  const marketer = await openBuilder(browser, `${url}/#${fragment}`);
  // The snippet is complete once the heights are known.
  if (!fragment.includes('display'))
    await vi.waitFor(async () => {
      expect(await marketer.copySnippet(kind)).toContain('min-height');
    }, 10_000);
  const snippet = await marketer.copySnippet(kind);
  site.paste(`<p>Above</p>${snippet}<p>Below</p>`);
  return { ...marketer, site, url, snippet };
}

/** Loads the page over a line on which the script has not come, and a function that lets it come. */
async function visitSlowly(origin: string, width: number) {
  const context = await browser.newContext({ locale: 'en-GB', viewport: { width, height: 900 } });
  context.setDefaultTimeout(10_000);
  onTestFinished(() => context.close());
  await watchLayout(context);
  const page = await context.newPage();
  let comes: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (comes = resolve));
  await page.route(/\/embed(\.\w+)?\.js$/, async (route) => {
    await held;
    await route.continue();
  });
  await page.goto(origin, { waitUntil: 'commit' });
  await page.getByText('Below').waitFor();
  return { page, comes };
}

const topOf = async (locator: Locator) => (await locator.boundingBox())?.y ?? Number.NaN;

const designs = {
  'as it comes': '',
  'in a row': 'layout=inline',
  'compact, with words of its own': 'layout=compact&title=Letters&intro=Every%20Thursday&note=No%20spam',
  'with colours and a frame':
    'start=card&background=%23ffffff&accent=%230b6b4d&radius=0.6&font=Georgia%2C%20serif',
  'a dialog': 'display=dialog',
  'a slide-in that opens itself': 'display=slide-in&openOn=20s',
};

describe('B4: a snippet keeps the room that the form takes, and no other', () => {
  const kinds = ['Script tag', 'HTML', 'WordPress', 'Pinned version'];
  const pairs = Object.keys(designs).flatMap((design) =>
    kinds
      // A script tag carries no words.
      .filter((kind) => kind !== 'Script tag' || !design.includes('words'))
      .map((kind) => [kind, design as keyof typeof designs] as const),
  );

  it.each(pairs)('%s, %s', async (kind, design) => {
    const { site } = await paste(kind, designs[design]);
    for (const width of [390, 1200]) {
      const { page, comes } = await visitSlowly(site.origin, width);
      const below = page.getByText('Below');
      const before = await topOf(below);
      comes();
      await drawn(page);
      expect(Math.abs((await topOf(below)) - before), `at ${width}`).toBeLessThan(3);
      expect((await seenOn(page)).shifted, `at ${width}`).toBeLessThan(0.001);
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    }
  });

  it('leaves none behind after “thank you”, nor for a tag that was pasted twice', async () => {
    const { site, snippet } = await paste('Script tag', '');
    site.paste(`<p>Above</p>${snippet}${snippet}<p>Below</p>`);
    const { page, comes } = await visitSlowly(site.origin, 1200);
    comes();
    await drawn(page);
    const gap = async () => (await topOf(page.getByText('Below'))) - (await topOf(page.getByText('Above')));
    expect(await page.locator('rasa-signup').count()).toBe(1);
    const full = await gap();
    expect(full).toBeLessThan(500);
    await page.getByRole('textbox', { name: 'Email address' }).fill('ada@example.com');
    await page.getByRole('button', { name: 'Subscribe' }).click();
    await page.getByText('Thank you.').waitFor();
    expect(await gap()).toBeLessThan(full - 80);
  });
});

/** The form, or the button that opens it. */
async function drawn(page: Page): Promise<void> {
  await page
    .locator('rasa-signup')
    .locator('[part=form], [part=opener]')
    .first()
    .waitFor({ state: 'attached' });
}

describe('the sandbox', () => {
  it('is named with its number of contacts, which is right again when the marketer comes back', async () => {
    const { page, url } = await paste('Script tag', 'display=dialog');
    const chip = page.locator('.chip');
    expect((await chip.innerText()).trim()).toBe('Sandbox, 0 contacts');
    const visitor = await page.context().newPage();
    await visitor.goto(`${url}/forms/newsletter`);
    await visitor.getByRole('textbox', { name: 'Email address' }).fill('ada@example.com');
    await visitor.getByRole('button', { name: 'Subscribe' }).click();
    await visitor.getByText('Thank you.').waitFor();
    await expect
      .poll(
        async () => {
          await page.evaluate(() => dispatchEvent(new Event('focus')));
          return (await chip.innerText()).trim();
        },
        { timeout: 10_000 },
      )
      .toBe('Sandbox, 1 contact');
  });
});

describe('over plain http on a local network', () => {
  it('the builder shows the code to copy, and the pasted form signs up, without any script error', async () => {
    const there = await launchBrowser(['--host-resolver-rules=MAP *.lan 127.0.0.1']);
    onTestFinished(() => there.close());
    const site = await serveForeignSite();
    const { port } = new URL(site.origin);
    const origin = `http://www.lan:${port}`;
    const { url } = await startService({ ...guardedIntake, ALLOWED_ORIGINS: origin });
    const address = url.replace(/\/\/[^:]+/, '//signup.lan');
    const context = await there.newContext({ locale: 'en-GB' });
    context.setDefaultTimeout(15_000);
    const page = await context.newPage();
    const complaints = complaintsOf(page);
    await page.goto(address);
    expect(await page.evaluate(() => [isSecureContext, typeof navigator.clipboard])).toEqual([
      false,
      'undefined',
    ]);
    await page.frameLocator('iframe').locator('.place rasa-signup [part=form]').waitFor();
    await page.getByRole('button', { name: 'Copy' }).click();
    const code = page.locator('.drawer code');
    await code.waitFor();
    await page.getByRole('status').getByText('Your browser did not allow copying.').waitFor();
    await expect.poll(() => page.evaluate(() => getSelection()?.toString())).toMatch(/^<script async/);
    await page.getByRole('button', { name: 'Share' }).click();
    await page.getByRole('status').getByText('The link is the address of this page.').waitFor();

    site.paste((await code.textContent()) ?? '');
    await page.goto(origin);
    await page.getByRole('textbox', { name: 'Email address' }).fill('ada@example.com');
    await page.getByRole('button', { name: 'Subscribe' }).click();
    await page.getByText('Thank you.').waitFor();
    // What Chromium says of a header that it ignores over plain http.
    expect(complaints.filter((text) => !text.includes('origin-keyed'))).toEqual([]);
  });
});
