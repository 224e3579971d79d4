import { randomBytes } from 'node:crypto';
import { sameSql, Unreadable, type Database } from '../database.ts';
import { StoreRefused } from '../errors.ts';
import { secrets } from '../tables.ts';

export interface ServerSecretsOptions {
  readonly database: Pick<Database, 'read' | 'write'>;
  /** Unix time in ms. */
  readonly now?: () => number;
}

/**
 * Secrets that the product makes for itself, such as the key of challenges. Each is made once, by whichever
 * process asks first, and kept sealed in the store, so that every proxy that shares the store has the same
 * and a restart changes none.
 */
export class ServerSecrets {
  readonly #database: Pick<Database, 'read' | 'write'>;
  readonly #now: () => number;

  constructor({ database, now = Date.now }: ServerSecretsOptions) {
    this.#database = database;
    this.#now = now;
  }

  /**
   * 32 bytes for this purpose. Throws `StoreRefused` where its key is not given, since a new one would break
   * promises.
   */
  async get(name: string): Promise<Uint8Array> {
    const kept = await this.#read(name);
    if (kept) return kept;
    const payload = randomBytes(32).toString('base64');
    await this.#database.write([
      { into: secrets, rows: [{ name, made_at: this.#now(), payload }], ifNew: true },
    ]);
    const made = await this.#read(name);
    if (!made) throw new Error(`The secret ${name} was removed while it was made.`);
    return made;
  }

  async #read(name: string): Promise<Uint8Array | undefined> {
    const [row] = await this.#database.read({
      sql: sameSql('select name, key_id, payload from secrets where name = ?'),
      params: [name],
      opens: secrets,
    });
    if (!row) return undefined;
    const { payload } = row;
    if (payload instanceof Unreadable) {
      const remedy =
        payload.reason === 'unknown_key'
          ? `It was sealed with the key ${payload.keyId}: give that one as OUTBOX_KEY_PREVIOUS.`
          : 'Restore a backup of the database.';
      throw new StoreRefused(`The secret ${name} in the database cannot be read. ${remedy}`);
    }
    return Buffer.from(String(payload), 'base64');
  }
}
