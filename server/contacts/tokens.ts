import { sameSql, type Database, type Row } from '../store/database.ts';
import { IssuedSecrets, issuedOf, type Issued } from '../store/secrets/issued-secrets.ts';
import { tokens as table } from '../store/tables.ts';

/** What a token can allow; with `contacts:confirm` what it adds waits for a click in a mail. */
export const scopes = [
  'contacts:write',
  'contacts:read',
  'contacts:delete',
  'contacts:confirm',
  'analytics:read',
  'events:read',
] as const;

export type Scope = (typeof scopes)[number];

/** What is known of a token. Everything that is sent with it is for its account. */
export interface Token extends Issued {
  readonly scopes: readonly Scope[];
  /** Unix time in ms. */
  readonly createdMs: number;
}

export interface NewToken {
  readonly name: string;
  readonly account: string;
  readonly scopes: readonly Scope[];
  readonly validForMs: number | undefined;
}

/** The tokens with which applications reach the HTTP API. */
export class Tokens {
  readonly #database: Pick<Database, 'read' | 'write'>;
  readonly #issued: IssuedSecrets;
  readonly #now: () => number;

  constructor(options: { readonly database: Pick<Database, 'read' | 'write'>; readonly now?: () => number }) {
    this.#database = options.database;
    this.#now = options.now ?? Date.now;
    this.#issued = new IssuedSecrets({ ...options, table, prefix: 'rst' });
  }

  /** The new token, which nothing shows again; `undefined` where a valid one has this name. */
  create({ scopes, ...token }: NewToken): Promise<string | undefined> {
    return this.#issued.create(token, { scopes: scopes.join(' ') });
  }

  /** All of them, the revoked ones too, in the order in which they were made. */
  async list(): Promise<readonly Token[]> {
    return (await this.#issued.list()).map(tokenOf);
  }

  /** `false` where no valid token has this name. */
  revoke(name: string): Promise<boolean> {
    return this.#issued.revoke(name);
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

  /** The token that was shown, if it is valid now. */
  async find(shown: string): Promise<Token | undefined> {
    const row = await this.#issued.find(shown);
    return row && tokenOf(row);
  }
}

function tokenOf(row: Row): Token {
  const named = String(row['scopes']).split(' ');
  return {
    ...issuedOf(row),
    // One of a later version is unknown to this one, and allows nothing.
    scopes: scopes.filter((scope) => named.includes(scope)),
    createdMs: Number(row['created_at']),
  };
}
