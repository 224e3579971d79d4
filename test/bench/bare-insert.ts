import { randomBytes, randomUUID } from 'node:crypto';
import pg from 'pg';
import { closedLoop, type LoadFigures } from './load.ts';

/** The limit that the outbox on PostgreSQL is measured against: one insert of one row for each caller, through a pool. */
export async function openBareInsert(url: string): Promise<{
  load(ms: number): Promise<LoadFigures>;
  close(): Promise<void>;
}> {
  const pool = new pg.Pool({ connectionString: url, max: 5 });
  await pool.query('create table bare (id uuid primary key, payload bytea not null)');
  return {
    load: (ms) =>
      closedLoop(
        () => pool.query('insert into bare (id, payload) values ($1, $2)', [randomUUID(), randomBytes(250)]),
        64,
        ms,
      ),
    close: () => pool.end(),
  };
}
