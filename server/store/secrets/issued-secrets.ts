import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { sameSql, type Database, type NewRow, type Row } from '../database.ts';
import { ConstraintViolated } from '../errors.ts';
import { createIds } from '../ids.ts';
import type { Table } from '../tables.ts';

/** What is known of an issued secret; it itself is not. Times are Unix time in ms. */
export interface Issued {
  readonly id: string;
  readonly name: string;
  readonly account: string;
  /** `undefined`: it is valid until it is revoked. */
  readonly expiresMs: number | undefined;
  /** Up to a minute old. */
  readonly usedMs: number | undefined;
  readonly revokedMs: number | undefined;
}

export interface IssuedSecretsOptions {
  readonly database: Pick<Database, 'read' | 'write'>;
  /** With the columns of `Issued`, `hash` and `created_at`; a name is there once among those not revoked. */
  readonly table: Table;
  /** Scanners for leaked secrets can search for it. */
  readonly prefix: string;
  readonly now?: (() => number) | undefined;
}

const usedEveryMs = 60_000;

/**
 * Secrets that are made here, shown once and given away. Only a hash of each is stored: they are random and
 * long, so that a plain SHA-256 cannot be turned back. Every request asks the database, so that a revoked one
 * is refused at once, at every proxy that shares it.
 */
export class IssuedSecrets {
  readonly #database: Pick<Database, 'read' | 'write'>;
  readonly #table: Table;
  readonly #prefix: string;
  readonly #pattern: RegExp;
  readonly #newId: () => string;
  readonly #now: () => number;

  constructor({ database, table, prefix, now = Date.now }: IssuedSecretsOptions) {
    this.#database = database;
    this.#table = table;
    this.#prefix = prefix;
    // 256 random bits in base64url.
    this.#pattern = new RegExp(`^${prefix}_[\\w-]{43}$`);
    this.#now = now;
    this.#newId = createIds(now);
  }

  /**
   * The new secret, which nothing shows again; `undefined` where one that is not revoked has this name. `own`
   * are the columns that only this table has.
   */
  async create(
    {
      name,
      account,
      validForMs,
    }: Pick<Issued, 'name' | 'account'> & { readonly validForMs: number | undefined },
    own: NewRow,
  ): Promise<string | undefined> {
    const secret = `${this.#prefix}_${randomBytes(32).toString('base64url')}`;
    const nowMs = this.#now();
    const row = {
      ...own,
      id: this.#newId(),
      name,
      hash: digestOf(secret),
      account,
      created_at: nowMs,
      expires_at: validForMs === undefined ? 0 : nowMs + validForMs,
      used_at: 0,
      revoked_at: 0,
    };
    try {
      await this.#database.write([{ into: this.#table, rows: [row] }]);
      return secret;
    } catch (error) {
      if (error instanceof ConstraintViolated) return undefined;
      throw error;
    }
  }

  /** All of them, the revoked and expired ones too, in the order in which they were made. */
  list(): Promise<readonly Row[]> {
    return this.#database.read({ sql: sameSql(`select * from ${this.#table.name} order by id`) });
  }

  /** `false` where none of this name is left to revoke. */
  async revoke(name: string): Promise<boolean> {
    const [result] = await this.#database.write([
      {
        sql: sameSql(`update ${this.#table.name} set revoked_at = ? where name = ? and revoked_at = 0`),
        params: [this.#now(), name],
      },
    ]);
    return result?.count === 1;
  }

  /**
   * The row of the secret that was shown, if it is valid now. The database looks for its digest, which nobody
   * can steer, and digests are compared in constant time, so that no answer's time says how much of a secret
   * is right.
   */
  async find(shown: string): Promise<Row | undefined> {
    if (!this.#pattern.test(shown)) return undefined;
    const digest = digestOf(shown);
    const [row] = await this.#database.read({
      sql: sameSql(`select * from ${this.#table.name} where hash = ?`),
      params: [digest],
    });
    if (!row || !timingSafeEqual(digest, row['hash'] as Uint8Array)) return undefined;
    const issued = issuedOf(row);
    const nowMs = this.#now();
    if (issued.revokedMs !== undefined || (issued.expiresMs ?? Infinity) <= nowMs) return undefined;
    if (Math.abs(nowMs - (issued.usedMs ?? 0)) >= usedEveryMs) this.#noteUse(issued, nowMs);
    return row;
  }

  /** Nothing waits for it, and where it cannot be written the request goes on. */
  #noteUse({ id, usedMs = 0 }: Issued, nowMs: number): void {
    const statement = {
      sql: sameSql(`update ${this.#table.name} set used_at = ? where id = ? and used_at = ?`),
      params: [nowMs, id, usedMs],
    };
    this.#database.write([statement]).catch(() => undefined);
  }
}

export function issuedOf(row: Row): Issued {
  const time = (name: string) => {
    const ms = Number(row[name]);
    return ms === 0 ? undefined : ms;
  };
  return {
    id: String(row['id']),
    name: String(row['name']),
    account: String(row['account']),
    expiresMs: time('expires_at'),
    usedMs: time('used_at'),
    revokedMs: time('revoked_at'),
  };
}

function digestOf(secret: string): Buffer {
  return hash('sha256', secret, 'buffer');
}
