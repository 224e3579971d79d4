import type { Challenge, Proof } from '../../shared/signup.ts';
import { getChallenge, loadPart, submit, type Impossible, type Refused, type Sent } from '../client.ts';
import { toHex } from './hex.ts';

/**
 * Makes the proofs of work that sign-ups carry, while the visitor fills in the form. The module is loaded at
 * that time. Each proof can be used once, until its challenge expires; used and expired ones are replaced
 * silently.
 *
 * There is no worker. `crypto.subtle` derives keys off the main thread in every browser, so a worker would
 * not free the page any further. A strict page could not start one either: its script would come from another
 * origin, which is forbidden for workers, or from a `blob:` URL, which few policies allow. Several
 * derivations at once were not faster (Chromium makes 100 of 20,000 iterations in 0.3 s, one at a time or
 * eight at a time), so there is one at a time. Pages over plain http have no `crypto.subtle`; only they load
 * `pbkdf2.js`, which derives in short turns.
 */
export class Proofs {
  readonly #src: string;
  #work: Work | undefined;
  /** Its `since` tells how long the visitor has been at the form, whatever becomes of proofs. */
  #last: Challenge | undefined;

  constructor(src: string) {
    this.#src = src;
  }

  /** Starts a proof, unless a valid one exists or is in progress. Cheap enough to call at every keystroke. */
  prepare(): void {
    if (this.#work && performance.now() < this.#work.goodUntil) return;
    this.stop();
    this.#work = new Work(this.#src, this.#last, (challenge) => (this.#last = challenge));
  }

  /** Aborts the proof in progress. The next `prepare` starts a new one. */
  stop(): void {
    if (this.#work) this.#work.isStopped = true;
    this.#work = undefined;
  }

  /**
   * Sends a sign-up with its proof, immediately if the proof is ready. If the proxy answers `bot_suspected`,
   * the sign-up is sent once more with a new proof, because the first one may be unknown to a restarted proxy
   * or older than this clock indicates. The visitor sees only the second refusal. `impossible` means that no
   * proof can be made on this page; submitting as a plain form still works.
   */
  async submit(fields: Readonly<Record<string, string>>): Promise<Sent> {
    const sent = await this.#submitOnce(fields);
    return isRefusedAs('bot_suspected', sent) ? this.#submitOnce(fields) : sent;
  }

  async #submitOnce(fields: Readonly<Record<string, string>>): Promise<Sent> {
    // A proof that failed in the background may succeed now.
    if (this.#work?.failed) this.stop();
    this.prepare();
    const work = this.#work;
    if (!work) return { is: 'impossible' };
    const proved = await Promise.race([work.outcome, work.patience()]);
    if (proved.is !== 'proved') {
      this.stop();
      return proved;
    }
    const sent = await submit(this.#src, { ...fields, proof: proved.proof });
    // The proof remains unused only if the fields were invalid.
    if (!isRefusedAs('invalid', sent) && this.#work === work) this.#work = undefined;
    return sent;
  }
}

/** One derivation of PBKDF2 with SHA-256. */
export type Derive = (
  password: Uint8Array<ArrayBuffer>,
  salt: Uint8Array<ArrayBuffer>,
  parameters: Pick<ChallengeParameters, 'cost' | 'keyLength'>,
) => Promise<Uint8Array>;

type ChallengeParameters = Challenge['parameters'];

/** Far more than any challenge takes (25 to 300). It ends a challenge that cannot be solved. */
const maxAttempts = 100_000;

/** One proof, from the request for its challenge to its solution. */
class Work {
  readonly outcome: Promise<{ readonly is: 'proved'; readonly proof: string } | Refused | Impossible>;
  #isSolving = false;
  isStopped = false;
  failed = false;
  /**
   * On the clock of `performance.now()`, since the visitor's clock may be wrong. A tenth of the time is
   * reserved for transfer.
   */
  goodUntil = Infinity;

  constructor(src: string, last: Challenge | undefined, keep: (challenge: Challenge) => void) {
    this.outcome = this.#prove(src, last, keep).then((outcome) => {
      this.failed = outcome.is !== 'proved';
      this.#isSolving = true;
      return outcome;
    });
  }

  /**
   * How long a visitor waits for a challenge to be solved. Counted in turns of the page's thread, so that a
   * page that is busy for seconds does not shorten it. The challenge has its own time limit.
   */
  async patience(): Promise<Impossible> {
    for (let turns = 0; turns < 30; this.#isSolving && turns++)
      await new Promise((resolve) => setTimeout(resolve, 100));
    return { is: 'impossible' };
  }

  async #prove(
    src: string,
    last: Challenge | undefined,
    keep: (challenge: Challenge) => void,
  ): Work['outcome'] {
    const asked = performance.now();
    const answer = await getChallenge(src, last?.since);
    if (answer.is === 'refused') return answer;
    keep(answer.challenge);
    const { since: _, ...challenge } = answer.challenge;
    // A service worker that ignores queries gives the same one for ever.
    if (challenge.parameters.nonce === last?.parameters.nonce) return { is: 'impossible' };
    this.#isSolving = true;
    try {
      const { algorithm, expiresAt, data } = challenge.parameters;
      this.goodUntil = asked + (expiresAt * 1000 - data.issuedAt) * 0.9;
      const derive = algorithm === 'PBKDF2/SHA-256' && (await loadDerive(src));
      const solution = derive && (await this.#solve(challenge.parameters, derive));
      if (solution) return { is: 'proved', proof: toBase64({ challenge, solution }) };
    } catch {
      // The module is blocked, or the answer was not a challenge.
    }
    return { is: 'impossible' };
  }

  async #solve(
    { nonce, salt, cost, keyLength, keyPrefix }: ChallengeParameters,
    derive: Derive,
  ): Promise<Proof['solution'] | undefined> {
    const password = fromHex(`${nonce}00000000`);
    const view = new DataView(password.buffer);
    for (let counter = 0; counter < maxAttempts && !this.isStopped; counter++) {
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
  const bytes = new Uint8Array(hex.length / 2);
  for (let at = 0; at < bytes.length; at++) bytes[at] = parseInt(hex.slice(2 * at, 2 * at + 2), 16);
  return bytes;
}

/** Encodes as UTF-8 first, because `btoa` accepts only Latin-1. */
function toBase64(proof: Proof): string {
  const json = JSON.stringify(proof, function (this: Readonly<Record<string, unknown>>, key: string) {
    // The value itself: old libraries give arrays and strings a `toJSON` of their own.
    return this[key];
  });
  return btoa(String.fromCharCode(...new TextEncoder().encode(json)));
}
