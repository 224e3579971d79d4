import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { sameSql, type Database, type Row } from '../store/database.ts';
import { ConstraintViolated } from '../store/errors.ts';
import { createIds } from '../store/ids.ts';
import { tokens as table } from '../store/tables.ts';

/** What a token can allow. */
export const scopes = [
  'contacts:write',
  'contacts:read',
  'contacts:delete',
  'analytics:read',
  'events:read',
] as const;

export type Scope = (typeof scopes)[number];

/** What is known of a token; the token itself is not. Times are Unix time in ms. */
export interface Token {
  readonly id: string;
  readonly name: string;
  /** Everything that is sent with it is for this account. */
  readonly account: string;
  readonly scopes: readonly Scope[];
  readonly createdMs: number;
  /** `undefined`: it is valid until it is revoked. */
  readonly expiresMs: number | undefined;
  /** Up to a minute old. */
  readonly usedMs: number | undefined;
  readonly revokedMs: number | undefined;
}

export interface NewToken {
  readonly name: string;
  readonly account: string;
  readonly scopes: readonly Scope[];
  readonly validForMs: number | undefined;
}

/**
 * What every token looks like: a prefix that scanners for leaked secrets can search for, and 256 random bits
 * in base64url.
 */
export const tokenPattern = /^rst_[\w-]{43}$/;

const usedEveryMs = 60_000;

/**
 * The tokens with which applications reach the HTTP API. Only a hash of each is stored. A token is random and
 * long, so that a plain SHA-256 cannot be turned back. Every request asks the database, so that a revoked
 * token is refused at once, at every proxy that shares it.
 */
export class Tokens {
  readonly #database: Pick<Database, 'read' | 'write'>;
  readonly #newId: () => string;
  readonly #now: () => number;

  constructor(options: { readonly database: Pick<Database, 'read' | 'write'>; readonly now?: () => number }) {
    this.#database = options.database;
    this.#now = options.now ?? Date.now;
    this.#newId = createIds(this.#now);
  }

  /** The new token, which nothing shows again; `undefined` where a valid one has this name. */
  async create({ name, account, scopes, validForMs }: NewToken): Promise<string | undefined> {
    const token = `rst_${randomBytes(32).toString('base64url')}`;
    const nowMs = this.#now();
    const row = {
      id: this.#newId(),
      name,
      hash: digestOf(token),
      scopes: scopes.join(' '),
      account,
      created_at: nowMs,
      expires_at: validForMs === undefined ? 0 : nowMs + validForMs,
      used_at: 0,
      revoked_at: 0,
    };
    try {
      await this.#database.write([{ into: table, rows: [row] }]);
      return token;
    } catch (error) {
      if (error instanceof ConstraintViolated) return undefined;
      throw error;
    }
  }

  /** All of them, the revoked ones too, in the order in which they were made. */
  async list(): Promise<readonly Token[]> {
    const rows = await this.#database.read({ sql: sameSql(`select * from ${table.name} order by id`) });
    return rows.map(tokenOf);
  }

  /** `false` where no valid token has this name. */
  async revoke(name: string): Promise<boolean> {
    const [result] = await this.#database.write([
      {
        sql: sameSql(`update ${table.name} set revoked_at = ? where name = ? and revoked_at = 0`),
        params: [this.#now(), name],
      },
    ]);
    return result?.count === 1;
  }

  /** Whether any valid token allows this. */
  async anyAllows(scope: Scope): Promise<boolean> {
    const [row] = await this.#database.read({
      sql: sameSql(
        `select 1 as found from ${table.name}
         where revoked_at = 0 and (expires_at = 0 or expires_at > ?) and ' ' || scopes || ' ' like ? limit 1`,
      ),
      params: [this.#now(), `% ${scope} %`],
    });
    return row !== undefined;
  }

  /**
   * The token that was shown, if it is valid now. The database looks for its digest, which nobody can steer,
   * and digests are compared in constant time, so that no answer's time says how much of a token is right.
   */
  async find(shown: string): Promise<Token | undefined> {
    if (!tokenPattern.test(shown)) return undefined;
    const digest = digestOf(shown);
    const [row] = await this.#database.read({
      sql: sameSql(`select * from ${table.name} where hash = ?`),
      params: [digest],
    });
    if (!row || !timingSafeEqual(digest, row['hash'] as Uint8Array)) return undefined;
    const token = tokenOf(row);
    const nowMs = this.#now();
    if (token.revokedMs !== undefined || (token.expiresMs ?? Infinity) <= nowMs) return undefined;
    if (Math.abs(nowMs - (token.usedMs ?? 0)) >= usedEveryMs) this.#noteUse(token, nowMs);
    return token;
  }

  /** Nothing waits for it, and where it cannot be written the request goes on. */
  #noteUse({ id, usedMs = 0 }: Token, nowMs: number): void {
    const statement = {
      sql: sameSql(`update ${table.name} set used_at = ? where id = ? and used_at = ?`),
      params: [nowMs, id, usedMs],
    };
    this.#database.write([statement]).catch(() => undefined);
  }
}

function digestOf(token: string): Buffer {
  return hash('sha256', token, 'buffer');
}

function tokenOf(row: Row): Token {
  const time = (name: string) => {
    const ms = Number(row[name]);
    return ms === 0 ? undefined : ms;
  };
  const named = String(row['scopes']).split(' ');
  return {
    id: String(row['id']),
    name: String(row['name']),
    account: String(row['account']),
    // One of a later version is unknown to this one, and allows nothing.
    scopes: scopes.filter((scope) => named.includes(scope)),
    createdMs: Number(row['created_at']),
    expiresMs: time('expires_at'),
    usedMs: time('used_at'),
    revokedMs: time('revoked_at'),
  };
}
