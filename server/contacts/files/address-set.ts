import { hash } from 'node:crypto';

/**
 * A set of addresses that takes some 16 bytes for each: of two million a few tens of MB. It knows them by 64
 * bits of a hash, so that two of a million are taken for one with a probability of one in ten million.
 */
export class AddressSet {
  #slots = new BigUint64Array(1024);
  #size = 0;

  /** Whether it is new. */
  add(email: string): boolean {
    const digest = Buffer.from(hash('sha256', email.toLowerCase(), 'binary').slice(0, 8), 'latin1');
    // 0 is an empty slot.
    const value = digest.readBigUInt64LE() || 1n;
    if (this.#size * 2 >= this.#slots.length) this.#grow();
    return this.#put(value);
  }

  #put(value: bigint): boolean {
    const last = this.#slots.length - 1;
    let at = Number(value & BigInt(last));
    for (; this.#slots[at] !== 0n; at = (at + 1) & last) if (this.#slots[at] === value) return false;
    this.#slots[at] = value;
    this.#size++;
    return true;
  }

  #grow(): void {
    const before = this.#slots;
    this.#slots = new BigUint64Array(before.length * 2);
    this.#size = 0;
    for (const value of before) if (value !== 0n) this.#put(value);
  }
}
