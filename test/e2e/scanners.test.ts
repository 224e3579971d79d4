import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { launchBrowser } from '../helpers/browser/browser.ts';
import { startDoubleOptIn, type Letter } from '../helpers/server/double-opt-in.ts';
import { readContacts } from '../helpers/server/service.ts';
import { servePage } from '../helpers/sites/one-answer.ts';
import { ask } from '../helpers/sites/visitor.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
}, 60_000);
afterAll(() => browser.close());

/** All people of the soak test; a handful elsewhere. */
const people = process.env['SOAK'] === undefined ? 4 : 100;
const soon = { timeout: 20_000, interval: 100 };

type Product = Awaited<ReturnType<typeof startDoubleOptIn>>;

function linksOf({ text, html, unsubscribe }: Letter): readonly string[] {
  const found = [...`${text} ${html}`.matchAll(/https?:\/\/[^\s"<]+/g)].map(([url]) => url);
  return [...new Set([...found, unsubscribe])];
}

/** Networks, programs and manners in which mail scanners were seen to open links. */
const networks = ['203.0.113.7', '198.51.100.9', '2001:db8::7', '192.0.2.250'];
const programs = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36',
  'Mozilla/5.0 (compatible; MSIE 9.0; Windows NT 6.1)',
  'BarracudaLinkProtect/1.0',
  '',
];
const manners: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ['HEAD', {}],
  ['GET', { accept: 'text/html', 'sec-fetch-mode': 'navigate' }],
  ['GET', { 'sec-purpose': 'prefetch;prerender', purpose: 'prefetch', 'x-moz': 'prefetch' }],
  ['GET', { range: 'bytes=0-100', accept: '*/*' }],
  ['OPTIONS', { origin: 'https://scanner.example', 'access-control-request-method': 'POST' }],
  // One click of RFC 8058 stops mail; that a scanner posts, too, must not confirm.
  ['PUT', {}],
  ['PROPFIND', {}],
];

/** 1,000 visits of these links, within seconds. */
async function visitThousandTimes(links: readonly string[]): Promise<void> {
  let visits = 0;
  for (let round = 0; visits < 1000; round++) {
    const batch = links.flatMap((url) =>
      manners.map(([method, headers], at) =>
        ask(url, {
          method,
          headers: {
            ...headers,
            'user-agent': programs[(round + at) % programs.length] ?? '',
            'x-forwarded-for': networks[(round * 3 + at) % networks.length] ?? '',
          },
        }),
      ),
    );
    visits += batch.length;
    await Promise.all(batch);
  }
}

/** Somebody has sent the form with an address in it, and waits. */
async function openForm(product: Product, context: BrowserContext, email: string): Promise<Page> {
  const page = await context.newPage();
  const script = `<script async src="${product.url}/embed.js" data-form="letter"></script>`;
  await page.goto(
    await servePage(`<!doctype html><html lang="en"><title>A page</title><body>${script}</body></html>`),
  );
  await page.getByLabel('Email address').fill(email);
  await page.getByRole('button', { name: 'Subscribe' }).click();
  await page.getByRole('heading', { name: 'Confirm your address' }).waitFor();
  return page;
}

/** A scanner that runs scripts, waits, follows what it finds and looks at it from several windows. */
async function scanInBrowser(context: BrowserContext, links: readonly string[]): Promise<void> {
  for (const url of links) {
    const page = await context.newPage();
    for (let visit = 0; visit < 5; visit++) await page.goto(url, { waitUntil: 'networkidle' });
    const onward = await page
      .locator('a[href^="http"], a[href^="/"]')
      .evaluateAll((found) => found.map((one) => (one as HTMLAnchorElement).href));
    for (const next of onward) await page.goto(next, { waitUntil: 'load' }).catch(() => undefined);
    await page.goBack().catch(() => undefined);
    await page.close();
  }
}

it('1,000 visits in every manner of scanners confirm nobody, also with a stranger’s form open in a tab', async () => {
  const product = await startDoubleOptIn({ fields: ['email'] }, { TRUST_PROXY: '1' });
  const strange = await browser.newContext();
  onTestFinished(() => strange.close());
  const attacker = await openForm(product, strange, 'victim@example.com');
  const letter = await product.letterTo('victim@example.com');
  const links = linksOf(letter);
  expect(links).toContain(letter.link);

  await visitThousandTimes(links);
  // In a profile of its own, and in the one in which the form is open.
  const apart = await browser.newContext();
  onTestFinished(() => apart.close());
  await scanInBrowser(apart, links);
  await scanInBrowser(strange, links);

  await attacker.bringToFront();
  expect(await attacker.getByLabel('Code from the message').isVisible()).toBe(true);
  expect(await readContacts(product.sandbox)).toEqual([]);
  // The person can still press the button, and nothing that was visited has stopped the mail.
  const done = await ask(letter.link, { method: 'POST' });
  expect(done.body).toContain('You are in');
}, 120_000);

it(`${people} people in a browser are confirmed by one click, or by the code`, async () => {
  const product = await startDoubleOptIn({ fields: ['email'] });
  const context = await browser.newContext();
  onTestFinished(() => context.close());
  for (let index = 0; index < people; index++) {
    const email = `person${index}@example.com`;
    const page = await openForm(product, context, email);
    if (index % 2 === 0) {
      await page.goto((await product.letterTo(email)).link);
      await page.getByRole('button', { name: 'Yes, sign me up' }).click();
      await page.getByText('Confirmed. You are in.').waitFor();
    } else {
      await page.getByLabel('Code from the message').fill((await product.letterTo(email)).code);
      await page.getByRole('button', { name: 'Confirm' }).click();
      await page.getByLabel('Code from the message').waitFor({ state: 'detached' });
    }
    await page.close();
  }
  await vi.waitFor(async () => {
    expect(await readContacts(product.sandbox)).toHaveLength(people);
  }, soon);
}, 600_000);
