import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chartOfFunnel } from '../../server/analytics/charts/funnel-chart.ts';
import { chartOf } from '../../server/analytics/charts/report-chart.ts';
import type { FunnelGroup } from '../../server/analytics/funnel/funnel.ts';
import { readQuery, type QueryTexts } from '../../server/analytics/query.ts';
import { rowsOf, type ReportName, type Row } from '../../server/analytics/reports/report.ts';
import { reports } from '../../server/analytics/reports/reports.ts';
import type { Chart } from '../../server/charts/chart.ts';
import { renderChartPage } from '../../server/charts/page.ts';
import { launchBrowser } from '../helpers/browser/browser.ts';
import { openReaders } from '../helpers/server/readers.ts';
import { runCommand } from '../helpers/server/run-command.ts';
import { startService } from '../helpers/server/service.ts';
import { directoryInMemory } from '../helpers/server/temporary-dir.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

/** What a person would see at once: words that are too small, too faint, cut off or on top of each other. */
function faultsOf(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const luminance = (colour: string) => {
      const [r = 0, g = 0, b = 0] = (colour.match(/[\d.]+/g) ?? []).map(Number).map((value) => {
        const part = value / 255;
        return part <= 0.040_45 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const contrast = (a: string, b: string) => {
      const [x, y] = [luminance(a), luminance(b)];
      return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
    };
    const svg = document.querySelector('svg');
    if (!svg) return ['no picture'];
    const frame = svg.getBoundingClientRect();
    const ground = getComputedStyle(svg.querySelector('.fill-ground') ?? svg).fill;
    const faults: string[] = [];
    const texts = [...svg.querySelectorAll('text')].map((text) => {
      const { fontSize, fill } = getComputedStyle(text);
      const words = text.textContent.trim();
      if (Number.parseFloat(fontSize) < 14) faults.push(`small: ${words}`);
      if (contrast(fill, ground) < 4.5) faults.push(`faint: ${words}`);
      const box = text.getBoundingClientRect();
      const isIn = box.left >= frame.left && box.right <= frame.right && box.top >= frame.top;
      if (!isIn || box.bottom > frame.bottom) faults.push(`outside: ${words}`);
      return { words, box };
    });
    for (const [index, { words, box }] of texts.entries()) {
      for (const other of texts.slice(index + 1)) {
        const overlaps =
          box.left < other.box.right - 1 &&
          other.box.left < box.right - 1 &&
          box.top < other.box.bottom - 4 &&
          other.box.top < box.bottom - 4;
        if (overlaps) faults.push(`over each other: ${words} and ${other.words}`);
      }
    }
    for (const mark of svg.querySelectorAll('[class^="fill-"], [class^="stroke-"]')) {
      const name = mark.getAttribute('class') ?? '';
      const { fill, stroke } = getComputedStyle(mark);
      if (!/blue|amber|grey|green|red/.test(name)) continue;
      if (contrast(name.startsWith('fill') ? fill : stroke, ground) < 3) faults.push(`faint: ${name}`);
    }
    return faults;
  });
}

const month = { from: '2026-10-01', to: '2026-10-31' };
const reportCharts: readonly (readonly [name: ReportName, texts: QueryTexts])[] = [
  ['activities', month],
  ['activities', { from: '2026-10-28', to: '2026-10-31', interval: 'hour' }],
  ['activities', { from: '2025-11-01', to: '2026-10-31', interval: 'week' }],
  ['activities', { from: '2025-11-01', to: '2026-10-31', interval: 'month' }],
  ['summary', { ...month, active: 'true' }],
  ['articles', month],
  ['images', month],
  ['topics', month],
  ['actions', month],
  ['interests', month],
  ['members', { to: '2026-10-31' }],
];

/** A funnel of several days, forms and origins. */
function funnelRows(by: FunnelGroup | undefined): readonly Row[] {
  const figures = { fetched: 48_211, started: 5120, refused: 811, accepted: 1284, confirmed: 0 };
  const row: Row = { ...figures, delivered: 1201, survived: null };
  if (by === undefined) return [row];
  const longest = `https://${'a-very-long-name.'.repeat(12)}example`;
  const names = by === 'day' ? ['2026-10-05', '2026-10-09'] : ['', 'newsletter', 'own', longest];
  return names.map((name) => ({ [by]: name, ...row }));
}

async function* rowsFrom(rows: readonly Row[]): AsyncGenerator<Row> {
  await Promise.resolve();
  yield* rows;
}

/** Titles of all lengths and scripts, and figures that differ much. */
const unruly: readonly Row[] = [
  {
    title: 'Why the harbour wants to be electric by 2031, and what it costs all who live there',
    clicks: 1_234_567,
  },
  {
    title: '東京の港で新しい船が進水しました、そして多くの人がそれを見に来ました',
    clicks: 50,
    unique_clicks: 20,
  },
  { title: 'ميناء الإسكندرية يفتح أبوابه للسفن الجديدة', clicks: 0, unique_clicks: 0 },
  { title: 'W'.repeat(80), clicks: 1, unique_clicks: 1 },
];

describe('charts', () => {
  it('can be read in both themes, and load nothing', async () => {
    const { reads } = await openReaders();
    const nowMs = Date.UTC(2026, 10, 1);
    const { signal } = new AbortController();
    const drawn: [string, Chart][] = [];
    for (const [name, texts] of reportCharts) {
      const query = readQuery(texts, { nowMs, withEmail: false });
      if (!('from' in query)) throw new Error(query.join(' '));
      const asked = { name, query, account: 'main', nowMs };
      const rows = rowsOf(reports[name], { reads, query, signal, pageSize: 1000, note: () => undefined });
      drawn.push([`${name} ${JSON.stringify(texts)}`, await chartOf({ ...asked, rows })]);
      drawn.push([`${name} empty`, await chartOf({ ...asked, rows: rowsFrom([]) })]);
      if (name !== 'articles') continue;
      drawn.push(['unruly', await chartOf({ ...asked, rows: rowsFrom(unruly) })]);
    }
    for (const by of [undefined, 'day', 'form', 'origin'] as const) {
      const groups = by === undefined ? [] : [by];
      drawn.push([`funnel ${String(by)}`, chartOfFunnel({ ...month, by: groups }, funnelRows(by), ['Old.'])]);
    }
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await browser.newPage({ colorScheme, viewport: { width: 1060, height: 800 } });
      const asked: string[] = [];
      page.on('request', (request) => asked.push(request.url()));
      for (const [name, chart] of drawn) {
        await page.setContent(renderChartPage(chart));
        expect(await faultsOf(page), `${name} ${colorScheme}`).toEqual([]);
      }
      expect(asked).toEqual([]);
      await page.close();
    }
  }, 240_000);

  it('are a file of their own too, which is XML', async () => {
    const { env } = await openReaders();
    const days = ['--from', '2026-10-01', '--to', '2026-10-31'];
    const { stdout } = await runCommand(['analytics', 'activities', ...days, '--svg'], env);
    const page = await browser.newPage({ colorScheme: 'dark' });
    const path = join(await directoryInMemory(), 'activities.svg');
    await writeFile(path, stdout);
    await page.goto(pathToFileURL(path).href);
    expect(await page.evaluate(() => [document.contentType, document.documentElement.localName])).toEqual([
      'image/svg+xml',
      'svg',
    ]);
    expect(await faultsOf(page)).toEqual([]);
    expect(stdout).toMatch(/<title>Delivered, opened, clicked<\/title><desc>In all, 1,860 delivered/);
    await page.close();
    const html = await runCommand(['analytics', 'members', '--to', '2026-10-31', '--html'], env);
    expect(html.stdout).toMatch(/^<!doctype html>.*Contacts, and who reads/s);
    expect(html.stdout).not.toMatch(/personal\.example|m-\d/);
  });

  it('say what cannot be drawn', async () => {
    const { env } = await openReaders();
    const faults: readonly (readonly [args: readonly string[], words: string])[] = [
      [['--svg', '--html'], '--svg: found beside --html'],
      [['--svg', '--format', 'csv'], '--svg: found beside --format'],
      [['--html', '--with-email'], 'a chart has no addresses'],
      [['--svg', '--cursor', 'crm'], 'a chart shows a whole period'],
    ];
    for (const [args, words] of faults) {
      const { code, stdout, stderr } = await runCommand(['analytics', 'members', ...args], env);
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toContain(words);
    }
  });

  it('show the funnel', async () => {
    const env = { DATA_DIR: await directoryInMemory(), ALLOWED_ORIGINS: 'https://www.example.com' };
    const service = await startService(env);
    await fetch(`${service.url}/forms/newsletter`);
    await service.close();
    const { stdout } = await runCommand(['analytics', 'funnel', '--svg'], env);
    expect(stdout).toMatch(/^<svg .*>Visitors and sign-ups, step by step<.*>Fetched<.*>1</);
    const { code, stderr } = await runCommand(['analytics', 'funnel', '--html', '--by', 'day,form'], env);
    expect([code, stderr]).toEqual([1, expect.stringContaining('wanted one of day, form, origin')]);
  });
});
