import type { Person } from './person.ts';
import { refused, type Changes, type Refused, type Saved } from './person-changes.ts';

interface WorkingSetOptions {
  /** Everybody whose e-mail address or `external_id` one of the changes names. */
  readonly persons: readonly Person[];
  readonly now: () => number;
  readonly randomUUID: () => string;
}

/** The persons that one call is about, while it changes them. Later items see what earlier ones did. */
export class WorkingSet {
  readonly added = new Set<Person>();
  /** Of those that were there before. */
  readonly updated = new Set<Person>();
  readonly #byEmail = new Map<string, Person>();
  readonly #byExternalId = new Map<string, Person>();
  readonly #now: () => number;
  readonly #randomUUID: () => string;

  constructor({ persons, now, randomUUID }: WorkingSetOptions) {
    for (const person of persons) this.#note(person);
    this.#now = now;
    this.#randomUUID = randomUUID;
  }

  upsert(changes: Changes): Saved {
    const { email, external_id } = changes.fields;
    if (email === undefined) return refused('email is missing');
    const known = this.#ownerOf({ external_id }) ?? this.#ownerOf({ email });
    if (!known) return this.#add(email, changes);
    return this.#change(known, { ...changes, fields: { is_archived: false, ...changes.fields } });
  }

  update(id: string, changes: Changes): Saved {
    const person = [...this.#byEmail.values()].find((known) => known.id === id);
    return person ? this.#change(person, changes) : refused('no such person');
  }

  #add(email: string, changes: Changes): Saved {
    const created = new Date(this.#now()).toISOString();
    const person: Person = {
      id: this.#randomUUID(),
      email,
      external_id: null,
      first_name: null,
      last_name: null,
      segment_code: null,
      referred_by: null,
      is_active: true,
      is_subscribed: true,
      is_archived: false,
      created,
      updated: created,
      attributes: [],
    };
    const refusal = this.#apply(person, changes);
    if (refusal) return refusal;
    this.added.add(person);
    return { status: 'created', id: person.id };
  }

  #change(person: Person, changes: Changes): Saved {
    const refusal = this.#apply(person, changes);
    if (refusal) return refusal;
    if (!this.added.has(person)) this.updated.add(person);
    return { status: 'updated', id: person.id };
  }

  #apply(person: Person, { fields, attributes }: Changes): Refused | undefined {
    const owners = [
      this.#ownerOf({ email: fields.email }),
      this.#ownerOf({ external_id: fields.external_id }),
    ];
    if (owners.some((owner) => owner && owner !== person)) {
      return refused('email or external_id belongs to another person');
    }
    this.#forget(person);
    const updated = new Date(this.#now()).toISOString();
    Object.assign(person, fields, { updated });
    for (const [name, value] of attributes) {
      const others = person.attributes.filter((attribute) => attribute.name !== name);
      person.attributes = value === null ? others : [...others, { name, value, created: updated }];
    }
    this.#note(person);
    return undefined;
  }

  #ownerOf({ email, external_id }: Keys): Person | undefined {
    if (email !== undefined) return this.#byEmail.get(email.toLowerCase());
    return external_id ? this.#byExternalId.get(external_id) : undefined;
  }

  #note(person: Person): void {
    this.#byEmail.set(person.email.toLowerCase(), person);
    if (person.external_id) this.#byExternalId.set(person.external_id, person);
  }

  #forget({ email, external_id }: Person): void {
    this.#byEmail.delete(email.toLowerCase());
    if (external_id) this.#byExternalId.delete(external_id);
  }
}

/** What names a person. */
interface Keys {
  readonly email?: string | undefined;
  readonly external_id?: string | null | undefined;
}
