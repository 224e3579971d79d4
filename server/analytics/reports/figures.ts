import type { Activity } from '../../accounts/reads.ts';
import { beginningOf, addDays, dayAt } from '../days.ts';
import { percentOf, ratesOf, sumOf } from '../definitions.ts';
import type { ReportQuery } from '../query.ts';
import { countActive } from './actions.ts';
import { timeOf, type Cell, type Column, type Report, type ReportSource, type Row } from './report.ts';

const counts: readonly Column[] = [
  { name: 'delivered', type: 'integer', about: 'Issues that reached a mailbox.' },
  { name: 'opens', type: 'integer', about: 'Every open.' },
  { name: 'unique_opens', type: 'integer', about: 'People who opened.' },
  { name: 'clicks', type: 'integer', about: 'Every click.' },
  { name: 'unique_clicks', type: 'integer', about: 'People who clicked.' },
  { name: 'bounces', type: 'integer', about: 'Issues that came back.' },
  { name: 'unsubscribes', type: 'integer', about: 'Unsubscriptions.' },
  { name: 'open_rate', type: 'percent', about: 'Unique opens / delivered.' },
  { name: 'click_rate', type: 'percent', about: 'Unique clicks / delivered.' },
  { name: 'click_to_open_rate', type: 'percent', about: 'Unique clicks / unique opens.' },
];

const clickCounts: readonly Column[] = [
  { name: 'clicks', type: 'integer', about: 'Every click in the period.' },
  { name: 'unique_clicks', type: 'integer', about: 'People who clicked in the period.' },
];

const activities: Report = {
  name: 'activities',
  about: 'What was delivered, opened and clicked, for each hour, day, week or month.',
  columns: [
    {
      name: 'start',
      type: 'text',
      about: 'The day, or the hour as `2026-11-27T06:00`; weeks begin on Monday.',
    },
    ...counts,
  ],
  keys: ['start'],
  isAboutPeople: false,
  grows: 'totals',
  async *read(source) {
    const { query } = source;
    for (const activity of await readActivities(source, query.interval)) {
      const { timestamp, delivered, open, click, bounce, unsubscribe } = activity;
      const start = timestamp && startOf(timestamp, query);
      if (start === undefined || isOutside(start, query)) continue;
      yield {
        start,
        delivered: delivered.total ?? null,
        opens: open.total ?? null,
        unique_opens: open.unique ?? null,
        clicks: click.total ?? null,
        unique_clicks: click.unique ?? null,
        bounces: bounce.total ?? null,
        unsubscribes: unsubscribe.total ?? null,
        ...ratesOf(activity, query.interval),
      };
    }
  },
};

const summary: Report = {
  name: 'summary',
  about: 'The days of the period, added up.',
  columns: [
    { name: 'from', type: 'day', about: 'The first day.' },
    { name: 'to', type: 'day', about: 'The last day.' },
    ...counts,
    {
      name: 'active_subscribers',
      type: 'integer',
      about: 'Different people with an open or click in the period; only with `active`.',
    },
  ],
  keys: ['from', 'to'],
  isAboutPeople: false,
  grows: 'totals',
  async *read(source) {
    const { from, to, active } = source.query;
    const days = (await readActivities(source, 'day')).filter(({ timestamp }) => {
      return (
        timestamp !== undefined &&
        !isOutside(startOf(timestamp, { ...source.query, interval: 'day' }), source.query)
      );
    });
    const sum = (
      metric: 'delivered' | 'open' | 'click' | 'bounce' | 'unsubscribe',
      kind: 'total' | 'unique',
    ) => sumOf(days.map((day) => day[metric][kind]));
    const delivered = sum('delivered', 'total');
    const opened = sum('open', 'unique');
    const clicked = sum('click', 'unique');
    source.note('unique_opens and unique_clicks add up the days: who opens on two days counts twice.');
    yield {
      from,
      to,
      delivered: delivered ?? null,
      opens: sum('open', 'total') ?? null,
      unique_opens: opened ?? null,
      clicks: sum('click', 'total') ?? null,
      unique_clicks: clicked ?? null,
      bounces: sum('bounce', 'total') ?? null,
      unsubscribes: sum('unsubscribe', 'total') ?? null,
      open_rate: percentOf(opened, delivered),
      click_rate: percentOf(clicked, delivered),
      click_to_open_rate: percentOf(clicked, opened),
      active_subscribers: active ? await countActive(source) : null,
    };
  },
};

