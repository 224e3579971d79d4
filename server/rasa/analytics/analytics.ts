import { readResults } from '../reading/answers.ts';
import { readDate } from '../reading/dates.ts';
import { withQuery } from '../reading/query.ts';
import { readId, readText, type Item } from '../reading/values.ts';
import type { CallOptions } from '../reads.ts';
import type { EitherVerb } from './either-verb.ts';
import { readCount, readFigure, type Count, type Metric } from './metrics.ts';

/** One answer per query, without pages. All parameters are rasa.io's own; none is required. */
export interface AnalyticsQuery {
  /** A range by name, such as `past_month`; instead of the two dates. */
  readonly date_range?: string | undefined;
  readonly start_date?: Date | undefined;
  readonly end_date?: Date | undefined;
  readonly interval?: 'hour' | 'day' | 'week' | 'month' | undefined;
  /** Without it only opens and clicks have come back. */
  readonly metrics?: readonly Metric[] | undefined;
  /** `real_clicks` leaves machine clicks out. */
  readonly suspect_click?: string | undefined;
  readonly segment_code?: string | undefined;
  /** Such as `UTC` and `US/Central`. */
  readonly timezone?: string | undefined;
  readonly limit?: number | undefined;
}

/** What happened in an hour, day, week or month. */
export interface Activity {
  /** When it began. */
  readonly timestamp: Date | undefined;
  readonly open: Count;
  readonly click: Count;
  readonly delivered: Count;
  readonly bounce: Count;
  readonly unsubscribe: Count;
  /** Everything that rasa.io sent, rates included, which it defines otherwise than its pages do. */
  readonly fields: Item;
}

export interface ArticleFigures {
  readonly id: string | undefined;
  readonly title: string | null | undefined;
  readonly url: string | null | undefined;
  readonly site_name: string | null | undefined;
  readonly created: Date | undefined;
  readonly click: Count;
  readonly fields: Item;
}

export interface ImageFigures {
  readonly id: string | undefined;
  readonly title: string | null | undefined;
  readonly url: string | null | undefined;
  readonly type: string | null | undefined;
  readonly created: Date | undefined;
  readonly click: Count;
  readonly fields: Item;
}

export interface TopicFigures {
  readonly topic: string | null | undefined;
  readonly total_interactions: number | undefined;
  readonly unique_users: number | undefined;
  /** Percent. */
  readonly engagement_rate: number | undefined;
  readonly fields: Item;
}

/** Figures of a newsletter, in version 1 of the API only. */
export interface Analytics {
  activities(query?: AnalyticsQuery & CallOptions): Promise<readonly Activity[]>;
  articles(query?: AnalyticsQuery & CallOptions): Promise<readonly ArticleFigures[]>;
  images(query?: AnalyticsQuery & CallOptions): Promise<readonly ImageFigures[]>;
  topics(query?: AnalyticsQuery & CallOptions): Promise<readonly TopicFigures[]>;
}

export function createAnalytics(verbs: EitherVerb): Analytics {
  const rows =
    <T>(name: string, parse: (item: Item) => T) =>
    async ({ signal, ...query }: AnalyticsQuery & CallOptions = {}): Promise<readonly T[]> => {
      const path = `/v1/analytics/${name}`;
      const { body } = await verbs.ask({
        name: path,
        path: withQuery(path, queryOf(query)),
        json: bodyOf(query),
        signal,
      });
      return readResults(body)
        .filter((item) => Object.keys(item).length > 0)
        .map(parse);
    };
  return {
    activities: rows('activities', readActivity),
    articles: rows('articles', readArticle),
    images: rows('images', readImage),
    topics: rows('topics', readTopic),
  };
}

/** Unlike filters of persons, its dates are ISO 8601 in what others send. */
function queryOf({ start_date, end_date, ...query }: AnalyticsQuery) {
  return { ...query, start_date: start_date?.toISOString(), end_date: end_date?.toISOString() };
}

/** In the form with POST the two dates are one object. */
function bodyOf({ date_range, start_date, end_date, ...query }: AnalyticsQuery): object {
  const hasDates = start_date !== undefined || end_date !== undefined;
  const range = hasDates
    ? { start_date: start_date?.toISOString(), end_date: end_date?.toISOString() }
    : date_range;
  return { ...query, date_range: range };
}

/** Some clients find the time of a row as `bucket_start` or `date`. */
export function readActivity(item: Item): Activity {
  return {
    timestamp: readDate(item['timestamp'] ?? item['bucket_start'] ?? item['date']),
    open: readCount(item, 'open'),
    click: readCount(item, 'click'),
    delivered: readCount(item, 'delivered'),
    bounce: readCount(item, 'bounce'),
    unsubscribe: readCount(item, 'unsubscribe'),
    fields: item,
  };
}

function readArticle(item: Item): ArticleFigures {
  return {
    id: readId(item['id']),
    title: readText(item['title']),
    url: readText(item['url']),
    site_name: readText(item['site_name']),
    created: readDate(item['created']),
    click: readCount(item, 'click'),
    fields: item,
  };
}

function readImage(item: Item): ImageFigures {
  return {
    id: readId(item['id']),
    title: readText(item['title']),
    url: readText(item['url']),
    type: readText(item['type']),
    created: readDate(item['created']),
    click: readCount(item, 'click'),
    fields: item,
  };
}

function readTopic(item: Item): TopicFigures {
  return {
    topic: readText(item['topic_text'] ?? item['topic']),
    total_interactions: readFigure(item, 'total_interactions'),
    unique_users: readFigure(item, 'unique_users'),
    engagement_rate: readFigure(item, 'engagement_rate'),
    fields: item,
  };
}
