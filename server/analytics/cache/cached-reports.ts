import { sameSql, Unreadable, type Database } from '../../store/database.ts';
import { cachedReports as table } from '../../store/schema/analytics.ts';
import type { Row } from '../reports/report.ts';

export interface CachedReport {
  readonly fetchedAtMs: number;
  /** What readers of the figures should know. */
  readonly notes: readonly string[];
  readonly rows: readonly Row[];
}

/** `undefined` where there is none, or it was sealed with a key that is not there any more. */
export async function readCached(
  database: Pick<Database, 'read'>,
  key: string,
): Promise<CachedReport | undefined> {
  const [row] = await database.read({
    sql: sameSql(`select id, key_id, payload from ${table.name} where id = ?`),
    params: [key],
    opens: table,
  });
  const payload = row?.['payload'];
  return payload === undefined || payload instanceof Unreadable ? undefined : (payload as CachedReport);
}

/** Replaces the last one, and removes all that are older than `beforeMs`. */
export async function writeCached(
  database: Pick<Database, 'write'>,
  key: string,
  report: CachedReport,
  beforeMs: number,
): Promise<void> {
  await database.write([
    { sql: sameSql(`delete from ${table.name} where id = ? or made_at < ?`), params: [key, beforeMs] },
    { into: table, rows: [{ id: key, made_at: report.fetchedAtMs, payload: report }] },
  ]);
}
