import { createListing, type Listing, type PageOptions } from '../paging.ts';
import { readTopics, type PersonTopic } from '../persons/engagement.ts';
import { readPageInfo, readResults } from '../reading/answers.ts';
import { formatDate, readDate } from '../reading/dates.ts';
import { withQuery, type QueryValue } from '../reading/query.ts';
import { readId, readText, type Item } from '../reading/values.ts';
import type { EitherVerb } from './either-verb.ts';

type Text = string | null | undefined;

/** One open or click of one person. */
export interface InsightAction {
  readonly id: string | undefined;
  readonly person_id: string | undefined;
  readonly external_id: Text;
  readonly email: Text;
  /** Such as `open` and `click`. */
  readonly type: Text;
  readonly created: Date | undefined;
  readonly fields: Item;
}

/** What one person is interested in. */
export interface InsightTopics {
  readonly person_id: string | undefined;
  readonly external_id: Text;
  readonly email: Text;
  readonly topics: readonly PersonTopic[];
}

/** What individual people did, in version 1 of the API only. */
export interface Insights {
  /** By an opaque cursor. There is no filter by the time of a change. */
  actions(
    options?: {
      readonly created_since?: Date | undefined;
      readonly created_before?: Date | undefined;
    } & PageOptions,
  ): Listing<InsightAction>;
  /** rasa.io documents no pages here; it has sent 50, which may be a limit. */
  topics(options?: PageOptions): Listing<InsightTopics>;
}

export function createInsights(verbs: EitherVerb): Insights {
  return {
    actions: ({ pageSize, signal, ...filter } = {}) =>
      list('/v1/insights/actions', filter, readAction, { pageSize, signal }),
    topics: (options = {}) => list('/v1/insights/topics', {}, readInsightTopics, options),
  };

  function list<T>(
    path: string,
    filter: Readonly<Record<string, QueryValue>>,
    parse: (item: Item) => T,
    { pageSize, signal }: PageOptions,
  ): Listing<T> {
    return createListing({
      parse,
      pageSize,
      signal,
      async read(skip, limit) {
        const { body } = await verbs.ask({
          name: path,
          path: withQuery(path, { limit, ...filter }, skip),
          json: { limit, ...bodyOf(filter), ...(skip !== undefined && { skip: decoded(skip) }) },
          signal,
        });
        return { items: readResults(body), ...readPageInfo(body) };
      },
    });
  }
}

/** The same dates as in a query. */
function bodyOf(filter: Readonly<Record<string, QueryValue>>): object {
  return Object.fromEntries(
    Object.entries(filter).map(([name, value]) => [name, value instanceof Date ? formatDate(value) : value]),
  );
}

/** A cursor outside of a URL. */
function decoded(skip: string): string | number {
  if (/^\d+$/.test(skip)) return Number(skip);
  try {
    return decodeURIComponent(skip);
  } catch {
    // It was never encoded.
    return skip;
  }
}

function readAction(item: Item): InsightAction {
  return {
    id: readId(item['id']),
    person_id: readId(item['person_id']),
    external_id: readText(item['external_id']),
    email: readText(item['email']),
    type: readText(item['type'] ?? item['action_type']),
    created: readDate(item['created'] ?? item['action_time']),
    fields: item,
  };
}

function readInsightTopics(item: Item): InsightTopics {
  return {
    person_id: readId(item['person_id']),
    external_id: readText(item['external_id']),
    email: readText(item['email']),
    topics: readTopics(item),
  };
}
