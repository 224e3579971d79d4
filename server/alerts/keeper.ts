import { sameSql, type Database, type Statement, type WriteStatement } from '../store/database.ts';
import { alerts as table } from '../store/schema/alerts.ts';
import type { Alert, Found } from './causes.ts';
import type { Note } from './notes.ts';
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

/** It must have been well for so long before it is over, so that what comes and goes is told once. */
const settledMs = 60_000;

interface Told {
  readonly beganMs: number;
  readonly what: string;
}

/**
 * Tells the operator what is wrong, once for each cause, and when it is over, once. What was told is a row,
 * written together with the notes about it: no number of processes, restarts or crashes tells it again. Only
 * the holder of the lease tells.
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
    const begun = alerts.filter(({ id }) => !told.has(id));
    const over = [...told].filter(([id]) => !here.has(id) && this.#hasSettled(id));
    for (const id of this.#wellSince.keys()) if (here.has(id) || !told.has(id)) this.#wellSince.delete(id);
    if (begun.length + over.length === 0) return;
    await database.write([
      fence,
      ...begun.flatMap((alert) => this.#begin(alert)),
      ...over.flatMap(([id, before]) => this.#end(id, before)),
    ]);
  }

  #begin(alert: Alert): readonly WriteStatement[] {
    const { queue, targets, page } = this.#options;
    const nowMs = this.#now();
    const rows = [{ id: alert.id, began_at: nowMs, what: alert.what }];
    return [{ into: table, rows }, ...queue.insert(targets, beganNote(alert, { nowMs, page }))];
  }

  #end(id: string, { what, beganMs }: Told): readonly WriteStatement[] {
    const { queue, targets } = this.#options;
    const removal = { sql: sameSql(`delete from ${table.name} where id = ?`), params: [id] };
    return [removal, ...queue.insert(targets, overNote({ id, what, beganMs }, this.#now()))];
  }

  #hasSettled(id: string): boolean {
    const nowMs = this.#now();
    const sinceMs = this.#wellSince.get(id) ?? nowMs;
    this.#wellSince.set(id, sinceMs);
    return nowMs - sinceMs >= settledMs;
  }

  async #told(): Promise<ReadonlyMap<string, Told>> {
    const rows = await this.#options.database.read({
      sql: sameSql(`select id, began_at, what from ${table.name}`),
    });
    return new Map(
      rows.map((row) => [String(row['id']), { beganMs: Number(row['began_at']), what: String(row['what']) }]),
    );
  }
}

interface NoteOptions {
  readonly nowMs: number;
  readonly page?: string | undefined;
}

export function beganNote({ id, what, remedy }: Alert, { nowMs, page }: NoteOptions): Note {
  const lines = [remedy, ...(page === undefined ? [] : [`Operator page: ${page}`])];
  const data = { ...partsOf(id), remedy, since: isoOf(nowMs) };
  return { type: 'alert.began', atMs: nowMs, title: what, lines, data };
}

export function overNote(
  { id, what, beganMs }: { readonly id: string; readonly what: string; readonly beganMs: number },
  nowMs: number,
): Note {
  const lines = [`It began on ${isoOf(beganMs).slice(0, 16).replace('T', ' at ')} UTC.`];
  const data = { ...partsOf(id), since: isoOf(beganMs), until: isoOf(nowMs) };
  return { type: 'alert.over', atMs: nowMs, title: `Over: ${what}`, lines, data };
}

/** `about`: an account, or the code of dead letters. */
function partsOf(id: string): { readonly cause: string; readonly about?: string } {
  const [cause = '', ...rest] = id.split(' ');
  return rest.length === 0 ? { cause } : { cause, about: rest.join(' ') };
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}
