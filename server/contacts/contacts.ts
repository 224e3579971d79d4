import { hash } from 'node:crypto';
import type { AddressRules } from '../forms/email-address.ts';
import type { IssueCode } from '../../shared/signup.ts';
import type { People } from '../accounts/people.ts';
import type { NewChange, Outbox } from '../outbox/outbox.ts';
import type { ChangeKind, Destination, NewSignup, StickyState } from '../outbox/signup.ts';
import type { Database, NewRow, WriteStatement } from '../store/database.ts';
import { ConstraintViolated } from '../store/errors.ts';
import { createIds } from '../store/ids.ts';
import { sentContacts } from '../store/tables.ts';
import { createKeyedHash, type KeyedHash } from '../system/keyed-hash.ts';
import { isId, readFate, type Fate } from './fates.ts';
import { isGiven, readItem, type ReadItem, type Ref } from './items.ts';
import { forgetOldAnswers, readAnswer, storeAnswer } from './request-answers.ts';
import {
  forgetOld,
  nobody,
  noteAsked,
  readLatest,
  readSent,
  sentByApplication,
  sentRow,
  type Latest,
} from './sent-contacts.ts';

/** What became of one item of a request. */
export interface Result {
  readonly ref: Ref | null;
  /** `null` where nothing is stored. */
  readonly id: string | null;
  /** `duplicate`: the last item with this `ref` had the same contents; nothing more was stored. */
  readonly status: 'accepted' | 'duplicate' | 'left_alone' | 'invalid';
  /** With `left_alone`: why. Others who have left are only known when the contact is to be delivered. */
  readonly state?: StickyState;
  /** With `invalid`: the first field that is wrong; absent where the item is not an object. */
  readonly field?: string;
  readonly issue?: IssueCode;
}

export type Once =
  | { readonly is: 'answered'; readonly results: readonly Result[] }
  /** The key has been used with another body. */
  | { readonly is: 'mismatch' }
  /** The first request with the key is not finished. */
  | { readonly is: 'in_progress' };

export interface ContactsOptions {
  readonly database: Database;
  readonly outbox: Pick<Outbox, 'addAll' | 'addChange' | 'hasRoomFor'>;
  readonly people: Pick<People, 'hashOf' | 'ofMany'>;
  /** Of each account, by its name. */
  readonly destinations: ReadonlyMap<string, Destination>;
  /** The states from which contacts with `consent` are brought back. */
  readonly resubscribe: readonly StickyState[];
  readonly address: AddressRules;
  /** See `readFate`. */
  readonly archivedSince?: ((id: string) => Promise<number | undefined>) | undefined;
  /** 32 bytes, for the hashes of what senders call their contacts and requests. */
  readonly key: Uint8Array;
  readonly now?: () => number;
}

export interface IdempotentRequest {
  readonly key: string;
  readonly body: Uint8Array;
  readonly items: readonly unknown[];
}

const sweepEveryMs = 60 * 60_000;
/** Another request may have taken the turn of a `ref` meanwhile. */
const attempts = 5;

/** Contacts that applications send, and what became of them. Each account sees only what it sent. */
export class Contacts {
  readonly #options: ContactsOptions;
  readonly #hash: KeyedHash;
  readonly #now: () => number;
  readonly #newId: () => string;
  /** The bodies' hashes of the requests under way, by key. */
  readonly #running = new Map<string, string>();
  readonly #sweeper: NodeJS.Timeout;

  constructor(options: ContactsOptions) {
    this.#options = options;
    this.#hash = createKeyedHash(options.key);
    this.#now = options.now ?? Date.now;
    this.#newId = createIds(this.#now);
    this.#sweeper = setInterval(() => void this.#sweep(), sweepEveryMs).unref();
    void this.#sweep();
  }

  /**
   * Stores what is valid, in one transaction, and says what became of each item, in their order. Rejects with
   * `StoreUnavailable`: then nothing of it is stored, unless its outcome is unknown.
   */
  async add(items: readonly unknown[], account: string): Promise<readonly Result[]> {
    const read = this.#read(items);
    return this.#retrying(() => this.#store(read, account, () => []));
  }

  /** As `Outbox.hasRoomFor`. */
  hasRoomFor(count: number): boolean {
    return this.#options.outbox.hasRoomFor(count);
  }

