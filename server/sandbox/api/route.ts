import type { Request } from 'express';
import type { Database } from '../../store/database.ts';
import type { Account, ApiKeys } from '../api-keys.ts';
import type { Lists } from '../contacts/lists.ts';
import type { Persons } from '../contacts/persons.ts';
import type { Faults } from '../control/faults.ts';
import type { Token, Tokens } from '../tokens.ts';

/** The kind of a route, for faults that affect only some. */
export type Operation = 'tokens' | 'persons' | 'analytics' | 'other';

/**
 * What a route asks for: user name and password as Basic, a token of version 1 or 2, or nothing.
 */
export type Access = 'account' | 'v1' | 'v2' | 'none';

/** How far what a route does can be trusted; see `trustTexts` of the documentation. */
export type Source = 'SPEC' | 'LIVE' | 'RASA' | 'KB' | '3P' | 'INF';

/** One row of the table of routes: what the router serves, the tests try and the documentation lists. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** `/v1/persons/:id` */
  readonly path: string;
  readonly access: Access;
  readonly kind: Operation;
  readonly source: Source;
  /** One sentence for the documentation. */
  readonly about: string;
  readonly answer: (call: Call, parts: ApiParts) => Reply | Promise<Reply>;
}

/** One request, as a route sees it. */
export interface Call {
  readonly params: Readonly<Record<string, string>>;
  /** Each parameter once; a list has its values joined by commas. */
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** Absolute. */
  readonly url: string;
  /** With access `v1` or `v2`. */
  readonly token: Token | undefined;
  /** The name of the API key that the token was made with. */
  readonly keyName: string | null;
}

/** What the routes work with. */
export interface ApiParts {
  readonly account: Account;
  readonly database: Database;
  readonly persons: Persons;
  readonly lists: Lists;
  readonly apiKeys: ApiKeys;
  readonly tokens: Tokens;
  readonly faults: Faults;
  readonly now: () => number;
}

/** What a route answers. The rest of rasa.io's envelope follows from it and the faults. */
export interface Reply {
  readonly status: number;
  readonly results?: readonly object[];
  readonly error?: string;
  /** The total number of results, if `results` is one page of them. */
  readonly total?: number;
  readonly nextLink?: string | null;
  /** Seconds since 1970; default: the expiry of the caller's token. */
  readonly tokenExpires?: number;
  /** Further members of the body, next to the envelope's own. */
  readonly beside?: object;
  /** Sent as it is, in place of the envelope. */
  readonly document?: { readonly type: string; readonly text: string };
  /** In seconds or as an HTTP date. */
  readonly retryAfter?: string | undefined;
}

export function reply(status: number, error: string): Reply {
  return { status, error };
}

export const noPerson = reply(404, 'No such person');

/** The parameters by which Express names a place in the path, all of them texts. */
export function paramsOf({ params }: Request): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [name, Array.isArray(value) ? value.join('/') : value]),
  );
}

export function queryOf({ query }: Request): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => [
      name.replace(/\[\]$/, ''),
      (Array.isArray(value) ? value : [value])
        .filter((part): part is string => typeof part === 'string')
        .join(','),
    ]),
  );
}
