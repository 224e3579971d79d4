import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import type { Browser } from 'playwright-core';
import { compile } from 'svelte/compiler';
import { build, type InlineConfig, type Plugin } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../helpers/browser/browser.ts';
import { openPage, pageOf, serveSite, signUp, stubbedProxy } from '../helpers/sites/site.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

describe.each(['react', 'vue', 'svelte'])('a page that %s has rendered on its server', (framework) => {
  let app: { readonly script: string; readonly render: (src: string) => Promise<string> | string };
  beforeAll(async () => {
    app = { script: await bundle(framework), render: await loadRender(framework) };
  }, 60_000);

  it.each([
    ['before it is hydrated', true],
    ['after it was hydrated', false],
  ])('has a form that loads %s', async (_name, isFirst) => {
    const { base, form, seen } = await stubbedProxy();
    const site = await serveSite({
      '/': pageOf(`<main>${await app.render(form)}</main><script src="/app.js"></script>`),
      '/app.js': app.script,
    });
    const { page, complaints } = await openPage(browser, site);
    const hydrate = () => page.evaluate(`host.hydrate(${JSON.stringify(form)})`);
    await page.locator('rasa-signup').evaluate((element) => Object.assign(element, { isTheFirst: true }));
    if (!isFirst) await hydrate();
    await page.addScriptTag({ url: `${base}/embed.js` });
    await page.getByLabel('First name').fill('Ada');
    if (isFirst) await hydrate();
    await page.getByRole('button', { name: 'Clicked 0' }).click();
    await page.locator('rasa-signup.c1').waitFor();
    // The same element, with the typed values.
    expect(await page.locator('rasa-signup').evaluate((element) => 'isTheFirst' in element)).toBe(true);
    await signUp(page);
    expect((await seen()).posts).toMatchObject([{ email: 'ada@example.com', first_name: 'Ada' }]);

    await page.getByRole('button', { name: 'Toggle' }).click();
    await page.locator('rasa-signup').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Toggle' }).click();
    await signUp(page, 'grace@example.com');
    expect(complaints).toEqual([]);
  });
});

describe('a page whose content Turbo swaps', () => {
  it.each([
    ['the script tag', (base: string) => `<script src="${base}/embed.js" data-form="newsletter"></script>`],
    [
      'the script tag as a module',
      (base: string) => `<script type="module" src="${base}/embed.js" data-form="newsletter"></script>`,
    ],
    [
      'the element',
      (base: string) =>
        `<rasa-signup src="${base}/forms/newsletter"></rasa-signup><script src="${base}/embed.js"></script>`,
    ],
  ])('%s: shows one form on every visit, from the server and from its cache', async (_name, snippetOf) => {
    const { base } = await stubbedProxy();
    const head = '<script src="/turbo.js"></script>';
    const links = '<a href="/">One</a> <a href="/two">Two</a>';
    const site = await serveSite({
      '/': pageOf(`<h1>One</h1>${links}<main>${snippetOf(base)}</main>`, head),
      '/two': pageOf(`<h1>Two</h1>${links}<main>${snippetOf(base)}</main>`, head),
      '/turbo.js': await fromPackage('@hotwired/turbo/dist/turbo.es2017-umd.js'),
    });
    const { page, complaints } = await openPage(browser, site);
    await page.evaluate(() => Object.assign(window, { isTheFirst: true }));
    await signUp(page);
    for (const go of [
      () => page.getByRole('link', { name: 'Two' }).click(),
      () => page.evaluate('setTimeout(() => history.back())'),
      () => page.getByRole('link', { name: 'Two' }).click(),
    ]) {
      const before = await page.getByRole('heading', { level: 1 }).textContent();
      await go();
      await page.getByRole('heading', { level: 1, name: before === 'One' ? 'Two' : 'One' }).waitFor();
      await signUp(page);
      expect(await page.locator('rasa-signup').count()).toBe(1);
    }
    expect(await page.evaluate(() => 'isTheFirst' in window)).toBe(true);
    expect(complaints).toEqual([]);
  });
});

describe('a page whose content htmx swaps', () => {
  it.each<[string, (base: string) => string]>([
    ['the script tag', (base) => `<script src="${base}/embed.js" data-form="newsletter"></script>`],
    [
      'the element',
      (base) =>
        `<rasa-signup src="${base}/forms/newsletter"></rasa-signup><script src="${base}/embed.js"></script>`,
    ],
  ])(
    '%s: shows one form after each swap, and when the visitor goes back and forward',
    async (_name, snippetOf) => {
      const { base } = await stubbedProxy();
      const head = '<script src="/htmx.js"></script>';
      const links = `<a href="#" hx-get="/form" hx-target="main" hx-push-url="/with-form">Form</a>
      <a href="#" hx-get="/none" hx-target="main" hx-push-url="/without">None</a>`;
      const site = await serveSite({
        '/': pageOf(`${links}<main>Nothing yet</main>`, head),
        '/form': `<h1>The form</h1>${snippetOf(base)}`,
        '/none': '<h1>No form</h1>',
        '/htmx.js': await fromPackage('htmx.org/dist/htmx.js'),
      });
      const { page, complaints } = await openPage(browser, site);
      const signUpHere = async () => {
        await signUp(page);
        expect(await page.locator('rasa-signup').count()).toBe(1);
      };
      for (let swap = 0; swap < 2; swap++) {
        await page.getByRole('link', { name: 'Form' }).click();
        await signUpHere();
        await page.getByRole('link', { name: 'None' }).click();
        await page.getByRole('heading', { name: 'No form' }).waitFor();
      }
      await page.evaluate('setTimeout(() => history.back())');
      await signUpHere();
      expect(complaints).toEqual([]);
    },
  );
});

/** The app of a framework as its page loads it: a classic script that defines `host.hydrate(src)`. */
async function bundle(framework: string): Promise<string> {
  return buildOne(framework, {
    lib: { entry: `test/e2e/hosts/${framework}.js`, formats: ['iife'], name: 'host', fileName: 'app' },
    minify: true,
  });
}

/** The app of a framework as its server runs it. */
async function loadRender(framework: string): Promise<(src: string) => Promise<string> | string> {
  const code = await buildOne(framework, { ssr: `test/e2e/hosts/${framework}-server.js` });
  // Below `node_modules`, so that its imports are found.
  const dir = resolve('node_modules/.cache/hosts');
  await mkdir(dir, { recursive: true });
  const file = `${dir}/${framework}-${process.pid}.js`;
  await writeFile(file, code);
  const module = (await import(file)) as { readonly render: (src: string) => Promise<string> | string };
  return module.render;
}

async function buildOne(framework: string, options: InlineConfig['build']): Promise<string> {
  const isServer = options?.ssr !== undefined;
  const built = await build({
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    define: isServer ? {} : { 'process.env.NODE_ENV': '"production"' },
    plugins: framework === 'svelte' ? [compileSvelte(isServer ? 'server' : 'client')] : [],
    build: { write: false, ...options },
  });
  const output = Array.isArray(built) ? built[0] : built;
  if (output === undefined || !('output' in output)) throw new Error(`Nothing was built for ${framework}.`);
  return output.output[0].code;
}

function compileSvelte(generate: 'client' | 'server'): Plugin {
  return {
    name: 'compile-svelte',
    transform: (code, id) =>
      id.endsWith('.svelte') ? compile(code, { generate, filename: id }).js.code : undefined,
  };
}

const fromPackage = (path: string) => readFile(createRequire(import.meta.url).resolve(path), 'utf8');
