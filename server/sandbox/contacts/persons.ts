import type { EventEmitter } from 'node:events';
import { sameSql, type Database, type Value, type WriteStatement } from '../../store/database.ts';
import { contactsTable } from './contacts-file.ts';
import { personColumns, personOf, rowOf, type Person } from './person.ts';
import { readChanges, refused, type Changes, type Refused, type Saved } from './person-changes.ts';
import { stampEnd, WorkingSet, type Origin, type UpsertRules } from './working-set.ts';

interface PersonsDeps {
  readonly database: Database;
  /** Told of every change, for pages that are being looked at. */
  readonly changes: EventEmitter<{ change: [] }>;
  readonly rules: () => UpsertRules;
  readonly now: () => number;
  readonly randomUUID: () => string;
}

const slice = 1000;

/**
 * The contacts, and what rasa.io does with one that is sent again. A call costs the same however many there
 * are. What changes something resolves when it is on disk; changes run one after the other.
 */
export class Persons {
  readonly #deps: PersonsDeps;
  #last: Promise<unknown> = Promise.resolve();

  constructor(deps: PersonsDeps) {
    this.#deps = deps;
  }

  async find(id: string): Promise<Readonly<Person> | undefined> {
    const [person] = await this.#read('where id = ?', [id]);
    return person;
  }

  async findByEmail(email: string): Promise<Readonly<Person> | undefined> {
    const [person] = await this.#read('where email = ?', [email.toLowerCase()]);
    return person;
  }

  /** How many live ones there are. */
  async countLive(): Promise<number> {
    const sql = sameSql('select coalesce(sum(n), 0) as n from counts where state < 3');
    const [row] = await this.#deps.database.read({ sql });
    return Number(row?.['n']);
  }

  /**
   * Creates each person, or updates the one with the same `external_id` or else the same e-mail address,
   * whatever its case. Fields that are left out stay as they are; an archived person comes back with the
   * subscription it had. The account's rules can say otherwise.
   */
  async upsert(items: readonly unknown[], origin: Origin): Promise<readonly Saved[]> {
    return this.upsertChanges(items.map(readChanges), origin);
  }

  async upsertOne(item: unknown, origin: Origin): Promise<Saved> {
    const [saved] = await this.upsert([item], origin);
    return saved ?? refused('nothing was sent');
  }

  async upsertChanges(read: readonly (Changes | Refused)[], origin: Origin): Promise<readonly Saved[]> {
    return this.#change(async () => {
      const set = await this.#load(read.map((changes) => ('fields' in changes ? changes.fields : {})));
      const saved = read.map((changes) => ('fields' in changes ? set.upsert(changes, origin) : changes));
      await this.#store(set);
      return saved;
    });
  }

  /** Changes only what is sent, of persons that are there. Without an id, one is found by what names it. */
  async update(
    items: readonly { readonly id?: string; readonly item: unknown }[],
  ): Promise<readonly Saved[]> {
    return this.updateChanges(items.map(({ id, item }) => ({ id, changes: readChanges(item) })));
  }

  async updateChanges(
    asked: readonly { readonly id?: string | undefined; readonly changes: Changes | Refused }[],
  ): Promise<readonly Saved[]> {
    return this.#change(async () => {
      const sent = asked.map(({ id, changes }) => ({ id, ...('fields' in changes ? changes.fields : {}) }));
      const set = await this.#load(sent);
      const saved = asked.map(({ id, changes }) => ('fields' in changes ? set.update(id, changes) : changes));
      await this.#store(set);
      return saved;
    });
  }

  /** As somebody does by the link in an issue. `undefined` where there is no such person. */
  async unsubscribeByClick(id: string): Promise<Readonly<Person> | undefined> {
    return this.#change(async () => {
      const [person] = await this.#read('where id = ?', [id]);
      if (!person) return undefined;
      const now = this.#deps.now();
      Object.assign(person, {
        is_subscribed: false,
        unsubscribe_reason: 'OneClickUnsubscribe',
        updated: now,
      });
      stampEnd(person, now);
      await this.#write([updateOf(person)]);
      return person;
    });
  }

  /** False where there is no such person. */
  async remove(id: string): Promise<boolean> {
    return this.#change(async () => {
      const [result] = await this.#write([
        { sql: sameSql('delete from contacts where id = ?'), params: [id] },
      ]);
      return (result?.count ?? 0) > 0;
    });
  }

  async removeAll(): Promise<void> {
    // In slices, each of which holds up others for some milliseconds only.
    const sql = sameSql(`delete from contacts where seq in (select seq from contacts limit ${slice})`);
    await this.#change(async () => {
      for (let count = slice; count === slice;) {
        const [result] = await this.#deps.database.write([{ sql }]);
        count = result?.count ?? 0;
      }
      await this.#write([{ sql: sameSql('delete from removed') }]);
    });
    await this.#deps.database.tidy();
  }

  /** Runs statements of another part after all changes before them. */
  async run(statements: readonly WriteStatement[]): ReturnType<Database['write']> {
    return this.#change(() => this.#write(statements));
  }

  /** All that might be meant by what was sent. */
  async #load(
    sent: readonly {
      readonly id?: string | undefined;
      readonly email?: string | undefined;
      readonly external_id?: string | null | undefined;
    }[],
  ): Promise<WorkingSet> {
    const ids = sent.flatMap(({ id }) => id ?? []);
    const emails = sent.flatMap(({ email }) => email?.toLowerCase() ?? []);
    const externals = sent.flatMap(({ external_id }) => (external_id ? toHex(external_id) : []));
    const persons = await this.#read(
      `where id in (select value from json_each(?)) or email in (select value from json_each(?))
        or length(external) > 0 and external in (select unhex(value) from json_each(?)) order by seq`,
      [ids, emails, externals].map((values) => JSON.stringify(values)),
    );
    const { rules, now, randomUUID } = this.#deps;
    return new WorkingSet({ persons, rules: rules(), now, randomUUID });
  }

  async #store({ added, updated }: WorkingSet): Promise<void> {
    const updates = [...updated].map(updateOf);
    const inserts = added.size === 0 ? [] : [{ into: contactsTable, rows: [...added].map(rowOf) }];
    await this.#write([...updates, ...inserts]);
  }

  async #write(statements: readonly WriteStatement[]): ReturnType<Database['write']> {
    return statements.length > 0 ? this.#deps.database.write(statements) : [];
  }

  /** After all changes before it: each looks first, and must see what they did. */
  async #change<T>(run: () => Promise<T>): Promise<T> {
    const changed = this.#last.then(run);
    this.#last = changed.catch(() => undefined);
    const result = await changed;
    this.#deps.changes.emit('change');
    return result;
  }

  async #read(rest: string, params: readonly Value[]): Promise<Person[]> {
    const sql = sameSql(`select ${personColumns} from contacts ${rest}`);
    return (await this.#deps.database.read({ sql, params })).map(personOf);
  }
}

function updateOf(person: Person): WriteStatement {
  const { id, ...columns } = rowOf(person);
  const names = Object.keys(columns).map((name) => `${name} = ?`);
  return {
    sql: sameSql(`update contacts set ${names.join(', ')} where id = ?`),
    params: [...Object.values<Value>(columns), id],
  };
}

function toHex(text: string): string {
  return Buffer.from(text).toString('hex');
}
