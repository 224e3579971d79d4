import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../helpers/browser/browser.ts';
import { seenOn, watchLayout } from '../helpers/browser/layout-shift.ts';
import { readmeBlocks } from '../helpers/documents.ts';
import { holdAfterMounts } from '../helpers/server/mounts.ts';
import { startService } from '../helpers/server/service.ts';
import { servePage } from '../helpers/sites/one-answer.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

// `npm run bench:widget` measures the same in more detail, and compares other scripts.
describe('what the form leaves behind in a page', () => {
  it('is nothing, however often it is added and removed: no nodes, no listeners, no growing heap', async () => {
    const { url } = await startService();
    const page = await browser.newPage();
    await page.goto(
      await servePage(`<!doctype html><html lang="en"><script src="${url}/embed.js"></script>`),
    );
    const form = `<rasa-signup src="${url}/forms/newsletter"></rasa-signup>`;
    const { heapBytes, nodes, listeners } = await holdAfterMounts(page, form, 100);
    expect({ nodes, listeners }).toEqual({ nodes: 0, listeners: 0 });
    // A single form that is not freed takes 30 kB.
    expect(heapBytes / 100).toBeLessThan(5000);
    await page.close();
  });

  it('is a layout that did not move, if the page reserved a place of its height', async () => {
    const { url } = await startService();
    const place = `<rasa-signup src="${url}/forms/newsletter"></rasa-signup>`;
    const after = `<p>What stands below the form.</p><script async src="${url}/embed.js"></script>`;
    const page = (style: string) =>
      servePage(
        `<!doctype html><html lang="en"><title>A page</title>${style}<body>${place}${after}</body></html>`,
      );
    const [style = ''] = readmeBlocks('docs/embedding.md', 'css');
    expect(await shiftedOn(await page(`<style>${style}</style>`))).toBe(0);
    expect(await shiftedOn(await page(''))).toBeGreaterThan(0);
  });

  it.each(['/forms/newsletter', '/'])('is a layout that did not move, on our own page %s', async (path) => {
    const { url } = await startService();
    expect(await shiftedOn(`${url}${path}`)).toBe(0);
  });
});

/** How far the page's layout had shifted when the form appeared. */
async function shiftedOn(url: string): Promise<number> {
  const context = await browser.newContext();
  await watchLayout(context);
  const page = await context.newPage();
  // The visitor has seen the page before the form appears.
  await page.route('**/forms/newsletter*', async (route, request) => {
    if (request.resourceType() === 'fetch')
      await page.waitForFunction(() => performance.getEntriesByName('first-contentful-paint').length > 0);
    await route.continue();
  });
  await page.goto(url);
  const isFramed = (await page.locator('iframe').count()) > 0;
  const frame = isFramed ? page.frameLocator('iframe') : page;
  await frame.locator('rasa-signup form[part=form]').first().waitFor();
  const { shifted } = await seenOn(page);
  await context.close();
  return shifted;
}
