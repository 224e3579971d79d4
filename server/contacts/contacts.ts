import { hash } from 'node:crypto';
import type { AddressRules } from '../forms/email-address.ts';
import type { People } from '../accounts/people.ts';
import type { NewChange, Outbox } from '../outbox/outbox.ts';
import type { ChangeKind, Destination, Hold, StickyState } from '../outbox/signup.ts';
import type { Database, WriteStatement } from '../store/database.ts';
import { ConstraintViolated } from '../store/errors.ts';
import { createIds } from '../store/ids.ts';
import { sentContacts } from '../store/tables.ts';
import { createKeyedHash, type KeyedHash } from '../system/keyed-hash.ts';
import { Batch, type Result } from './batch.ts';
import { isId, readFate, type Fate } from './fates.ts';
import { keepForgetting } from './forgetting.ts';
import { readItem, type ReadItem, type Ref } from './items.ts';
import { readAnswer, storeAnswer } from './request-answers.ts';
import { nobody, noteAsked, readLatest, readSent, sentByApplication, sentRow } from './sent-contacts.ts';
import type { WaitingRoom } from './waiting-room.ts';

export type { Result };

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
  /** `undefined` where no mail can be sent. */
  readonly waitingRoom?: WaitingRoom | undefined;
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
  /** Whether all of them have to be confirmed. */
  readonly mustConfirm?: boolean | undefined;
}

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
  readonly #stopForgetting: () => void;

  constructor(options: ContactsOptions) {
    this.#options = options;
    this.#hash = createKeyedHash(options.key);
    this.#now = options.now ?? Date.now;
    this.#newId = createIds(this.#now);
    this.#stopForgetting = keepForgetting(options.database, this.#now);
  }

  /**
   * Stores what is valid, in one transaction, and says what became of each item, in their order; with
   * `mustConfirm` each waits for a click. Rejects with `StoreUnavailable`: then nothing of it is stored,
   * unless its outcome is unknown.
   */
  async add(items: readonly unknown[], account: string, mustConfirm = false): Promise<readonly Result[]> {
    const read = this.#read(items, mustConfirm);
    return this.#retrying(() => this.#store(read, account, () => []));
  }

  /** As `Outbox.hasRoomFor`. */
  hasRoomFor(count: number): boolean {
    return this.#options.outbox.hasRoomFor(count);
  }

  /** The same for a request that may come again: then it gets the first answer, and nothing is stored. */
  async addOnce({ key, body, items, mustConfirm }: IdempotentRequest, account: string): Promise<Once> {
    const { database } = this.#options;
    const id = Buffer.from(this.#hash(`key\n${account}\n${key}`), 'latin1').toString('hex');
    const digest = hash('sha256', body, 'hex');
    const running = this.#running.get(id);
    if (running !== undefined) return { is: running === digest ? 'in_progress' : 'mismatch' };
    this.#running.set(id, digest);
    try {
      const read = this.#read(items, mustConfirm);
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
    const { waitingRoom } = this.#options;
    const unconfirmedForMs = waitingRoom?.lifetimeMs ?? 0;
    return readFate({ id, account }, { ...this.#options, unconfirmedForMs, nowMs: this.#now() });
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
    const { database, outbox, people, waitingRoom } = this.#options;
    if (!isId(contactId)) return undefined;
    const row = await readSent(database, contactId, account);
    const person = row?.['person'] as Uint8Array | undefined;
    if (!row || !person || person.length === 0 || row['ended'] === 'erased') return undefined;
    const id = this.#newId();
    const change = { kind, wasDelivered: Number(row['delivered_at']) > 0 };
    const sent = { id, turn: 0, content: '', ended: '', account, ref: '', person, sentMs: this.#now() };
    const hashOf = (email: string) => people.hashOf(email);
    const forgotten = kind === 'erase' ? await waitingRoom?.forgetting(person, hashOf) : undefined;
    await outbox.addChange({ id, form: sentByApplication, account, person, change, fields }, [
      { into: sentContacts, rows: [sentRow(sent)] },
      ...noteAsked({ id, kind, person }, { id: contactId, account }),
      ...(forgotten ?? []),
    ]);
    return id;
  }

  close(): void {
    this.#stopForgetting();
  }

  #destinationOf(account: string): Destination {
    const destination = this.#options.destinations.get(account);
    if (!destination) throw new Error(`There is no account ${JSON.stringify(account)}.`);
    return destination;
  }

  #read(items: readonly unknown[], mustConfirm = false): readonly ReadItem[] {
    return items.map((given) => {
      const item = readItem(given, this.#options.address);
      return item.is === 'contact' && mustConfirm ? { ...item, confirm: item.confirm ?? {} } : item;
    });
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
    const holds = await this.#holds(items, account);
    const { resubscribe, waitingRoom } = this.#options;
    const unconfirmedForMs = waitingRoom?.lifetimeMs ?? 0;
    const newId = this.#newId;
    const batch = new Batch({ account, latest, resubscribe, unconfirmedForMs, newId, nowMs });
    const results = items.map((item, index) => {
      const refHash = hashes[index] ?? '';
      return batch.add(item, {
        refHash,
        content: item.is === 'contact' && refHash !== '' ? this.#contentHash(item) : '',
        person: persons[index] ?? nobody,
        sticky: known[index]?.sticky ?? [],
        hold: item.is === 'contact' ? holds.get(JSON.stringify(item.confirm)) : undefined,
      });
    });
    const statements = [...batch.statements(), ...beside(results)];
    if (statements.length > 0) await outbox.addAll(batch.signups, statements);
    return results;
  }

  /** Of each way in which items ask for confirmation; `null` where it cannot be had. */
  async #holds(items: readonly ReadItem[], account: string): Promise<ReadonlyMap<unknown, Hold | null>> {
    const asked = items.flatMap((item) => (item.is === 'contact' && item.confirm ? [item.confirm] : []));
    const ways = new Map(asked.map((one) => [JSON.stringify(one), one]));
    const holds = [...ways].map(async ([key, one]) => {
      return [key, (await this.#options.waitingRoom?.for(account, one)) ?? null] as const;
    });
    return new Map(await Promise.all(holds));
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

  #contentHash({ contact, consent }: Extract<ReadItem, { is: 'contact' }>): string {
    const sorted = Object.entries(contact).sort(([a], [b]) => (a < b ? -1 : 1));
    return this.#hash(`content\n${JSON.stringify([sorted, consent])}`);
  }
}
