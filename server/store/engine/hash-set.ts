/** As many slots at first; always a power of two. */
const fewest = 1024;
const mostFull = 0.75;
const wordsEach = 4;

/**
 * A set of hashes of 16 bytes, each a Latin-1 text, in 21 to 43 bytes each. A `Set` of the texts takes 90,
 * and looks at all of them whenever memory is collected. The first bytes say where a hash belongs: they must
 * be such that nobody can steer them.
 */
export class HashSet {
  /** Slots of four words, one after the other. Four zeros are an empty slot. */
  #words = new Uint32Array(wordsEach * fewest);
  #size = 0;
  /** Of the hash that is asked for. */
  readonly #asked = new Uint32Array(wordsEach);

  has(hash: string): boolean {
    return this.#isTaken(this.#slotOf(hash));
  }

  add(hash: string): void {
    if (this.#size >= (this.#words.length / wordsEach) * mostFull) this.#grow();
    this.#put(this.#slotOf(hash));
  }

  delete(hash: string): void {
    let hole = this.#slotOf(hash);
    if (!this.#isTaken(hole)) return;
    this.#size--;
    // What stands behind it may be there only because this slot was taken.
    for (let at = this.#after(hole); this.#isTaken(at); at = this.#after(at)) {
      const fromHome = this.#distance(this.#homeOf(this.#words[at] ?? 0), at);
      if (fromHome < this.#distance(hole, at)) continue;
      this.#words.copyWithin(hole, at, at + wordsEach);
      hole = at;
    }
    this.#words.fill(0, hole, hole + wordsEach);
  }

  /** Where it stands, or the empty slot where it would. A slot is the place of its first word. */
  #slotOf(hash: string): number {
    const asked = this.#asked;
    for (let word = 0; word < wordsEach; word++) {
      const at = 4 * word;
      asked[word] =
        hash.charCodeAt(at) |
        (hash.charCodeAt(at + 1) << 8) |
        (hash.charCodeAt(at + 2) << 16) |
        (hash.charCodeAt(at + 3) << 24);
    }
    if (isEmpty(asked, 0)) asked[wordsEach - 1] = 1;
    return this.#slotOfAsked();
  }

  #slotOfAsked(): number {
    const [words, asked] = [this.#words, this.#asked];
    let at = this.#homeOf(asked[0] ?? 0);
    while (
      this.#isTaken(at) &&
      (words[at] !== asked[0] ||
        words[at + 1] !== asked[1] ||
        words[at + 2] !== asked[2] ||
        words[at + 3] !== asked[3])
    ) {
      at = this.#after(at);
    }
    return at;
  }

  #put(slot: number): void {
    if (this.#isTaken(slot)) return;
    this.#words.set(this.#asked, slot);
    this.#size++;
  }

  #grow(): void {
    const before = this.#words;
    this.#words = new Uint32Array(2 * before.length);
    this.#size = 0;
    for (let at = 0; at < before.length; at += wordsEach) {
      if (isEmpty(before, at)) continue;
      this.#asked.set(before.subarray(at, at + wordsEach));
      this.#put(this.#slotOfAsked());
    }
  }

  #homeOf(firstWord: number): number {
    return (firstWord * wordsEach) & (this.#words.length - 1);
  }

  #after(slot: number): number {
    return (slot + wordsEach) & (this.#words.length - 1);
  }

  #distance(from: number, to: number): number {
    return (to - from) & (this.#words.length - 1);
  }

  #isTaken(slot: number): boolean {
    return !isEmpty(this.#words, slot);
  }
}

function isEmpty(words: Uint32Array, at: number): boolean {
  return words[at] === 0 && words[at + 1] === 0 && words[at + 2] === 0 && words[at + 3] === 0;
}
