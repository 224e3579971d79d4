import { sameSql, type Database, type Statement, type WriteStatement } from '../store/database.ts';
import { alerts as table } from '../store/schema/alerts.ts';
import { beganNote, goesOnNote, overNote } from './alert-notes.ts';
import type { Alert, Found } from './causes.ts';
import type { NoteQueue } from './queue.ts';
import type { Target } from './targets.ts';

export interface AlertKeeperOptions {
  readonly database: Pick<Database, 'read' | 'write'>;
  readonly read: () => Promise<Found>;
  readonly queue: Pick<NoteQueue, 'insert'>;
  readonly targets: readonly Target[];
  /** Of the operator page, where visitors of the proxy reach it. */
  readonly page?: string | undefined;
  readonly now?: () => number;
}

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
/**
 * It must have been well for so long before it is over, so that what comes and goes is told once: longer with
 * each time that it comes back within a day of its end.
 */
const settledMs = [minuteMs, 10 * minuteMs, 60 * minuteMs, 6 * 60 * minuteMs] as const;
const longestSettledMs = settledMs[3];
/** Which of its returns count. */
const forgottenAfterMs = dayMs;
/** More of the same are told at once where they are so many times what was told, else once a day. */
const growth = 10;
const grownEveryMs = dayMs;
/** What goes on without getting worse, for an operator who missed what was told or put it off. */
const remindedEveryMs = 7 * dayMs;

interface Told {
  readonly beganMs: number;
  readonly what: string;
  readonly toldMs: number;
  readonly count: number;
  readonly returns: number;
  /** `undefined` while it goes on. */
  readonly overMs: number | undefined;
}

/**
 * Tells the operator what is wrong: when it begins, again where there are more of it or it has gone on for a
 * week, and when it is over. What was told is a row, written together with the notes about it: no number of
 * processes, restarts or crashes tells it again. Only the holder of the lease tells.
 */
export class AlertKeeper {
  readonly #options: AlertKeeperOptions;
  readonly #now: () => number;
  /** Since when what was told is well, by id. Unix time in ms. */
  readonly #wellSince = new Map<string, number>();

  constructor(options: AlertKeeperOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  async look(fence: Statement): Promise<void> {
    const { database, read } = this.#options;
    const { alerts, unknown } = await read();
    const told = await this.#told();
    const here = new Set([...alerts.map(({ id }) => id), ...unknown]);
    for (const id of this.#wellSince.keys()) if (here.has(id) || !told.has(id)) this.#wellSince.delete(id);
    const statements = [
      ...alerts.flatMap((alert) => this.#tell(alert, told.get(alert.id))),
      ...[...told].flatMap(([id, before]) => (here.has(id) ? [] : this.#end(id, before))),
    ];
    if (statements.length > 0) await database.write([fence, ...statements]);
  }

  #tell(alert: Alert, before: Told | undefined): readonly WriteStatement[] {
    const { queue, targets, page } = this.#options;
    const nowMs = this.#now();
    const { count = 0 } = alert;
    if (before?.overMs !== undefined || !before) {
      const returns = before ? before.returns + 1 : 0;
      const note = beganNote(alert, { nowMs, page });
      return [setAlert(alert, { beganMs: nowMs, toldMs: nowMs, returns }), ...queue.insert(targets, note)];
    }
    const more = count - before.count;
    const sinceMs = Math.abs(nowMs - before.toldMs);
    const isWorse = more > 0 && (count >= before.count * growth || sinceMs >= grownEveryMs);
    if (isWorse || sinceMs >= remindedEveryMs) {
      const note = goesOnNote(alert, { nowMs, page, beganMs: before.beganMs, more });
      return [setAlert(alert, { ...before, toldMs: nowMs }), ...queue.insert(targets, note)];
    }
    // Of fewer, the next ones are more again.
    return more < 0 ? [setAlert(alert, before)] : [];
  }

  #end(id: string, before: Told): readonly WriteStatement[] {
    const { queue, targets } = this.#options;
    const nowMs = this.#now();
    const { overMs } = before;
    if (overMs !== undefined) {
      return Math.abs(nowMs - overMs) < forgottenAfterMs ? [] : [removal(id)];
    }
    if (!this.#hasSettled(id, settledMs[before.returns] ?? longestSettledMs)) return [];
    const end = { sql: sameSql(`update ${table.name} set over_at = ? where id = ?`), params: [nowMs, id] };
    return [end, ...queue.insert(targets, overNote({ id, ...before }, nowMs))];
  }

  #hasSettled(id: string, forMs: number): boolean {
    const nowMs = this.#now();
    const sinceMs = this.#wellSince.get(id) ?? nowMs;
    this.#wellSince.set(id, sinceMs);
    return nowMs - sinceMs >= forMs;
  }

  async #told(): Promise<ReadonlyMap<string, Told>> {
    const rows = await this.#options.database.read({
      sql: sameSql(`select ${Object.keys(table.columns).join(', ')} from ${table.name}`),
    });
    return new Map(
      rows.map((row): [string, Told] => [
        String(row['id']),
        {
          beganMs: Number(row['began_at']),
          what: String(row['what']),
          toldMs: Number(row['told_at']),
          count: Number(row['count']),
          returns: Number(row['returns']),
          overMs: Number(row['over_at']) || undefined,
        },
      ]),
    );
  }
}

function setAlert(
  { id, what, count = 0 }: Alert,
  { beganMs, toldMs, returns }: Pick<Told, 'beganMs' | 'toldMs' | 'returns'>,
): Statement {
  const text = `insert into ${table.name} (id, began_at, what, told_at, count, returns, over_at)
    values (?, ?, ?, ?, ?, ?, 0) on conflict (id) do update set began_at = excluded.began_at, what = excluded.what,
    told_at = excluded.told_at, count = excluded.count, returns = excluded.returns, over_at = 0`;
  return { sql: sameSql(text), params: [id, beganMs, what, toldMs, count, returns] };
}

function removal(id: string): Statement {
  return { sql: sameSql(`delete from ${table.name} where id = ?`), params: [id] };
}
