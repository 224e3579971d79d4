import type { DeliveredContact } from './delivered-contacts.ts';

/** One call that delivered several contacts: which of the ids of its answer is whose is not known. */
export interface UnsureCall {
  readonly contacts: Set<DeliveredContact>;
  readonly ids: Set<string>;
}

/** The calls of which it is not known which id is whose. What is learned leaves fewer of both. */
export class UnsureCalls {
  readonly all: readonly UnsureCall[];
  readonly #byPerson = new Map<string, (readonly [DeliveredContact, UnsureCall])[]>();
  readonly #ids = new Set<string>();

  constructor(calls: Iterable<readonly DeliveredContact[]>) {
    this.all = Array.from(calls, (contacts) => ({
      contacts: new Set(contacts),
      ids: new Set(contacts.map(({ rasaId }) => rasaId)),
    }));
    for (const call of this.all) {
      for (const contact of call.contacts) {
        this.#ids.add(contact.rasaId);
        const { person } = contact;
        this.#byPerson.set(person, [...(this.#byPerson.get(person) ?? []), [contact, call]]);
      }
    }
  }

  /** When the first of them were delivered; infinite without any. */
  get firstMs(): number {
    const times = this.all.flatMap(({ contacts }) => Array.from(contacts, ({ deliveredMs }) => deliveredMs));
    return times.reduce((first, time) => Math.min(first, time), Infinity);
  }

  /** Whether this may be the id of one of them. */
  has(id: string): boolean {
    return this.#ids.has(id);
  }

  /** The person has this id: returns the contacts of which that was not known. */
  learn(person: string, id: string): readonly DeliveredContact[] {
    const found = this.#byPerson.get(person) ?? [];
    const learned = found.filter(([, { ids }]) => ids.has(id));
    this.#byPerson.set(
      person,
      found.filter(([, { ids }]) => !ids.has(id)),
    );
    for (const [contact, call] of learned) call.contacts.delete(contact);
    // Only then, since a person may be in a call twice.
    for (const [, call] of learned) call.ids.delete(id);
    return learned.map(([contact]) => contact);
  }
}
