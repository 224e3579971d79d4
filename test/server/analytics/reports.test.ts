import { describe, expect, it } from 'vitest';
import { openAccountReads } from '../../../server/accounts/reads.ts';
import { pull } from '../../../server/analytics/pulling/pull.ts';
import { readQuery, type QueryTexts, type ReportQuery } from '../../../server/analytics/query.ts';
import { rowsOf, type ReportName, type Row } from '../../../server/analytics/reports/report.ts';
import { reports } from '../../../server/analytics/reports/reports.ts';
import { createRasaHttp, defaultTimeouts } from '../../../server/rasa/http.ts';
import { createOutgoing } from '../../../server/system/network/outgoing.ts';
import { Secret } from '../../../server/system/secret.ts';
import { startSandbox } from '../../helpers/server/sandbox.ts';

const october: QueryTexts = { from: '2026-10-01', to: '2026-10-31' };

function queryOf(texts: QueryTexts, withEmail = false): ReportQuery {
  const query = readQuery(texts, { nowMs: Date.UTC(2026, 10, 1), withEmail });
  if (!('from' in query)) throw new Error(query.join(' '));
  return query;
}

/** Readers who came on 30 September; it is 1 November. */
async function openReports(people = 300) {
  let now = Date.UTC(2026, 8, 30, 12);
  const sandbox = await startSandbox({ now: () => now });
  await sandbox.addPersons(
    ...Array.from({ length: people }, (_, index) => ({
      email: `p${index}@personal.example`,
      external_id: index === 7 ? 'p7@personal.example' : `m-${index}`,
      ...(index < 100 && { segment_code: 'H-7' }),
    })),
  );
  now = Date.UTC(2026, 10, 1);
  const { username, password, apiKey = '' } = sandbox.credentials;
  const credentials = {
    api: 'v1' as const,
    username,
    password: new Secret(password),
    apiKey: new Secret(apiKey),
  };
  const http = createRasaHttp({
    baseUrl: sandbox.url,
    outgoing: createOutgoing({}),
    timeouts: defaultTimeouts,
  });
  const reads = openAccountReads(http, [{ number: 1, source: { variable: 'test' }, credentials }]);
  const notes: string[] = [];
  async function rows(name: ReportName, texts: QueryTexts = october, withEmail = false): Promise<Row[]> {
    const query = queryOf(texts, withEmail);
    const signal = new AbortController().signal;
    const source = { reads, query, signal, pageSize: 100, note: (text: string) => notes.push(text) };
    const all: Row[] = [];
    for await (const row of rowsOf(reports[name], source)) all.push(row);
    return all;
  }
  /** The days that a pull reads from this bookmark on, and its bookmark afterwards. */
  async function pullFrom(until: string) {
    const source = {
      reads,
      query: queryOf(october),
      signal: new AbortController().signal,
      pageSize: 100,
      note: (text: string) => notes.push(text),
    };
    const days: unknown[] = [];
    let last = '';
    for await (const each of pull(reports.activities, source, { bookmark: { until }, lookbackDays: 2 })) {
      if (each.is === 'row') days.push(each.row['start']);
      else last = each.bookmark.until;
    }
    return { days, last };
  }
  return { sandbox, rows, notes, pullFrom };
}

const sum = (rows: readonly Row[], name: string) => rows.reduce((total, row) => total + Number(row[name]), 0);
const names = Object.keys(reports) as ReportName[];

