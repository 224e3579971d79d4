import type { EventEmitter } from 'node:events';
import { sameSql, type Database, type Row, type Value, type WriteStatement } from '../store/database.ts';
import { persons as table } from './contacts-file.ts';
import type { Person } from './person.ts';
import { readChanges, refused, type Saved } from './person-changes.ts';
import { WorkingSet } from './working-set.ts';

/** Times in milliseconds since 1970. "since" includes its instant, "before" excludes it. */
export interface PersonFilter {
  readonly createdSince?: number | undefined;
  readonly createdBefore?: number | undefined;
  readonly updatedSince?: number | undefined;
  readonly updatedBefore?: number | undefined;
}

export interface Page {
  readonly persons: readonly Readonly<Person>[];
  /** How many there are on all pages. */
  readonly total: number;
}

interface PersonsDeps {
  readonly database: Database;
  /** Told of every change, for pages that are being looked at. */
  readonly changes: EventEmitter<{ change: [] }>;
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

  /** Archived ones too, newest first, at most so many. */
  async newest(limit: number): Promise<Page> {
    const persons = await this.#read('order by seq desc limit ?', [limit]);
    return { persons, total: await this.#count('everyone') };
  }

  /** How many live ones there are. */
  async countLive(): Promise<number> {
    return this.#count('live');
  }

  /** A page of what rasa.io lists: live ones, oldest first. */
  async list(filter: PersonFilter, skip: number, limit: number): Promise<Page> {
    const wanted = Object.entries(conditions).flatMap(([name, condition]) => {
      const ms = filter[name as keyof PersonFilter];
      return ms === undefined ? [] : [{ condition, ms }];
    });
    const where = ['archived = 0', ...wanted.map(({ condition }) => condition)].join(' and ');
    const params = wanted.map(({ ms }) => ms);
    const persons = await this.#read(
      `where seq in (select seq from persons where ${where} order by seq limit ? offset ?) order by seq`,
      [...params, limit, skip],
    );
    if (wanted.length === 0) return { persons, total: await this.#count('live') };
    const sql = sameSql(`select count(*) as n from persons where ${where}`);
    const [row] = await this.#deps.database.read({ sql, params });
    return { persons, total: Number(row?.['n']) };
  }

  /** All live ones, oldest first. */
  async everyone(): Promise<readonly Readonly<Person>[]> {
    const found: Person[] = [];
    const sql = sameSql(
      'select seq, person from persons where archived = 0 and seq > ? order by seq limit ?',
    );
    for (let after = 0; ;) {
      const rows = await this.#deps.database.read({ sql, params: [after, slice] });
      found.push(...rows.map(personOf));
      if (rows.length < slice) return found;
      after = Number(rows.at(-1)?.['seq']);
    }
  }

  async find(id: string): Promise<Readonly<Person> | undefined> {
    const [person] = await this.#read('where id = ?', [id]);
    return person;
  }

  /**
   * Creates each person, or updates the one with the same `external_id` or else the same e-mail address,
   * whatever its case. Fields that are left out stay as they are; an archived person comes back with the
   * subscription it had.
   */
  async upsert(items: readonly unknown[]): Promise<readonly Saved[]> {
    const read = items.map(readChanges);
    return this.#change(async () => {
      const set = await this.#load(read.flatMap((changes) => ('fields' in changes ? changes.fields : [])));
      const saved = read.map((changes) => ('fields' in changes ? set.upsert(changes) : changes));
      await this.#store(set);
      return saved;
    });
  }

  async upsertOne(item: unknown): Promise<Saved> {
    const [saved] = await this.upsert([item]);
    return saved ?? refused('nothing was sent');
  }

  async update(id: string, item: unknown): Promise<Saved> {
    const changes = readChanges(item);
    return this.#change(async () => {
      const person = await this.find(id);
      if (!person) return refused('no such person');
      if (!('fields' in changes)) return changes;
      const set = await this.#load([changes.fields, { email: person.email }]);
      const saved = set.update(id, changes);
      await this.#store(set);
      return saved;
    });
  }

  async remove(id: string): Promise<void> {
    await this.#change(() =>
      this.#write([{ sql: sameSql('delete from persons where id = ?'), params: [id] }]),
    );
  }

  async removeAll(): Promise<void> {
    // In slices, each of which holds up others for some milliseconds only.
    const sql = sameSql(`delete from persons where seq in (select seq from persons limit ${slice})`);
    await this.#change(async () => {
      for (let count = slice; count === slice;) {
        const [result] = await this.#deps.database.write([{ sql }]);
        count = result?.count ?? 0;
      }
    });
    await this.#deps.database.tidy();
  }

  /** All that might be meant by what was sent. */
  async #load(
    sent: readonly {
      readonly email?: string | undefined;
      readonly external_id?: string | null | undefined;
    }[],
  ): Promise<WorkingSet> {
    const emails = sent.flatMap(({ email }) => email?.toLowerCase() ?? []);
    const externals = sent.flatMap(({ external_id }) => (external_id ? toHex(external_id) : []));
    const persons = await this.#read(
      `where email in (select value from json_each(?))
        or length(external) > 0 and external in (select unhex(value) from json_each(?)) order by seq`,
      [JSON.stringify(emails), JSON.stringify(externals)],
    );
    return new WorkingSet({ persons, ...this.#deps });
  }

  async #store({ added, updated }: WorkingSet): Promise<void> {
    const updates = [...updated].map((person) => {
      const { id, ...columns } = rowOf(person);
      const names = Object.keys(columns).map((name) => `${name} = ?`);
      return {
        sql: sameSql(`update persons set ${names.join(', ')} where id = ?`),
        params: [...Object.values<Value>(columns), id],
      };
    });
    const inserts = added.size === 0 ? [] : [{ into: table, rows: [...added].map(rowOf) }];
    await this.#write([...updates, ...inserts]);
  }

  async #write(statements: readonly WriteStatement[]): Promise<void> {
    if (statements.length > 0) await this.#deps.database.write(statements);
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
    const sql = sameSql(`select person from persons ${rest}`);
    return (await this.#deps.database.read({ sql, params })).map(personOf);
  }

  async #count(name: 'everyone' | 'live'): Promise<number> {
    const sql = sameSql('select n from counts where name = ?');
    const [row] = await this.#deps.database.read({ sql, params: [name] });
    return Number(row?.['n']);
  }
}

const conditions: Readonly<Record<keyof PersonFilter, string>> = {
  createdSince: 'created >= ?',
  createdBefore: 'created < ?',
  updatedSince: 'updated >= ?',
  updatedBefore: 'updated < ?',
};

function personOf(row: Row): Person {
  return JSON.parse(String(row['person'])) as Person;
}

function rowOf(person: Person) {
  return {
    id: person.id,
    email: person.email.toLowerCase(),
    external: Buffer.from(person.external_id ?? ''),
    archived: Number(person.is_archived),
    created: Date.parse(person.created),
    updated: Date.parse(person.updated),
    person: JSON.stringify(person),
  };
}

function toHex(text: string): string {
  return Buffer.from(text).toString('hex');
}
