import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { createChallenge, randomInt } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2';
import { z } from 'zod';
import { limits } from '../../shared/form.ts';
import type { Challenge } from '../../shared/signup.ts';

/**
 * Proof of work instead of puzzles: ALTCHA's second protocol, with PBKDF2, which browsers compute natively and off
 * the main thread. The server makes a key at a counter that it draws, tells its first half, and signs the whole, so
 * that checking costs two hashes and nothing has to be remembered until a proof comes back.
 */
export interface Proofs {
  /** `pressure` is how hard the form or the network is being used, 0 to 1. */
  issue(form: string, load: number): Promise<Challenge>;
  /** `text` as the field `proof` carries it. Whether it was used before shows when the sign-up is stored with its id. */
  redeem(text: string, form: string): Redeemed;
}

export type Redeemed =
  | {
      readonly is: 'good';
      /** Since the challenge was given out, which is when the visitor first touched the form. */
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

/** PBKDF2 iterations for one attempt: about 9 ms of plain JavaScript on a slow phone, 0.3 ms for this server. */
const iterations = 1000;

/** Under attack this much more than in quiet times. */
const steepest = 6;

/**
 * As long as the store remembers at least that a proof was used. The widget replaces an older challenge without a word,
 * where a form was left open for longer.
 */
export const challengeLifeMs = 10 * 60_000;

export function createProofs({ secret, work, now = Date.now }: ProofsOptions): Proofs {
  const { signatureKey, solutionKey } = challengeKeys(secret);

  return {
    async issue(form, load) {
      const attempts = attemptsAt(work, load);
      const issuedAt = now();
      const challenge = await createChallenge({
        algorithm: 'PBKDF2/SHA-256',
        cost: iterations,
        // Never far below what was asked for, so that nobody gets lucky.
        counter: randomInt(Math.ceil(attempts / 2), attempts),
        deriveKey,
        expiresAt: Math.floor((issuedAt + challengeLifeMs) / 1000),
        data: { form, issuedAt },
        hmacSignatureSecret: signatureKey,
        hmacKeySignatureSecret: solutionKey,
      });
      return challenge as Challenge & typeof challenge;
    },

    redeem(text, form) {
      const proof = readProof(text);
      if (!proof) return { is: 'bad', reason: 'wrong' };
      const { parameters, signature } = proof.challenge;
      const { expiresAt, data, keySignature } = parameters;
      const isOurs = isSigned(JSON.stringify(parameters), signature, signatureKey);
      const isSolved = isSigned(Buffer.from(proof.solution.derivedKey, 'hex'), keySignature, solutionKey);
      if (!isOurs || !isSolved || data.form !== form) return { is: 'bad', reason: 'wrong' };
      if (expiresAt * 1000 <= now()) return { is: 'bad', reason: 'stale' };
      return { is: 'good', ageMs: now() - data.issuedAt, id: signature.slice(0, 32) };
    },
  };
}

/** Each purpose gets a key (HKDF, RFC 5869), in hex. */
export function challengeKeys(secret: string | Uint8Array) {
  const derive = (purpose: string) =>
    Buffer.from(hkdfSync('sha256', secret, '', purpose, 32)).toString('hex');
  return { signatureKey: derive('challenge'), solutionKey: derive('challenge solution') };
}

/** Rises with the pressure as far as `mostWork` and falls with it. */
export function attemptsAt(work: number, load: number): number {
  return Math.min(mostWork, Math.round(work * (1 + (steepest - 1) * load)));
}

const hex = z.string().regex(/^(?:[0-9a-f]{2})+$/);

/** In alphabetical order, as ALTCHA signs them: what was read is serialised again for the check. */
const proofSchema = z.object({
  challenge: z.object({
    parameters: z.strictObject({
      algorithm: z.string(),
      cost: z.number(),
      data: z.strictObject({ form: z.string(), issuedAt: z.number() }),
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
    // No JSON in it.
    return undefined;
  }
}

/**
 * Not altcha-lib's `verifySolution`, which goes through WebCrypto: its four trips to the thread pool take 230 µs of CPU
 * for what takes 12 µs here, more than all the rest of a sign-up, and wait behind the outbox's writes. A test holds
 * the two against each other.
 */
function isSigned(content: string | Buffer, signature: string, key: string): boolean {
  const wanted = createHmac('sha256', key).update(content).digest();
  const given = Buffer.from(signature, 'hex');
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

/**
 * A proof's attempts at most, of a thousand PBKDF2 iterations each. 300,000 iterations take a phone of 2018 about 3 s
 * in plain JavaScript (0.76 M/s on the machine this was measured on, 7 times slower there), and far less where the
 * browser has WebCrypto.
 */
export const mostWork = 300;
