import type { Database, Row, Sql, Value } from './database.ts';

export interface Slices {
  /**
   * Its last two parameters are the id after which a slice begins, and how many rows it has. Each row of the
   * answer says as `seen` how many of them it stands for, and as `last` the greatest of their ids.
   */
  readonly sql: Sql;
  readonly params?: readonly Value[];
  /** Below the first id: 0 or ''. */
  readonly from: number | string;
  /** Default: 5000. */
  readonly size?: number;
}

const usualSize = 5000;

/**
 * Reads a whole table, some thousand rows at a time, in the order of their ids: long reads delay writes.
 * Yields what is found in each slice, to be added up.
 */
export async function* readSlices(
  database: Pick<Database, 'read'>,
  { sql, params = [], from, size = usualSize }: Slices,
): AsyncGenerator<Row> {
  let after = from;
  for (let seen = size; seen >= size;) {
    seen = 0;
    for (const row of await database.read({ sql, params: [...params, after, size] })) {
      seen += Number(row['seen']);
      const last = typeof from === 'number' ? Number(row['last']) : String(row['last']);
      if (last > after) after = last;
      yield row;
    }
  }
}
