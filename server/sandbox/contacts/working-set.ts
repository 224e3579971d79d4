import { never, type Person } from './person.ts';
import { refused, textFields, type Changes, type Refused, type Saved } from './person-changes.ts';

/** How the account treats what is sent, where rasa.io does not say. */
export interface UpsertRules {
  /** What is done to fields and attributes that an update leaves out. */
  readonly omittedFields: 'kept' | 'cleared';
  /** Whether an archived person that is sent again comes back. */
  readonly archivedAgain: 'returns' | 'stays';
  /** What names a person that is there already. */
  readonly matchedBy: 'external_id' | 'email';
  /** The codes of the account's segments; without them, every code is taken. */
  readonly segments: readonly string[] | undefined;
}

export interface Origin {
  readonly source: string;
  readonly via: string | null;
}

interface WorkingSetOptions {
  /** Everybody whose id, e-mail address or `external_id` one of the changes names. */
  readonly persons: readonly Person[];
  readonly rules: UpsertRules;
  readonly now: () => number;
  readonly randomUUID: () => string;
}

/** The persons that one call is about, while it changes them. Later items see what earlier ones did. */
export class WorkingSet {
  readonly added = new Set<Person>();
  /** Of those that were there before. */
  readonly updated = new Set<Person>();
  readonly #byId = new Map<string, Person>();
  readonly #byEmail = new Map<string, Person>();
  readonly #byExternalId = new Map<string, Person>();
  readonly #options: Omit<WorkingSetOptions, 'persons'>;

  constructor({ persons, ...options }: WorkingSetOptions) {
    this.#options = options;
    for (const person of persons) this.#note(person);
  }

  upsert(changes: Changes, origin: Origin): Saved {
    const { rules } = this.#options;
    const { email, external_id } = changes.fields;
    if (email === undefined) return refused('email is missing');
    const known =
      (rules.matchedBy === 'external_id' ? this.#ownerOf({ external_id }) : undefined) ??
      this.#ownerOf({ email });
    if (!known) return this.#add(email, changes, origin);
    const returns = rules.archivedAgain === 'returns' ? { is_archived: false } : {};
    const clears = rules.omittedFields === 'cleared';
    const cleared = clears ? Object.fromEntries(textFields.map((name) => [name, null])) : {};
    return this.#change(known, { ...changes, clears, fields: { ...returns, ...cleared, ...changes.fields } });
  }

  /** By its id, or else as `upsert` finds it. */
  update(id: string | undefined, changes: Changes): Saved {
    const { email, external_id } = changes.fields;
    const person =
      id === undefined ? (this.#ownerOf({ external_id }) ?? this.#ownerOf({ email })) : this.#byId.get(id);
    return person ? this.#change(person, changes) : refused('no such person');
  }

  #add(email: string, changes: Changes, { source, via }: Origin): Saved {
    const created = this.#options.now();
    const person: Person = {
      id: this.#options.randomUUID(),
      seq: 0,
      email,
      external_id: null,
      first_name: null,
      last_name: null,
      segment_code: null,
      referred_by: null,
      is_active: true,
      is_subscribed: true,
      is_archived: false,
      unsubscribe_reason: null,
      source,
      via,
      created,
      updated: created,
      until: never,
      attributes: [],
    };
    const refusal = this.#apply(person, changes);
    if (refusal) return refusal;
    this.added.add(person);
    return { status: 'created', id: person.id };
  }

  #change(person: Person, changes: Applied): Saved {
    const refusal = this.#apply(person, changes);
    if (refusal) return refusal;
    if (!this.added.has(person)) this.updated.add(person);
    return { status: 'updated', id: person.id };
  }

  #apply(person: Person, { fields, attributes, v2, clears = false }: Applied): Refused | undefined {
    const { segments } = this.#options.rules;
    const owners = [
      this.#ownerOf({ email: fields.email }),
      this.#ownerOf({ external_id: fields.external_id }),
    ];
    if (owners.some((owner) => owner && owner !== person)) {
      return refused('email or external_id belongs to another person');
    }
    const { segment_code } = fields;
    if (segment_code && segments && !segments.includes(segment_code)) {
      return refused('segment_code is not one of the account');
    }
    this.#forget(person);
    const updated = this.#options.now();
    const wasSubscribed = person.is_subscribed;
    Object.assign(person, fields, { updated });
    if (person.is_subscribed) person.unsubscribe_reason = null;
    else if (wasSubscribed) person.unsubscribe_reason = 'API';
    stampEnd(person, updated);
    if (v2) person.v2 = { ...person.v2, ...v2 };
    if (clears) person.attributes = [];
    if (attributes.length > 0) {
      const names = new Set(attributes.map(([name]) => name));
      person.attributes = [
        ...person.attributes.filter(({ name }) => !names.has(name)),
        ...attributes.map(([name, value]) => ({ name, value, created: updated })),
      ];
    }
    this.#note(person);
    return undefined;
  }

  #ownerOf({ email, external_id }: Keys): Person | undefined {
    if (email !== undefined) return this.#byEmail.get(email.toLowerCase());
    return external_id ? this.#byExternalId.get(external_id) : undefined;
  }

  #note(person: Person): void {
    this.#byId.set(person.id, person);
    this.#byEmail.set(person.email.toLowerCase(), person);
    if (person.external_id) this.#byExternalId.set(person.external_id, person);
  }

  #forget({ email, external_id }: Person): void {
    this.#byEmail.delete(email.toLowerCase());
    if (external_id) this.#byExternalId.delete(external_id);
  }
}

/** Sets when a person stopped getting issues, after its flags were changed. */
export function stampEnd(person: Person, now: number): void {
  const isReceiving = person.is_active && person.is_subscribed && !person.is_archived;
  if (isReceiving) person.until = never;
  else if (person.until === never) person.until = now;
}

/** Changes, and whether attributes that they leave out are taken away. */
interface Applied extends Changes {
  readonly clears?: boolean;
}

/** What names a person. */
interface Keys {
  readonly email?: string | undefined;
  readonly external_id?: string | null | undefined;
}
