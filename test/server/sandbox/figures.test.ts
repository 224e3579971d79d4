import { describe, expect, it } from 'vitest';
import { fieldsIn, startSandbox } from '../../helpers/server/sandbox.ts';

const day = 86_400_000;

/** 300 readers who came on 1 October at noon; it is 1 November. */
async function openFigures() {
  let now = Date.UTC(2026, 9, 1, 12);
  const sandbox = await startSandbox({ now: () => now });
  const people = Array.from({ length: 300 }, (_, index) => ({
    email: `p${index}@example.com`,
    segment_code: index < 100 ? 'H-7' : null,
  }));
  const made = await sandbox.addPersons(...people);
  const ids = made.envelope.results.map(({ id }) => String(id));
  const move = (ms: number) => (now = ms);
  const get = async (path: string) =>
    fieldsIn(await sandbox.api('GET', path, { token: await sandbox.token() }));
  const activities = (query: string) => get(`/v1/analytics/activities?${query}`);
  return { ...sandbox, ids, get, activities, move };
}

const october = 'start_date=2026-10-01&end_date=2026-10-31';
const all = 'metrics=open,click,delivered,bounce,unsubscribe';
const sum = (rows: readonly Readonly<Record<string, unknown>>[], name: string) =>
  rows.reduce((total, row) => total + Number(row[name]), 0);

