import type { KnownPerson } from './people.ts';

/** Who a person is at rasa.io, of whom only a hash of the address is known here. */
export type FoundPerson =
  | { readonly is: 'found'; readonly rasaId: string }
  /** The list is being read: ask again. */
  | { readonly is: 'sought' }
  /** rasa.io's list was read since the first question, and does not have the person. */
  | { readonly is: 'absent' };

/**
 * Finds rasa.io's ids of persons. An id is known from the list and from deliveries of one contact; the answer
 * to a delivery of several does not say whose id is whose. Then the changes of the list are read, while
 * deliveries go on.
 */
export class PersonFinder {
  readonly #readAnew: () => Promise<boolean>;
  readonly #asked = new Set<string>();
  readonly #looked = new Set<string>();
  #reading: Promise<void> | undefined;

  /** @param readAnew Reads what has changed, and says whether it could; see `PeopleKeeping.readAnew`. */
  constructor(readAnew: () => Promise<boolean>) {
    this.#readAnew = readAnew;
  }

  find(person: Uint8Array, known: KnownPerson | undefined): FoundPerson {
    const key = Buffer.from(person).toString('latin1');
    const wasLooked = this.#looked.delete(key);
    if (known?.rasaId !== undefined) return { is: 'found', rasaId: known.rasaId };
    if (wasLooked) return { is: 'absent' };
    this.#asked.add(key);
    this.#reading ??= this.#read().finally(() => (this.#reading = undefined));
    return { is: 'sought' };
  }

  async #read(): Promise<void> {
    const asked = [...this.#asked];
    if (!(await this.#readAnew())) return;
    for (const key of asked) {
      this.#asked.delete(key);
      this.#looked.add(key);
    }
  }
}
