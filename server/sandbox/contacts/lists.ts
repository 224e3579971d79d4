import { sameSql, type Database, type Row } from '../../store/database.ts';
import { personColumns, personOf, type Person } from './person.ts';
import type { Persons } from './persons.ts';

/** A list of version 2. */
export interface List {
  readonly id: number;
  readonly name: string;
  readonly description: string;
  readonly options: unknown;
}

/** What version 2 takes of a subscription. Anything may be left out. */
export interface SubscriptionFields {
  readonly integration_id?: number | undefined;
  readonly can_email?: boolean | undefined;
  readonly is_active?: boolean | undefined;
  readonly synced_at?: string | undefined;
  readonly unsubscribe_code?: string | undefined;
  readonly unsubscribe_message?: string | undefined;
}

/** One contact's subscription to one type. `updated` in ms. */
export interface Subscription extends SubscriptionFields {
  readonly id: number;
  readonly contact_id: number;
  readonly subscription_type_id: number;
  readonly updated: number;
}

interface ListsDeps {
  readonly database: Database;
  readonly persons: Persons;
  readonly now: () => number;
}

/** Lists of contacts, and their subscriptions, which only version 2 has. */
export class Lists {
  readonly #deps: ListsDeps;

  constructor(deps: ListsDeps) {
    this.#deps = deps;
  }

  async all(): Promise<readonly List[]> {
    const rows = await this.#deps.database.read({
      sql: sameSql('select id, name, description, options from lists order by id'),
    });
    return rows.map(listOf);
  }

  async find(id: number): Promise<List | undefined> {
    const rows = await this.#deps.database.read({
      sql: sameSql('select id, name, description, options from lists where id = ?'),
      params: [id],
    });
    return rows.map(listOf)[0];
  }

  async create({ name, description, options }: Omit<List, 'id'>): Promise<number> {
    const [result] = await this.#deps.persons.run([
      {
        sql: sameSql(
          'insert into lists (name, description, options, created) values (?, ?, ?, ?) returning id',
        ),
        params: [name, description, JSON.stringify(options), this.#deps.now()],
      },
    ]);
    return Number(result?.rows[0]?.['id']);
  }

  /** Puts a contact on a list. */
  async add(list: number, contactId: string): Promise<void> {
    await this.#deps.persons.run([
      {
        sql: sameSql('insert or ignore into members (list_id, seq) select ?, seq from contacts where id = ?'),
        params: [list, contactId],
      },
    ]);
  }

  /** False where the contact was not on it. */
  async takeOff(list: number, contactId: string): Promise<boolean> {
    const member = 'list_id = ? and seq = (select seq from contacts where id = ?)';
    const [, result] = await this.#deps.persons.run([
      {
        sql: sameSql(
          `insert or replace into left_lists (seq, list_id, at) select seq, list_id, ? from members where ${member}`,
        ),
        params: [this.#deps.now(), list, contactId],
      },
      { sql: sameSql(`delete from members where ${member}`), params: [list, contactId] },
    ]);
    return (result?.count ?? 0) > 0;
  }

  /** The live contacts on a list, oldest first. */
  async members(
    list: number,
    { skip, limit }: { readonly skip: number; readonly limit: number },
  ): Promise<readonly Readonly<Person>[]> {
    const rows = await this.#deps.database.read({
      sql: sameSql(
        `select ${personColumns} from contacts
          where seq in (select m.seq from members m join contacts c on c.seq = m.seq
            where m.list_id = ? and c.archived = 0 order by m.seq limit ? offset ?) order by seq`,
      ),
      params: [list, limit, skip],
    });
    return rows.map(personOf);
  }

  async subscriptionsOf(contactId: number): Promise<readonly Subscription[]> {
    const rows = await this.#deps.database.read({
      sql: sameSql(`${selectSubscriptions} where seq = ? order by id`),
      params: [contactId],
    });
    return rows.map(subscriptionOf);
  }

  async findSubscription(id: number): Promise<Subscription | undefined> {
    const rows = await this.#deps.database.read({
      sql: sameSql(`${selectSubscriptions} where id = ?`),
      params: [id],
    });
    return rows.map(subscriptionOf)[0];
  }

  /** Creates or changes a subscription. `undefined` where there is no such contact. */
  async subscribe(contactId: number, type: number, fields: SubscriptionFields): Promise<number | undefined> {
    const text = JSON.stringify(fields);
    const [result] = await this.#deps.persons.run([
      {
        sql: sameSql(
          `insert into subscriptions (seq, type_id, fields, updated)
            select seq, ?, ?, ? from contacts where seq = ?
            on conflict (seq, type_id) do update
              set fields = json_patch(fields, excluded.fields), updated = excluded.updated returning id`,
        ),
        params: [type, text, this.#deps.now(), contactId],
      },
    ]);
    const id = result?.rows[0]?.['id'];
    return id === undefined ? undefined : Number(id);
  }
}

const selectSubscriptions = 'select id, seq, type_id, fields, updated from subscriptions';

function listOf(row: Row): List {
  return {
    id: Number(row['id']),
    name: String(row['name']),
    description: String(row['description']),
    options: JSON.parse(String(row['options'])) as unknown,
  };
}

function subscriptionOf(row: Row): Subscription {
  return {
    ...(JSON.parse(String(row['fields'])) as SubscriptionFields),
    id: Number(row['id']),
    contact_id: Number(row['seq']),
    subscription_type_id: Number(row['type_id']),
    updated: Number(row['updated']),
  };
}
