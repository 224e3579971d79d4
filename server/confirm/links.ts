import { timingSafeEqual } from 'node:crypto';
import { createHmacSha256 } from '../system/keyed-hash.ts';

/** What a link or ticket allows: to confirm, to say "not me", to wait with the form, or to leave. */
export type LinkKind = 'confirm' | 'not me' | 'ticket' | 'leave';

const idBytes = 16;
const macBytes = 16;

/**
 * Links without a row of their own: the id of a confirmation or leaving, and 128 bits of an HMAC over its
 * purpose and the id, so that nobody can make one, and none of one kind serves as another.
 */
export class Links {
  readonly #hmac: (content: string) => Buffer;

  /** @param key 32 bytes. */
  constructor(key: Uint8Array) {
    this.#hmac = createHmacSha256(key);
  }

  /** 43 letters of base64url. */
  issue(kind: LinkKind, id: string): string {
    return Buffer.concat([Buffer.from(id.replaceAll('-', ''), 'hex'), this.#macOf(kind, id)]).toString(
      'base64url',
    );
  }

  /** The id that it was issued for; `undefined` for every other text. */
  read(kind: LinkKind, text: string): string | undefined {
    if (!/^[\w-]{43}$/.test(text)) return undefined;
    const bytes = Buffer.from(text, 'base64url');
    // The last letter has two bits to spare.
    if (bytes.toString('base64url') !== text) return undefined;
    const id = idFrom(bytes);
    return timingSafeEqual(bytes.subarray(idBytes), this.#macOf(kind, id)) ? id : undefined;
  }

  /** The id of a sign-up that its client may send again under this name: a UUIDv8 (RFC 9562). */
  idOfRetry(name: string): string {
    const bytes = this.#macOf('retry', name);
    bytes[6] = 0x80 | ((bytes[6] ?? 0) & 0x0f);
    bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
    return idFrom(bytes);
  }

  #macOf(kind: LinkKind | 'retry', id: string): Buffer {
    return this.#hmac(`${kind}\n${id}`).subarray(0, macBytes);
  }
}

function idFrom(bytes: Buffer): string {
  const hex = bytes.subarray(0, idBytes).toString('hex');
  return [8, 12, 16, 20].reduceRight((rest, at) => `${rest.slice(0, at)}-${rest.slice(at)}`, hex);
}
