import { createKeyedHash, type KeyedHash } from '../system/keyed-hash.ts';
import type { Database } from './database.ts';

/**
 * Marks in a write: keyed hashes that must all be new. Where one was seen within the last ten to
 * twenty minutes, the write is rejected with `AlreadySeen` and nothing of it is stored.
 */
export interface Marks {
  /** Each 16 bytes, as a Latin-1 text. */
  readonly marks: readonly string[];
  /** Unix time in ms. */
  readonly atMs: number;
}

export type MarkKind = 'signup' | 'proof' | 'click';

export interface SeenOptions {
  readonly database: Database;
  /** 32 bytes from the server secrets, so that the stored hashes say nothing to others. */
  readonly key: Uint8Array;
  /** Unix time in ms. */
  readonly now?: () => number;
}

/** How long one bucket of marks lasts. A mark is known for at least this long and at most twice as long. */
export const bucketMs = 10 * 60_000;

/**
 * Buckets on either side of the current one that are kept; a clock that was set back a little finds its marks
 * again.
 */
export const keptBuckets = 1;

export function bucketOf(nowMs: number): number {
  return Math.floor(nowMs / bucketMs);
}

/**
 * What was seen before: ids of sign-ups, used proofs, click tokens. `mark` goes into the same write as what
 * it protects, so that of two requests that come at once, to one proxy or to several, exactly one is stored.
 */
export class Seen {
  readonly #database: Database;
  readonly #hash: KeyedHash;
  readonly #now: () => number;

  constructor({ database, key, now = Date.now }: SeenOptions) {
    this.#database = database;
    this.#hash = createKeyedHash(key);
    this.#now = now;
  }

  /** The statement that claims these texts for one write. */
  mark(...texts: readonly (readonly [kind: MarkKind, text: string])[]): Marks {
    return { marks: texts.map(([kind, text]) => this.#hash(`${kind}\n${text}`)), atMs: this.#now() };
  }

  /** Whether a text has been marked. An answer of no is only certain inside a write. */
  async has(kind: MarkKind, text: string): Promise<boolean> {
    const [seen] = await this.#database.haveSeen(this.mark([kind, text]));
    return seen === true;
  }
}
