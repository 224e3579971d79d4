import { createCipheriv, createDecipheriv, hash, randomBytes } from 'node:crypto';
import type { Consent } from '../../outbox/signup.ts';
import type { NewRow, Row } from '../../store/database.ts';
import { createHmacSha256 } from '../../system/keyed-hash.ts';

/**
 * What happened. `erased`: the key of the person was destroyed, so that nobody can say any more whose
 * receipts these are.
 */
export type ReceiptKind = 'signed_up' | 'unsubscribed' | 'archived' | 'erased';

/** Who told it: a form, an application, a file of contacts, rasa.io, the person, or the operator. */
export type ReceiptSource = 'form' | 'api' | 'import' | 'rasa.io' | 'person' | 'operator';

/** What only the key of the person opens. */
export interface ReceiptDetails {
  /** URL of the page with the form, where the form collects it. */
  readonly page?: string | undefined;
  /** The checkboxes that were ticked, by name. */
  readonly ticked?: readonly string[] | undefined;
  /** What an application or a file says that the person agreed to. */
  readonly consent?: Consent | undefined;
}

export interface Receipt {
  readonly id: string;
  readonly kind: ReceiptKind;
  /** By its name. */
  readonly account: string;
  /** Empty where it was no form. */
  readonly form: string;
  readonly source: ReceiptSource;
  /** When it happened, and when the row was written. Unix time in ms. */
  readonly atMs: number;
  readonly madeMs: number;
  /** BCP 47; empty without a form. */
  readonly lang: string;
  /** SHA-256 of what the form said, in hex; empty without. */
  readonly wording: string;
  readonly confirmed: { readonly by: 'link' | 'code'; readonly atMs: number } | undefined;
}

/** The key of a person, with what their receipts are found by. */
export interface PersonKey {
  /** 32 bytes. */
  readonly key: Uint8Array;
  /** The HMAC of the address, in hex. */
  readonly address: string;
}

export function addressHash(key: Uint8Array, email: string): string {
  return createHmacSha256(key)(`address\n${email.trim().toLowerCase()}`).toString('hex');
}

/** @param network the store's keyed hash of it, in hex. */
export function networkHash(key: Uint8Array, network: string): string {
  return createHmacSha256(key)(`network\n${network}`).toString('hex');
}

interface Written extends Receipt {
  /** The store's keyed hash of the visitor's network; empty without. */
  readonly network: string;
  readonly details: ReceiptDetails;
}

export function receiptRow({ network, details, confirmed, ...receipt }: Written, person: PersonKey): NewRow {
  const row = {
    id: receipt.id,
    kind: receipt.kind,
    account: receipt.account,
    form: receipt.form,
    source: receipt.source,
    at: receipt.atMs,
    made_at: receipt.madeMs,
    lang: receipt.lang,
    wording: receipt.wording,
    confirmed_by: confirmed?.by ?? '',
    confirmed_at: confirmed?.atMs ?? 0,
    address: person.address,
    network: network === '' ? '' : networkHash(person.key, network),
    details: encrypted(details, receipt.id, person.key),
  };
  return { ...row, leaf: leafOf(row), block: 0 };
}

/** The columns that `leafOf`, `receiptOf` and `detailsOf` read. */
export const receiptColumns =
  'id, kind, account, form, source, at, made_at, lang, wording, confirmed_by, confirmed_at, address, network, details, leaf, block';

/**
 * What a row adds to the tree of its block: SHA-256 of a zero byte (a leaf, RFC 6962) and of all columns but
 * the last two as a JSON array, the bytes of `details` as base64.
 */
export function leafOf(row: Row): string {
  const number = (name: string) => Number(row[name]);
  const text = (name: string) => String(row[name]);
  const content = [
    'receipt 1',
    ...['id', 'kind', 'account', 'form', 'source'].map(text),
    ...['at', 'made_at'].map(number),
    ...['lang', 'wording', 'confirmed_by'].map(text),
    number('confirmed_at'),
    ...['address', 'network'].map(text),
    Buffer.from(row['details'] as Uint8Array).toString('base64'),
  ];
  return hash('sha256', `\0${JSON.stringify(content)}`, 'hex');
}

export function receiptOf(row: Row): Receipt {
  const by = String(row['confirmed_by']);
  return {
    id: String(row['id']),
    kind: String(row['kind']) as ReceiptKind,
    account: String(row['account']),
    form: String(row['form']),
    source: String(row['source']) as ReceiptSource,
    atMs: Number(row['at']),
    madeMs: Number(row['made_at']),
    lang: String(row['lang']),
    wording: String(row['wording']),
    confirmed: by === '' ? undefined : { by: by as 'link' | 'code', atMs: Number(row['confirmed_at']) },
  };
}

const nonceBytes = 12;
const tagBytes = 16;

/** AES-256-GCM, bound to the id of the row. */
function encrypted(details: ReceiptDetails, id: string, key: Uint8Array): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(id));
  return Buffer.concat([nonce, cipher.update(JSON.stringify(details)), cipher.final(), cipher.getAuthTag()]);
}

/** `undefined` with another key, or where the bytes were changed. */
export function detailsOf(row: Row, key: Uint8Array): ReceiptDetails | undefined {
  const bytes = Buffer.from(row['details'] as Uint8Array);
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, nonceBytes))
      .setAAD(Buffer.from(String(row['id'])))
      .setAuthTag(bytes.subarray(-tagBytes));
    const text = Buffer.concat([decipher.update(bytes.subarray(nonceBytes, -tagBytes)), decipher.final()]);
    return JSON.parse(text.toString()) as ReceiptDetails;
  } catch {
    // A wrong tag: Node says so by an error without a code.
    return undefined;
  }
}
