import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { sameSql, type Database, type Row } from '../../store/database.ts';
import { ConstraintViolated } from '../../store/errors.ts';
import { createIds } from '../../store/ids.ts';
import { reportLinks as table } from '../../store/schema/analytics.ts';
import type { FunnelTexts } from '../funnel/funnel-query.ts';
import type { QueryTexts } from '../query.ts';
import type { ReportName } from '../reports/report.ts';

/** What a link shows: always the same, for the days that the question names or that end when it is asked. */
export type Linked =
  | { readonly report: ReportName; readonly texts: QueryTexts }
  | { readonly report: 'funnel'; readonly texts: FunnelTexts };

/** What is known of a link; its secret is not. Times are Unix time in ms. */
export interface ReportLink {
  readonly id: string;
  readonly name: string;
  readonly account: string;
  readonly linked: Linked;
  readonly expiresMs: number;
  /** Up to a minute old. */
  readonly usedMs: number | undefined;
  readonly revokedMs: number | undefined;
}

export interface NewReportLink {
  readonly name: string;
  readonly account: string;
  readonly linked: Linked;
  readonly validForMs: number;
}

/** A prefix that scanners for leaked secrets can search for, and 256 random bits in base64url. */
const secretPattern = /^rsl_[\w-]{43}$/;
const usedEveryMs = 60_000;

/**
 * Links to one report each, without addresses, for programs that can send no header. Unlike a token, a link
 * allows one question only, and it expires. Only a hash of its secret is stored; every request asks the
 * database, so that a revoked link is refused at once, at every proxy that shares it.
 */
export class ReportLinks {
  readonly #database: Pick<Database, 'read' | 'write'>;
  readonly #newId: () => string;
  readonly #now: () => number;

  constructor(options: { readonly database: Pick<Database, 'read' | 'write'>; readonly now?: () => number }) {
    this.#database = options.database;
    this.#now = options.now ?? Date.now;
    this.#newId = createIds(this.#now);
  }

  /** The secret of the new link, which nothing shows again; `undefined` where one has this name. */
  async create({ name, account, linked, validForMs }: NewReportLink): Promise<string | undefined> {
    const secret = `rsl_${randomBytes(32).toString('base64url')}`;
    const nowMs = this.#now();
    const row = {
      id: this.#newId(),
      name,
      hash: digestOf(secret),
      account,
      report: linked.report,
      question: JSON.stringify(linked.texts),
      created_at: nowMs,
      expires_at: nowMs + validForMs,
      used_at: 0,
      revoked_at: 0,
    };
    try {
      await this.#database.write([{ into: table, rows: [row] }]);
      return secret;
    } catch (error) {
      if (error instanceof ConstraintViolated) return undefined;
      throw error;
    }
  }

  /** All of them, the revoked and expired ones too, in the order in which they were made. */
  async list(): Promise<readonly ReportLink[]> {
    const rows = await this.#database.read({ sql: sameSql(`select * from ${table.name} order by id`) });
    return rows.map(linkOf);
  }

  /** `false` where no link of this name is left to revoke. */
  async revoke(name: string): Promise<boolean> {
    const [result] = await this.#database.write([
      {
        sql: sameSql(`update ${table.name} set revoked_at = ? where name = ? and revoked_at = 0`),
        params: [this.#now(), name],
      },
    ]);
    return result?.count === 1;
  }

  /** The link whose secret was shown, if it is valid now. See `Tokens.find` for why digests are compared. */
  async find(shown: string): Promise<ReportLink | undefined> {
    if (!secretPattern.test(shown)) return undefined;
    const digest = digestOf(shown);
    const [row] = await this.#database.read({
      sql: sameSql(`select * from ${table.name} where hash = ?`),
      params: [digest],
    });
    if (!row || !timingSafeEqual(digest, row['hash'] as Uint8Array)) return undefined;
    const link = linkOf(row);
    const nowMs = this.#now();
    if (link.revokedMs !== undefined || link.expiresMs <= nowMs) return undefined;
    if (Math.abs(nowMs - (link.usedMs ?? 0)) >= usedEveryMs) this.#noteUse(link, nowMs);
    return link;
  }

  /** Nothing waits for it, and where it cannot be written the request goes on. */
  #noteUse({ id, usedMs = 0 }: ReportLink, nowMs: number): void {
    const statement = {
      sql: sameSql(`update ${table.name} set used_at = ? where id = ? and used_at = ?`),
      params: [nowMs, id, usedMs],
    };
    this.#database.write([statement]).catch(() => undefined);
  }
}

function digestOf(secret: string): Buffer {
  return hash('sha256', secret, 'buffer');
}

function linkOf(row: Row): ReportLink {
  const time = (name: string) => {
    const ms = Number(row[name]);
    return ms === 0 ? undefined : ms;
  };
  return {
    id: String(row['id']),
    name: String(row['name']),
    account: String(row['account']),
    // Written by `create` alone.
    linked: { report: row['report'], texts: JSON.parse(String(row['question'])) as unknown } as Linked,
    expiresMs: Number(row['expires_at']),
    usedMs: time('used_at'),
    revokedMs: time('revoked_at'),
  };
}
