import { sameSql, type Database, type Row, type Sql, type Statement, type Value } from './database.ts';
import { idsFrom } from './ids.ts';
import type { Table } from './tables.ts';

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

/** In one write, which is some ten milliseconds: sign-ups wait for it. */
export const mostForgotten = 10_000;

/**
 * Deletes rows whose ids are of before a time (Unix time in ms): the oldest first, at most `mostForgotten`,
 * so that the next call deletes more. `also` is a condition on them, which ends with its parameter if it has
 * one.
 */
export function forgetOldest(
  { name }: Pick<Table, 'name'>,
  beforeMs: number,
  also?: { readonly sql: string; readonly param?: Value },
): Statement {
  const old = also ? `id < ? and ${also.sql}` : 'id < ?';
  return {
    sql: sameSql(`delete from ${name} where id in (select id from ${name} where ${old} order by id limit ?)`),
    params: [idsFrom(beforeMs), ...(also?.param === undefined ? [] : [also.param]), mostForgotten],
  };
}
