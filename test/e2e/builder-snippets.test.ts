import type { Browser, FrameLocator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Env } from '../../server/config/config.ts';
import { complaintsOf, launchBrowser } from '../helpers/browser/browser.ts';
import { alike, lookOf } from '../helpers/browser/look.ts';
import { bundleReact } from '../helpers/browser/react.ts';
import { guardedIntake, openIntake, readContacts, startService } from '../helpers/server/service.ts';
import { serveForeignSite, type ForeignSite } from '../helpers/sites/foreign-site.ts';
import { openBuilder } from '../helpers/sites/marketer.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

/** Default guards, for more sign-ups than one visitor's. */
const guarded: Env = { ...openIntake, BOT_MODE: undefined, PLAIN_LEAST_AGE: undefined };
/** For machines that do much else. */
const patience = { timeout: 240_000 };

/** The builder with a design, and another site whose page comes in pieces. */
async function open(fragment: string) {
  const site = await serveForeignSite({ isSlow: true });
  const { url, sandbox } = await startService({ ...guarded, ALLOWED_ORIGINS: site.origin });
  if (!sandbox) throw new Error('no sandbox');
  const marketer = await openBuilder(browser, `${url}/#${fragment}`);
  // The snippet is complete once the heights are known.
  if (!fragment.includes('display'))
    await expect.poll(() => marketer.copySnippet('HTML')).toContain('min-height');
  return { ...marketer, site, url, contacts: () => readContacts(sandbox) };
}

/** A visitor's browser, with or without scripts, over a line on which our script comes when it is let. */
async function visitor(javaScriptEnabled = true) {
  const context = await browser.newContext({ locale: 'en-GB', javaScriptEnabled });
  context.setDefaultTimeout(20_000);
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const complaints = complaintsOf(page);
  let comes: () => void = () => undefined;
  let held = Promise.resolve();
  await page.route(/\/embed(\.\w+)?\.js$/, async (route) => {
    await held;
    await route.continue();
  });
  let shifted = 0;
  // Of pages without scripts as well.
  const devtools = await context.newCDPSession(page);
  devtools.on('PerformanceTimeline.timelineEventAdded', ({ event: { layoutShiftDetails } }) => {
    if (layoutShiftDetails?.hadRecentInput === false) shifted += layoutShiftDetails.value;
  });
  await devtools.send('PerformanceTimeline.enable', { eventTypes: ['layout-shift'] });
  const visit = async (origin: string, width: number) => {
    held = new Promise((resolve) => (comes = resolve));
    await page.setViewportSize({ width, height: 900 });
    await page.goto('about:blank');
    shifted = 0;
    await page.goto(origin, { waitUntil: 'commit' });
    await page.getByText('Below').waitFor();
  };
  /** The sum of all shifts without recent input. A picture is taken of a frame that was painted. */
  const hasShifted = async () => {
    await page.screenshot({ clip: { x: 0, y: 0, width: 1, height: 1 } });
    return shifted;
  };
  const letScriptCome = () => {
    comes();
  };
  return { page, complaints, visit, letScriptCome, hasShifted };
}

const topOf = async (page: Page, text: string) =>
  (await page.getByText(text, { exact: true }).boundingBox())?.y ?? Number.NaN;

/** The form, or the button that opens it. */
const drawnOn = (page: Page) =>
  page.locator('rasa-signup').locator('[part=form], [part=opener]').first().waitFor({ state: 'attached' });

/** Puts the snippet into the site's page, whose type and width are those of the preview at both widths. */
async function paste(site: ForeignSite, kind: string, snippet: string, styles = '') {
  if (kind === 'React') site.putScript(await bundleReact(snippet));
  const html = kind === 'React' ? '<div id="app"></div><script src="/script.js"></script>' : snippet;
  site.paste(`${styles}<p>Above</p><div class="column">${html}</div><p>Below</p>`);
}

/** How the preview looks at a width, and the styles that a page needs so that its form has the same place. */
async function readPreview(preview: FrameLocator) {
  const look = await lookOf(preview.locator('.place > rasa-signup'));
  const place = await preview.locator('div.place:has(> rasa-signup)').evaluate((element) => {
    const { width } = element.getBoundingClientRect();
    const { font, color } = getComputedStyle(element);
    const { backgroundColor } = getComputedStyle(element.ownerDocument.body);
    return `.column { width: ${width}px } body { font: ${font}; color: ${color}; background: ${backgroundColor} }`;
  });
  return { look, place };
}

const everyKind = ['Script tag', 'HTML', 'Without script', 'React', 'WordPress', 'Pinned version'];
const wordless = everyKind.filter((kind) => kind !== 'Script tag');
const words = { title: 'Letters', intro: 'Every Thursday', note: 'No spam', accepted: 'Welcome!' };

