import { DeadLetters } from '../outbox/dead-letters.ts';
import type { DeadLetter } from '../outbox/rows.ts';
import { redacted } from '../outbox/signup.ts';
import { sameSql, type Database } from '../store/database.ts';

export interface ShownDeadLetter {
  readonly id: string;
  readonly form: string;
  /** Without addresses. */
  readonly reason: string;
  readonly attempts: number;
  /** ISO 8601. */
  readonly refusedAt: string;
}

export interface SetAsideState {
  readonly count: number;
  /** Those that cannot be opened. */
  readonly unreadable: number;
  /** The newest first. */
  readonly newest: readonly ShownDeadLetter[];
}

const mostShown = 50;

/** What was set aside, without addresses. All of it is opened only when something has changed. */
export class SetAside {
  readonly #database: Database;
  readonly #deadLetters: DeadLetters;
  #known: { readonly signature: string; readonly state: SetAsideState } | undefined;

  constructor(database: Database) {
    this.#database = database;
    this.#deadLetters = new DeadLetters({ database });
  }

  async read(): Promise<SetAsideState> {
    const [row] = await this.#database.read({
      sql: sameSql(
        'select count(*) as n, max(failed_at) as last, min(id) as first, max(id) as top from dead_letters',
      ),
    });
    const signature = JSON.stringify(row);
    if (this.#known?.signature === signature) return this.#known.state;
    const { entries, unreadable } = await this.#deadLetters.list();
    const newest = entries.slice(-mostShown).reverse().map(shown);
    const state = { count: entries.length, unreadable: unreadable.length, newest };
    this.#known = { signature, state };
    return state;
  }

  /** All that can be opened, the oldest first. */
  async all(): Promise<readonly ShownDeadLetter[]> {
    return (await this.#deadLetters.list()).entries.map(shown);
  }
}

function shown({ signup, reason, attempts, refusedAt }: DeadLetter): ShownDeadLetter {
  return { id: signup.id, form: signup.form, reason: redacted(reason, signup.contact), attempts, refusedAt };
}
