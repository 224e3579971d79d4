import { sameSql, Unreadable, type Database, type Insert, type Statement } from '../store/database.ts';
import { StoreUnavailable } from '../store/errors.ts';
import { mostForgotten } from '../store/slices.ts';
import { requestAnswers as table } from '../store/tables.ts';

/** How long a request with an Idempotency-Key gets its first answer again. */
const keptMs = 24 * 60 * 60_000;

export interface KnownAnswer {
  /** SHA-256 of the request's body, in hex. */
  readonly body: string;
  /** Any JSON. */
  readonly answer: unknown;
}

/** The answer of this id, unless it is too old. Where it cannot be opened, nobody may guess it. */
export async function readAnswer(
  database: Pick<Database, 'read' | 'write'>,
  id: string,
  nowMs: number,
): Promise<KnownAnswer | undefined> {
  const [row] = await database.read({
    sql: sameSql(`select id, body, created_at, key_id, payload from ${table.name} where id = ?`),
    params: [id],
    opens: table,
  });
  if (!row) return undefined;
  if (Number(row['created_at']) < nowMs - keptMs) {
    await database.write([{ sql: sameSql(`delete from ${table.name} where id = ?`), params: [id] }]);
    return undefined;
  }
  const { payload } = row;
  if (payload instanceof Unreadable) {
    throw new StoreUnavailable('failed', { message: 'The answer to this request cannot be opened.' });
  }
  return { body: Buffer.from(row['body'] as Uint8Array).toString('hex'), answer: payload };
}

export function storeAnswer(
  { id, body, answer }: KnownAnswer & { readonly id: string },
  nowMs: number,
): Insert {
  return { into: table, rows: [{ id, body: Buffer.from(body, 'hex'), created_at: nowMs, payload: answer }] };
}

/** The oldest first, at most `mostForgotten`. */
export function forgetOldAnswers(nowMs: number): Statement {
  return {
    sql: sameSql(
      `delete from ${table.name} where id in
         (select id from ${table.name} where created_at < ? order by created_at limit ?)`,
    ),
    params: [nowMs - keptMs, mostForgotten],
  };
}
