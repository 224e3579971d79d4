import { hash } from 'node:crypto';
import type { Database, Insert, NewRow, WriteStatement } from '../store/database.ts';
import { AlreadySeen, StoreUnavailable } from '../store/errors.ts';
import { createIds } from '../store/ids.ts';
import { Seen, type MarkKind } from '../store/seen.ts';
import { ServerSecrets } from '../store/secrets/server-secrets.ts';
import { lanes, signups as table } from '../store/tables.ts';
import { Census, type OutboxCounts } from './census.ts';
import { openPersonHash, type PersonHash } from './person-hash.ts';
import { erasing, signupRow } from './rows.ts';
import type { Change, Contact, Destination, NewSignup, Precedence } from './signup.ts';

export interface OutboxOptions {
  readonly database: Database;
  /** Of each account, by its name. The first is that of sign-ups that name none. */
  readonly destinations: ReadonlyMap<string, Destination>;
  /** How many may wait. */
  readonly max: number;
  /** Unix time in ms. */
  readonly now?: () => number;
}

/** What happens only once with a sign-up. */
export interface Once {
  /**
   * Names this sign-up and all its contents, so that the same text again is a retry. Absent where its client
   * has no id for it.
   */
  readonly retry?: string | undefined;
  /** The proof of work or the click that let it in. */
  readonly proof?: { readonly kind: Exclude<MarkKind, 'signup'>; readonly text: string } | undefined;
}

/** A change of a contact that was sent before. */
export interface NewChange {
  readonly id: string;
  /** Who asks for it, in place of a form. */
  readonly form: string;
  /** By its name. */
  readonly account: string;
  /** The keyed hash of the contact's address. */
  readonly person: Uint8Array;
  readonly change: Change;
  /** With `update`: what is changed. */
  readonly fields: Omit<Contact, 'email'>;
}

export type Added =
  | 'stored'
  /** It was stored before, and nothing was stored now. */
  | 'duplicate'
  /** Its proof has let in another sign-up, and nothing was stored. */
  | 'used';

/** As many wait as are allowed to. */
export class OutboxFull extends StoreUnavailable {
  constructor() {
    super('full', { message: 'As many sign-ups wait as OUTBOX_MAX allows.' });
  }
}

/** That says nothing about the store. */
export const isFull = (error: unknown): boolean => error instanceof OutboxFull;

