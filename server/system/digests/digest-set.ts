import { hash } from 'node:crypto';

/** 64 bits of a hash, and 8 more that say which part of a set it belongs to. */
export interface Digest {
  readonly part: number;
  readonly low: number;
  readonly high: number;
}

export function digestOf(text: string): Digest {
  const bytes = Buffer.from(hash('sha256', text, 'binary').slice(0, 9), 'latin1');
  return { part: bytes.readUInt8(8), low: bytes.readUInt32LE(0), high: bytes.readUInt32LE(4) };
}

/** Each part grows by itself, at a moment of its own, so that the whole set is never there twice. */
const parts = 256;

/**
 * A set of texts that takes some 13 bytes for each, of two million 26 MB. It knows them by their digests, so
 * that two of a million are taken for one with a probability of one in ten million.
 */
export class DigestSet {
  readonly #parts = Array.from({ length: parts }, (_, at) => new Part(at / parts));
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has({ part, low, high }: Digest): boolean {
    return this.#parts[part]?.has(low, high) === true;
  }

  /** Whether it is new. */
  add({ part, low, high }: Digest): boolean {
    const isNew = this.#parts[part]?.add(low, high) === true;
    if (isNew) this.#size++;
    return isNew;
  }
}

/** How full a part may be, and by how much it grows then. */
const mostFull = 0.8;
const growth = 1.5;
const fewest = 16;

/** Values of two words each, one after the other; two zeros are an empty slot. */
class Part {
  #words: Uint32Array;
  #size = 0;

  /** `ahead`: how far it is on the way to its next size, from 0 to 1. */
  constructor(ahead: number) {
    this.#words = new Uint32Array(2 * Math.ceil(fewest * growth ** ahead));
  }

  has(low: number, high: number): boolean {
    return !this.#isFree(this.#placeOf(low, high));
  }

  add(low: number, high: number): boolean {
    if (this.#size >= (this.#words.length / 2) * mostFull) this.#grow();
    const at = this.#placeOf(low, high);
    if (!this.#isFree(at)) return false;
    this.#words[at] = low;
    this.#words[at + 1] = filled(low, high);
    this.#size++;
    return true;
  }

  /** Where it is, or where it would be put. */
  #placeOf(low: number, high: number): number {
    const words = this.#words;
    const wanted = filled(low, high);
    let at = (low % (words.length / 2)) * 2;
    while (!this.#isFree(at) && (words[at] !== low || words[at + 1] !== wanted)) at = (at + 2) % words.length;
    return at;
  }

  #isFree(at: number): boolean {
    return this.#words[at] === 0 && this.#words[at + 1] === 0;
  }

  #grow(): void {
    const before = this.#words;
    this.#words = new Uint32Array(2 * Math.ceil((before.length / 2) * growth));
    this.#size = 0;
    for (let at = 0; at < before.length; at += 2) {
      const low = before[at] ?? 0;
      const high = before[at + 1] ?? 0;
      if (low !== 0 || high !== 0) this.add(low, high);
    }
  }
}

function filled(low: number, high: number): number {
  return low === 0 && high === 0 ? 1 : high;
}
