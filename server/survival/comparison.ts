import type { AccountContacts, ContactAtRasa } from '../accounts/contacts.ts';
import { eventStatements, type NewEvent } from '../events/events.ts';
import type { PersonHash } from '../outbox/person-hash.ts';
import type { Destination } from '../outbox/signup.ts';
import { sameSql, type Database, type WriteStatement } from '../store/database.ts';
import { comparisons as table } from '../store/schema/delivered-contacts.ts';
import { DeliveredContacts, type DeliveredContact, type State } from './delivered-contacts.ts';
import { UnsureCalls, type UnsureCall } from './unsure-calls.ts';

export interface ComparisonOptions {
  readonly database: Database;
  readonly destination: Destination;
  /** By its name, for events. */
  readonly account: string;
  readonly contacts: AccountContacts;
  readonly personHash: PersonHash;
  readonly besideLeft?: BesideLeft | undefined;
  readonly now: () => number;
  readonly stop: AbortSignal;
}

/** What other rooms write about somebody who was found to have left, perhaps twice. */
export type BesideLeft = (left: {
  /** The keyed hash of the address. */
  readonly person: Uint8Array;
  readonly state: Exclude<State, ''>;
  /** When, by rasa.io's clock; Unix time in ms. */
  readonly atMs: number;
  /** By its name. */
  readonly account: string;
}) => Promise<readonly WriteStatement[]>;

/** The clocks of two machines differ, and rasa.io may show a change late. */
const overlapMs = 60 * 60_000;
/** So many contacts are asked for one by one; what is left is asked for the next time. */
const mostGets = 2000;
/** Then it is not looked for any longer: somebody of the batch has another address at rasa.io by now. */
const unsureForMs = 7 * 24 * 60 * 60_000;
/** So many rows are asked for together. */
const slice = 500;

/** When it was last begun to compare this account, in ms; `undefined` before the first time. */
export async function readLastComparison(
  database: Pick<Database, 'read'>,
  destination: Destination,
): Promise<number | undefined> {
  const [row] = await database.read({
    sql: sameSql(`select began_at from ${table.name} where id = ?`),
    params: [nameOf(destination)],
  });
  return row && Number(row['began_at']);
}

/**
 * Looks what became of the contacts that were delivered to an account, and writes it down. What rasa.io lists
 * as changed is live; what it lists as removed is archived or deleted, it has no other word for either.
 * Returns how many are newly found to be gone. Rejects with a `RasaError`, with the reason of the signal, or
 * with `StoreUnavailable`; what was found until then is kept.
 *
 * A batch of deliveries is answered with the ids of all its contacts, in an order that is not documented. So
 * it is learned here whose id is whose: by the addresses of what rasa.io lists, and for what it does not
 * list, since it was archived or left unchanged, by asking for the ids of the batch one by one.
 */
export async function compare(options: ComparisonOptions): Promise<number> {
  const { database, destination, now } = options;
  const rows = new DeliveredContacts(database, destination);
  const beganMs = now();
  const unsure = new UnsureCalls(await rows.unsure(beganMs - unsureForMs));
  const lastMs = (await readLastComparison(database, destination)) ?? (await rows.firstMs());
  if (lastMs === undefined) return 0;
  // A clock that was set back must not hide a time.
  const since = new Date(Math.max(0, Math.min(lastMs, beganMs, unsure.firstMs) - overlapMs));

  const run = new Run(options, rows, unsure);
  await run.readLive(since);
  await run.readRemoved(since);
  await run.askForUnsure();
  await database.write([
    {
      sql: sameSql(
        `insert into ${table.name} (id, began_at, ended_at) values (?, ?, ?)
         on conflict (id) do update set began_at = excluded.began_at, ended_at = excluded.ended_at`,
      ),
      params: [nameOf(destination), beganMs, now()],
    },
  ]);
  return run.newlyArchived;
}

function nameOf({ upstream, account }: Destination): string {
  return `${upstream} ${account}`;
}

interface Fate {
  readonly state: State;
  readonly atMs: number;
  readonly reason?: string;
}

class Run {
  newlyArchived = 0;
  readonly #options: ComparisonOptions;
  readonly #rows: DeliveredContacts;
  readonly #unsure: UnsureCalls;
  /** When those that were seen live had changed last, in ms, by rasa.io's id. */
  readonly #live = new Map<string, number>();
  /** When those were removed that may be of a call that is unsure. */
  readonly #removed = new Map<string, number>();
  /** Of those that are newly found to be archived, by our ids. */
  readonly #archived = new Map<string, NewEvent>();
  /** Those that are newly found to have left, by our ids. */
  readonly #left = new Set<string>();
  #gets = 0;

  constructor(options: ComparisonOptions, rows: DeliveredContacts, unsure: UnsureCalls) {
    this.#options = options;
    this.#rows = rows;
    this.#unsure = unsure;
  }

