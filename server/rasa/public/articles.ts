import type { Answered, Calls } from '../calls.ts';
import { readResultsOfV2 } from '../reading/answers.ts';
import { readDate } from '../reading/dates.ts';
import { segment, withQuery } from '../reading/query.ts';
import { isItem, readText, type Item } from '../reading/values.ts';
import type { CallOptions } from '../reads.ts';
import { readFeed } from './feed.ts';

export interface TopArticlesQuery {
  /** How many articles. */
  readonly num_records?: number | undefined;
  /** The last two weeks by default. Text may be relative, such as `now-4d/m`. */
  readonly start_date?: Date | string | undefined;
  readonly end_date?: Date | string | undefined;
  /** `original` is the one known value. */
  readonly source?: string | undefined;
}

export interface TopArticle {
  readonly title: string;
  readonly url: string;
  readonly description: string | undefined;
  readonly image_url: string | undefined;
  readonly published: Date | undefined;
}

/** `GET /top-articles/<guid>` of the public host: an RSS feed, which needs no key. */
export async function readTopArticles(
  calls: Calls,
  guid: string,
  { signal, start_date, end_date, ...query }: TopArticlesQuery & CallOptions,
): Promise<readonly TopArticle[]> {
  const path = withQuery(`/top-articles/${segment(guid)}`, {
    format: 'rss',
    ...query,
    start_date: textOf(start_date),
    end_date: textOf(end_date),
  });
  const answer = await calls.ask({ method: 'GET', path, isSuccess: isFeed, signal });
  return answer.text === undefined ? readJsonFeed(answer.body) : readFeed(answer.text);
}

function isFeed({ body, text }: Answered): boolean {
  return isItem(body) || Array.isArray(body) || /<(rss|feed|rdf:RDF)[\s>]/.test(text ?? '');
}

function textOf(date: Date | string | undefined): string | undefined {
  return date instanceof Date ? date.toISOString() : date;
}

/** Other formats than RSS are not documented, but may exist. */
function readJsonFeed(body: unknown): readonly TopArticle[] {
  return readResultsOfV2(body).flatMap((item: Item) => {
    const [title, url] = [readText(item['title']), readText(item['url'] ?? item['link'])];
    if (title === null || title === undefined || url === null || url === undefined) return [];
    return [
      {
        title,
        url,
        description: readText(item['description']) ?? undefined,
        image_url: readText(item['image_url']) ?? undefined,
        published: readDate(item['created'] ?? item['published']),
      },
    ];
  });
}
