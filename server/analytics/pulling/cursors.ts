import { sameSql, type Database } from '../../store/database.ts';
import { cursors as table } from '../../store/schema/analytics.ts';
import { readState, type SingerState } from './singer.ts';

/** Where pulls have come to, kept in the store by names that the operator chooses. */
export class Cursors {
  readonly #database: Pick<Database, 'read' | 'write'>;
  readonly #account: string;
  readonly #now: () => number;

  constructor(options: {
    readonly database: Pick<Database, 'read' | 'write'>;
    /** By its name: each has its own cursors. */
    readonly account: string;
    readonly now?: () => number;
  }) {
    this.#database = options.database;
    this.#account = options.account;
    this.#now = options.now ?? Date.now;
  }

  /** Without bookmarks where nothing was saved under this name. */
  async read(name: string): Promise<SingerState> {
    const [row] = await this.#database.read({
      sql: sameSql(`select state from ${table.name} where id = ?`),
      params: [this.#idOf(name)],
    });
    return (row && readState(String(row['state']))) ?? { bookmarks: {} };
  }

  async save(name: string, state: SingerState): Promise<void> {
    const values = [JSON.stringify(state), this.#now()];
    await this.#database.write([
      {
        sql: sameSql(
          `insert into ${table.name} (id, state, changed_at) values (?, ?, ?)
           on conflict (id) do update set state = excluded.state, changed_at = excluded.changed_at`,
        ),
        params: [this.#idOf(name), ...values],
      },
    ]);
  }

  #idOf(name: string): string {
    return `${this.#account} ${name}`;
  }
}
