import { describe, expect, it } from 'vitest';
import {
  clientsOf,
  envelope,
  scriptRasa,
  type Asked,
  type Reply,
} from '../../helpers/server/scripted-rasa.ts';

const rows = envelope([{ topic_text: 'Tides', total_interactions: 1 }]);
const page = '<html><body>Not found</body></html>';

/** Answers GET so, and POST as rasa.io would. */
const postOnly =
  (refusal: Reply) =>
  ({ method }: Asked): Reply =>
    method === 'POST' ? { body: rows } : refusal;

describe('analytics and insights', () => {
  it.each([
    ['400', { status: 400, body: envelope([], { errors: 'GET is not possible here' }) }],
    ['404', { status: 404, body: envelope([], { errors: 'No such path' }) }],
    ['404 of a gateway', { status: 404, body: page }],
    ['405', { status: 405, body: page }],
    ['415', { status: 415, body: envelope([], { errors: 'JSON wanted' }) }],
  ] satisfies [string, Reply][])('are asked by POST after %s, and from then on', async (_status, refusal) => {
    const { url, asked } = await scriptRasa(postOnly(refusal));
    const { rasa } = clientsOf(url, { retries: { delaysMs: [0, 0], longestWaitMs: 0 } });
    expect(await rasa.analytics.topics()).toHaveLength(1);
    expect(await rasa.analytics.topics()).toHaveLength(1);
    expect(await rasa.insights.topics().all()).toHaveLength(1);
    const paths = asked.map(({ method, path }) => `${method} ${path.replace(/\?.*/, '')}`);
    expect(paths.slice(0, 4)).toEqual([
      'GET /v1/analytics/topics',
      'POST /v1/analytics/topics',
      'POST /v1/analytics/topics',
      'GET /v1/insights/topics',
    ]);
  });

  it.each([
    ['403', { status: 403, body: envelope([], { errors: 'No' }) }],
    ['429', { status: 429 }],
    ['500', { status: 500 }],
    ['a cut connection', { instead: 'cut' }],
  ] satisfies [string, Reply][])('are not asked by POST after %s', async (_fault, fault) => {
    const { url, asked } = await scriptRasa(() => fault);
    await expect(clientsOf(url).rasa.analytics.topics()).rejects.toThrow();
    expect(new Set(asked.map(({ method }) => method))).toEqual(new Set(['GET']));
  });

  it('end in the error of the POST, with that of the GET as its cause, where rasa.io knows a POST', async () => {
    const { url } = await scriptRasa(({ method }) => ({
      status: 400,
      body: envelope([], { errors: `${method}: wrong` }),
    }));
    await expect(clientsOf(url).rasa.analytics.topics()).rejects.toMatchObject({
      code: 'refused',
      text: 'POST: wrong',
      cause: { text: 'GET: wrong' },
    });
  });

  it('end in the error of the GET where there is no POST, and try GET again', async () => {
    const { url, asked } = await scriptRasa(({ method }) =>
      method === 'GET'
        ? { status: 400, body: envelope([], { errors: 'date_range is wrong' }) }
        : { status: 405, body: page },
    );
    const { rasa } = clientsOf(url);
    for (const _ of [1, 2]) {
      await expect(rasa.analytics.topics()).rejects.toMatchObject({ text: 'date_range is wrong' });
    }
    expect(asked.map(({ method }) => method)).toEqual(['GET', 'POST', 'GET', 'POST']);
  });

  it('have the same parameters in both forms', async () => {
    const { url, asked } = await scriptRasa(postOnly({ status: 405 }));
    await clientsOf(url).rasa.analytics.activities({
      start_date: new Date('2026-11-01T00:00:00Z'),
      end_date: new Date('2026-11-08T00:00:00Z'),
      interval: 'day',
      metrics: ['open', 'delivered'],
      suspect_click: 'real_clicks',
      segment_code: 'All',
      timezone: 'US/Central',
      limit: 10_000,
    });
    expect(Object.fromEntries(asked[0]?.query ?? [])).toEqual({
      start_date: '2026-11-01T00:00:00.000Z',
      end_date: '2026-11-08T00:00:00.000Z',
      interval: 'day',
      metrics: 'open,delivered',
      suspect_click: 'real_clicks',
      segment_code: 'All',
      timezone: 'US/Central',
      limit: '10000',
    });
    expect(asked[1]).toMatchObject({
      path: '/v1/analytics/activities',
      json: {
        date_range: { start_date: '2026-11-01T00:00:00.000Z', end_date: '2026-11-08T00:00:00.000Z' },
        interval: 'day',
        metrics: ['open', 'delivered'],
        suspect_click: 'real_clicks',
        segment_code: 'All',
        timezone: 'US/Central',
        limit: 10_000,
      },
    });
  });

  it('take a range by name in both forms', async () => {
    const { url, asked } = await scriptRasa(postOnly({ status: 405 }));
    await clientsOf(url).rasa.analytics.articles({ date_range: 'past_month' });
    expect(asked[0]?.query.get('date_range')).toBe('past_month');
    expect(asked[1]?.json).toEqual({ date_range: 'past_month' });
  });
});
