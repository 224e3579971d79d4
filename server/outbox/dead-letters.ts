import { sameSql, type Database, type Row } from '../store/database.ts';
import { ExpectationFailed } from '../store/errors.ts';
import { deadLetters, lanes, signups } from '../store/tables.ts';
import { deadLetterColumns, deadLetterOf, signupRow, type DeadLetter } from './rows.ts';

/** More at once would delay the proxy's own writes. */
const pageSize = 500;
const atOnce = 50;

/** Those that can be opened, and the ids of the others. */
export interface DeadLetterPage {
  readonly entries: readonly DeadLetter[];
  readonly unreadable: readonly string[];
}

/** The sign-ups that rasa.io refused or that became too old, until the operator decides. */
export class DeadLetters {
  readonly #database: Database;
  readonly #now: () => number;

  constructor(options: { readonly database: Database; readonly now?: () => number }) {
    this.#database = options.database;
    this.#now = options.now ?? Date.now;
  }

  /** Every one that can be opened, in the order in which they were refused, and the ids of the others. */
  async list(): Promise<DeadLetterPage> {
    const entries: DeadLetter[] = [];
    const unreadable: string[] = [];
    for await (const page of this.pages()) {
      for (const entry of page.entries) entries.push(entry);
      for (const id of page.unreadable) unreadable.push(id);
    }
    return { entries: entries.sort((a, b) => a.refusedAt.localeCompare(b.refusedAt)), unreadable };
  }

  /** Every one, in the order of their ids, some hundred at a time. */
  async *pages(): AsyncGenerator<DeadLetterPage> {
    for (let after = ''; ;) {
      const rows = await this.#read('where id > ? order by id limit ?', [after, pageSize]);
      const last = rows.at(-1);
      if (!last) return;
      yield pageOf(rows);
      if (rows.length < pageSize) return;
      after = String(last['id']);
    }
  }

  /** Those that were refused last and can be opened, the last one first. At most some hundred. */
  async newest(most: number): Promise<readonly DeadLetter[]> {
    return pageOf(await this.#read('order by failed_at desc, id desc limit ?', [most])).entries;
  }

  /** `undefined` where there is none of this id. */
  async get(id: string): Promise<DeadLetter | 'unreadable' | undefined> {
    const row = await this.#find(id);
    return row && (deadLetterOf(row) ?? 'unreadable');
  }

  /** Has it sent again, however old it is; `false` where there is none that can be opened. */
  async replay(id: string): Promise<boolean> {
    const row = await this.#find(id);
    const entry = row && deadLetterOf(row);
    if (!entry) return false;
    const destination = { upstream: String(row['upstream']), account: String(row['account']) };
    const person = row['person'] as Uint8Array;
    const waiting = signupRow(entry.signup, {
      destination,
      lane: lanes.fresh,
      person,
      sinceMs: this.#now(),
    });
    return this.#writeIfThere([removal(id), { into: signups, rows: [waiting] }]);
  }

  /** Has all sent again that can be opened; resolves with their number. */
  async replayAll(): Promise<number> {
    let count = 0;
    for await (const { entries } of this.pages()) {
      // Writes that come together share a commit; more at once would be too many that wait for the store.
      for (let at = 0; at < entries.length; at += atOnce) {
        const some = entries.slice(at, at + atOnce).map(({ signup }) => this.replay(signup.id));
        count += (await Promise.all(some)).filter(Boolean).length;
      }
    }
    return count;
  }

  /** Deletes it for good; `false` where there is none. */
  async purge(id: string): Promise<boolean> {
    return this.#writeIfThere([removal(id)]);
  }

  /** What was done by another command meanwhile is not done again. */
  async #writeIfThere(statements: Parameters<Database['write']>[0]): Promise<boolean> {
    try {
      await this.#database.write(statements, { settling: true });
      return true;
    } catch (error) {
      if (error instanceof ExpectationFailed) return false;
      throw error;
    }
  }

  async #find(id: string): Promise<Row | undefined> {
    if (!isId(id)) return undefined;
    const [row] = await this.#read('where id = ?', [id]);
    return row;
  }

  #read(tail: string, params: readonly (string | number)[]): Promise<readonly Row[]> {
    return this.#database.read({
      sql: sameSql(`select ${deadLetterColumns} from dead_letters ${tail}`),
      params,
      opens: deadLetters,
    });
  }
}

function pageOf(rows: readonly Row[]): DeadLetterPage {
  const entries: DeadLetter[] = [];
  const unreadable: string[] = [];
  for (const row of rows) {
    const entry = deadLetterOf(row);
    if (entry) entries.push(entry);
    else unreadable.push(String(row['id']));
  }
  return { entries, unreadable };
}

function removal(id: string) {
  return { sql: sameSql('delete from dead_letters where id = ?'), params: [isId(id) ? id : ''], expect: 1 };
}

/** What comes from a command line may be any text. */
function isId(text: string): boolean {
  return /^[\w-]{1,100}$/.test(text);
}
