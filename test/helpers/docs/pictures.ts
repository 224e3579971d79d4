import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hostPages, renderHost } from '../../e2e/hosts/pages.ts';
import { launchBrowser } from '../browser/browser.ts';
import { launchProduct } from '../server/launch.ts';

/** `npm run docs:pictures`: takes the screenshots in docs/pictures/ from the built product. */
const dataDir = await mkdtemp(join(tmpdir(), 'rasa-signup-'));
const product = await launchProduct(dataDir, {});
const browser = await launchBrowser();
const host = hostPages.find(({ name }) => name === 'bootstrap');
const html = host && (await renderHost(host, `${product.url}/forms/newsletter`));
const site = createServer((_request, response) => {
  const script = `<script async src="${product.url}/embed.js"></script>`;
  response.setHeader('content-type', 'text/html; charset=utf-8').end(`${html ?? ''}${script}`);
}).listen(0, '127.0.0.1');
await once(site, 'listening');

const context = await browser.newContext({
  locale: 'en-GB',
  viewport: { width: 1280, height: 800 },
  // Sharp on the screens of most readers.
  deviceScaleFactor: 2,
});
const page = await context.newPage();
await page.goto(product.url);
const preview = page.frameLocator('iframe').locator('.place rasa-signup [part~=form]');
await preview.waitFor();
await page.screenshot({ path: 'docs/pictures/builder.png', animations: 'disabled' });

await page.setViewportSize({ width: 820, height: 640 });
await page.goto(`http://localhost:${(site.address() as AddressInfo).port}/`);
await page.getByLabel('Email address').fill('ada@example.com');
await page.getByLabel('First name').fill('Ada');
await page.screenshot({ path: 'docs/pictures/form.png', animations: 'disabled', fullPage: true });

await browser.close();
site.close();
await product.stop();
await rm(dataDir, { recursive: true });
