import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import type { Secret } from '../../system/secret.ts';
import { OutboxUnavailable } from '../outbox.ts';
import type { Signup } from '../signup.ts';

/**
 * One value as one line of text that proves itself: `{"sum":"…","value":{…}}`, or with a key
 * `{"sum":"…","sealed":"…"}`, AES-256-GCM over the same JSON. Lines of both kinds may stand in one file.
 */
export interface Records {
  write(value: unknown): string;
  /** `undefined` where the line is not whole or was changed. */
  read(line: string): unknown;
  /** Tells keys apart without telling them; `undefined` without a key. */
  readonly keyCheck: string | undefined;
}

const head = /^\{"sum":"([0-9a-f]{8})","(value|sealed)":/;
const ivBytes = 12;
const tagBytes = 16;

/** `key` holds 32 bytes, as hex or base64. */
export function createRecords(key?: Secret): Records {
  const cipherKey = key && keyBytes(key);

  return {
    keyCheck:
      cipherKey && createHmac('sha256', cipherKey).update('outbox key check').digest('hex').slice(0, 16),

    write(value) {
      const json = JSON.stringify(value);
      const [name, content] = cipherKey ? ['sealed', JSON.stringify(seal(cipherKey, json))] : ['value', json];
      return `{"sum":"${checksum(content)}","${name}":${content}}`;
    },

    read(line) {
      const [start = '', sum, name] = head.exec(line) ?? [];
      const content = line.slice(start.length, -1);
      if (sum === undefined || !line.endsWith('}') || checksum(content) !== sum) return undefined;
      try {
        const value: unknown = JSON.parse(content);
        if (name === 'value') return value;
        if (!cipherKey || typeof value !== 'string') return undefined;
        return JSON.parse(unseal(cipherKey, value)) as unknown;
      } catch {
        // A right sum over something that is no record: damaged all the same.
        return undefined;
      }
    },
  };
}

/**
 * Throws OutboxUnavailable, in words for the operator, where a directory's sign-ups were encrypted with another key than
 * the one that is given now; both as their `keyCheck`. What was written without any key can be read with every key.
 */
export function checkKey(kept: string | undefined, given: string | undefined, dir: string): void {
  if (kept === undefined || kept === given) return;
  throw new OutboxUnavailable(
    given === undefined
      ? `${dir} holds encrypted sign-ups, and OUTBOX_KEY is not set. Set it to the key that they were written with.`
      : `${dir} holds sign-ups that were encrypted with another key than OUTBOX_KEY. Set it to that one; nothing was changed.`,
  );
}

/** The configuration has made sure that it is one of the two. */
function keyBytes(key: Secret): Buffer {
  const text = key.reveal();
  return Buffer.from(text, text.length === 64 ? 'hex' : 'base64');
}

function checksum(text: string): string {
  return crc32(text).toString(16).padStart(8, '0');
}

function seal(key: Buffer, text: string): string {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64');
}

function unseal(key: Buffer, text: string): string {
  const bytes = Buffer.from(text, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, ivBytes));
  decipher.setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes));
  return decipher.update(bytes.subarray(ivBytes + tagBytes), undefined, 'utf8') + decipher.final('utf8');
}

/** A sign-up as it is read back from disk. */
export const signupSchema = z.object({
  id: z.string(),
  form: z.string(),
  contact: z.object({ email: z.string() }).catchall(z.union([z.string(), z.boolean()])),
  page: z.string().exactOptional(),
  acceptedAt: z.string(),
}) satisfies z.ZodType<Signup>;
