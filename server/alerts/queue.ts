import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import { isDue } from '../events/webhooks/sender.ts';
import {
  sameSql,
  Unreadable,
  type Database,
  type Statement,
  type WriteStatement,
} from '../store/database.ts';
import { ExpectationFailed } from '../store/errors.ts';
import { createIds } from '../store/ids.ts';
import { operatorNotes as table } from '../store/schema/alerts.ts';
import { withAddresses } from './note-addresses.ts';
import type { Note } from './notes.ts';
import { pauseAfter, type Post, type Target } from './targets.ts';

export interface NoteQueueOptions {
  readonly database: Database;
  readonly post: Post;
  readonly log: Logger;
  readonly now?: () => number;
}

interface Payload {
  readonly target: Target;
  readonly note: Note;
}

interface Waiting extends Payload {
  readonly id: string;
  readonly dueMs: number;
  readonly attempts: number;
  readonly untilMs: number;
}

/** For so long a note is tried; later nobody wants to know. */
const triedForMs = 3 * 24 * 60 * 60_000;
/** What nobody can open any more goes so long after that, looked at so often. */
const forgottenAfterMs = 24 * 60 * 60_000;
const forgetEveryMs = 60 * 60_000;

/**
 * Notes that wait to be sent, as rows of the store, so that a restart loses none. Each target gets its notes
 * in order, one at a time, and apart from all others: one that hangs delays only itself. Only the holder of
 * the lease sends. A crash between an answer and the note of it sends twice, with the same id.
 */
export class NoteQueue {
  readonly #options: NoteQueueOptions;
  readonly #now: () => number;
  readonly #newId: () => string;
  readonly #stop = new AbortController();
  /** What is being sent, by target. */
  readonly #running = new Map<string, Promise<void>>();
  #forgotAtMs = -Infinity;

  constructor(options: NoteQueueOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#newId = createIds(this.#now);
  }

  /** For the write of what the note is about. */
  insert(targets: readonly Target[], note: Note): readonly WriteStatement[] {
    const nowMs = this.#now();
    const rows = targets.map((target) => ({
      id: this.#newId(),
      due: nowMs,
      attempts: 0,
      until: nowMs + triedForMs,
      target: nameOf(target),
      payload: { target, note } satisfies Payload,
    }));
    return rows.length === 0 ? [] : [{ into: table, rows }];
  }

  /** To be called about once a second. Resolves before anything is sent. */
  async look(fence: Statement): Promise<void> {
    const { database, log } = this.#options;
    const keys = database.keyIds;
    // The first one of each target, however many wait behind it.
    const rows = await database.read({
      sql: sameSql(
        `select id, due, attempts, until, target, key_id, payload from ${table.name} where id in
          (select min(id) from ${table.name} where key_id in (${keys.map(() => '?').join(', ')}) group by target)`,
      ),
      params: [...keys],
      opens: table,
    });
    await this.#forget(fence);
    const firsts = new Map<string, Waiting>();
    for (const { id, due, attempts, until, target: key, payload } of rows) {
      if (payload instanceof Unreadable) {
        log.error('A note to the operator is damaged in the database, and is dropped.');
        await this.#write(fence, removal(String(id)));
        continue;
      }
      const { target, note } = payload as Payload;
      const times = { dueMs: Number(due), untilMs: Number(until), attempts: Number(attempts) };
      firsts.set(String(key), { id: String(id), target, note, ...times });
    }
    for (const [key, first] of firsts) {
      if (this.#running.has(key) || !isDue(first.dueMs, this.#now())) continue;
      const turn = this.#send(first, fence)
        .catch((error: unknown) => {
          // Another process has taken over, or the store is away: it is sent again.
          if (!(error instanceof ExpectationFailed)) {
            log.warn({ err: error }, 'A note to the operator has to wait.');
          }
        })
        .finally(() => this.#running.delete(key));
      this.#running.set(key, turn);
    }
  }

  /** Abandons what is being sent: it is sent again later. */
  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#running.values());
  }

  async #send({ id, target, note, attempts, untilMs }: Waiting, fence: Statement): Promise<void> {
    const { database, post, log } = this.#options;
    const { signal } = this.#stop;
    const posted = await post(target, id, await withAddresses(database, note), signal);
    if (signal.aborted && posted.is !== 'sent') return;
    const about = { target: target.is, note: note.type };
    if (posted.is === 'sent') {
      await this.#write(fence, removal(id));
      if (attempts > 0) log.info(about, 'The operator gets notes again.');
      return;
    }
    const { reason } = posted;
    if (posted.is === 'gone' || this.#now() >= untilMs) {
      await this.#write(fence, removal(id));
      log.error({ ...about, reason }, 'A note to the operator could not be sent, and is given up.');
      return;
    }
    const dueMs = Math.ceil(this.#now() + pauseAfter(attempts, posted.afterMs));
    await this.#write(fence, {
      sql: sameSql(`update ${table.name} set due = ?, attempts = ? where id = ?`),
      params: [dueMs, attempts + 1, id],
    });
    if (attempts === 0) log.warn({ ...about, reason }, 'A note to the operator could not be sent yet.');
  }

  /** Rows whose key is not given any more. */
  async #forget(fence: Statement): Promise<void> {
    const nowMs = this.#now();
    if (nowMs - this.#forgotAtMs < forgetEveryMs) return;
    const text = `delete from ${table.name} where until < ?`;
    await this.#write(fence, { sql: sameSql(text), params: [nowMs - forgottenAfterMs] });
    this.#forgotAtMs = nowMs;
  }

  async #write(fence: Statement, statement: Statement): Promise<void> {
    await this.#options.database.write([fence, statement], { settling: true });
  }
}

/** Too short to find out from it who is told. */
function nameOf(target: Target): string {
  return createHash('sha256').update(JSON.stringify(target)).digest('hex').slice(0, 6);
}

function removal(id: string): Statement {
  return { sql: sameSql(`delete from ${table.name} where id = ?`), params: [id] };
}
