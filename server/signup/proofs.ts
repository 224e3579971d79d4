import { hkdfSync, randomInt, timingSafeEqual } from 'node:crypto';
import { createChallenge } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2';
import { z } from 'zod';
import { limits } from '../../shared/form.ts';
import type { Challenge } from '../../shared/signup.ts';
import { createHmacSha256 } from '../system/keyed-hash.ts';

/**
 * Proof of work in place of puzzles: ALTCHA's second protocol with PBKDF2, which browsers compute natively
 * and off the main thread. The server derives a key at a random counter, publishes its first half, and signs
 * the challenge. A check then costs two hashes, and nothing is stored until a proof arrives.
 */
export interface Proofs {
  /**
   * `load` is how much of its quota the form or the network has used, 0 to 1 (`Limits.load`). `since` is that
   * of the visitor's challenge before this one; anything else is ignored.
   */
  issue(form: string, load: number, since?: string): Promise<Challenge>;
  /**
   * `text` as the field `proof` carries it. Whether it was used before shows when the sign-up is stored with
   * its id.
   */
  redeem(text: string, form: string): Redeemed;
}

export type Redeemed =
  | {
      readonly is: 'good';
      /**
       * Time since the visitor's first challenge, in ms; the widget requests one when the visitor first
       * touches the form. A challenge that replaces another one does not begin it again.
       */
      readonly ageMs: number;
      /** Counts once. */
      readonly id: string;
    }
  | { readonly is: 'bad'; readonly reason: 'wrong' | 'stale' };

export interface ProofsOptions {
  /** Signs challenges: the same in all proxies that take each other's. */
  readonly secret: string | Uint8Array;
  /** The work in quiet times, as `PROOF_WORK` gives it. */
  readonly work: number;
  readonly now?: () => number;
}

/** PBKDF2 iterations per attempt: about 9 ms of plain JavaScript on a slow phone, 0.3 ms for this server. */
const iterations = 1000;

/** The factor by which the work rises at full load. */
const steepest = 6;

/**
 * As long as the store remembers at least that a proof was used. The widget replaces an older challenge
 * without a word, where a form was left open for longer.
 */
export const challengeLifeMs = 10 * 60_000;

export function createProofs({ secret, work, now = Date.now }: ProofsOptions): Proofs {
  const { signatureKey, solutionKey, sinceKey } = challengeKeys(secret);
  const signatureOf = createHmacSha256(signatureKey);
  const solutionOf = createHmacSha256(solutionKey);
  const sinceOf = createHmacSha256(sinceKey);

  return {
    async issue(form, load, since) {
      const attempts = attemptsAt(work, load);
      const issuedAt = now();
      const touchedAt = readSince(since, form) ?? issuedAt;
      const challenge = await createChallenge({
        algorithm: 'PBKDF2/SHA-256',
        cost: iterations,
        // Evenly from the first attempt on, so that no order of trying, and no giving up after some, is
        // cheaper than the widget's counting up.
        counter: randomInt(attempts),
        deriveKey,
        expiresAt: Math.floor((issuedAt + challengeLifeMs) / 1000),
        data: { form, issuedAt, touchedAt },
        hmacSignatureSecret: signatureKey,
        hmacKeySignatureSecret: solutionKey,
      });
      return { ...challenge, since: writeSince(touchedAt, form) } as Challenge & typeof challenge;
    },

    redeem(text, form) {
      const proof = readProof(text);
      if (!proof) return { is: 'bad', reason: 'wrong' };
      const { parameters, signature } = proof.challenge;
      const { expiresAt, data, keySignature } = parameters;
      const isOurs = isRight(signature, signatureOf(JSON.stringify(parameters)));
      const isSolved = isRight(keySignature, solutionOf(Buffer.from(proof.solution.derivedKey, 'hex')));
      if (!isOurs || !isSolved || data.form !== form) return { is: 'bad', reason: 'wrong' };
      if (expiresAt * 1000 <= now()) return { is: 'bad', reason: 'stale' };
      return { is: 'good', ageMs: now() - data.touchedAt, id: signature.slice(0, 32) };
    },
  };

  function writeSince(touchedAt: number, form: string): string {
    const signature = sinceOf(`${touchedAt} ${form}`).toString('hex');
    return `${touchedAt}.${signature.slice(0, 32)}`;
  }

  /** When the visitor first touched the form; `undefined` where the text is not ours. */
  function readSince(text: string | undefined, form: string): number | undefined {
    const [, touchedAt = ''] = /^(\d{1,15})\.[0-9a-f]{32}$/.exec(text ?? '') ?? [];
    const right = Buffer.from(writeSince(Number(touchedAt), form));
    const given = Buffer.from(text ?? '');
    return given.length === right.length && timingSafeEqual(given, right) ? Number(touchedAt) : undefined;
  }
}

/** Each purpose gets a key (HKDF, RFC 5869), in hex. */
export function challengeKeys(secret: string | Uint8Array) {
  const derive = (purpose: string) =>
    Buffer.from(hkdfSync('sha256', secret, '', purpose, 32)).toString('hex');
  return {
    signatureKey: derive('challenge'),
    solutionKey: derive('challenge solution'),
    sinceKey: derive('challenge since'),
  };
}

/** Rises with the pressure as far as `mostWork` and falls with it. */
export function attemptsAt(work: number, load: number): number {
  return Math.min(mostWork, Math.round(work * (1 + (steepest - 1) * load)));
}

const hex = z.string().regex(/^(?:[0-9a-f]{2})+$/);

/** Keys in alphabetical order, as ALTCHA signs them: the parsed proof is serialised again for the check. */
const proofSchema = z.object({
  challenge: z.object({
    parameters: z.strictObject({
      algorithm: z.string(),
      cost: z.number(),
      data: z.strictObject({ form: z.string(), issuedAt: z.number(), touchedAt: z.number() }),
      expiresAt: z.number(),
      keyLength: z.number(),
      keyPrefix: hex,
      keySignature: hex,
      nonce: hex,
      salt: hex,
    }),
    signature: hex,
  }),
  solution: z.object({ derivedKey: hex }),
});

function readProof(text: string): z.infer<typeof proofSchema> | undefined {
  if (text.length > limits.proof) return undefined;
  try {
    return proofSchema.safeParse(JSON.parse(Buffer.from(text, 'base64').toString())).data;
  } catch {
    // Not JSON.
    return undefined;
  }
}

/**
 * Replaces altcha-lib's `verifySolution`, which uses WebCrypto: its four trips to the thread pool take 230 µs
 * of CPU for what takes 12 µs here, more than the rest of a sign-up, and wait behind the outbox's writes. A
 * test compares the two.
 */
function isRight(signature: string, wanted: Buffer): boolean {
  const given = Buffer.from(signature, 'hex');
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

/**
 * The most attempts of a proof, of a thousand PBKDF2 iterations each. 300,000 iterations take a phone of 2018
 * about 3 s in plain JavaScript (0.76 M/s on the machine of the measurement, 7 times slower there), and far
 * less if the browser has WebCrypto.
 */
export const mostWork = 300;