describe('analytics', () => {
  it('have a row for each interval, with singular names, opens and clicks only by default', async () => {
    const { activities, move } = await openFigures();
    move(Date.UTC(2026, 10, 1));
    const days = await activities(`${october}&interval=day`);
    expect(days).toHaveLength(31);
    expect(Object.keys(days[0] ?? {}).sort()).toEqual([
      'timestamp',
      'total_click',
      'total_open',
      'unique_click',
      'unique_open',
    ]);
    // They came at noon, after the issue of that day.
    expect(days[0]).toMatchObject({ timestamp: '2026-10-01 00:00:00', total_open: 0 });
    expect(days[1]?.['total_open']).toBeGreaterThan(0);
    const months = await activities(`${october}&interval=month`);
    expect(months).toHaveLength(1);
    for (const name of ['total_open', 'total_click']) expect(sum(days, name)).toBe(months[0]?.[name]);
    // People, not opens: nobody counts twice in a month.
    expect(months[0]?.['unique_open']).toBeLessThanOrEqual(300);
    expect(sum(days, 'unique_open')).toBeGreaterThan(300);
    expect(await activities(`${october}&interval=hour`)).toHaveLength(31);
    expect((await activities(`${october}&interval=week`)).map(({ timestamp }) => timestamp)).toEqual([
      '2026-09-28 00:00:00',
      '2026-10-05 00:00:00',
      '2026-10-12 00:00:00',
      '2026-10-19 00:00:00',
      '2026-10-26 00:00:00',
    ]);
  });

  it('have rates that follow from the counts, as rasa.io defines them', async () => {
    const { activities, move, putFaults } = await openFigures();
    move(Date.UTC(2026, 10, 1));
    await putFaults({ variants: { metricNames: 'plural' } });
    for (const interval of ['day', 'week', 'month']) {
      for (const row of await activities(
        `${october}&interval=${interval}&suspect_click=real_clicks&${all}`,
      )) {
        const {
          unique_opens: opens,
          unique_clicks: clicks,
          unique_delivered: got,
        } = row as Record<string, number>;
        const percent = (part = 0, whole = 0) =>
          whole === 0 ? 0 : Math.round((part / whole) * 10_000) / 100;
        expect(row).toMatchObject({
          open_rate: percent(opens, got),
          click_rate: percent(clicks, got),
          click_to_open_rate: percent(clicks, opens),
        });
        expect(clicks).toBeLessThanOrEqual(opens ?? 0);
        expect(opens).toBeLessThanOrEqual(got ?? 0);
      }
    }
    const [month] = await activities(`${october}&interval=month&suspect_click=real_clicks&${all}`);
    const rate = Number(month?.['total_opens']) / Number(month?.['total_delivered']);
    expect(rate).toBeGreaterThan(0.35);
    expect(rate).toBeLessThan(0.65);
  });

  it('of past days go on growing, since some read days later, and then stay as they are', async () => {
    const { activities, move } = await openFigures();
    const day = 'start_date=2026-10-20&end_date=2026-10-20';
    const figures = [];
    for (const later of [0, 1, 2, 3, 4, 5, 6, 30]) {
      move(Date.UTC(2026, 9, 20 + later, 12));
      figures.push((await activities(`${day}&${all}`))[0]);
    }
    const opens = figures.map((row) => Number(row?.['total_open']));
    expect(opens).toEqual([...opens].sort((a, b) => a - b));
    expect(new Set(opens).size).toBe(5);
    expect(figures[6]).toEqual(figures[7]);
    expect(figures.every((row) => row?.['total_delivered'] === 300)).toBe(true);
  });

  it('are the same after a restart, and stay as they are for the past whatever happens later', async () => {
    // What was sent by then has been read.
    const settled = 'start_date=2026-10-01&end_date=2026-10-25';
    const { activities, move, close, dataDir, api, token, ids } = await openFigures();
    move(Date.UTC(2026, 10, 1, 12));
    const before = await activities(`${settled}&${all}`);
    const minted = await token();
    await api('PUT', `/v1/persons/${ids[0] ?? ''}`, { token: minted, body: { is_subscribed: 0 } });
    await api('PUT', `/v1/persons/${ids[1] ?? ''}`, { token: minted, body: { is_archived: 1 } });
    await api('PUT', `/v1/persons/${ids[2] ?? ''}`, { token: minted, body: { first_name: 'Ada' } });
    expect(await activities(`${settled}&${all}`)).toEqual(before);
    move(Date.UTC(2026, 10, 3, 12));
    const [first, second] = await activities(`start_date=2026-11-01&end_date=2026-11-02&${all}`);
    expect(first).toMatchObject({ total_delivered: 300, total_unsubscribe: 1 });
    expect(second).toMatchObject({ total_delivered: 298, total_unsubscribe: 0 });
    await close();
    const again = await startSandbox({ dataDir, now: () => Date.UTC(2026, 10, 3, 12) });
    const path = `/v1/analytics/activities?${settled}&${all}`;
    expect(fieldsIn(await again.api('GET', path, { token: await again.token() }))).toEqual(before);
  });

  it('count a segment alone, machines apart, bounces, and days of another time zone', async () => {
    const { activities, move, addPersons } = await openFigures();
    await addPersons({ email: 'no@bounce.test' });
    move(Date.UTC(2026, 10, 1));
    const month = async (query: string) => (await activities(`${october}&interval=month&${all}&${query}`))[0];
    expect(await month('segment_code=H-7')).toMatchObject({ unique_delivered: 100, unique_bounce: 0 });
    expect(await month('segment_code=No%20Code')).toMatchObject({ unique_delivered: 200, unique_bounce: 1 });
    expect(await month('segment_code=All')).toMatchObject({ unique_delivered: 300, total_bounce: 30 });
    expect(Number((await month(''))?.['total_click'])).toBeGreaterThan(
      Number((await month('suspect_click=real_clicks'))?.['total_click']),
    );
    const local = await activities(`${october}&interval=day&timezone=US/Pacific`);
    expect(local[0]).toMatchObject({ timestamp: '2026-09-30 00:00:00' });
  });

  it.each(['interval=year', 'metrics=opens', 'timezone=Nowhere', 'start_date=soon', 'date_range=ever'])(
    'refuse %s',
    async (query) => {
      const { api, token } = await openFigures();
      const { status } = await api('GET', `/v1/analytics/activities?${query}`, { token: await token() });
      expect(status).toBe(400);
    },
  );

  it('add up by article, picture and topic', async () => {
    const { get, activities, move } = await openFigures();
    move(Date.UTC(2026, 10, 1));
    const clicks = sum(await activities(october), 'total_click');
    const articles = await get(`/v1/analytics/articles?${october}`);
    expect(articles).toHaveLength(31 * 5);
    expect(sum(articles, 'total_clicks')).toBe(clicks);
    const topics = await get(`/v1/analytics/topics?${october}`);
    expect(sum(topics, 'total_interactions')).toBe(clicks);
    for (const { unique_users: users, engagement_rate: rate } of topics)
      expect(rate).toBeCloseTo((Number(users) / 300) * 100, 1);
    expect(await get(`/v1/analytics/images?${october}`)).toHaveLength(3);
    expect(await get(`/v1/analytics/articles?${october}&limit=7`)).toHaveLength(7);
  });
});

