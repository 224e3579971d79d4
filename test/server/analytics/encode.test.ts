import { describe, expect, it } from 'vitest';
import { encode, type CsvOptions, type TextFormat } from '../../../server/analytics/formats/encode.ts';
import { sparklineOf } from '../../../server/analytics/formats/sparkline.ts';
import type { Column, Row } from '../../../server/analytics/reports/report.ts';
import { readState } from '../../../server/analytics/pulling/singer.ts';

const columns: readonly Column[] = [
  { name: 'title', type: 'text', about: '' },
  { name: 'clicks', type: 'integer', about: '' },
  { name: 'subscribed', type: 'flag', about: '' },
];

async function textOf(format: TextFormat, rows: readonly Row[], csv?: CsvOptions): Promise<string> {
  let text = '';
  // eslint-disable-next-line @typescript-eslint/require-await -- rows come from a network elsewhere
  const each = async function* () {
    yield* rows;
  };
  for await (const piece of encode(format, columns, each(), csv)) text += piece;
  return text;
}

const row = (title: string | null, clicks: number | null = 1): Row => ({ title, clicks, subscribed: false });

describe('CSV', () => {
  it('begins with a byte order mark where Excel reads it, and has a header even without rows', async () => {
    expect(await textOf('csv', [], { bom: true })).toBe('\ufefftitle,clicks,subscribed\r\n');
    expect(await textOf('csv', [])).toBe('title,clicks,subscribed\r\n');
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '＝1'])('runs no formula: %j', async (title) => {
    const [, cells = ''] = (await textOf('csv', [row(title)])).split(/\r\n(.*)/s);
    expect(cells.replace(/^"/, '').startsWith("'")).toBe(true);
  });

  it('keeps what RFC 4180 quotes, and leaves empty what is not known', async () => {
    expect(await textOf('csv', [row('a "b", c\nd'), row(null, null), row('0')])).toBe(
      'title,clicks,subscribed\r\n"a ""b"", c\nd",1,false\r\n,,false\r\n0,1,false\r\n',
    );
  });

  it('is the same in pieces: a thousand rows have one header', async () => {
    const lines = (
      await textOf(
        'csv',
        Array.from({ length: 1001 }, () => row('x')),
      )
    ).split('\r\n');
    expect(lines).toHaveLength(1003);
    expect(lines.filter((line) => line.startsWith('title'))).toHaveLength(1);
  });
});

describe('JSON', () => {
  it.each([0, 1, 500, 501])('is an array of %i rows, and as many lines', async (count) => {
    const rows = Array.from({ length: count }, (_, index) => row(`t${index}`));
    expect(JSON.parse(await textOf('json', rows))).toEqual(rows);
    const lines = (await textOf('ndjson', rows)).split('\n').slice(0, -1);
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(rows);
  });
});

describe('a sparkline', () => {
  it('goes from zero to the highest value, with a gap for what is not known', () => {
    expect(sparklineOf([0, 35, null, 70])).toBe('▁▅ █');
    expect(sparklineOf([0, 0])).toBe('▁▁');
  });
});

describe('a Singer state', () => {
  const bookmarks = { activities: { until: '2026-10-31' } };
  it.each([
    ['', { bookmarks: {} }],
    ['{}', { bookmarks: {} }],
    [JSON.stringify({ bookmarks }), { bookmarks }],
    [JSON.stringify({ bookmarks }, null, 2), { bookmarks }],
    [JSON.stringify({ type: 'STATE', value: { bookmarks } }), { bookmarks }],
    [`{"bookmarks":{}}\n${JSON.stringify({ bookmarks })}\n\n`, { bookmarks }],
    [`${JSON.stringify({ bookmarks })}\n{"bookmarks":{"act`, { bookmarks }],
    [`${JSON.stringify({ bookmarks })}\n{"book{"bookmarks":{}}\n\0\0\n`, { bookmarks }],
    ['{"bookmarks":{"activities":{"until":"yesterday"}}}', undefined],
    ['{"bookmarks":[]}', undefined],
    ['[]', undefined],
    ['{"bookm', undefined],
  ])('is read from %j', (text, state) => {
    expect(readState(text)).toEqual(state);
  });
});
