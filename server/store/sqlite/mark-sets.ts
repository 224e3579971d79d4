import type { EncodedMarks } from '../engine/encoding.ts';
import { HashSet } from '../engine/hash-set.ts';
import { AlreadySeen } from '../errors.ts';
import { bucketOf, keptBuckets } from '../seen.ts';
import type { SqliteConnection } from './driver.ts';

const markBytes = 16;

interface Claimed {
  readonly bucket: number;
  readonly hash: string;
}

/**
 * The marks of a SQLite store. Stored is one row for each commit, with all its hashes in a row; looked up is
 * in memory, where every process reads after what others have added, inside its own write transaction. A
 * unique index over hashes would cost more than the sign-up itself (15 µs against 0.5).
 */
export class MarkSets {
  readonly #buckets = new Map<number, HashSet>();
  /** Of the transaction that is under way. */
  #claimed: Claimed[] = [];
  #lastSeq = 0;
  /**
   * Of the row that the transaction under way has written. No other process can have written one after it.
   */
  #storedSeq = 0;

  /** Takes in what this or another process has committed since. */
  follow(connection: SqliteConnection): void {
    const rows = connection
      .prepare('select seq, bucket, hashes from seen where seq > ? order by seq')
      .all(this.#lastSeq);
    for (const { seq, bucket, hashes } of rows) {
      const set = this.#setOf(Number(bucket));
      const text = Buffer.from(hashes as Uint8Array).toString('latin1');
      for (let at = 0; at < text.length; at += markBytes) set.add(text.slice(at, at + markBytes));
      this.#lastSeq = Number(seq);
    }
  }

  haveSeen({ hashes }: EncodedMarks): readonly boolean[] {
    return hashes.map((hash) => this.#has(hash));
  }

  claim({ atMs, hashes }: EncodedMarks): void {
    const bucket = bucketOf(atMs);
    for (const hash of hashes) {
      if (this.#has(hash)) throw new AlreadySeen();
      this.#setOf(bucket).add(hash);
      this.#claimed.push({ bucket, hash });
    }
  }

  /** How far the transaction has come, for `undoTo`. */
  get position(): number {
    return this.#claimed.length;
  }

  undoTo(position: number): void {
    for (const { bucket, hash } of this.#claimed.splice(position)) this.#setOf(bucket).delete(hash);
  }

  /** Writes what was claimed, as the last statement of the transaction. */
  store(connection: SqliteConnection): void {
    const byBucket = new Map<number, string>();
    for (const { bucket, hash } of this.#claimed) byBucket.set(bucket, (byBucket.get(bucket) ?? '') + hash);
    for (const [bucket, hashes] of byBucket) {
      const { lastInsertRowid } = connection
        .prepare('insert into seen (bucket, hashes) values (?, ?)')
        .run(bucket, Buffer.from(hashes, 'latin1'));
      this.#storedSeq = Number(lastInsertRowid);
    }
  }

  /** The transaction was committed. */
  keep(): void {
    this.#claimed = [];
    this.#lastSeq = Math.max(this.#lastSeq, this.#storedSeq);
  }

  /** The transaction was not committed, as far as is known; where it was, `follow` finds its row. */
  forget(): void {
    this.undoTo(0);
    this.#storedSeq = 0;
  }

  /** Drops the buckets that are over, a slice at a time. True while there is more to drop. */
  sweep(connection: SqliteConnection, currentBucket: number): boolean {
    const [first, last] = [currentBucket - keptBuckets, currentBucket + keptBuckets];
    for (const bucket of this.#buckets.keys()) {
      if (bucket < first || bucket > last) this.#buckets.delete(bucket);
    }
    const { changes } = connection
      .prepare(
        'delete from seen where seq in (select seq from seen where bucket < ? or bucket > ? limit 1000)',
      )
      .run(first, last);
    return Number(changes) === 1000;
  }

  #has(hash: string): boolean {
    for (const set of this.#buckets.values()) if (set.has(hash)) return true;
    return false;
  }

  #setOf(bucket: number): HashSet {
    let set = this.#buckets.get(bucket);
    if (!set) this.#buckets.set(bucket, (set = new HashSet()));
    return set;
  }
}
