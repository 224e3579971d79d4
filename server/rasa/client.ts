import { createAnalytics, type Analytics } from './analytics/analytics.ts';
import { createEitherVerb } from './analytics/either-verb.ts';
import { createInsights, type Insights } from './analytics/insights.ts';
import type { Calls } from './calls.ts';
import { createContent, type Content } from './content/content.ts';
import { createPersons, type Persons } from './persons/persons.ts';
import { postSignup } from './public/signup.ts';
import { readTopArticles, type TopArticle, type TopArticlesQuery } from './public/articles.ts';
import { createReader, type CallOptions } from './reads.ts';
import type { Listing, PageOptions } from './paging.ts';
import { withQuery, type QueryValue } from './reading/query.ts';
import { createContactsV2, type ContactsV2 } from './v2/contacts.ts';
import { createLists, type Lists } from './v2/lists.ts';
import { createV2Reader } from './v2/reading.ts';
import { createSubscriptions, type Subscriptions } from './v2/subscriptions.ts';

/**
 * Everything that is known of version 1 of rasa.io's API. Methods reject with a `RasaError`, or with the
 * reason of a signal that aborts them.
 */
export interface V1 extends Content, RawReads {
  readonly persons: Persons;
  readonly analytics: Analytics;
  readonly insights: Insights;
}

/** Version 2. Experimental: written from its published description, and nobody has published an answer. */
export interface V2 extends RawReads {
  readonly contacts: ContactsV2;
  readonly lists: Lists;
  readonly subscriptions: Subscriptions;
}

/** What rasa.io offers without a key. */
export interface PublicApi {
  /** Signs somebody up to the newsletter with this GUID, as rasa.io's own form does. */
  signUp(guid: string, person: WebhookPerson, options?: CallOptions): Promise<void>;
  topArticles(guid: string, options?: TopArticlesQuery & CallOptions): Promise<readonly TopArticle[]>;
}

/** The three fields that the webhook takes. */
export interface WebhookPerson {
  readonly email: string;
  readonly first_name?: string;
  readonly last_name?: string;
}

/** Reads of any path, for what has no method of its own. */
export interface RawReads {
  /** The body of a GET. `path` begins with the version: `/v1/communities`. */
  get(path: string, options?: RawQuery & CallOptions): Promise<unknown>;
  /** All items of a GET, page after page, as rasa.io sends them but without their wrapping. */
  items(path: string, options?: RawQuery & PageOptions): Listing<Readonly<Record<string, unknown>>>;
}

interface RawQuery {
  readonly query?: Readonly<Record<string, QueryValue>> | undefined;
}

export function createV1(calls: Calls): V1 {
  const verbs = createEitherVerb(calls);
  return {
    ...createContent(calls),
    ...createRawReads(calls, 'v1'),
    persons: createPersons(calls),
    analytics: createAnalytics(verbs),
    insights: createInsights(verbs),
  };
}

export function createV2(calls: Calls): V2 {
  return {
    ...createRawReads(calls, 'v2'),
    contacts: createContactsV2(calls),
    lists: createLists(calls),
    subscriptions: createSubscriptions(calls),
  };
}

export function createPublicApi(calls: Calls): PublicApi {
  return {
    signUp: (guid, { email, first_name, last_name }, { signal } = {}) =>
      postSignup(calls, guid, { email, first_name, last_name }, signal),
    topArticles: (guid, options = {}) => readTopArticles(calls, guid, options),
  };
}

function createRawReads(calls: Calls, version: 'v1' | 'v2'): RawReads {
  const reader = version === 'v1' ? createReader(calls) : createV2Reader(calls);
  return {
    async get(path, { query = {}, signal } = {}) {
      refuseOtherPaths(path, version);
      const isAny = { isSuccess: () => true };
      const url = withQuery(path, query);
      return (await calls.ask({ method: 'GET', path: url, signal, ...(version === 'v2' && isAny) })).body;
    },
    items(path, { query = {}, ...options } = {}) {
      refuseOtherPaths(path, version);
      return reader.list(path, query, (item) => item, options);
    },
  };
}

/** So that a token goes nowhere else. Throws a TypeError. */
function refuseOtherPaths(path: string, version: string): void {
  const { origin, pathname, hash } = new URL(`http://rasa.invalid${path.startsWith('/') ? '' : '/'}${path}`);
  const isBelow = origin === 'http://rasa.invalid' && pathname.startsWith(`/${version}/`) && hash === '';
  if (!path.startsWith('/') || !isBelow) throw new TypeError(`A path must begin with /${version}/.`);
}
