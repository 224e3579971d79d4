import type { Challenge, Proof } from '../../shared/signup.ts';
import { getChallenge, loadPart, submit, type Impossible, type Refused, type Sent } from '../client.ts';
import { toHex } from '../hex.ts';

/**
 * The proof of work that a sign-up carries, worked out while the visitor fills in the form. Loaded when that begins.
 * Each proof counts once, and for as long as its challenge says; what is used up or grown old is replaced without a
 * word.
 *
 * There is no worker. `crypto.subtle` derives keys off the main thread by itself in every browser, so the page stays
 * as free as with one; and a worker could not be had on a strict page: its script would come from another origin,
 * which no worker may, or from a `blob:`, which few policies allow. Several derivations at once were not faster
 * (Chromium makes 100 of 20,000 iterations in 0.3 s, one by one as eight by eight), so there is one at a time. Pages
 * over plain http have no `crypto.subtle`; only they load `pbkdf2.js`, which derives in short turns.
 */
export class Proofs {
  readonly #src: string;
  #work: Work | undefined;

  constructor(src: string) {
    this.#src = src;
  }

  /** Starts on a proof, unless there is one that will do. May be called at every keystroke. */
  prepare(): void {
    if (this.#work && performance.now() < this.#work.goodUntil) return;
    this.stop();
    this.#work = new Work(this.#src);
  }

  /** Gives up what is going on. Another `prepare` starts anew. */
  stop(): void {
    this.#work?.abort.abort();
    this.#work = undefined;
  }

  /**
   * Sends a sign-up with its proof, at once where that is ready. A suspicion may be about the proof (forgotten by a
   * proxy that restarted, or older than this clock thinks), so that the visitor hears of the second one only.
   * `impossible` means that this page lets nobody prove anything; the plain form's way is still open.
   */
  async submit(fields: Readonly<Record<string, string>>): Promise<Sent> {
    const sent = await this.#submitOnce(fields);
    return isRefusedAs('bot_suspected', sent) ? this.#submitOnce(fields) : sent;
  }

  async #submitOnce(fields: Readonly<Record<string, string>>): Promise<Sent> {
    // What failed while nobody waited may work by now.
    if (this.#work?.failed) this.stop();
    this.prepare();
    const work = this.#work;
    const proved = await work?.outcome;
    if (proved?.is !== 'proved') return proved ?? { is: 'impossible' };
    const sent = await submit(this.#src, { ...fields, proof: proved.proof });
    // Only what was found wrong with the fields has left the proof alone.
    if (!isRefusedAs('invalid', sent) && this.#work === work) this.#work = undefined;
    return sent;
  }
}

/** One PBKDF2 with SHA-256. */
export type Derive = (
  password: Uint8Array<ArrayBuffer>,
  salt: Uint8Array<ArrayBuffer>,
  parameters: Pick<ChallengeParameters, 'cost' | 'keyLength'>,
) => Promise<Uint8Array>;

type ChallengeParameters = Challenge['parameters'];

/** Far more than any challenge takes (25 to 300), so that one which cannot be solved comes to an end. */
const maxAttempts = 100_000;

/** From asking for a challenge to its proof. */
class Work {
  readonly abort = new AbortController();
  readonly outcome: Promise<{ readonly is: 'proved'; readonly proof: string } | Refused | Impossible>;
  failed = false;
  /** On the clock of `performance.now()`, since the visitor's may be wrong; with a tenth kept for the way. */
  goodUntil = Infinity;

  constructor(src: string) {
    this.outcome = this.#prove(src).then((outcome) => {
      this.failed = outcome.is !== 'proved';
      return outcome;
    });
  }

  async #prove(src: string): Work['outcome'] {
    const asked = performance.now();
    const answer = await getChallenge(src, this.abort);
    if (answer.is === 'refused') return answer;
    const { challenge } = answer;
    try {
      const { algorithm, expiresAt, data } = challenge.parameters;
      this.goodUntil = asked + (expiresAt * 1000 - data.issuedAt) * 0.9;
      const derive = algorithm === 'PBKDF2/SHA-256' && (await loadDerive(src));
      const solution = derive && (await this.#solve(challenge.parameters, derive));
      if (solution) return { is: 'proved', proof: toBase64({ challenge, solution }) };
    } catch {
      // The module is blocked, or that was no challenge.
    }
    return { is: 'impossible' };
  }

  async #solve(
    { nonce, salt, cost, keyLength, keyPrefix }: ChallengeParameters,
    derive: Derive,
  ): Promise<Proof['solution'] | undefined> {
    const password = fromHex(`${nonce}00000000`);
    const view = new DataView(password.buffer);
    for (let counter = 0; counter < maxAttempts && !this.abort.signal.aborted; counter++) {
      view.setUint32(nonce.length / 2, counter);
      const derivedKey = toHex(await derive(password, fromHex(salt), { cost, keyLength }));
      if (derivedKey.startsWith(keyPrefix)) return { counter, derivedKey };
    }
    return undefined;
  }
}

async function loadDerive(src: string): Promise<Derive> {
  if (isSecureContext) return deriveNatively;
  const { createDerive } = await loadPart<{ readonly createDerive: () => Derive }>(src, 'pbkdf2');
  return createDerive();
}

const deriveNatively: Derive = async (password, salt, { cost, keyLength }) => {
  const key = await crypto.subtle.importKey('raw', password, 'PBKDF2', false, ['deriveBits']);
  const how = { name: 'PBKDF2', hash: 'SHA-256', salt, iterations: cost };
  return new Uint8Array(await crypto.subtle.deriveBits(how, key, keyLength * 8));
};

function isRefusedAs(code: Refused['problem']['code'], sent: Sent): boolean {
  return sent.is === 'refused' && sent.problem.code === code;
}

function fromHex(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(hex.match(/../g) ?? [], (byte) => parseInt(byte, 16));
}

/** Of UTF-8, which `btoa` alone cannot. */
function toBase64(proof: Proof): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(JSON.stringify(proof))));
}
