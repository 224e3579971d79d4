import type { EncodedMarks } from '../engine/encoding.ts';
import { bucketOf, keptBuckets } from '../seen.ts';
import type { Connections, Transaction } from './connections.ts';

/** So far from the border of two buckets a mark stands in one only. More than the clocks of two proxies may differ. */
const borderMs = 60_000;

/**
 * Two that insert the same mark at once meet in the primary key (bucket, hash): the second waits for the first and gets
 * no row. Near a border, where one could take the earlier bucket and one the later, a mark goes into both.
 */
const insertSql = `
  insert into seen (bucket, hash)
  select bucket, hash from unnest($1::bigint[], $2::bytea[]) as new (bucket, hash)
  where not exists (
    select from seen where seen.bucket in (new.bucket - 1, new.bucket + 1) and seen.hash = new.hash
  )
  order by bucket, hash
  on conflict do nothing
  returning bucket, hash`;

/** Inserts all marks, and says by place which were known already, to the table or from an earlier place. */
export async function insertMarks(
  transaction: Transaction,
  marks: readonly EncodedMarks[],
): Promise<ReadonlySet<number>> {
  const lost = new Set<number>();
  const claimedBy = new Map<string, number>();
  marks.forEach(({ hashes }, place) => {
    for (const hash of hashes) {
      if (claimedBy.has(hash)) lost.add(place);
      else claimedBy.set(hash, place);
    }
  });
  if (claimedBy.size === 0) return lost;

  const rows = [...claimedBy].flatMap(([hash, place]) =>
    bucketsAt(marks[place]?.atMs ?? 0).map((bucket) => ({ bucket, hash, place })),
  );
  const { rows: inserted } = await transaction.query(insertSql, [
    rows.map(({ bucket }) => bucket),
    rows.map(({ hash }) => Buffer.from(hash, 'latin1')),
  ]);
  const isNew = new Set(
    inserted.map(({ bucket, hash }) => `${String(bucket)} ${(hash as Buffer).toString('latin1')}`),
  );
  for (const { bucket, hash, place } of rows) if (!isNew.has(`${bucket} ${hash}`)) lost.add(place);
  return lost;
}

export async function haveSeen(
  connections: Connections,
  { hashes, atMs }: EncodedMarks,
): Promise<readonly boolean[]> {
  const bucket = bucketOf(atMs);
  const { rows } = await connections.query(
    'select hash from seen where bucket between $1 and $2 and hash = any($3)',
    [bucket - keptBuckets, bucket + keptBuckets, hashes.map((hash) => Buffer.from(hash, 'latin1'))],
  );
  const known = new Set(rows.map(({ hash }) => (hash as Buffer).toString('latin1')));
  return hashes.map((hash) => known.has(hash));
}

/** Drops the buckets that are over. */
export async function sweepMarks(connections: Connections, nowMs: number): Promise<void> {
  const bucket = bucketOf(nowMs);
  await connections.query('delete from seen where bucket < $1 or bucket > $2', [
    bucket - keptBuckets,
    bucket + keptBuckets,
  ]);
}

function bucketsAt(atMs: number): readonly number[] {
  const before = bucketOf(atMs - borderMs);
  const after = bucketOf(atMs + borderMs);
  return before === after ? [before] : [before, after];
}
