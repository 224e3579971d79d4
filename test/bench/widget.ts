import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../helpers/browser/browser.ts';
import { seenOn } from '../helpers/browser/layout-shift.ts';
import { launchProduct } from '../helpers/server/launch.ts';
import { holdAfterMounts } from '../helpers/server/mounts.ts';
import { openIntake } from '../helpers/server/service.ts';
import { installPeers } from './peers.ts';
import { table } from './report.ts';
import { servePages, type Subject } from './widget-pages.ts';
import { openContext, visit, type Visit } from './widget-visit.ts';

/**
 * `npm run bench:widget [-- --quick]`: the cost of the form in a visitor's browser, compared with others on
 * the same page in the same run. Every round visits each of them once, so that other work of this machine
 * affects all of them alike. The results are medians.
 */
const isQuick = process.argv.includes('--quick');
const rounds = isQuick ? 3 : 9;
const mounts = isQuick ? 100 : 1000;

const dataDir = await mkdtemp(join(tmpdir(), 'rasa-signup-'));
const product = await launchProduct(dataDir, { ...openIntake, BOT_MODE: 'enforce' });
const peers = await installPeers();
const pages = await servePages(product.url, typeof peers === 'string' ? undefined : peers);
const browser = await launchBrowser();
try {
  await showVisits(browser, pages.subjects);
  await showMounts(browser, pages.subjects);
  await showOwnPages(browser);
  if (typeof peers === 'string') process.stdout.write(`\n${peers}\n`);
} finally {
  await browser.close();
  pages.close();
  await product.stop();
  await rm(dataDir, { recursive: true, force: true });
}

async function showVisits(browser: Browser, subjects: readonly Subject[]): Promise<void> {
  const visits = new Map<Subject, Visit[]>(subjects.map((subject) => [subject, []]));
  // The first round warms up disk and browser.
  for (let round = 0; round <= rounds; round++) {
    // Each way round in turn, because a visit after one of the heavier scripts is slower.
    for (const subject of round % 2 === 0 ? subjects : [...subjects].reverse()) {
      const one = await visit(browser, subject);
      if (round > 0) visits.get(subject)?.push(one);
    }
  }
  const [own = []] = visits.values();
  const names = ['evaluationMs', 'readyMs', 'clickMs', 'longMs'] as const;
  process.stdout.write(
    `\nA visit with an empty cache on a processor slowed down fourfold: medians of ${rounds} rounds in ms, and relative to the element\n\n${table(
      ['', 'evaluation', '', 'form stands', '', 'first click', '', 'long tasks', 'layout shift'],
      [...visits].map(([{ name }, seen]) => {
        const median = (of: keyof Visit) => medianOf(seen.map((one) => one[of]));
        const [evaluation = '', ready = '', click = ''] = names.map((of) =>
          seen === own ? '' : `${(median(of) / medianOf(own.map((one) => one[of]))).toFixed(1)} x`,
        );
        return [
          name,
          median('evaluationMs'),
          evaluation,
          Math.round(median('readyMs')),
          ready,
          median('clickMs'),
          click,
          Math.round(median('longMs')),
          median('shifted').toFixed(3),
        ];
      }),
    )}`,
  );
  const [byHand] = [...visits].filter(([{ name }]) => name === 'without a framework').map(([, seen]) => seen);
  const evaluation = (seen: readonly Visit[] = []) => medianOf(seen.map((one) => one.evaluationMs));
  process.stdout.write(
    `\nEvaluation of the element: ${(evaluation(own) / evaluation(byHand)).toFixed(2)} times that of the form without a framework\n`,
  );
}

async function showMounts(browser: Browser, subjects: readonly Subject[]): Promise<void> {
  const rows = [];
  for (const { name, url, element } of subjects) {
    if (element === undefined) continue;
    const context = await openContext(browser);
    const page = await context.newPage();
    await page.goto(url);
    const { heapBytes, nodes, listeners } = await holdAfterMounts(page, element, mounts);
    rows.push([name, (heapBytes / mounts).toFixed(0), nodes, listeners]);
    await context.close();
  }
  process.stdout.write(
    `\nWhat a page retains after ${mounts} more elements were added, rendered and removed\n\n${table(
      ['', 'heap bytes each', 'nodes', 'listeners'],
      rows,
    )}`,
  );
}

/** The product's own pages: the builder with its preview, and the hosted page of the form. */
async function showOwnPages(browser: Browser): Promise<void> {
  for (const path of ['/', '/forms/newsletter']) {
    const context = await openContext(browser);
    const page = await context.newPage();
    await page.goto(product.url + path);
    const place = path === '/' ? page.frameLocator('iframe').locator('.place') : page;
    // On a phone the preview of the builder is behind a tab.
    await place.locator('rasa-signup form[part=form]').waitFor({ state: 'attached' });
    const { shifted } = await seenOn(page);
    process.stdout.write(`\nLayout shift of ${path}: ${shifted.toFixed(3)}\n`);
    await context.close();
  }
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}
