import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderOperatorPage } from '../../server/operator/page/page.ts';
import { judge } from '../../server/operator/verdict.ts';
import { complaintsOf, launchBrowser } from '../helpers/browser/browser.ts';
import { hostileText } from '../helpers/hostile.ts';
import { figuresIn, states } from '../helpers/server/operator-states.ts';
import { builtDir } from '../helpers/server/sandbox.ts';

/** `npm run gallery` takes a contact sheet of all states, in light and large, and in dark and small. */
const takesPictures = process.env['npm_lifecycle_event'] === 'gallery';
const looks = {
  desktop: { width: 1440, height: 640, colorScheme: 'light' },
  phone: { width: 390, height: 844, colorScheme: 'dark' },
} as const;
type Look = keyof typeof looks;

let browser: Browser;
const pages = new Map<Look, Page>();
const pictures = new Map<Look, string[]>([
  ['desktop', []],
  ['phone', []],
]);
let html = '';

beforeAll(async () => {
  browser = await launchBrowser();
  for (const [name, { width, height, colorScheme }] of Object.entries(looks)) {
    const page = await browser.newPage({ viewport: { width, height }, colorScheme });
    await page.route('**/*', async (route) => {
      const { pathname } = new URL(route.request().url());
      if (pathname === '/operator') await route.fulfill({ body: html, contentType: 'text/html' });
      else await route.fulfill({ path: join(builtDir, pathname) });
    });
    pages.set(name as Look, page);
  }
}, 60_000);

afterAll(async () => {
  if (takesPictures) for (const [look, figures] of pictures) await drawSheet(look, figures);
  await browser.close();
}, 60_000);

async function drawSheet(look: Look, figures: readonly string[]): Promise<void> {
  const width = look === 'desktop' ? 480 : 260;
  const sheet = await browser.newPage({
    viewport: { width: 3 * (width + 14) + 16, height: 400 },
    deviceScaleFactor: 0.6,
  });
  await sheet.setContent(
    `<style>body { display: flex; flex-wrap: wrap; gap: 12px; align-items: end; margin: 12px; background: #d8d6cf; font: 15px sans-serif }
    figure { margin: 0; width: ${width}px } img { display: block; width: 100% }</style>${figures.join('')}`,
  );
  await sheet.screenshot({ path: `docs/gallery/operator-states-${look}.png`, fullPage: true });
}

async function show(state: Parameters<typeof judge>[0], look: Look): Promise<Page> {
  const page = pages.get(look);
  if (!page) throw new Error(`no page for ${look}`);
  html = renderOperatorPage({
    figures: figuresIn(state),
    verdict: judge(state),
    prefix: '',
    formToken: 'x',
    version: '1.0.0',
  });
  await page.goto('http://operator.test/operator');
  return page;
}

describe.each(Object.keys(looks) as Look[])('the operator page, on a %s,', (look) => {
  it.each(Object.entries(states))(
    'says what matters first: %s',
    async (name, [state, words, tone, cause]) => {
      const page = await show(state, look);
      const first = page.getByRole('heading').first();
      expect(await first.textContent()).toBe(words);
      expect(await page.title()).toContain(words);
      expect(await page.locator('.verdict').getAttribute('class')).toBe(`verdict ${tone}`);
      const top = async (selector: string) => (await page.locator(selector).first().boundingBox())?.y ?? 0;
      expect(await top('h1')).toBeLessThanOrEqual(120);
      const causes = page.locator('.cause h2');
      if (cause === undefined) expect(await causes.count()).toBe(0);
      else {
        expect(await causes.first().textContent()).toBe(cause);
        expect(await top('.cause')).toBeLessThan(await top('.ans'));
      }
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(
        looks[look].width,
      );
      if (!takesPictures) return;
      const picture = (await page.screenshot({ animations: 'disabled' })).toString('base64');
      pictures
        .get(look)
        ?.push(
          `<figure><figcaption>${name}</figcaption><img src="data:image/png;base64,${picture}"></figure>`,
        );
    },
  );
});

it('runs nothing that stands in a text from elsewhere', async () => {
  const [state] = states['some wait for longer than ten minutes'] ?? [];
  if (!state) throw new Error('no such state');
  const hostile = {
    ...state,
    accounts: state.accounts.map((one) => ({ ...one, name: hostileText })),
    refused: [{ code: hostileText, count: 1, gotIn: 0 }],
  };
  const page = await show(hostile, 'desktop');
  const figures = figuresIn(hostile);
  html = renderOperatorPage({
    figures: {
      ...figures,
      keyRefusals: [{ atMs: state.nowMs, account: hostileText }],
      accounts: figures.accounts.map((one) => ({
        ...one,
        forms: [hostileText, hostileText],
        keys: [{ fingerprint: hostileText, state: hostileText, isWithdrawn: false }],
      })),
      setAside: {
        count: 60,
        unreadable: 0,
        newest: [
          {
            id: hostileText,
            form: hostileText,
            reason: hostileText,
            attempts: 1,
            refusedAt: '2026-11-27T10:00:00Z',
          },
        ],
      },
      refused: [{ code: hostileText, rule: hostileText, count: 1, gotIn: 0 }],
      rest: {
        webhooks: [{ host: hostileText, isActive: false, failures: 1, sent: 0, last: hostileText }],
        tokens: [{ name: hostileText, expiresMs: 2e12 }],
        lastImport: undefined,
        mail: { waiting: 0, failed: 0, oldestMs: undefined },
      },
      setup: {
        isRunning: false,
        checkedMs: 1e12,
        hints: [{ about: hostileText, is: 'warning', what: hostileText, remedy: hostileText }],
      },
    },
    verdict: judge(hostile),
    prefix: '',
    formToken: hostileText,
    version: hostileText,
    address: { id: hostileText, email: hostileText },
  });
  const complaints = complaintsOf(page);
  await page.goto('http://operator.test/operator');
  expect(await page.evaluate(() => 'ran' in window)).toBe(false);
  expect(await page.locator('main script, main img, [onload], [onerror]').count()).toBe(0);
  expect(await page.locator('a[href^="javascript:"]').count()).toBe(0);
  expect(complaints).toEqual([]);
});
