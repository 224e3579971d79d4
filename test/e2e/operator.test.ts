import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { faultsOf } from '../helpers/browser/axe.ts';
import { complaintsOf, launchBrowser } from '../helpers/browser/browser.ts';
import { sandboxForAll } from '../helpers/server/sandbox.ts';
import { credentialsFor, serviceForAll } from '../helpers/server/service.ts';
import { post } from '../helpers/sites/visitor.ts';

/** `npm run gallery` keeps the pictures. */
const takesPictures = process.env['npm_lifecycle_event'] === 'gallery';
const password = 'correct horse battery';
const soon = { timeout: 20_000, interval: 100 };

const sandbox = sandboxForAll();
const service = serviceForAll(() => ({
  ...credentialsFor(sandbox()),
  OPERATOR_PASSWORD: password,
  RATE_NETWORK: '12/1h',
}));
const figures = () => service().figures();

let browser: Browser;
/** With the cookie of one log-in. */
let contexts: { readonly storageState: Awaited<ReturnType<BrowserContext['storageState']>> };

/** Sign-ups that arrived, some that rasa.io refused, and a refused visitor: for all tests, in turn. */
beforeAll(async () => {
  browser = await launchBrowser();
  const { url } = service();
  for (let seen = 0; seen < 9; seen++) await fetch(`${url}/forms/newsletter`);
  await sandbox().putFaults({ refuse: { emails: ['bad@example.com', 'worse@example.com'] } });
  for (const name of ['ada', 'bob', 'cy', 'bad', 'worse', 'dee']) {
    await post(url, 'urlencoded', { email: `${name}@example.com` });
  }
  await post(url, 'urlencoded', { email: 'not an address' });
  await vi.waitFor(() => {
    expect(figures().outbox).toMatchObject({ waiting: 0, deadLetters: 2 });
  }, soon);
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${url}/operator`);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('heading', { level: 1, name: 'Nothing lost.' }).waitFor();
  contexts = { storageState: await context.storageState() };
  await context.close();
}, 120_000);
afterAll(() => browser.close());

interface Look {
  readonly width: number;
  readonly height: number;
  readonly dark?: boolean;
  readonly scripts?: boolean;
  /** Whether the test says what time it is in the page. */
  readonly ownClock?: boolean;
}

async function open({ width, height, dark = false, scripts = true, ownClock = false }: Look): Promise<Page> {
  const context = await browser.newContext({
    ...contexts,
    viewport: { width, height },
    colorScheme: dark ? 'dark' : 'light',
    javaScriptEnabled: scripts,
  });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  if (ownClock) await page.clock.install();
  await page.goto(`${service().url}/operator`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  return page;
}

const desktop = { width: 1440, height: 900 };
const phone = { width: 390, height: 844 };

/** What is seen and can be pressed, and is smaller than a finger; what is smaller to read than 14 px. */
const tooSmall = (page: Page) =>
  page.evaluate(() => {
    const seen = (element: Element) => element.checkVisibility({ visibilityProperty: true });
    const pressed = [...document.querySelectorAll('button, summary, nav a, .tools a, .brand')].filter(seen);
    const small = pressed.filter((element) => {
      const { width, height } = element.getBoundingClientRect();
      return width < 43.5 || height < 43.5;
    });
    const words = [...document.querySelectorAll('body *')].filter(
      (element) =>
        seen(element) &&
        [...element.childNodes].some((node) => node.nodeType === 3 && node.nodeValue?.trim()),
    );
    const scaleOf = (element: Element) =>
      element instanceof SVGElement ? (element.ownerSVGElement?.getScreenCTM()?.a ?? 1) : 1;
    const tiny = words.filter(
      (element) => parseFloat(getComputedStyle(element).fontSize) * scaleOf(element) < 13.9,
    );
    return [...small, ...tiny].map((element) => element.outerHTML.slice(0, 120));
  });

const picture = async (page: Page, name: string) => {
  if (takesPictures) await page.screenshot({ path: `docs/gallery/operator-${name}.png`, fullPage: true });
};

describe('the operator page', () => {
  it.each([
    ['light', desktop],
    ['dark', { ...desktop, dark: true }],
    ['phone', phone],
    ['phone-dark', { ...phone, dark: true }],
    ['tablet', { width: 820, height: 1180 }],
    ['narrow', { width: 320, height: 640 }],
  ] as const)('is as drawn: %s', async (name, look) => {
    const page = await open(look);
    const complaints = complaintsOf(page);
    const first = page.getByRole('heading').first();
    expect(await first.textContent()).toContain('Nothing lost.');
    expect((await first.boundingBox())?.y).toBeLessThanOrEqual(120);
    const answers = await page.locator('.ans').last().boundingBox();
    if (name !== 'narrow')
      expect((answers?.y ?? 0) + (answers?.height ?? 0)).toBeLessThanOrEqual(look.height);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(look.width);
    expect(
      await page.evaluate(() =>
        [...document.querySelectorAll('.panel')].flatMap((panel) =>
          [...panel.querySelectorAll('table')]
            .filter((table) => table.getBoundingClientRect().right > panel.getBoundingClientRect().right)
            .map((table) => table.innerText.slice(0, 60)),
        ),
      ),
    ).toEqual([]);
    expect(await tooSmall(page)).toEqual([]);
    expect(await faultsOf(page)).toEqual([]);
    expect(complaints).toEqual([]);
    // A phone begins with what asks for something, and shows one of a kind.
    const isSmall = look.width < 640;
    const topOf = async (selector: string) => (await page.locator(selector).boundingBox())?.y ?? 0;
    expect((await topOf('#set-aside')) < (await topOf('#accounts'))).toBe(isSmall);
    expect(await page.getByRole('button', { name: 'Show (logged)' }).count()).toBe(isSmall ? 1 : 2);
    expect(await page.locator('.address svg:visible').count()).toBe(isSmall ? 1 : 2);
    await picture(page, name);
    if (!isSmall) return;
    // What is closed at first is one list, with round corners around all of it.
    const roundOf = (id: string) =>
      page.locator(`.panel:has(> #${id})`).evaluate((panel) => {
        const { borderStartStartRadius: above, borderEndEndRadius: below } = getComputedStyle(panel);
        return [above, below].map((radius) => radius !== '0px');
      });
    expect(await roundOf('set-aside')).toEqual([true, true]);
    expect(await roundOf('accounts')).toEqual([true, false]);
    expect(await roundOf('times')).toEqual([false, false]);
    expect(await roundOf('rest')).toEqual([false, true]);
    await page.getByText('1 more', { exact: true }).press('Enter');
    expect(await page.getByRole('button', { name: 'Show (logged)' }).count()).toBe(2);
    expect(await faultsOf(page)).toEqual([]);
  });

  it('marks the part that is looked at, and leads to each', async () => {
    const page = await open({ width: 1440, height: 500 });
    const current = () => page.locator('.parts [aria-current]').allTextContents();
    expect(await current()).toEqual(['Overview']);
    for (const name of ['Tokens', 'Set aside', 'Imports', 'Refusals']) {
      await page.locator('.parts').getByText(name, { exact: true }).click();
      await expect.poll(current, soon).toEqual([name]);
      const { hash } = new URL(page.url());
      const [part, bar] = [await page.locator(hash).boundingBox(), await page.locator('.top').boundingBox()];
      expect(part?.y).toBeGreaterThanOrEqual((bar?.y ?? 0) + (bar?.height ?? 0));
      expect(part?.y).toBeLessThan(500);
    }
    await page.evaluate(() => {
      scrollTo(0, 0);
    });
    await expect.poll(current, soon).toEqual(['Overview']);
  });

  it('says what adds up: accepted is at rasa.io, waiting and set aside', async () => {
    const page = await open(desktop);
    const text = async (locator: string) =>
      ((await page.locator(locator).textContent()) ?? '').replace(/\s+/g, ' ');
    expect(await text('.ans >> nth=0')).toContain('6 accepted = 4 at rasa.io + 0 waiting + 2 set aside');
    expect(await text('.ans >> nth=2')).toContain('Seen by this process, up ');
    expect(await text('#accounts')).toMatch(/Working 0 – \d+ (s|min) ago – /);
    expect(await text('#refused')).toContain('A field was mistyped 1 0');
    for (const part of ['#refused', '#times'])
      expect(await text(part)).toMatch(/ counted by this process, up .* Other proxies .* count their own/);
    expect(await text('#set-aside')).not.toContain('@');
    expect(await text('.funnel')).toMatch(/Accepted 6 .*At rasa\.io 4/);
    const csv = await page.evaluate(async () => (await fetch('operator/set-aside.csv')).text());
    expect(csv.split('\r\n').filter(Boolean)).toHaveLength(3);
    expect(csv).not.toContain('@');
  });

  it.each([
    ['desktop', desktop],
    ['phone', phone],
  ] as const)('retires a key after a question, and uses it again: %s', async (name, look) => {
    const page = await open(look);
    if (name === 'phone') await page.locator('#accounts > summary').click();
    const fingerprint = figures().accounts[0]?.credentials?.sets[0]?.fingerprint ?? '';
    await page.getByText('newsletter', { exact: true }).first().waitFor();
    await page.getByLabel('Keys of main').click();
    await page.getByText(`Retire ${fingerprint}`, { exact: true }).click();
    const question = page.getByText('It is the only one: sign-ups are kept and wait');
    await question.waitFor();
    await page.getByRole('link', { name: 'Keep' }).press('Enter');
    await question.waitFor({ state: 'hidden' });
    await page.getByText(`Retire ${fingerprint}`, { exact: true }).press('Enter');
    await question.waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(look.width);
    expect(await tooSmall(page)).toEqual([]);
    expect(await faultsOf(page)).toEqual([]);
    await page.getByRole('button', { name: `Retire ${fingerprint} now` }).click();
    await page.getByRole('heading', { name: 'All keys of account “main” are retired' }).waitFor();
    if (name === 'phone') await page.locator('#accounts > summary').click();
    await page.getByLabel('Keys of main').click();
    await page.getByRole('button', { name: `Use ${fingerprint} again` }).click();
    await vi.waitFor(() => {
      expect(figures().accounts[0]?.credentials?.is).toBe('working');
    }, soon);
    await page.goto(`${service().url}/operator`);
    expect(await page.locator('.cause').count()).toBe(0);
  });

  it('is folded on a phone, opens by keyboard, and keeps focus and scroll while it is kept up to date', async () => {
    const page = await open({ ...phone, ownClock: true });
    const isOpen = () =>
      page.locator('#accounts').evaluate((details) => (details as HTMLDetailsElement).open);
    expect(await isOpen()).toBe(false);
    const summary = page.locator('#accounts > summary');
    await summary.focus();
    await page.keyboard.press('Enter');
    expect(await isOpen()).toBe(true);
    const before = await page.evaluate(() => scrollY);
    await post(service().url, 'urlencoded', { email: 'new@example.com' });
    await expect
      .poll(async () => {
        await page.clock.runFor(10_000);
        return page.locator('.ans').first().textContent();
      })
      .toContain('7 accepted');
    expect(await isOpen()).toBe(true);
    expect(await summary.evaluate((element) => element === document.activeElement)).toBe(true);
    expect(await page.evaluate(() => scrollY)).toBe(before);
    await page.getByText('Live', { exact: true }).waitFor();
  });

  it('asks for the password again when the session has ended, and shows no figures of before', async () => {
    const page = await open({ ...desktop, ownClock: true });
    await page.evaluate(() => {
      document.title = 'of before';
    });
    await expect
      .poll(async () => {
        await page.clock.runFor(10_000);
        return page.title();
      }, soon)
      .toContain('Nothing lost.');
    await page.context().clearCookies();
    await expect
      .poll(async () => {
        await page.clock.runFor(10_000);
        return page.getByLabel('Password').count();
      }, soon)
      .toBe(1);
    expect(await page.getByText('at rasa.io').count()).toBe(0);
  });

  it('works without scripts, and prints without buttons', async () => {
    const page = await open({ ...desktop, scripts: false });
    await page.getByRole('button', { name: 'Send all again' }).click();
    await page.getByText('at rasa.io').first().waitFor();
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('button:visible').count()).toBe(0);
    await page.getByRole('heading', { level: 1 }).waitFor();
  });

  // The last one: its key stays revoked.
  it('names the cause and the way out before any figure when the key is refused', async () => {
    await sandbox().putFaults({ revocationKillsTokens: true });
    const keys = await (await fetch(`${sandbox().url}/settings/api-keys`)).text();
    const [revoke] = /\/settings\/api-keys\/[\w-]+\/revoke/.exec(keys) ?? [];
    await fetch(`${sandbox().url}${revoke}`, { method: 'POST', headers: { Origin: sandbox().url } });
    await post(service().url, 'urlencoded', { email: 'late@example.com' });
    await vi.waitFor(() => {
      expect(figures().accounts[0]?.credentials?.is).toBe('refused');
    }, soon);
    for (const [name, look] of [
      ['refused-dark', { ...desktop, dark: true }],
      ['refused-phone', phone],
    ] as const) {
      const page = await open(look);
      // With those that an earlier test has sent again, where they still wait.
      await expect
        .poll(() => {
          const { waiting } = figures().outbox;
          const stuck = waiting === 1 ? '1 sign-up is' : `${waiting} sign-ups are`;
          return page.getByRole('heading', { name: `${stuck} stuck. Nothing is lost.` }).count();
        }, soon)
        .toBe(1);
      await page.getByRole('heading', { name: 'rasa.io refuses the key of account “main” (401)' }).waitFor();
      const cause = await page.locator('.cause').boundingBox();
      expect(cause?.y).toBeLessThan((await page.locator('.ans').first().boundingBox())?.y ?? 0);
      expect(await page.locator('svg .of-waiting').count()).toBe(1);
      await page.getByText(/^\d\d:\d\d no working key$/).waitFor();
      await page.getByText('How to replace a key').click();
      await page.getByText('revoke the old one at rasa.io').waitFor();
      expect(await tooSmall(page)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(look.width);
      expect(await faultsOf(page)).toEqual([]);
      await picture(page, name);
    }
  });
});
