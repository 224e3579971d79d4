import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Page } from 'playwright-core';

const script = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Waits for what still moves or fades in: halfway, a text has the contrast of no state that lasts. */
const settle = `(async () => {
  const rootsIn = (root) =>
    [root, ...[...root.querySelectorAll('*')].flatMap(({ shadowRoot }) => (shadowRoot ? rootsIn(shadowRoot) : []))];
  const moving = rootsIn(document)
    .flatMap((root) => root.getAnimations())
    .filter(({ playState, effect }) => playState === 'running' && effect.getComputedTiming().endTime !== Infinity);
  await Promise.allSettled(moving.map(({ finished }) => finished));
})()`;

/** Only what is wrong, and no selectors, which axe would look for at length. */
const quick: RunOptions = { resultTypes: ['violations'], selectors: false };

/** The accessibility faults of a page that axe finds, each with its element. */
export async function faultsOf(page: Page, options: RunOptions = {}): Promise<readonly string[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(script);
  await page.evaluate(settle);
  const { violations } = await page.evaluate<AxeResults>(
    `axe.run(${JSON.stringify({ ...quick, ...options })})`,
  );
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}
