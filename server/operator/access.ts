import { hash, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { sameSql, type Database, type WriteStatement } from '../store/database.ts';
import { ExpectationFailed } from '../store/errors.ts';
import { settings as table } from '../store/tables.ts';
import type { Secret } from '../system/secret.ts';

/** A working day. */
export const sessionMs = 12 * 60 * 60_000;
export const linkMs = 15 * 60_000;
/** A quarter: who looks once a week is known all along. */
export const browserMs = 92 * 24 * 60 * 60_000;

const derive = promisify<string, Uint8Array, number, Buffer>(scrypt);
type Kind = 'session' | 'link' | 'browser';

const tokenPattern = /^[\w-]{43}$/;

export interface OperatorAccessOptions {
  readonly database: Pick<Database, 'read' | 'write'>;
  /** `undefined`: only links let in. */
  readonly password?: Secret | undefined;
  readonly now?: () => number;
}

/**
 * Who may see the operator page: whoever knows the password, or has a link of `rasa-signup operator link`,
 * which works once. Sessions and links are 256 random bits. Only their SHA-256 is stored, so that a copy of
 * the database opens nothing; a change of the password ends the sessions that it began. A browser in which
 * somebody logged in is known again by a third kind of token. It opens nothing either: it only keeps the
 * guesses of others from locking that browser out.
 */
export class OperatorAccess {
  readonly #database: Pick<Database, 'read' | 'write'>;
  readonly #now: () => number;
  readonly #salt = randomBytes(16);
  readonly #password: Promise<Buffer> | undefined;
  /** Of the password. It is hashed with each session, and so tells nothing that could be guessed with. */
  readonly #era: string;

  constructor({ database, password, now = Date.now }: OperatorAccessOptions) {
    this.#database = database;
    this.#now = now;
    this.#password = password && derive(password.reveal(), this.#salt, 32);
    this.#era = password?.fingerprint ?? '';
  }

  get hasPassword(): boolean {
    return this.#password !== undefined;
  }

  async isPassword(shown: string): Promise<boolean> {
    if (!this.#password) return false;
    return timingSafeEqual(await derive(shown, this.#salt, 32), await this.#password);
  }

  /** The token of a new session. */
  openSession(): Promise<string> {
    return this.#issue('session', sessionMs);
  }

  /** The token of a browser in which somebody has just logged in. */
  noteBrowser(): Promise<string> {
    return this.#issue('browser', browserMs);
  }

  /** The token of a new link. */
  makeLink(): Promise<string> {
    return this.#issue('link', linkMs);
  }

  hasSession(token: string): Promise<boolean> {
    return this.#isKnown('session', token);
  }

  knowsBrowser(token: string): Promise<boolean> {
    return this.#isKnown('browser', token);
  }

  hasLink(token: string): Promise<boolean> {
    return this.#isKnown('link', token);
  }

  /** Whether it was good; it is not any more. */
  async useLink(token: string): Promise<boolean> {
    return (await this.hasLink(token)) && this.#forget('link', token);
  }

  async closeSession(token: string): Promise<void> {
    await this.#forget('session', token);
  }

  async #issue(kind: Kind, validMs: number): Promise<string> {
    const token = randomBytes(32).toString('base64url');
    const nowMs = this.#now();
    await this.#write(
      {
        sql: sameSql(`delete from ${table.name} where name like ? and changed_at < ?`),
        params: [`operator ${kind} %`, nowMs - validMs],
      },
      {
        into: table,
        rows: [{ name: this.#nameOf(kind, token), changed_at: nowMs, payload: { untilMs: nowMs + validMs } }],
      },
    );
    return token;
  }

  async #isKnown(kind: Kind, token: string): Promise<boolean> {
    if (!tokenPattern.test(token)) return false;
    const [row] = await this.#database.read({
      sql: sameSql(`select changed_at, name, key_id, payload from ${table.name} where name = ?`),
      params: [this.#nameOf(kind, token)],
      opens: table,
    });
    if (!row) return false;
    const { untilMs = 0 } = row['payload'] as { readonly untilMs?: number };
    const nowMs = this.#now();
    // A clock that was set back does not make a session longer.
    return nowMs < untilMs && nowMs >= Number(row['changed_at']) - 60_000;
  }

  async #forget(kind: Kind, token: string): Promise<boolean> {
    try {
      await this.#write({
        sql: sameSql(`delete from ${table.name} where name = ?`),
        params: [this.#nameOf(kind, token)],
        expect: 1,
      });
      return true;
    } catch (error) {
      if (error instanceof ExpectationFailed) return false;
      throw error;
    }
  }

  /** On a full disk too: the page says that it is full. */
  async #write(...statements: readonly WriteStatement[]): Promise<void> {
    await this.#database.write(statements, { settling: true });
  }

  #nameOf(kind: Kind, token: string): string {
    return `operator ${kind} ${hash('sha256', kind === 'link' ? token : `${token} ${this.#era}`)}`;
  }
}

/**
 * What every form of the page sends along: only who has the session's cookie can know it, and it tells
 * nothing about the session.
 */
export function formToken(session: string): string {
  return hash('sha256', `operator form ${session}`);
}

export function isFormToken(shown: string, session: string): boolean {
  return timingSafeEqual(Buffer.from(hash('sha256', shown)), Buffer.from(hash('sha256', formToken(session))));
}
