import type { BesideDelivered } from '../outbox/acknowledgements.ts';
import type { Destination } from '../outbox/signup.ts';
import { sameSql, type Database, type Row, type WriteStatement } from '../store/database.ts';
import { readSlices } from '../store/slices.ts';
import {
  deliveredContacts as table,
  handoverAddresses,
  watchedDays,
} from '../store/schema/delivered-contacts.ts';

/** For how long it is seen whether a contact is still there. */
export const watchedMs = watchedDays * 24 * 60 * 60_000;

/** What became of a contact at rasa.io after it was delivered; '': nothing that is known. */
export type State = '' | 'archived' | 'unsubscribed';

/** A contact that was delivered. Times are Unix time in ms. */
export interface DeliveredContact {
  /** Ours, as the contact was called in the outbox. */
  readonly id: string;
  readonly form: string;
  /** A keyed hash of its address, as a Latin-1 text. */
  readonly person: string;
  /** rasa.io's; '' where it said none. */
  readonly rasaId: string;
  /** Whether `rasaId` is that of this contact, and not of another one of the same call. */
  readonly isOwn: boolean;
  readonly deliveredMs: number;
  readonly state: State;
  /** By rasa.io's clock; 0 without a state. */
  readonly stateMs: number;
  /** rasa.io's word for why it is unsubscribed. */
  readonly reason: string;
}

/**
 * Notes what is delivered, in the write that removes it from the outbox: rasa.io's id, no address. The
 * address is kept too, sealed, where `keepForHandover` says so.
 */
export function noteDeliveredContacts(keepForHandover: boolean): BesideDelivered {
  return (delivered, { destination, nowMs }) => {
    const rows = delivered.map(({ signup: { id, form, origin = '' }, person, contactId }) => ({
      id,
      upstream: destination.upstream,
      account: destination.account,
      form,
      origin,
      person,
      rasa_id: contactId?.id ?? '',
      is_own: contactId?.of === 'contact' ? 1 : 0,
      delivered_at: nowMs,
      state: '',
      state_at: 0,
      reason: '',
    }));
    const addresses = delivered.map(({ signup: { id, contact } }) => ({
      id,
      kept_at: nowMs,
      payload: contact.email,
    }));
    return [
      { into: table, rows, ifNew: true },
      ...(keepForHandover ? [{ into: handoverAddresses, rows: addresses, ifNew: true }] : []),
    ];
  };
}

/** For who asks what became of one contact: since when it is archived at rasa.io. Unix time in ms. */
export async function readArchivedSince(
  database: Pick<Database, 'read'>,
  id: string,
): Promise<number | undefined> {
  const [row] = await database.read({
    sql: sameSql(`select state_at from ${table.name} where id = ? and state = 'archived'`),
    params: [id],
  });
  return row && Number(row['state_at']);
}

const columns = 'id, form, person, rasa_id, is_own, delivered_at, state, state_at, reason';
/** So many are read, and written, at once. */
const slice = 500;

const ifCounted = (condition: string) => `sum(case when is_counted = 1${condition} then 1 else 0 end)`;
const countSql = sameSql(
  `select count(*) as seen, max(id) as last, ${ifCounted('')} as delivered,
     ${ifCounted(` and rasa_id = ''`)} as unknown, ${ifCounted(` and state = 'archived'`)} as archived
   from (
     select id, rasa_id, state, case when upstream = ? and account = ? and delivered_at >= ? then 1 else 0 end as is_counted
     from ${table.name} where id > ? order by id limit ?
   ) part`,
);

export interface DeliveredCounts {
  readonly delivered: number;
  /** Of these rasa.io told no id. */
  readonly unknown: number;
  readonly archived: number;
}

/** The rows of one destination. */
export class DeliveredContacts {
  readonly #database: Pick<Database, 'read' | 'write'>;
  readonly #destination: Destination;

  constructor(database: Pick<Database, 'read' | 'write'>, destination: Destination) {
    this.#database = database;
    this.#destination = destination;
  }

  /** When the first of them was accepted, which is not after its delivery; `undefined` without any. */
  async firstMs(): Promise<number | undefined> {
    const [row] = await this.#read('', [], 'order by id limit 1');
    // Ids begin with their time.
    return row && Number.parseInt(row.id.replace('-', '').slice(0, 12), 16);
  }

