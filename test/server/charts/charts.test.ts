import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { chartOfFunnel, whyNoChart } from '../../../server/analytics/charts/funnel-chart.ts';
import { chartOf } from '../../../server/analytics/charts/report-chart.ts';
import { readQuery, type QueryTexts, type ReportQuery } from '../../../server/analytics/query.ts';
import type { ReportName, Row } from '../../../server/analytics/reports/report.ts';
import type { Chart, TimePanel } from '../../../server/charts/chart.ts';
import { renderChartPage } from '../../../server/charts/page.ts';
import { renderSvg } from '../../../server/charts/picture.ts';

const nowMs = Date.UTC(2026, 10, 20);

function draw(name: ReportName, rows: readonly Row[], texts: QueryTexts = {}): Promise<Chart> {
  const query = readQuery({ from: '2026-10-01', to: '2026-10-05', ...texts }, { nowMs, withEmail: false });
  return chartOf({
    name,
    query: query as ReportQuery,
    account: 'main',
    rows: Readable.from(rows) as AsyncIterable<Row>,
    nowMs,
  });
}

const day = (start: string, opens: number | null = 4): Row => ({
  start,
  delivered: 10,
  unique_opens: opens,
  unique_clicks: 1,
  open_rate: opens === null ? null : opens * 10,
  click_rate: 10,
  click_to_open_rate: 25,
});

const timePanel = ({ panels }: Chart) => panels[0] as TimePanel;

/** The lines of a picture, each as the number of its pieces. */
const piecesOf = (svg: string) =>
  [...svg.matchAll(/<path class="stroke-\w+"[^>]*stroke-linejoin[^>]* d="([^"]*)"/g)].map(
    ([, d = '']) => d.split('M').length - 1,
  );

