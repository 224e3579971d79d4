import type { Ask, Calls } from './calls.ts';
import { createListing, type Listing, type OffsetOptions } from './paging.ts';
import { readPageInfo, readResults } from './reading/answers.ts';
import { withQuery, type QueryValue } from './reading/query.ts';
import type { Item } from './reading/values.ts';

export interface CallOptions {
  /** Aborts the call, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

type Query = Readonly<Record<string, QueryValue>>;

/** Reads in the two forms that rasa.io has: page after page, and all at once. */
export interface Reader {
  list<T>(path: string, query: Query, parse: (item: Item) => T, options: OffsetOptions): Listing<T>;
  items(path: string, query: Query, options: CallOptions | undefined): Promise<readonly Item[]>;
}

/** How to read other answers than those of version 1. */
export interface ReaderOptions {
  /** Finds the items in a body. */
  readonly resultsOf?: (body: unknown) => readonly Item[];
  readonly isSuccess?: Ask['isSuccess'];
}

export function createReader(
  calls: Calls,
  { resultsOf = readResults, isSuccess }: ReaderOptions = {},
): Reader {
  const get = async (path: string, signal: AbortSignal | undefined) =>
    (await calls.ask({ method: 'GET', path, signal, ...(isSuccess && { isSuccess }) })).body;

  return {
    list: (path, query, parse, { pageSize, skip: start, signal }) =>
      createListing({
        parse,
        pageSize,
        skip: start,
        signal,
        async read(skip, limit) {
          const body = await get(withQuery(path, { limit, ...query }, skip), signal);
          return { items: resultsOf(body), ...readPageInfo(body) };
        },
      }),

    async items(path, query, { signal } = {}) {
      const body = await get(withQuery(path, query), signal);
      return resultsOf(body).filter((item) => Object.keys(item).length > 0);
    },
  };
}
