import { sameSql, Unreadable, type Database, type Insert, type Statement } from '../store/database.ts';
import { mails as table } from '../store/schema/double-opt-in.ts';
import type { MailMessage } from './message.ts';

/** A message that waits. */
export interface QueuedMail {
  readonly id: string;
  /** How often it was tried. */
  readonly attempts: number;
  /** `undefined` where its key is not given, or the row was changed. */
  readonly message: MailMessage | undefined;
  /** Later it is not worth sending. Unix time in ms. */
  readonly untilMs: number;
}

/** A message that was not sent, without what it said. */
export interface FailedMail {
  readonly id: string;
  /** Codes such as `EENVELOPE 550 RCPT TO`, or `expired`. */
  readonly reason: string;
  readonly attempts: number;
  /** ISO 8601. */
  readonly failedAt: string;
  /** Empty where its key is not given. */
  readonly to: string;
}

export interface MailQueueOptions {
  readonly database: Database;
  /** Unix time in ms. */
  readonly now?: () => number;
}

/** Nothing is due later than this. A due time further ahead was written by a clock that was wrong. */
const longestWaitMs = 60 * 60_000;
const failedKeptMs = 30 * 24 * 60 * 60_000;
/** So many are read at once. */
const slice = 1000;
/** When a row is looked at again that cannot be opened. */
const unreadableForMs = 10 * 60_000;

/** Messages that wait for the relay, sealed, as rows of the store. */
export class MailQueue {
  readonly #database: Database;
  readonly #now: () => number;

  constructor({ database, now = Date.now }: MailQueueOptions) {
    this.#database = database;
    this.#now = now;
  }

  /** Part of the write of whatever the message is about. */
  insert(id: string, message: MailMessage, untilMs: number): Insert {
    const nowMs = this.#now();
    const times = { due: nowMs, created_at: nowMs, until: untilMs, failed_at: 0 };
    return { into: table, rows: [{ id, ...times, attempts: 0, reason: '', payload: message }] };
  }

  /** The next ones that are due, those that wait longest first. */
  async due(most: number): Promise<readonly QueuedMail[]> {
    const rows = await this.#database.read({
      sql: sameSql(
        `select id, attempts, until, key_id, payload from mails where failed_at = 0 and (due <= ? or due > ?) order by due limit ${most}`,
      ),
      params: [this.#now(), this.#now() + longestWaitMs],
      opens: table,
    });
    return rows.map((row) => ({
      id: String(row['id']),
      attempts: Number(row['attempts']),
      untilMs: Number(row['until']),
      message: row['payload'] instanceof Unreadable ? undefined : (row['payload'] as MailMessage),
    }));
  }

  sent({ id }: QueuedMail): Statement {
    return { sql: sameSql('delete from mails where id = ?'), params: [id] };
  }

  later({ id, attempts }: QueuedMail, afterMs: number): Statement {
    return {
      sql: sameSql('update mails set due = ?, attempts = ? where id = ?'),
      params: [Math.ceil(this.#now() + afterMs), attempts + 1, id],
    };
  }

  /** Leaves a row alone for a while that waits for its key. */
  unreadable({ id }: QueuedMail): Statement {
    return {
      sql: sameSql('update mails set due = ? where id = ?'),
      params: [this.#now() + unreadableForMs, id],
    };
  }

  /** What it said goes, since its links are secrets; the address stays sealed for 30 days. */
  failed({ id, attempts, message }: QueuedMail, reason: string): Statement {
    const nowMs = this.#now();
    return {
      sql: sameSql(
        'update mails set failed_at = ?, due = ?, attempts = ?, reason = ?, key_id = ?, payload = ? where id = ?',
      ),
      params: [
        nowMs,
        nowMs + failedKeptMs,
        attempts + 1,
        reason,
        this.#database.keyId,
        { seal: { to: message?.to ?? '' }, table, id },
        id,
      ],
    };
  }

  /** Those that failed long ago go. */
  tidy(): Statement {
    return { sql: sameSql('delete from mails where failed_at > 0 and due <= ?'), params: [this.#now()] };
  }

  /** The newest first, a thousand at most. */
  async listFailed(): Promise<readonly FailedMail[]> {
    const rows = await this.#database.read({
      sql: sameSql(
        'select id, attempts, failed_at, reason, key_id, payload from mails where failed_at > 0 order by failed_at desc limit 1000',
      ),
      opens: table,
    });
    return rows.map((row) => ({
      id: String(row['id']),
      reason: String(row['reason']),
      attempts: Number(row['attempts']),
      failedAt: new Date(Number(row['failed_at'])).toISOString(),
      to: row['payload'] instanceof Unreadable ? '' : (row['payload'] as Pick<MailMessage, 'to'>).to,
    }));
  }

  /** The ids of all messages to these addresses, those that were refused too. */
  async idsTo(isWanted: (to: string) => boolean): Promise<readonly string[]> {
    const found: string[] = [];
    for (let after = ''; ;) {
      const rows = await this.#database.read({
        sql: sameSql(`select id, key_id, payload from mails where id > ? order by id limit ${slice}`),
        params: [after],
        opens: table,
      });
      for (const { id, payload } of rows) {
        const isReadable = !(payload instanceof Unreadable);
        if (isReadable && isWanted((payload as Pick<MailMessage, 'to'>).to)) found.push(String(id));
      }
      if (rows.length < slice) return found;
      after = String(rows.at(-1)?.['id']);
    }
  }

  async countWaiting(): Promise<number> {
    const [row] = await this.#database.read({
      sql: sameSql('select count(*) as waiting from mails where failed_at = 0'),
    });
    return Number(row?.['waiting']);
  }
}