  /** The same for a request that may come again: then it gets the first answer, and nothing is stored. */
  async addOnce({ key, body, items }: IdempotentRequest, account: string): Promise<Once> {
    const { database } = this.#options;
    const id = Buffer.from(this.#hash(`key\n${account}\n${key}`), 'latin1').toString('hex');
    const digest = hash('sha256', body, 'hex');
    const running = this.#running.get(id);
    if (running !== undefined) return { is: running === digest ? 'in_progress' : 'mismatch' };
    this.#running.set(id, digest);
    try {
      const read = this.#read(items);
      return await this.#retrying(async (): Promise<Once> => {
        const nowMs = this.#now();
        const known = await readAnswer(database, id, nowMs);
        if (known) {
          return known.body === digest
            ? { is: 'answered', results: known.answer as readonly Result[] }
            : { is: 'mismatch' };
        }
        const results = await this.#store(read, account, (answer) => [
          storeAnswer({ id, body: digest, answer }, nowMs),
        ]);
        return { is: 'answered', results };
      });
    } finally {
      this.#running.delete(id);
    }
  }

  /** `undefined` where this account sent none of this id within the last 30 days. */
  find(id: string, account: string): Promise<Fate | undefined> {
    return readFate({ id, account }, this.#options);
  }

  /** The id of the last one with this `ref`. */
  async idOf(ref: string, account: string): Promise<string | undefined> {
    const [latest] = (await readLatest(this.#options.database, [this.#refHash(ref, account)])).values();
    return latest?.id;
  }

  /**
   * Stores a change of a contact, which is made after everything that waits for the person. Returns the
   * change's own id, of which `find` knows what became; `undefined` where this account sent no such contact
   * within the last 30 days, or it is erased. Rejects with `StoreUnavailable`.
   */
  async change(
    contactId: string,
    account: string,
    { kind, fields = {} }: { readonly kind: ChangeKind; readonly fields?: NewChange['fields'] | undefined },
  ): Promise<string | undefined> {
    const { database, outbox } = this.#options;
    if (!isId(contactId)) return undefined;
    const row = await readSent(database, contactId, account);
    const person = row?.['person'] as Uint8Array | undefined;
    if (!row || !person || person.length === 0 || row['ended'] === 'erased') return undefined;
    const id = this.#newId();
    const change = { kind, wasDelivered: Number(row['delivered_at']) > 0 };
    const sent = { id, turn: 0, content: '', ended: '', account, ref: '', person };
    await outbox.addChange({ id, form: sentByApplication, account, person, change, fields }, [
      { into: sentContacts, rows: [sentRow(sent, this.#now())] },
      ...noteAsked({ id, kind, person }, { id: contactId, account }),
    ]);
    return id;
  }

  close(): void {
    clearInterval(this.#sweeper);
  }

  #destinationOf(account: string): Destination {
    const destination = this.#options.destinations.get(account);
    if (!destination) throw new Error(`There is no account ${JSON.stringify(account)}.`);
    return destination;
  }

  #read(items: readonly unknown[]): readonly ReadItem[] {
    return items.map((item) => readItem(item, this.#options.address));
  }

  async #store(
    items: readonly ReadItem[],
    account: string,
    beside: (results: readonly Result[]) => readonly WriteStatement[],
  ): Promise<readonly Result[]> {
    const { database, outbox } = this.#options;
    const nowMs = this.#now();
    const hashes = items.map(({ ref }) => (ref === null ? '' : this.#refHash(ref, account)));
    const latest = await readLatest(database, [...new Set(hashes.filter((ref) => ref !== ''))]);
    const persons = items.map((item) =>
      item.is === 'contact' ? this.#options.people.hashOf(item.contact.email) : nobody,
    );
    const known = await this.#options.people.ofMany(this.#destinationOf(account), persons);
    const signups: (NewSignup & { readonly id: string })[] = [];
    const sent: NewRow[] = [];
    const results = items.map((item, index): Result => {
      if (item.is === 'invalid') {
        const { ref, field, issue } = item;
        return { ref, id: null, status: 'invalid', ...(field !== undefined && { field }), issue };
      }
      const { ref, contact, consent } = item;
      const refHash = hashes[index] ?? '';
      const before = latest.get(refHash);
      const content =
        refHash === '' ? '' : this.#hash(`content\n${JSON.stringify([sorted(contact), consent])}`);
      const resubscribe = isGiven(consent) ? this.#options.resubscribe : [];
      const state = known[index]?.sticky.find((each) => !resubscribe.includes(each));
      if (before?.content === content && before.ended === '') {
        return { ref, id: before.id, status: 'duplicate' };
      }
      if (before?.content === content && state !== undefined) {
        return { ref, id: before.id, status: 'left_alone', state };
      }
      const id = this.#newId();
      const turn = refHash === '' ? 0 : (before?.turn ?? 0) + 1;
      const one: Latest = { id, turn, content, ended: state ?? '' };
      if (refHash !== '') latest.set(refHash, one);
      sent.push(sentRow({ ...one, account, ref: refHash, person: persons[index] ?? nobody }, nowMs));
      if (state !== undefined) return { ref, id, status: 'left_alone', state };
      signups.push({ id, form: sentByApplication, account, contact, consent, resubscribe });
      return { ref, id, status: 'accepted' };
    });
    const statements = [...(sent.length > 0 ? [{ into: sentContacts, rows: sent }] : []), ...beside(results)];
    if (statements.length > 0) await outbox.addAll(signups, statements);
    return results;
  }

  async #retrying<T>(run: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await run();
      } catch (error) {
        if (!(error instanceof ConstraintViolated) || attempt === attempts) throw error;
      }
    }
  }

  #refHash(ref: Ref, account: string): string {
    // A number and its text are one name: in `?ref=` both are text.
    return this.#hash(`ref\n${account}\n${ref}`);
  }

  async #sweep(): Promise<void> {
    const nowMs = this.#now();
    await this.#options.database.write([forgetOld(nowMs), forgetOldAnswers(nowMs)]).catch(() => {
      // The store is away: there is a next time.
    });
  }
}

function sorted(contact: NewSignup['contact']): readonly (readonly [string, unknown])[] {
  return Object.entries(contact).sort(([a], [b]) => (a < b ? -1 : 1));
}