describe('reports', { timeout: 120_000 }, () => {
  it('add up: hours, days, weeks and months have the same totals, and so has the summary', async () => {
    const { rows } = await openReports();
    const days = await rows('activities');
    expect(days).toHaveLength(31);
    expect(days[0]).toMatchObject({ start: '2026-10-01', delivered: 300 });
    const [all] = await rows('summary');
    for (const name of ['delivered', 'opens', 'clicks', 'bounces', 'unsubscribes']) {
      expect(all?.[name], name).toBe(sum(days, name));
      for (const interval of ['hour', 'week', 'month']) {
        expect(sum(await rows('activities', { ...october, interval }), name), `${name} ${interval}`).toBe(
          all?.[name],
        );
      }
    }
    expect(sum(days, 'opens')).toBeGreaterThan(1000);
  });

  it('count active subscribers once', async () => {
    const { rows } = await openReports();
    const [summary] = await rows('summary', { ...october, active: 'true' });
    const actions = await rows('actions');
    expect(summary?.['active_subscribers']).toBe(new Set(actions.map((row) => row['person_id'])).size);
    expect((await rows('summary'))[0]).toMatchObject({ active_subscribers: null });
  });

  it('leave suspect clicks out, unless they are asked for', async () => {
    const { rows, sandbox, notes } = await openReports();
    const real = sum(await rows('activities'), 'clicks');
    const every = sum(await rows('activities', { ...october, suspect_clicks: 'included' }), 'clicks');
    expect(every).toBeGreaterThan(real);
    // Only the older description of an action says how sure rasa.io is.
    await sandbox.putFaults({ variants: { actionType: 'action_type' } });
    const clicks = async (texts: QueryTexts) =>
      (await rows('actions', texts)).filter(({ type }) => type === 'click').length;
    expect(await clicks({ ...october, suspect_clicks: 'included' })).toBeGreaterThan(await clicks(october));
    expect(notes).toContainEqual(expect.stringMatching(/^\d+ suspect clicks are left out/));
  });

  it.each(names)('%s: has exactly its columns, and no address unless it is asked for', async (name) => {
    const { rows } = await openReports();
    const without = await rows(name, { from: '2026-10-25', to: '2026-10-31' });
    expect(without.length).toBeGreaterThan(0);
    expect(JSON.stringify(without)).not.toMatch(/@|%40/);
    const columns = reports[name].columns.map((column) => column.name);
    for (const row of without)
      expect(Object.keys(row)).toEqual(columns.filter((column) => column !== 'email'));
    if (!reports[name].isAboutPeople) return;
    const [first] = await rows(name, { from: '2026-10-25', to: '2026-10-31' }, true);
    expect(first?.['email']).toMatch(/@personal\.example$/);
  });

  it('tell the opens and clicks of each member', async () => {
    const { rows } = await openReports();
    const members = await rows('members', { from: '2026-10-31', to: '2026-10-31' });
    expect(members).toHaveLength(300);
    const actions = await rows('actions', { from: '2026-10-02', to: '2026-10-31' });
    for (const type of ['open', 'click']) {
      expect(sum(members, `${type}s_30d`)).toBe(actions.filter((row) => row['type'] === type).length);
    }
    const reader = members.find((row) => Number(row['clicks_30d']) > 0);
    expect(reader).toMatchObject({
      subscribed: true,
      external_id: expect.stringMatching(/^m-/) as string,
      last_open: expect.stringMatching(/^2026-10-/) as string,
      topic_1: expect.any(String) as string,
    });
    expect(await rows('members', { from: '2026-10-31', to: '2026-10-31', segment: 'H-7' })).toHaveLength(100);
  });

  it('are of the days of a time zone', async () => {
    const { rows } = await openReports();
    // Issues are sent at 06:00 UTC: 20:00 the day before on Hawaii.
    const days = await rows('activities', {
      from: '2026-10-10',
      to: '2026-10-11',
      timezone: 'Pacific/Honolulu',
    });
    expect(days.map(({ start, delivered }) => [start, delivered])).toEqual([
      ['2026-10-10', 300],
      ['2026-10-11', 300],
    ]);
  });
});

/** Every shape, verb and paging that is possible by what is known of rasa.io. */
const variants: readonly Readonly<Record<string, unknown>>[] = [
  {},
  { analyticsVerb: 'get' },
  { analyticsVerb: 'post' },
  { metricNames: 'plural' },
  ...['data', 'metrics', 'totals', 'values'].map((metricPlace) => ({ metricPlace })),
  ...['bucket_start', 'date'].map((timeField) => ({ timeField })),
  ...['sql-fraction', 'us', 'iso', 'iso-seconds'].map((dates) => ({ dates })),
  { readItems: 'flat' },
  { nextLink: 'until-end' },
  { pastEnd: 'first-page' },
  { totals: 'null' },
  { totals: 'capped' },
  { maxPage: 5000 },
  { actionType: 'action_type' },
  { topicWeight: 'wight' },
  {
    analyticsVerb: 'post',
    metricNames: 'plural',
    metricPlace: 'metrics',
    timeField: 'date',
    dates: 'us',
    readItems: 'flat',
  },
];