describe('a pasted snippet', () => {
  it.each([
    ['with colours and a frame', 'start=card&accent=%237a1f5c&radius=0.6&font=Georgia%2C+serif', everyKind],
    ['compact, with words', `layout=compact&${new URLSearchParams(words).toString()}`, wordless],
  ])('looks as previewed, moves nothing, signs up: %s', patience, async (_name, design, kinds) => {
    const { preview, choose, copySnippet, site, contacts } = await open(design);
    const wide = await readPreview(preview);
    await choose('Phone');
    await expect.poll(async () => (await readPreview(preview)).place).not.toBe(wide.place);
    const narrow = await readPreview(preview);
    const styles = `<style>${wide.place} @media (width <= 390px) { ${narrow.place} }</style>`;
    const [scripted, plain] = [await visitor(), await visitor(false)];
    for (const [at, kind] of kinds.entries()) {
      await paste(site, kind, await copySnippet(kind), styles);
      const isPlain = kind === 'Without script';
      const { page, visit, letScriptCome, hasShifted } = isPlain ? plain : scripted;
      for (const [width, { look }] of [[390, narrow] as const, [1200, wide] as const]) {
        const where = `${kind} at ${width}`;
        await visit(site.origin, width);
        // Only what makes sense in a form that is not sent yet.
        expect(await page.getByText('Welcome!').isVisible(), where).toBe(false);
        const before = await topOf(page, 'Below');
        letScriptCome();
        if (!isPlain) await drawnOn(page);
        // A transition of the button's colour may still be on its way.
        await expect
          .poll(() => lookOf(page.locator(isPlain ? 'form' : 'rasa-signup')), { message: where })
          .toEqual(alike(look));
        expect(Math.abs((await topOf(page, 'Below')) - before), where).toBeLessThan(3);
        expect(await hasShifted(), where).toBeLessThan(0.001);
        if (kind !== 'HTML') continue;
        // And what it looks like until the script comes, or without scripts.
        await plain.visit(site.origin, width);
        expect(await lookOf(plain.page.locator('rasa-signup')), where).toEqual(alike(look));
        expect(await plain.hasShifted(), where).toBeLessThan(0.001);
      }
      await page.getByRole('textbox', { name: 'Email address' }).fill(`ada${at}@example.com`);
      await page.getByRole('textbox', { name: 'First name' }).fill('Ada');
      await page.getByRole('button', { name: 'Subscribe' }).click();
      if (isPlain) await page.getByRole('button', { name: 'Yes, sign me up' }).click();
      const hasOwnWord = design.includes('accepted') && !isPlain;
      await page.getByText(hasOwnWord ? 'Welcome!' : 'Thank you.').waitFor();
    }
    await expect
      .poll(async () =>
        (await contacts()).map(({ email, first_name }) => [first_name, email].join(' ')).sort(),
      )
      .toEqual(kinds.map((_kind, at) => `Ada ada${at}@example.com`));
    expect([...scripted.complaints, ...plain.complaints]).toEqual([]);
  });

  it.each([
    ['as it comes', ''],
    ['in a row', 'layout=inline'],
    ['a dialog', 'display=dialog'],
    ['a slide-in that opens itself', 'display=slide-in&openOn=20s'],
  ])('B1, B4: keeps the room that its form takes, and no other: %s', patience, async (_name, design) => {
    const { copySnippet, site, contacts } = await open(design);
    const { page, visit, letScriptCome, hasShifted, complaints } = await visitor();
    for (const kind of ['HTML', 'Script tag']) {
      await paste(site, kind, await copySnippet(kind));
      for (const width of [390, 1200]) {
        const where = `${kind} at ${width}`;
        await visit(site.origin, width);
        const before = await topOf(page, 'Below');
        letScriptCome();
        await drawnOn(page);
        expect(Math.abs((await topOf(page, 'Below')) - before), where).toBeLessThan(3);
        expect(await hasShifted(), where).toBeLessThan(0.001);
        expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
      }
    }
    // It opens by itself after 20 seconds, and not before.
    if (design.includes('openOn')) return;
    if (design.includes('display'))
      await page.getByRole('button', { name: 'Sign up for our newsletter' }).click();
    await page.getByRole('textbox', { name: 'Email address' }).fill('ada@example.com');
    await page.getByRole('button', { name: 'Subscribe' }).click();
    await page.getByText('Thank you.').waitFor();
    await expect.poll(contacts).toMatchObject([{ email: 'ada@example.com' }]);
    expect(complaints).toEqual([]);
  });

  it('leaves no room behind after “thank you”, nor for a tag that was pasted twice', async () => {
    const { copySnippet, site } = await open('');
    const snippet = await copySnippet('Script tag');
    await paste(site, 'Script tag', snippet + snippet);
    const { page, visit, letScriptCome } = await visitor();
    await visit(site.origin, 1200);
    letScriptCome();
    await drawnOn(page);
    const gap = async () => (await topOf(page, 'Below')) - (await topOf(page, 'Above'));
    expect(await page.locator('rasa-signup').count()).toBe(1);
    const full = await gap();
    expect(full).toBeLessThan(500);
    await page.getByRole('textbox', { name: 'Email address' }).fill('ada@example.com');
    await page.getByRole('button', { name: 'Subscribe' }).click();
    await page.getByText('Thank you.').waitFor();
    expect(await gap()).toBeLessThan(full - 80);
  });
});

describe('the sandbox', () => {
  it('is named with its number of contacts, which is right again when the marketer comes back', async () => {
    const { page, url } = await open('display=dialog');
    const chip = page.locator('.chip');
    expect((await chip.innerText()).trim()).toBe('Sandbox, 0 contacts');
    const visitor = await page.context().newPage();
    await visitor.goto(`${url}/forms/newsletter`);
    // Before that, the driver could hold on to the field of the form without scripts, which goes.
    await visitor.locator('rasa-signup form:not(.plain-form)').waitFor();
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
