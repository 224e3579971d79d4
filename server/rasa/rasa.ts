/**
 * The entry `./rasa` of the package: rasa.io's API for programs of others. Loads neither the proxy nor its
 * database. docs/rasa-api.md says what rasa.io can do, and how far each statement can be trusted.
 */
import { createCalls, type Calls, type RetryPolicy } from './calls.ts';
import { createPublicApi, createV1, createV2, type PublicApi, type V1, type V2 } from './client.ts';
import type { Credentials } from './credentials.ts';
import { createGate, type Gate } from './gate.ts';
import { createRasaHttp, defaultTimeouts, withGate, type RasaHttp, type RasaTimeouts } from './http.ts';
import { createKeyRing } from './key-ring.ts';
import { createTokenApi } from './token-api.ts';
import { Secret } from '../system/secret.ts';
import { createOutgoing } from '../system/network/outgoing.ts';

export * from './errors.ts';
export { createGate, type Gate, type GateOptions, type TurnOptions } from './gate.ts';
export type { Activity, Analytics, AnalyticsQuery, ArticleFigures } from './analytics/analytics.ts';
export type { ImageFigures, TopicFigures } from './analytics/analytics.ts';
export type { InsightAction, Insights, InsightTopics } from './analytics/insights.ts';
export type { Count, Metric } from './analytics/metrics.ts';
export type { RetryPolicy } from './calls.ts';
export type { PublicApi, RawReads, V1, V2, WebhookPerson } from './client.ts';
export type { Community, Content, Post, Section } from './content/content.ts';
export type { RasaTimeouts } from './http.ts';
export type { Listing, Page, PageOptions } from './paging.ts';
export type { PersonAction, PersonTopic, Send, Tombstone } from './persons/engagement.ts';
export type { Attribute, Json, NewPerson, Person, PersonChanges } from './persons/person.ts';
export type { PersonFilter, Persons } from './persons/persons.ts';
export type { Saved } from './persons/saving.ts';
export type { TopArticle, TopArticlesQuery } from './public/articles.ts';
export type { CallOptions } from './reads.ts';
export type { ContactsV2, ContactV2, ContactV2Changes, Identifier, RemovedContact } from './v2/contacts.ts';
export type { List, Lists } from './v2/lists.ts';
export type {
  Subscription,
  SubscriptionChanges,
  Subscriptions,
  SubscriptionType,
} from './v2/subscriptions.ts';

/** How to reach rasa.io. Everything has a default. */
export interface ConnectionOptions {
  /** Without the version; default: `https://api.rasa.io`. */
  readonly baseUrl?: string | undefined;
  /** Every call waits for its turn at it. Default: one call at a time, 200 ms apart, Retry-After honoured. */
  readonly gate?: Gate | undefined;
  /** In ms, 300,000 at most; default: 28,000 for reads and 30,000 for writes. */
  readonly timeouts?: Partial<RasaTimeouts> | undefined;
  /** Default: two more attempts, after 2 and 4 s or as long as rasa.io asks, but at most 60 s. */
  readonly retries?: RetryPolicy | undefined;
  /** Default: undici's. Proxies of the environment are not used. */
  readonly fetch?: typeof fetch | undefined;
}

export interface V1Options extends ConnectionOptions {
  /** From rasa.io: user name and password of the account, and a key from Settings → API Keys. */
  readonly credentials: { readonly username: string; readonly password: string; readonly apiKey: string };
}

export interface V2Options extends ConnectionOptions {
  readonly credentials: {
    readonly clientId: string;
    readonly clientSecret: string;
    /** Limits the token to one of several accounts. */
    readonly accountGuid?: string | undefined;
  };
}

interface Closable {
  /** Revokes the token at rasa.io. The next call would make another one. */
  close(options?: { readonly signal?: AbortSignal }): Promise<void>;
}

export type RasaClient = V1 & Closable;
export type RasaV2Client = V2 & Closable;

/**
 * Client of version 1. Makes no call before its first method is called.
 * @example
 * const rasa = createRasaClient({ credentials: { username, password, apiKey } });
 * for await (const person of rasa.persons.list()) console.log(person.email);
 * await rasa.close();
 */
export function createRasaClient({ credentials, ...options }: V1Options): RasaClient {
  const { username, password, apiKey } = credentials;
  const secrets = { password: new Secret(password), apiKey: new Secret(apiKey) };
  const { calls, ...closable } = connect({ api: 'v1', username, ...secrets }, options);
  return { ...createV1(calls), ...closable };
}

/** Client of version 2. Experimental: nobody has published an answer of it. */
export function createRasaV2Client({ credentials, ...options }: V2Options): RasaV2Client {
  const { clientId, clientSecret, accountGuid } = credentials;
  const secrets = { clientSecret: new Secret(clientSecret), accountGuid };
  const { calls, ...closable } = connect({ api: 'v2', clientId, ...secrets }, options);
  return { ...createV2(calls), ...closable };
}

/** Client of what needs no key; its host is `https://public-api.rasa.io` by default. */
export function createRasaPublicClient(options: ConnectionOptions = {}): PublicApi {
  const http = openHttp({ ...options, baseUrl: options.baseUrl ?? 'https://public-api.rasa.io' });
  return createPublicApi(createCalls({ http, ...retriesOf(options) }));
}

function connect(credentials: Credentials, options: ConnectionOptions): { readonly calls: Calls } & Closable {
  const http = openHttp(options);
  const set = { number: 1, source: { variable: 'credentials' }, credentials };
  const keyRing = createKeyRing({ tokens: createTokenApi(http), sets: [set] });
  return {
    calls: createCalls({ http, keyRing, ...retriesOf(options) }),
    close: ({ signal = new AbortController().signal } = {}) => keyRing.close(signal),
  };
}

const longestTimeoutMs = 300_000;

function openHttp({
  baseUrl = 'https://api.rasa.io',
  gate = createGate(),
  ...rest
}: ConnectionOptions): RasaHttp {
  const timeouts = { ...defaultTimeouts, ...rest.timeouts };
  for (const [name, ms] of Object.entries(timeouts)) {
    if (!(ms >= 1 && ms <= longestTimeoutMs)) {
      throw new RangeError(`timeouts.${name}: found ${ms}, wanted 1 to ${longestTimeoutMs} ms.`);
    }
  }
  const { fetch: send } = rest;
  const outgoing = createOutgoing();
  return withGate(createRasaHttp({ baseUrl, outgoing, timeouts, ...(send && { fetch: send }) }), gate);
}

function retriesOf({ retries }: ConnectionOptions): { readonly retries?: RetryPolicy } {
  return retries ? { retries } : {};
}