const articles: Report = {
  name: 'articles',
  about: 'Clicks for each article.',
  columns: [
    { name: 'id', type: 'text', about: 'rasa.io’s id of the article.' },
    { name: 'title', type: 'text', about: 'Its title.' },
    { name: 'url', type: 'text', about: 'Its address.' },
    { name: 'site_name', type: 'text', about: 'Where it is from.' },
    { name: 'created', type: 'time', about: 'When rasa.io took it up.' },
    ...clickCounts,
  ],
  keys: ['id'],
  isAboutPeople: false,
  grows: 'totals',
  async *read({ reads, query, signal }) {
    for (const { id, title, url, site_name, created, click } of await reads.analytics.articles({
      ...parametersOf(query),
      signal,
    })) {
      yield {
        id: id ?? null,
        title: textOf(title),
        url: textOf(url),
        site_name: textOf(site_name),
        created: timeOf(created),
        ...clicksOf(click),
      };
    }
  },
};

const images: Report = {
  name: 'images',
  about: 'Clicks for each image, such as a banner.',
  columns: [
    { name: 'id', type: 'text', about: 'rasa.io’s id of the image.' },
    { name: 'title', type: 'text', about: 'Its title.' },
    { name: 'url', type: 'text', about: 'Where it leads.' },
    { name: 'type', type: 'text', about: 'rasa.io’s word for its kind.' },
    ...clickCounts,
  ],
  keys: ['id'],
  isAboutPeople: false,
  grows: 'totals',
  async *read({ reads, query, signal }) {
    for (const { id, title, url, type, click } of await reads.analytics.images({
      ...parametersOf(query),
      signal,
    })) {
      yield {
        id: id ?? null,
        title: textOf(title),
        url: textOf(url),
        type: textOf(type),
        ...clicksOf(click),
      };
    }
  },
};

const topics: Report = {
  name: 'topics',
  about: 'What readers were interested in.',
  columns: [
    { name: 'topic', type: 'text', about: 'rasa.io’s name of the topic.' },
    { name: 'interactions', type: 'integer', about: 'Clicks on its articles.' },
    { name: 'readers', type: 'integer', about: 'People who clicked.' },
    {
      name: 'engagement_rate',
      type: 'percent',
      about: 'As rasa.io sends it: it does not say what it is a part of.',
    },
  ],
  keys: ['topic'],
  isAboutPeople: false,
  grows: 'totals',
  async *read({ reads, query, signal }) {
    for (const each of await reads.analytics.topics({ ...parametersOf(query), signal })) {
      yield {
        topic: textOf(each.topic),
        interactions: each.total_interactions ?? null,
        readers: each.unique_users ?? null,
        engagement_rate: each.engagement_rate ?? null,
      };
    }
  },
};

export const figureReports = { activities, articles, images, topics, summary };

async function readActivities(
  { reads, query, signal }: ReportSource,
  interval: ReportQuery['interval'],
): Promise<readonly Activity[]> {
  const rows = await reads.analytics.activities({
    ...parametersOf(query),
    interval,
    metrics: ['open', 'click', 'delivered', 'bounce', 'unsubscribe'],
    signal,
  });
  return [...rows].sort((a, b) => Number(a.timestamp ?? 0) - Number(b.timestamp ?? 0));
}

/**
 * The days as instants. The end is the last millisecond of the last day, so that it makes no difference
 * whether rasa.io counts an end to the period or not.
 */
function parametersOf({ from, to, segment, timezone, suspectClicks }: ReportQuery) {
  return {
    start_date: new Date(beginningOf(from, timezone)),
    end_date: new Date(beginningOf(addDays(to, 1), timezone) - 1),
    segment_code: segment ?? 'All',
    timezone,
    ...(suspectClicks === 'excluded' && { suspect_click: 'real_clicks' }),
  };
}

/**
 * The beginning of a row on the clocks of the time zone. rasa.io may say it in local time without a zone, or
 * as an instant: a day that does not begin at midnight UTC was meant as the latter.
 */
function startOf(timestamp: Date, { interval, timezone }: ReportQuery): string {
  const text = timestamp.toISOString();
  if (interval === 'hour') return text.slice(0, 16);
  return text.slice(11, 19) === '00:00:00' ? text.slice(0, 10) : dayAt(timestamp.getTime(), timezone);
}

/** rasa.io may send more than it was asked for. A week or month may begin before the first day. */
function isOutside(start: string, { from, to, interval }: ReportQuery): boolean {
  const day = start.slice(0, 10);
  return day > to || (day < from && (interval === 'hour' || interval === 'day'));
}

function clicksOf({ total, unique }: Activity['click']): Row {
  return { clicks: total ?? null, unique_clicks: unique ?? null };
}

function textOf(text: string | null | undefined): Cell {
  return text ?? null;
}
