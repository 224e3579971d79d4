import { createCipheriv, createDecipheriv, createHash, createSecretKey, hkdfSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { Unreadable, type Row, type Value } from '../database.ts';
import { createRandom } from '../ids.ts';
import type { Table } from '../tables.ts';
import type { EncodedSeal } from './encoding.ts';

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
const textStart = 1 + ivBytes + tagBytes;

/**
 * Seals values with AES-256-GCM. Table and row id are authenticated with them, so that a sealed value copied
 * to another row does not open there. Nonces are random: one key is good for about four thousand million rows
 * (NIST SP 800-38D).
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
    const body = cipher.update(text, 'utf8');
    cipher.final();
    const sealed = Buffer.allocUnsafe(textStart + body.length);
    sealed[0] = formVersion;
    sealed.set(iv, 1);
    sealed.set(cipher.getAuthTag(), 1 + ivBytes);
    sealed.set(body, textStart);
    return sealed;
  }

  /** The values of a new row as they are stored; the JSON to be sealed comes last. */
  sealRow(table: Table, row: readonly Value[]): readonly Value[] {
    if (table.sealed === undefined) return row;
    const id = String(row[placeOfId(table)]);
    return [...row.slice(0, -1), this.keyId, this.seal(table, id, String(row.at(-1)))];
  }

  /** The values of a statement, with those to be sealed sealed. */
  sealParams(params: readonly (Value | EncodedSeal)[]): readonly Value[] {
    return params.map((param) =>
      typeof param === 'object' && param !== null && 'text' in param
        ? this.seal(param.table, param.id, param.text)
        : param,
    );
  }

  /** A row that was read, with its sealed column opened. */
  openRow(table: Table, row: Row): Row {
    if (table.sealed === undefined) return row;
    const sealed = row[table.sealed];
    if (!(sealed instanceof Uint8Array)) return row;
    const keyId = String(row['key_id']);
    return { ...row, [table.sealed]: this.open(table, String(row[table.id]), { keyId, sealed }) };
  }

  /** The JSON that was sealed. */
  open(table: Table, id: string, { keyId, sealed }: Sealed): string | Unreadable {
    const key = this.#keys.get(keyId);
    if (!key) return new Unreadable('unknown_key', keyId);
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

const places = new WeakMap<Table, number>();

function placeOfId(table: Table): number {
  let place = places.get(table);
  if (place === undefined) places.set(table, (place = Object.keys(table.columns).indexOf(table.id)));
  return place;
}

function boundTo(table: Table, id: string): Buffer {
  return Buffer.from(`${table.name}\n${id}`);
}
