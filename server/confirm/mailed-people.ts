import { quotaKeyOf } from '../forms/email-address.ts';
import { sameSql, type Database, type Statement, type WriteStatement } from '../store/database.ts';
import { mailedPeople as table } from '../store/schema/double-opt-in.ts';
import { createKeyedHash, type KeyedHash } from '../system/keyed-hash.ts';

/** Between two mails of one kind to one address, in ms, and how many it gets in a day. */
export const againAfterMs = 2 * 60_000;
export const mostADay = 3;
export const dayMs = 24 * 60 * 60_000;

/** How long "not me" holds. */
const blockedForMs = 90 * dayMs;

export interface Mailed {
  readonly isBlocked: boolean;
  /** When it may have the next mail, Unix time in ms; `undefined`: it got enough for this day. */
  readonly nextMs: number | undefined;
  readonly dayAtMs: number;
  readonly dayCount: number;
}

/**
 * How much mail mailboxes got, and which want none. Every spelling of an address is one mailbox, as for
 * quotas: `Ada+news@example.com` is `ada@example.com`.
 */
export class MailedPeople {
  readonly #database: Pick<Database, 'read'>;
  readonly #hash: KeyedHash;

  /** @param key 32 bytes, from the server secret `person`. */
  constructor({ database, key }: { readonly database: Pick<Database, 'read'>; readonly key: Uint8Array }) {
    this.#database = database;
    this.#hash = createKeyedHash(key);
  }

  /** Where times lie ahead, the clock was wrong, and they say nothing. */
  async find(email: string, nowMs: number): Promise<Mailed> {
    const ids = this.#idsOf(email);
    const rows = await this.#database.read({
      sql: sameSql(
        'select id, blocked_until, mailed_at, day_at, day_count from mailed_people where id in (?, ?)',
      ),
      params: ids,
    });
    const row = rows.find(({ id }) => id === ids[0]);
    const at = (column: string) => {
      const ms = Number(row?.[column] ?? 0);
      return ms > nowMs + againAfterMs ? 0 : ms;
    };
    const isSameDay = nowMs - at('day_at') < dayMs;
    const dayCount = isSameDay ? Number(row?.['day_count'] ?? 0) : 0;
    return {
      isBlocked: rows.some((one) => Number(one['blocked_until']) > nowMs),
      nextMs: dayCount < mostADay ? at('mailed_at') + againAfterMs : undefined,
      dayAtMs: isSameDay ? at('day_at') : nowMs,
      dayCount,
    };
  }

  /** Notes one mail. `before` is what `find` said. */
  noteMail(email: string, { dayAtMs, dayCount }: Mailed, nowMs: number): readonly WriteStatement[] {
    const values = [nowMs, dayAtMs, dayCount + 1];
    return change(this.#idsOf(email)[0], 'mailed_at = ?, day_at = ?, day_count = ?', values);
  }

  /** @param who the address; where only its keyed hash is left, that spelling alone is blocked. */
  block(who: string | Uint8Array, nowMs: number): readonly WriteStatement[] {
    const id = typeof who === 'string' ? this.#idsOf(who)[0] : hexOf(who);
    return change(id, 'blocked_until = ?', [nowMs + blockedForMs]);
  }

  /** Has a count above 0 where the mailbox was blocked. */
  unblock(email: string, nowMs: number): Statement {
    const sql = sameSql(
      'update mailed_people set blocked_until = 0 where id in (?, ?) and blocked_until > ?',
    );
    return { sql, params: [...this.#idsOf(email), nowMs] };
  }

  /** Those go of whom nothing has to be known any more. */
  tidy(nowMs: number): Statement {
    const sql = sameSql(
      'delete from mailed_people where blocked_until <= ? and day_at <= ? and mailed_at <= ?',
    );
    return { sql, params: [nowMs, nowMs - dayMs, nowMs - againAfterMs] };
  }

  /** Of the mailbox, and of this spelling. */
  #idsOf(email: string): readonly [string, string] {
    const exact = email.trim().toLowerCase();
    return [this.#idOf(quotaKeyOf(exact)), this.#idOf(exact)];
  }

  #idOf(text: string): string {
    return hexOf(Buffer.from(this.#hash(text), 'latin1'));
  }
}

function change(id: string, set: string, values: readonly number[]): readonly WriteStatement[] {
  const nothing = { blocked_until: 0, mailed_at: 0, day_at: 0, day_count: 0 };
  return [
    { into: table, rows: [{ id, ...nothing }], ifNew: true },
    { sql: sameSql(`update mailed_people set ${set} where id = ?`), params: [...values, id] },
  ];
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
