import { digestOf, DigestSet } from '../system/digests/digest-set.ts';
import type { PageInfo } from './reading/answers.ts';
import type { Item } from './reading/values.ts';

/** One page as rasa.io sent it. */
export interface Page<T> extends PageInfo {
  readonly items: readonly T[];
}

export interface PageOptions {
  /**
   * How many to ask for at once; 50 by default, the most that rasa.io documents. Its own clients ask for
   * 1,000 and 5,000. rasa.io may send fewer; pages follow what came.
   */
  readonly pageSize?: number | undefined;
  /** Aborts; the iteration then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** For lists of contacts, whose pages are counted. */
export interface OffsetOptions extends PageOptions {
  /** How many to leave out, to go on where an earlier reading stopped; 0 by default. */
  readonly skip?: number | undefined;
}

/** Everything that a call lists. Iterating asks for page after page; each iteration begins anew. */
export interface Listing<T> extends AsyncIterable<T> {
  /** The same, page by page; without items that an earlier page had, and never empty. */
  pages(): AsyncIterable<Page<T>>;
  /** Everything at once. */
  all(): Promise<readonly T[]>;
}

export interface PageSource<T> {
  /** Reads one page. `skip` is text for a query, encoded already; at first it is `undefined`. */
  readonly read: (skip: string | undefined, limit: number) => Promise<Page<Item>>;
  readonly parse: (item: Item) => T;
  readonly pageSize?: number | undefined;
  readonly skip?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

const defaultPageSize = 50;

export function createListing<T>(source: PageSource<T>): Listing<T> {
  const pages = () => walk(source);
  return {
    pages,
    async *[Symbol.asyncIterator]() {
      for await (const { items } of pages()) {
        for (const item of items) {
          // Also in the middle of a page, which may have thousands.
          source.signal?.throwIfAborted();
          yield item;
        }
      }
    },
    async all() {
      const all: T[] = [];
      for await (const { items } of pages()) for (const item of items) all.push(item);
      return all;
    },
  };
}

/**
 * Page after page, by what came back. rasa.io's links go on past the end, its totals may be capped and its
 * pages shorter than asked for, so none of them alone is an end. The end is an empty page, a page with
 * nothing new (a server that goes round), or a short page that completes the total or is followed by no link.
 */
async function* walk<T>({
  read,
  parse,
  pageSize = defaultPageSize,
  skip: start = 0,
}: PageSource<T>): AsyncGenerator<Page<T>> {
  const isNew = rememberItems();
  let skip = start > 0 ? String(start) : undefined;
  for (let count = start; ;) {
    const page = await read(skip, pageSize);
    const fresh = isNew(page.items.filter((item) => Object.keys(item).length > 0));
    if (fresh.length === 0) return;
    yield { ...page, items: fresh.map(parse) };

    count += page.items.length;
    const cursor = cursorIn(page.nextLink);
    const hadCursor = skip !== undefined && !/^\d+$/.test(skip);
    if (cursor === undefined && (hadCursor || isLast(page, count, pageSize))) return;
    skip = cursor ?? String(count);
  }
}

/** Clients report totals that are capped at a multiple of 1,000. */
function isLast({ items, nextLink, total = 0 }: Page<Item>, count: number, pageSize: number): boolean {
  if (items.length >= pageSize) return false;
  const isTotalCertain = total > 0 && total % 1000 !== 0;
  // A larger page may have been cut to what is documented.
  const isUncut = pageSize <= defaultPageSize && nextLink === undefined;
  return isUncut || (isTotalCertain && count >= total);
}

/**
 * The opaque `skip` of a link, as it is written there; `undefined` for none, and for a number, which says
 * nothing that is not known.
 */
function cursorIn(link: string | undefined): string | undefined {
  const [, skip = ''] = /[?&]skip=([^&#\s]*)/.exec(link ?? '') ?? [];
  return skip === '' || /^\d+$/.test(skip) ? undefined : skip;
}

/**
 * Tells items that no earlier page had, by their ids. Items without an id may look alike, as two opens in the
 * same second do: they are old only where a whole page is.
 */
function rememberItems(): (items: readonly Item[]) => readonly Item[] {
  const memory = new Memory();
  return (items) => {
    const others = items.filter((item) => idOf(item) === undefined);
    const areNew = memory.isNew(`page ${JSON.stringify(others)}`);
    return items.filter((item) => {
      const id = idOf(item);
      return id === undefined ? areNew : memory.isNew(`id ${id}`);
    });
  };
}

/** In each of three parts. */
const mostKeys = 50_000;

/**
 * Which keys there were, in memory that does not grow with a list of millions: the first ones, by which a
 * server is known that goes round, and the last 50,000 to 100,000, among which items move while they are read
 * and in which pages are repeated.
 */
class Memory {
  readonly #first = new DigestSet();
  #older = new DigestSet();
  #newer = new DigestSet();

  isNew(text: string): boolean {
    const key = digestOf(text);
    if (this.#first.has(key) || this.#older.has(key) || this.#newer.has(key)) return false;
    if (this.#first.size < mostKeys) {
      this.#first.add(key);
      return true;
    }
    if (this.#newer.size >= mostKeys) {
      this.#older = this.#newer;
      this.#newer = new DigestSet();
    }
    this.#newer.add(key);
    return true;
  }
}

function idOf({ id }: Item): string | number | undefined {
  return typeof id === 'string' || typeof id === 'number' ? id : undefined;
}