describe('the same numbers', { timeout: 240_000 }, () => {
  it('come out of every shape, verb and paging', async () => {
    const { rows, sandbox } = await openReports(60);
    const texts = { from: '2026-10-25', to: '2026-10-31', suspect_clicks: 'included' };
    const stable = (all: readonly Row[]) =>
      all.map(({ issue_date: _issue, url: _url, title: _title, ...row }) => row);
    const expected = new Map<ReportName, Row[]>();
    for (const chosen of variants) {
      expect(await sandbox.putFaults({ variants: chosen })).toMatchObject({ status: 200 });
      for (const name of names) {
        const found = stable(await rows(name, texts));
        if (!expected.has(name)) expected.set(name, found);
        expect(found, `${name} ${JSON.stringify(chosen)}`).toEqual(expected.get(name));
      }
    }
  });

  it('leave out what rasa.io does not say, and never call it zero', async () => {
    const { rows, sandbox } = await openReports(60);
    await sandbox.putFaults({ variants: { metricNames: 'bare' } });
    const [day] = await rows('activities', { from: '2026-10-31', to: '2026-10-31' });
    expect(day).toMatchObject({ delivered: 60, unique_opens: null, unique_clicks: null, open_rate: null });
  });
});

it('a pull whose bookmark is of a wrong clock reads the last days again', { timeout: 60_000 }, async () => {
  const { pullFrom } = await openReports(10);
  const days = ['2026-10-29', '2026-10-30', '2026-10-31'];
  for (const until of ['2026-10-31', '2027-12-31', '9999-12-31']) {
    expect(await pullFrom(until), until).toEqual({ days, last: '2026-10-31' });
  }
});

describe('a query', () => {
  it.each<readonly [QueryTexts, string]>([
    [{ from: '2026-02-30' }, 'from: found "2026-02-30", wanted a day such as 2026-11-27.'],
    [
      { from: '2026-11-02', to: '2026-11-01' },
      'from: found 2026-11-02, wanted a day that is not after 2026-11-01.',
    ],
    [{ from: '2020-01-01' }, 'from: found 2020-01-01, wanted at most three years before 2026-11-01.'],
    [
      { preset: 'past_day', timezone: 'Mars' },
      'timezone: found "Mars", wanted a name such as Europe/Berlin.',
    ],
    [{ interval: 'year' }, 'interval: found "year", wanted one of hour, day, week, month.'],
    [{ preset: 'today', from: '2026-11-01' }, 'preset: found beside from or to, wanted one or the other.'],
    [{ suspect_clicks: 'no' }, 'suspect_clicks: found "no", wanted one of excluded, included.'],
  ])('is refused with what was wanted: %j', (texts, fault) => {
    expect(readQuery(texts, { nowMs: Date.UTC(2026, 10, 1), withEmail: false })).toContain(fault);
  });

  it.each([
    ['today', '2026-03-01', '2026-03-01'],
    ['yesterday', '2026-02-28', '2026-02-28'],
    ['past_week', '2026-02-23', '2026-03-01'],
    ['past_month', '2026-01-31', '2026-03-01'],
    ['this_month', '2026-03-01', '2026-03-01'],
    ['last_month', '2026-02-01', '2026-02-28'],
    ['past_year', '2025-03-02', '2026-03-01'],
  ])('knows %s', (preset, from, to) => {
    const query = readQuery(
      { preset, timezone: 'Europe/Berlin' },
      { nowMs: Date.UTC(2026, 1, 28, 23), withEmail: false },
    );
    expect(query).toMatchObject({ from, to });
  });
});
