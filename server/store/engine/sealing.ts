import { createCipheriv, createDecipheriv, createHash, createSecretKey, hkdfSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { Unreadable } from '../database.ts';
import { createRandom } from '../ids.ts';
import type { Table } from '../tables.ts';

/** A key that seals rows. Its id stands beside what it sealed and says nothing about the key. */
export interface SealingKey {
  readonly id: string;
  readonly bytes: Uint8Array;
}

/** The key that belongs to a secret text, however long that is (HKDF, RFC 5869). */
export function deriveKey(text: string): SealingKey {
  const bytes = new Uint8Array(hkdfSync('sha256', text, 'rasa-signup store', 'seal rows', 32));
  const id = createHash('sha256').update('rasa-signup key id').update(bytes).digest('hex').slice(0, 12);
  return { id, bytes };
}

const ivBytes = 12;
const tagBytes = 16;
/** The form of what is stored: this byte, the nonce, the tag, the sealed text. */
const formVersion = 1;

/**
 * Seals values with AES-256-GCM. Table and row id are authenticated with them, so that a sealed value copied to another
 * row does not open there. Nonces are random: one key is good for about four thousand million rows (NIST SP 800-38D).
 */
export class Sealing {
  readonly keyId: string;
  readonly keyIds: readonly string[];
  readonly #random = createRandom();
  readonly #current: KeyObject;
  /** Key objects: made from bytes at each call, a key costs more than the sealing itself. */
  readonly #keys: ReadonlyMap<string, KeyObject>;

  constructor(current: SealingKey, previous: readonly SealingKey[] = []) {
    this.keyId = current.id;
    this.#current = createSecretKey(current.bytes);
    const older = previous.map(({ id, bytes }) => [id, createSecretKey(bytes)] as const);
    this.#keys = new Map([...older, [current.id, this.#current]]);
    this.keyIds = [...this.#keys.keys()];
  }

  /** `text` is the JSON of the value. */
  seal(table: Table, id: string, text: string): Uint8Array {
    const iv = this.#random(ivBytes);
    const cipher = createCipheriv('aes-256-gcm', this.#current, iv);
    cipher.setAAD(boundTo(table, id));
    const sealed = cipher.update(text, 'utf8');
    cipher.final();
    return Buffer.concat([Buffer.of(formVersion), iv, cipher.getAuthTag(), sealed]);
  }

  /** The JSON that was sealed. */
  open(table: Table, id: string, { keyId, sealed }: Sealed): string | Unreadable {
    const key = this.#keys.get(keyId);
    if (!key) return new Unreadable('unknown_key', keyId);
    const textStart = 1 + ivBytes + tagBytes;
    if (sealed.length < textStart || sealed[0] !== formVersion) return new Unreadable('damaged', keyId);
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(1, 1 + ivBytes), {
      authTagLength: tagBytes,
    });
    decipher.setAAD(boundTo(table, id));
    decipher.setAuthTag(sealed.subarray(1 + ivBytes, textStart));
    try {
      const text = decipher.update(sealed.subarray(textStart), undefined, 'utf8');
      return text + decipher.final('utf8');
    } catch {
      // The tag does not fit: the bytes, the row's id or the key's id are not those that were written.
      return new Unreadable('damaged', keyId);
    }
  }
}

export interface Sealed {
  readonly keyId: string;
  readonly sealed: Uint8Array;
}

function boundTo(table: Table, id: string): Buffer {
  return Buffer.from(`${table.name}\n${id}`);
}
