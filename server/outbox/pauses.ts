import { sameSql, type Database, type Statement } from '../store/database.ts';
import type { Destination } from './signup.ts';

/**
 * How deliveries to the account stand: `failures` calls in a row that failed, and no further one before
 * `untilMs`.
 */
export interface Pause {
  readonly failures: number;
  /** Unix time in ms. */
  readonly untilMs: number;
  /** Never anything personal. */
  readonly reason: string;
}

const longestPauseMs = 60 * 60_000;

/**
 * What was written last, also before a restart, in ms from now: an hour at most, whatever the clock does.
 */
export async function readPause(
  database: Pick<Database, 'read'>,
  destination: Destination,
  nowMs: number,
): Promise<{ readonly failures: number; readonly forMs: number }> {
  const [row] = await database.read({
    sql: sameSql('select until, failures, changed_at from pauses where id = ?'),
    params: [pauseId(destination)],
  });
  if (!row) return { failures: 0, forMs: 0 };
  const [until, changedAt] = [Number(row['until']), Number(row['changed_at'])];
  const forMs = Math.max(0, Math.min(until - nowMs, until - changedAt, longestPauseMs));
  return { failures: Number(row['failures']), forMs };
}

export function pauseStatement(destination: Destination, pause: Pause, nowMs: number): Statement {
  return {
    sql: sameSql(
      `insert into pauses (id, until, failures, reason, changed_at) values (?, ?, ?, ?, ?)
       on conflict (id) do update set
         until = excluded.until, failures = excluded.failures,
         reason = excluded.reason, changed_at = excluded.changed_at`,
    ),
    params: [pauseId(destination), pause.untilMs, pause.failures, pause.reason, nowMs],
  };
}

function pauseId({ upstream, account }: Destination): string {
  return `${upstream} ${account}`;
}