  async readLive(since: Date): Promise<void> {
    const { contacts, stop } = this.#options;
    for await (const page of contacts.updatedSince(since, stop)) {
      const byId = new Map(page.map((contact) => [contact.id, contact]));
      const changes: DeliveredContact[] = [];
      for (const contact of page) {
        const learned = this.#learn(contact);
        if (learned.length > 0) this.#live.set(contact.id, contact.updated?.getTime() ?? 0);
        changes.push(...learned);
      }
      for (const row of await this.#withIds([...byId.keys()])) {
        const contact = byId.get(row.rasaId);
        if (!contact || (!row.isOwn && this.#unsure.has(row.rasaId))) continue;
        this.#live.set(contact.id, contact.updated?.getTime() ?? 0);
        changes.push(...this.#changed(row, this.#fateOf(contact)));
      }
      await this.#write(changes);
    }
  }

  async readRemoved(since: Date): Promise<void> {
    const { contacts, stop, now } = this.#options;
    for await (const page of contacts.removedSince(since, stop)) {
      const times = new Map(page.map(({ id, at }) => [id, at?.getTime() ?? now()]));
      for (const [id, atMs] of times) if (this.#unsure.has(id)) this.#removed.set(id, atMs);
      const changes: DeliveredContact[] = [];
      for (const row of await this.#withIds([...times.keys()])) {
        const atMs = times.get(row.rasaId) ?? now();
        const isOpen = !row.isOwn && row.state === '';
        // Somebody who was removed and came back may be on both lists.
        if (!isOpen && atMs >= (this.#live.get(row.rasaId) ?? 0)) {
          changes.push(...this.#changed(row, { state: 'archived', atMs }));
        }
      }
      await this.#write(changes);
    }
  }

  async askForUnsure(): Promise<void> {
    for (const call of this.#unsure.all) {
      const areAllGone = await this.#askFor(call);
      const isSure = call.contacts.size === 1;
      const ids = [...call.ids];
      const rest = [...call.contacts].flatMap((row, index) => {
        // Who is in a call twice has one id for two rows.
        const rasaId = ids[index] ?? ids.at(-1) ?? row.rasaId;
        const known = { ...row, rasaId, isOwn: isSure };
        const removedMs = this.#removed.get(rasaId);
        const isGone = areAllGone || (isSure && removedMs !== undefined);
        const atMs = removedMs ?? this.#options.now();
        return isGone ? this.#changed(known, { state: 'archived', atMs }) : [known];
      });
      await this.#write(rest);
    }
  }

  /** Whether all that are left are gone, whoever has which id. */
  async #askFor({ contacts: left, ids }: UnsureCall): Promise<boolean> {
    const { contacts, stop } = this.#options;
    if (left.size < 2) return false;
    let strangers = 0;
    if (this.#gets + ids.size <= mostGets) {
      this.#gets += ids.size;
      for (const id of [...ids]) {
        const contact = await contacts.get(id, stop);
        const learned = contact ? this.#learn(contact) : [];
        await this.#write(learned);
        if (contact && learned.length === 0) strangers++;
      }
      if (strangers === 0) return true;
    }
    return [...ids].every((id) => this.#removed.has(id));
  }

  /** What follows where the contact has this id: whose it is, and what became of that one. */
  #learn(contact: ContactAtRasa): readonly DeliveredContact[] {
    const { personHash } = this.#options;
    const person = Buffer.from(personHash(contact.email)).toString('latin1');
    return this.#unsure.learn(person, contact.id).flatMap((row) => {
      const known = { ...row, rasaId: contact.id, isOwn: true };
      const removedMs = this.#removed.get(contact.id);
      const fate: Fate =
        removedMs === undefined ? this.#fateOf(contact) : { state: 'archived', atMs: removedMs };
      const changes = this.#changed(known, fate);
      return changes.length > 0 ? changes : [known];
    });
  }

  #fateOf({ isArchived, isSubscribed, updated, reason }: ContactAtRasa): Fate {
    const atMs = updated?.getTime() ?? this.#options.now();
    if (isArchived) return { state: 'archived', atMs };
    return isSubscribed === false ? { state: 'unsubscribed', atMs, reason } : { state: '', atMs: 0 };
  }

  #changed(row: DeliveredContact, { state, atMs, reason = '' }: Fate): readonly DeliveredContact[] {
    if (row.state === state && row.reason === reason) return [];
    if (state !== '' && row.state !== state) this.#left.add(row.id);
    if (state === 'archived') {
      this.newlyArchived++;
      const { account } = this.#options;
      const { id, form } = row;
      const turn = atMs.toString(36);
      const data = { id, form };
      this.#archived.set(id, { type: 'signup.archived', account, subject: id, atMs, turn, data });
    }
    // rasa.io's word, which is not known beforehand.
    return [{ ...row, state, stateMs: atMs, reason: reason.replaceAll('\0', '').slice(0, 50) }];
  }

  /** Events of those that are archived are written together with them. */
  async #write(changes: readonly DeliveredContact[]): Promise<void> {
    const lines = new Map<string, readonly WriteStatement[]>();
    for (const row of changes) lines.set(row.id, await this.#linesOf(row));
    await this.#rows.change(changes, (some) => [
      ...some.flatMap(({ id }) => lines.get(id) ?? []),
      ...eventStatements(
        some.flatMap(({ id }) => this.#archived.get(id) ?? []),
        this.#options.now(),
      ),
    ]);
    for (const { id } of changes) {
      this.#archived.delete(id);
      this.#left.delete(id);
    }
  }

  async #linesOf({ id, person, state, stateMs }: DeliveredContact): Promise<readonly WriteStatement[]> {
    const { besideLeft, account } = this.#options;
    if (!besideLeft || state === '' || !this.#left.has(id)) return [];
    return besideLeft({ person: Buffer.from(person, 'latin1'), state, atMs: stateMs, account });
  }

  async #withIds(ids: readonly string[]): Promise<readonly DeliveredContact[]> {
    const found: DeliveredContact[] = [];
    for (let start = 0; start < ids.length; start += slice) {
      found.push(...(await this.#rows.withIds(ids.slice(start, start + slice))));
    }
    return found;
  }
}