describe('a chart', () => {
  it('has a gap where nothing is known, not a zero', async () => {
    const chart = await draw('activities', [
      day('2026-10-01'),
      day('2026-10-02', null),
      day('2026-10-03'),
      day('2026-10-05'),
    ]);
    const { starts, series } = timePanel(chart);
    expect(starts).toEqual([1, 2, 3, 4, 5].map((each) => `2026-10-0${each}`));
    expect(series.map(({ values }) => values)).toEqual([
      [10, 10, 10, null, 10],
      [4, null, 4, null, 4],
      [1, 1, 1, null, 1],
    ]);
    const svg = renderSvg(chart);
    expect(piecesOf(svg)).toEqual([2, 3, 2, 3, 2, 2]);
    expect(svg.match(/class="fill-gap"/g)).toHaveLength(2);
    expect(svg).toContain('>No figures</text>');
    // Days that stand alone between two gaps are dots.
    expect(svg.match(/<circle/g)?.length).toBeGreaterThan(0);
    expect(renderChartPage(chart)).toContain('<td class="num">–</td>');
  });

  it('leaves out what rasa.io never said, and says so', async () => {
    const rows = [day('2026-10-01'), day('2026-10-02')].map((row) => ({
      ...row,
      delivered: null,
      open_rate: null,
    }));
    const chart = await draw('activities', rows);
    expect(timePanel(chart).series.map(({ name }) => name)).toEqual(['Unique opens', 'Unique clicks']);
    expect(chart.notes).toContain('rasa.io did not say: delivered, open rate.');
  });

  it.each([
    ['hour', '2026-10-01', '2026-10-02', 48, '2026-10-01T00:00'],
    ['week', '2026-10-01', '2026-10-31', 5, '2026-09-28'],
    ['month', '2026-08-15', '2026-10-31', 3, '2026-08-01'],
    // What is still to come is no gap.
    ['day', '2026-11-18', '2026-11-30', 3, '2026-11-18'],
  ])('knows the periods of %s from %s to %s', async (interval, from, to, count, first) => {
    const { starts } = timePanel(await draw('activities', [], { interval, from, to }));
    expect([starts.length, starts[0]]).toEqual([count, first]);
  });

  it('says that there is nothing, with its axes', async () => {
    for (const name of ['activities', 'articles', 'summary', 'interests', 'actions'] as const) {
      const svg = renderSvg(await draw(name, []));
      expect(svg, name).toMatch(/No figures|There is nothing|No interests|No opens/);
    }
  });

  it('is escaped, and has nothing that a program could run or load', async () => {
    const title = `<script>alert(1)</script><img src=x onerror=alert(1)> & "q" 'a' ]]> \u0000\u0008\ud800 end`;
    const rows = [
      {
        id: '1',
        title,
        url: 'javascript:alert(1)',
        site_name: '</td><script>',
        created: null,
        clicks: 3,
        unique_clicks: 2,
      },
    ];
    const chart = await draw('articles', rows, { segment: '"><script>x</script>' });
    for (const text of [renderSvg(chart), renderChartPage(chart)]) {
      expect(text).not.toMatch(/<(script|img|image|use|a|link|iframe|foreignObject)\b|url\(|@import/i);
      expect(text).not.toMatch(/<[^>]*\s(src|href|on\w+)=["']/i);

      expect(text).not.toMatch(/[\u0000-\u0008\ud800-\udfff]/);
      expect(text.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:/);
      expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    }
    expect(renderChartPage(chart)).toContain(`default-src 'none'`);
  });

  it('counts people and names none', async () => {
    const people = [
      {
        person_id: 'p1',
        external_id: 'm-1',
        subscribed: true,
        opens_30d: 2,
        clicks_30d: 0,
        opens_90d: 5,
        clicks_90d: 1,
      },
      {
        person_id: 'p2',
        external_id: 'm-2',
        subscribed: false,
        opens_30d: 0,
        clicks_30d: 0,
        opens_90d: 0,
        clicks_90d: 0,
      },
    ];
    const chart = await draw('members', people);
    expect(chart.table.rows).toEqual([
      ['Contacts', '2'],
      ['Subscribed', '1'],
      ['Opened in 90 days', '1'],
      ['Opened in 30 days', '1'],
      ['Clicked in 90 days', '1'],
      ['Clicked in 30 days', '0'],
    ]);
    const actions = await draw('actions', [
      { person_id: 'p1', external_id: 'm-1', type: 'open', created: '2026-10-02T23:30:00.000Z' },
      { person_id: 'p1', external_id: 'm-1', type: 'click', created: '2026-10-03T00:30:00.000Z' },
      { person_id: 'p1', external_id: 'm-1', type: 'bounce', created: '2026-10-03T00:30:00.000Z' },
    ]);
    expect(actions.table.rows[1]).toEqual(['2026-10-02', '1', '0']);
    expect(actions.table.rows[2]).toEqual(['2026-10-03', '0', '1']);
    expect(actions.notes[0]).toMatch(/^1 actions/);
    const interests = await draw('interests', [
      { person_id: 'p1', topic: 'Trade' },
      { person_id: 'p2', topic: 'Trade' },
      { person_id: 'p2', topic: 'Islands' },
    ]);
    expect(interests.table.rows).toEqual([
      ['Trade', '2'],
      ['Islands', '1'],
    ]);
    for (const each of [chart, actions, interests]) {
      expect(renderSvg(each) + renderChartPage(each)).not.toMatch(/p1|p2|m-1|m-2/);
    }
  });

  it('shows the first twelve of many, in the order of their clicks', async () => {
    const rows = Array.from({ length: 30 }, (_, index) => ({
      title: `Article ${index}`,
      clicks: index === 5 ? null : index,
      unique_clicks: 1,
    }));
    const chart = await draw('articles', rows);
    expect(chart.notes[0]).toBe('The first 12 of 30.');
    const [panel] = chart.panels;
    expect(panel?.is === 'bars' && panel.rows.map(({ label }) => label).slice(0, 2)).toEqual([
      'Article 29',
      'Article 28',
    ]);
    expect(chart.table.rows).toHaveLength(30);
    expect(chart.table.rows.at(-1)?.[0]).toBe('Article 5');
  });
});

describe('the chart of the funnel', () => {
  const row = {
    fetched: 1000,
    started: 200,
    refused: 20,
    accepted: 80,
    confirmed: 0,
    delivered: 60,
    survived: 57,
  };
  const query = { from: '2026-10-01', to: '2026-10-03' };

  it('says how many went on from each step', () => {
    const { panels } = chartOfFunnel({ ...query, by: [] }, [row], []);
    const [panel] = panels;
    expect(panel?.is === 'bars' && panel.rows).toEqual([
      { label: 'Fetched', aside: undefined },
      { label: 'Started', aside: '20 % of fetched' },
      { label: 'Accepted', aside: '40 % of started' },
      // No form asks for a click in a mail.
      { label: 'Delivered', aside: '75 % of accepted' },
      { label: 'Survived', aside: '95 % of delivered' },
      { label: 'Refused', aside: '20 % of all that were sent' },
    ]);
  });

  it('has no figure for what is not known any more', () => {
    const svg = renderSvg(
      chartOfFunnel({ ...query, by: [] }, [{ ...row, delivered: null, survived: null }], ['Old.']),
    );
    expect(svg.match(/>not known</g)).toHaveLength(2);
    expect(svg).toContain('>Old.</text>');
  });

  it('shows each day, form or origin, and no two of them at once', () => {
    const days = chartOfFunnel({ ...query, by: ['day'] }, [{ day: '2026-10-02', ...row }], []);
    expect((days.panels[0] as TimePanel).series[0]?.values).toEqual([0, 80, 0]);
    const forms = chartOfFunnel({ ...query, by: ['form'] }, [{ form: '', ...row }], []);
    expect(renderSvg(forms)).toContain('>no such form</text>');
    expect(whyNoChart({ by: ['day', 'form'] })).toContain('found day,form, wanted one of day, form, origin');
    expect(whyNoChart({ by: ['origin'] })).toBeUndefined();
  });
});