/**
 * Where accepted sign-ups are kept until they are delivered or set aside: rows of the store, one for each. A
 * row is in one of three lanes: fresh (never tried), retry (failed together with others), alone (failed
 * alone, or twice together with others). `Claims` reads what is to be sent next and `Acknowledgements` writes
 * what became of it; a claim itself writes nothing, since the lease of the delivery worker keeps others away.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #seen: Seen;
  readonly #personHash: PersonHash;
  readonly #census: Census;
  readonly #newId: () => string;
  /** Of sign-ups that name no account. */
  readonly #first: Destination | undefined;
  readonly #now: () => number;
  #adding = 0;

  private constructor(
    options: OutboxOptions,
    keys: { readonly seen: Uint8Array; readonly person: PersonHash },
  ) {
    const { database, destinations, now = Date.now } = options;
    this.#options = options;
    this.#now = now;
    this.#seen = new Seen({ database, key: keys.seen, now });
    this.#personHash = keys.person;
    this.#newId = createIds(now);
    [this.#first] = destinations.values();
    this.#census = new Census({ database, destinations: [...destinations.values()] });
  }

  static async open(options: OutboxOptions): Promise<Outbox> {
    const secrets = new ServerSecrets(options);
    const [seen, person] = [await secrets.get('seen'), await openPersonHash(options)];
    const outbox = new Outbox(options, { seen, person });
    await outbox.#census.start();
    return outbox;
  }

  /**
   * Resolves when the sign-up would survive a power cut. It, its name and its proof are stored together or
   * not at all: where it rejects with `StoreUnavailable`, the proof is as good as before.
   */
  async add(signup: NewSignup, once: Once = {}): Promise<Added> {
    const signups = this.#apart({ ...signup, id: this.#newId() });
    const count = signups.length;
    if (this.counts().waiting + this.#adding + count > this.#options.max) throw new OutboxFull();
    const nowMs = this.#now();
    const rows = signups.map((one) => this.#freshRow(one, nowMs));
    this.#adding += count;
    try {
      const added = await this.addElsewhere({ into: table, rows }, once);
      if (added === 'stored') for (let row = 0; row < count; row++) this.#census.noteAdded(nowMs);
      return added;
    } finally {
      this.#adding -= count;
    }
  }

  /** As `add`, for a sign-up that waits in a table of another room until `addAll` is called with it. */
  async addElsewhere(insert: Insert, { retry, proof }: Once): Promise<Added> {
    const marks: [MarkKind, string][] = [];
    if (retry !== undefined) marks.push(['signup', retry]);
    if (proof) marks.push([proof.kind, proof.text]);
    const once = marks.length > 0 ? [this.#seen.mark(...marks)] : [];
    try {
      await this.#options.database.write([...once, insert]);
      return 'stored';
    } catch (error) {
      if (!(error instanceof AlreadySeen)) throw error;
      return (await this.wasAdded(retry)) ? 'duplicate' : 'used';
    }
  }

  /**
   * Stores all of them, and what is to be written beside them, or nothing. Rejects as `Database.write` does,
   * and with `OutboxFull`.
   */
  async addAll(
    added: readonly (NewSignup & { readonly id: string })[],
    beside: readonly WriteStatement[],
    precedence: Exclude<Precedence, 'form'> = 'application',
  ): Promise<void> {
    const { database, max } = this.#options;
    const signups = added.flatMap((signup) => this.#apart(signup));
    const count = signups.length;
    if (count > 0 && this.counts().waiting + this.#adding + count > max) throw new OutboxFull();
    const nowMs = this.#now();
    const rows = signups.map((signup) => this.#freshRow(signup, nowMs, precedence));
    this.#adding += count;
    try {
      await database.write([...(count > 0 ? [{ into: table, rows }] : []), ...beside]);
      for (let row = 0; row < count; row++) this.#census.noteAdded(nowMs);
    } finally {
      this.#adding -= count;
    }
  }

  /**
   * Stores a change behind everything that waits for the person, and what is to be written beside it, or
   * nothing. An erasure takes the place of what waits. Rejects as `addAll` does.
   */
  async addChange(change: NewChange, beside: readonly WriteStatement[]): Promise<void> {
    const { database, max } = this.#options;
    if (this.counts().waiting + this.#adding >= max) throw new OutboxFull();
    const { id, form, person, fields } = change;
    const nowMs = this.#now();
    const destination = this.#destinationOf(change);
    const row = signupRow(
      { id, form, contact: { ...fields, email: '' }, change: change.change },
      { destination, lane: lanes.fresh, person, sinceMs: nowMs, precedence: 'application' },
    );
    const replaced = change.change.kind === 'erase' ? erasing(destination, person, id) : [];
    this.#adding++;
    try {
      await database.write([...replaced, { into: table, rows: [row] }, ...beside]);
      this.#census.noteAdded(nowMs);
    } finally {
      this.#adding--;
    }
  }

  /** Whether a sign-up of this name and contents was stored within the last ten minutes. */
  async wasAdded(retry: string | undefined): Promise<boolean> {
    return retry !== undefined && this.#seen.has('signup', retry);
  }

  /** Whether so many more may wait without taking what is for visitors: half of what may wait. */
  hasRoomFor(count: number): boolean {
    const waiting = this.counts().waiting + this.#adding;
    return waiting === 0 || waiting + count <= this.#options.max / 2;
  }

  /** An estimate that is exact soon after everything is quiet. */
  counts(): OutboxCounts {
    return this.#census.counts();
  }

  /** What the delivery worker has written. */
  noteSettled(change: { readonly gone: number; readonly dead: number }): void {
    this.#census.noteSettled(change);
  }

  close(): Promise<void> {
    return this.#census.stop();
  }

  /** One for each account. */
  #apart(signup: NewSignup & { readonly id: string }): readonly (NewSignup & { readonly id: string })[] {
    const { alsoTo = [], ...first } = signup;
    return [first, ...alsoTo.map((account) => ({ ...first, account, id: this.#newId() }))];
  }

  #freshRow(
    signup: NewSignup & { readonly id: string },
    nowMs: number,
    precedence: Precedence = 'form',
  ): NewRow {
    const { id, form, origin, consent, evidence, resubscribe } = signup;
    const mapped = evidence?.attribute === undefined ? {} : { [evidence.attribute]: id };
    const contact = { ...signup.contact, ...mapped };
    return signupRow(
      { id, form, contact, origin, consent, evidence, resubscribe },
      {
        destination: this.#destinationOf(signup),
        lane: lanes.fresh,
        person: this.#personHash(contact.email),
        sinceMs: nowMs,
        precedence,
      },
    );
  }

  #destinationOf({ account }: Pick<NewSignup, 'account'>): Destination {
    const destination = account === undefined ? this.#first : this.#options.destinations.get(account);
    if (!destination) throw new Error(`There is no account ${JSON.stringify(account)}.`);
    return destination;
  }
}

/** The name of a sign-up and its contents, for `Once.retry`. */
export function retryName(names: readonly string[], fields: Readonly<Record<string, string>>): string {
  const sorted = Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1));
  return hash('sha256', JSON.stringify([names, sorted]), 'base64url');
}