describe('insights', () => {
  it('are the opens and clicks that the analytics count, paged by a cursor to the last one', async () => {
    const { api, token, activities, move } = await openFigures();
    move(Date.UTC(2026, 9, 5, 12));
    const minted = await token();
    const actions: Readonly<Record<string, unknown>>[] = [];
    for (let path = '/v1/insights/actions?limit=7'; ;) {
      const answer = await api('GET', path, { token: minted });
      const page = fieldsIn(answer);
      if (page.length === 0) break;
      expect(page.length).toBeLessThanOrEqual(7);
      actions.push(...page);
      const link = new URL(answer.envelope.metadata.next_link ?? 'http://x/');
      path = link.pathname + link.search;
    }
    expect(new Set(actions.map(({ id }) => id)).size).toBe(actions.length);
    const days = await activities('start_date=2026-10-02&end_date=2026-10-05&interval=day');
    const ofType = (wanted: string) => actions.filter(({ type }) => type === wanted);
    expect(ofType('open')).toHaveLength(sum(days, 'unique_open'));
    expect(ofType('click')).toHaveLength(sum(days, 'unique_click'));
    const since = fieldsIn(
      await api('GET', '/v1/insights/actions?limit=50&created_since=2026-10-05%2006:30:00', {
        token: minted,
      }),
    );
    expect(since.length).toBeGreaterThan(0);
    for (const { created } of since) expect(String(created) >= '2026-10-05 06:30:00').toBe(true);
    expect((await api('GET', '/v1/insights/actions?skip=nonsense', { token: minted })).status).toBe(400);
  });

  it('agree with what one person did', async () => {
    const { get, move, ids } = await openFigures();
    move(Date.UTC(2026, 9, 31, 12));
    const readers = await get('/v1/insights/topics');
    expect(readers).toHaveLength(50);
    const [reader] = readers;
    const id = String(reader?.['person_id']);
    expect(ids).toContain(id);
    const [own] = await get(`/v1/persons/${id}/topics`);
    const names = (value: unknown) =>
      (value as readonly { readonly topic: string }[]).map(({ topic }) => topic);
    expect(names(own?.['topics'])).toEqual(names(reader?.['topics']));
    const sends = await get(`/v1/persons/${id}/sends`);
    expect(sends).toHaveLength(30);
    expect(sends[0]).toMatchObject({ status: 'Delivered', send_at: '2026-10-31 06:00:00' });
    for (const { action_time: time } of await get(`/v1/persons/${id}/actions`))
      expect(Date.parse(`${String(time).replace(' ', 'T')}Z`)).toBeGreaterThan(
        Date.UTC(2026, 9, 31, 12) - 8 * day,
      );
    const [person] = await get(`/v1/persons/${id}`);
    expect(person).toMatchObject({ last_newsbrief: '2026-10-31 06:00:00' });
    expect(String(person?.['last_click'])).toMatch(/^2026-10-\d\d 06:\d\d:00$/);
  });
});

describe('the feed of top articles', () => {
  it('has the most clicked ones of two weeks as JSON or RSS, without a key', async () => {
    const { url, signupGuid, move } = await openFigures();
    move(Date.UTC(2026, 10, 1, 12));
    const feed = (query: string) => fetch(`${url}/top-articles/${signupGuid}?${query}`);
    const json = (await (await feed('num_records=3')).json()) as { results: Record<string, string>[] };
    expect(json.results).toHaveLength(3);
    for (const { created = '' } of json.results) expect(created >= '2026-10-18').toBe(true);
    const rss = await feed('format=rss&num_records=3&source=original&start_date=now-4d/m');
    expect(rss.headers.get('content-type')).toContain('application/rss+xml');
    const xml = await rss.text();
    expect(xml.match(/<item>/g)).toHaveLength(3);
    expect(xml).toContain('<rss version="2.0">');
    expect((await feed('start_date=now-x')).status).toBe(400);
    expect((await fetch(`${url}/top-articles/another`)).status).toBe(404);
  });
});
