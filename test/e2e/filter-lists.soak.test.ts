import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { FiltersEngine, Request } from '@ghostery/adblocker';
import type { Page } from 'playwright-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { launchBrowser } from '../helpers/browser/browser.ts';
import { startProduct } from '../helpers/server/product.ts';
import { openPage, pageOf, serveSite } from '../helpers/sites/site.ts';

/*
 * The lists that content blockers use: advertising, tracking, social media, cookie notices, pop-ups,
 * annoyances, widgets, malware, and those of many countries. They are too large for a dependency, so that
 * they are fetched as a package; where that cannot be had, this says so.
 */
const run = promisify(execFile);

interface List {
  readonly name: string;
  readonly rules: string;
}

async function fetchLists(): Promise<readonly List[] | undefined> {
  const cwd = await mkdtemp(join(tmpdir(), 'rasa-signup-lists-'));
  try {
    const { stdout } = await run('npm', ['pack', '--silent', '@adguard/dnr-rulesets'], { cwd });
    await run('tar', ['xzf', stdout.trim()], { cwd });
    return await readLists(cwd);
  } catch (error) {
    process.stderr.write(`Skipped: the lists of content blockers cannot be fetched: ${String(error)}\n`);
    return undefined;
  } finally {
    await rm(cwd, { recursive: true, force: true });
  }
}

async function readLists(cwd: string): Promise<readonly List[]> {
  const root = join(cwd, 'package/dist/filters/declarative');
  const read = async (name: string): Promise<List> => {
    const [about] = JSON.parse(await readFile(join(root, name, `${name}.json`), 'utf8')) as [
      { readonly metadata: { readonly rawFilterList?: string } },
    ];
    return { name, rules: (about.metadata.rawFilterList ?? '').replaceAll('\r', '') };
  };
  const all = await Promise.all((await readdir(root)).map(read));
  return all.filter(({ rules }) => rules !== '');
}

const lists = await fetchLists();

const proxies = [
  'https://signup.example.com',
  'https://newsletter.example.com',
  'https://forms.example.org',
  'https://www.example.com/newsletter',
  'https://www.example.com/signup',
];
type Kind = 'script' | 'xmlhttprequest' | 'stylesheet' | 'image' | 'sub_frame' | 'main_frame';

/** What a page with a form asks of a proxy. */
async function requests(): Promise<readonly (readonly [string, Kind])[]> {
  const built = (await readdir('dist/widget')).filter((name) => name.endsWith('.js'));
  return [
    ...built.map((name) => [`/${name}`, 'script'] as const),
    ['/embed.js?form=newsletter', 'script'],
    ['/forms/newsletter?lang=en', 'xmlhttprequest'],
    ['/forms/newsletter/challenge', 'xmlhttprequest'],
    ['/forms/newsletter', 'xmlhttprequest'],
    ['/forms/newsletter', 'sub_frame'],
    ['/forms/newsletter', 'main_frame'],
    ['/forms/newsletter/qr.svg', 'image'],
  ];
}

describe.skipIf(!lists)('content blockers', { timeout: 600_000 }, () => {
  it('let through whatever a page with a form asks of the proxy', async () => {
    expect(lists?.length).toBeGreaterThan(40);
    const blocked: string[] = [];
    let advertisements = 0;
    for (const { name, rules } of lists ?? []) {
      const engine = FiltersEngine.parse(rules, { loadCosmeticFilters: false });
      const match = (url: string, type: Kind, sourceUrl: string) =>
        engine.match(Request.fromRawDetails({ url, type, sourceUrl }));
      advertisements += Number(
        match('https://ad.doubleclick.net/ddm/adj/x', 'script', 'https://www.shop.test/').match,
      );
      for (const proxy of proxies)
        for (const [path, type] of await requests())
          for (const page of ['https://www.shop.test/page', `${proxy}/`]) {
            const { match: isMatched, filter } = match(`${proxy}${path}`, type, page);
            if (isMatched) blocked.push(`${name}: ${proxy}${path} by ${String(filter)}`);
          }
    }
    // So that the lists are known to be read.
    expect(advertisements).toBeGreaterThan(0);
    expect(blocked).toEqual([]);
  });

  it('hide nothing of a form, wherever it stands', async () => {
    const browser = await launchBrowser();
    onTestFinished(() => browser.close());
    const { url } = await startProduct();
    const selectors = (lists ?? []).flatMap(({ rules }) =>
      rules.split('\n').flatMap((rule) => /^##(?![+^])(.+)$/.exec(rule)?.[1] ?? []),
    );
    expect(selectors.length).toBeGreaterThan(10_000);
    const form = (attributes: string) =>
      pageOf(`<script async src="${url}/embed.js" data-form="newsletter" ${attributes}></script>
        <rasa-signup src="${url}/forms/newsletter"><form action="${url}/forms/newsletter" method="post">
        <input name="email" type="email" required><button>Subscribe</button></form></rasa-signup>`);
    const site = await serveSite({
      '/': form(''),
      '/dialog': form('data-display="dialog" data-open-on="1s"'),
      '/bar': form('data-display="bar"'),
      '/control': pageOf('<div id="ad_newsletter"></div>'),
    });
    const pages = [`${site}/`, `${site}/dialog`, `${site}/bar`, `${url}/`, `${url}/forms/newsletter`];
    const hidden = [];
    for (const address of pages) {
      const { page } = await openPage(browser, address);
      await page.locator('rasa-signup, form, iframe').first().waitFor({ state: 'attached' });
      hidden.push(...(await hiddenBy(page, selectors)));
    }
    expect(hidden).toEqual([]);
    const { page } = await openPage(browser, `${site}/control`);
    expect(await hiddenBy(page, selectors)).toContain('#ad_newsletter');
  });
});

/** The selectors by which a blocker would hide something of the page. */
async function hiddenBy(page: Page, selectors: readonly string[]): Promise<readonly string[]> {
  return page.evaluate(
    (all) =>
      all.filter((selector) => {
        try {
          return document.querySelector(selector) !== null;
        } catch {
          // Only blockers know these.
          return false;
        }
      }),
    selectors,
  );
}