  /** Those delivered since then that have one of the ids of their call, but which one is not known. */
  async unsure(sinceMs: number): Promise<Iterable<readonly DeliveredContact[]>> {
    const calls = new Map<number, DeliveredContact[]>();
    for await (const page of this.#pages(
      `and is_own = 0 and rasa_id <> '' and state = '' and delivered_at >= ?`,
      [sinceMs],
    )) {
      for (const contact of page) {
        const call = calls.get(contact.deliveredMs);
        if (call) call.push(contact);
        else calls.set(contact.deliveredMs, [contact]);
      }
    }
    return calls.values();
  }

  /** Those with one of these ids of rasa.io's. At most some hundred ids. */
  async withIds(ids: readonly string[]): Promise<readonly DeliveredContact[]> {
    if (ids.length === 0) return [];
    return this.#read(`and rasa_id in (${ids.map(() => '?').join(', ')})`, ids);
  }

  /** Those with one of these ids of ours. At most some hundred ids. */
  async withOwnIds(ids: readonly string[]): Promise<readonly DeliveredContact[]> {
    if (ids.length === 0) return [];
    return this.#read(`and id in (${ids.map(() => '?').join(', ')})`, ids, 'order by id');
  }

  /** Those that are archived, or unsubscribed, and were delivered since then; in the order of our ids. */
  lost(sinceMs: number): AsyncIterable<readonly DeliveredContact[]> {
    return this.#pages(`and state <> '' and delivered_at >= ?`, [sinceMs]);
  }

  /** Of those delivered since then. */
  async count(sinceMs: number, atOnce?: number): Promise<DeliveredCounts> {
    const { upstream, account } = this.#destination;
    const counts = { delivered: 0, unknown: 0, archived: 0 };
    const params = [upstream, account, sinceMs];
    const slices = { sql: countSql, params, from: '', ...(atOnce && { size: atOnce }) };
    for await (const row of readSlices(this.#database, slices)) {
      counts.delivered += Number(row['delivered'] ?? 0);
      counts.unknown += Number(row['unknown'] ?? 0);
      counts.archived += Number(row['archived'] ?? 0);
    }
    return counts;
  }

  /** `beside` makes what is written in the same transaction about these changes. */
  async change(
    changes: readonly DeliveredContact[],
    beside: (some: readonly DeliveredContact[]) => readonly WriteStatement[] = () => [],
  ): Promise<void> {
    const sql = sameSql(
      `update ${table.name} set rasa_id = ?, is_own = ?, state = ?, state_at = ?, reason = ? where id = ?`,
    );
    for (let start = 0; start < changes.length; start += slice) {
      const some = changes.slice(start, start + slice);
      const rows = some.map(({ id, rasaId, isOwn, state, stateMs, reason }) => ({
        sql,
        params: [rasaId, Number(isOwn), state, stateMs, reason, id],
      }));
      await this.#database.write([...rows, ...beside(some)]);
    }
  }

  async *#pages(condition: string, params: readonly (string | number)[] = []) {
    for (let after = ''; ;) {
      const page = await this.#read(
        `${condition} and id > ?`,
        [...params, after],
        `order by id limit ${slice}`,
      );
      const last = page.at(-1);
      if (!last) return;
      yield page;
      after = last.id;
    }
  }

  async #read(
    condition: string,
    params: readonly (string | number)[],
    order = '',
  ): Promise<readonly DeliveredContact[]> {
    const { upstream, account } = this.#destination;
    const rows = await this.#database.read({
      sql: sameSql(
        `select ${columns} from ${table.name} where upstream = ? and account = ? ${condition} ${order}`,
      ),
      params: [upstream, account, ...params],
    });
    return rows.map(contactOf);
  }
}

function contactOf(row: Row): DeliveredContact {
  return {
    id: String(row['id']),
    form: String(row['form']),
    person: Buffer.from(row['person'] as Uint8Array).toString('latin1'),
    rasaId: String(row['rasa_id']),
    isOwn: Number(row['is_own']) === 1,
    deliveredMs: Number(row['delivered_at']),
    state: String(row['state']) as State,
    stateMs: Number(row['state_at']),
    reason: String(row['reason']),
  };
}
