import { sameSql, type Database, type Statement } from '../store/database.ts';
import type { Waiting } from './rows.ts';
import type { Destination } from './signup.ts';
import { lanes } from '../store/tables.ts';

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

/** For how long those of a failing form are put off when they are due, while others are sent. */
export const heldForMs = 10 * 60_000;

export function holding(waiting: readonly Waiting[], dueMs: number): Statement {
  const ids = waiting.map(({ signup }) => signup.id);
  return {
    sql: sameSql(
      `update signups set lane = case lane when 0 then 1 else lane end, due = ?
       where id in (${ids.map(() => '?').join(', ')})`,
    ),
    params: [dueMs, ...ids],
  };
}

/** Of these forms, which rasa.io takes again; or of all, for a process that has not seen any fail. */
export type Released = readonly string[] | 'all';

/** More at once would hold up the sign-ups that arrive meanwhile. */
const mostReleased = 1000;
/** What has failed at most so often puts itself off for about a minute at most; for longer, we did. */
const failedOften = 5;

/** Makes due what was put off with its form, the oldest first. What has failed alone keeps its own time. */
export function releasing({ upstream, account }: Destination, released: Released, nowMs: number): Statement {
  const [which, params, afterMs] =
    released === 'all'
      ? [`attempts <= ${failedOften}`, [], nowMs + 64_000]
      : [`form in (${released.map(() => '?').join(', ')})`, released, nowMs];
  return {
    sql: sameSql(
      `update signups set due = ? where id in (
         select id from signups where upstream = ? and account = ? and lane = ${lanes.retry} and due > ? and ${which}
         order by due, seq limit ${mostReleased}
       )`,
    ),
    params: [nowMs, upstream, account, afterMs, ...params],
  };
}

function pauseId({ upstream, account }: Destination): string {
  return `${upstream} ${account}`;
}
