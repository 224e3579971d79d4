import { DeadLetters } from '../outbox/dead-letters.ts';
import type { DeadLetter } from '../outbox/rows.ts';
import { redacted } from '../outbox/signup.ts';
import { sameSql, type Database } from '../store/database.ts';
import { Paced } from './paced.ts';

export type ShownDeadLetter = Readonly<{
  id: string;
  form: string;
  /** Without addresses. */
  reason: string;
  attempts: number;
  /** ISO 8601. */
  refusedAt: string;
}>;

export interface SetAsideState {
  readonly count: number;
  /** Those that cannot be opened. */
  readonly unreadable: number;
  /** The newest first. */
  readonly newest: readonly ShownDeadLetter[];
}

const mostShown = 50;

/** What was set aside, without addresses. */
export class SetAside {
  readonly #database: Database;
  readonly #deadLetters: DeadLetters;
  readonly #newest: Paced<Pick<SetAsideState, 'count' | 'newest'>>;
  readonly #unreadable: Paced<number>;
  #counted = { signature: '', unreadable: 0 };

  constructor({ database, now }: { readonly database: Database; readonly now: () => number }) {
    this.#database = database;
    this.#deadLetters = new DeadLetters({ database });
    this.#newest = new Paced({ read: () => this.#readNewest(), leastPauseMs: 0, now });
    this.#unreadable = new Paced({ read: () => this.#countUnreadable(), leastPauseMs: 0, now });
  }

  async read(): Promise<SetAsideState> {
    const [{ count, newest }, unreadable] = await Promise.all([this.#newest.get(), this.#unreadable.get()]);
    return { count: Math.max(newest.length, count - unreadable), unreadable, newest };
  }

  /** All that can be opened, in the order of their ids. */
  async *all(): AsyncGenerator<ShownDeadLetter> {
    for await (const { entries } of this.#deadLetters.pages()) yield* entries.map(shown);
  }

  /** Something was changed: the next look is a new one. */
  forget(): void {
    this.#newest.forget();
  }

  async #readNewest() {
    const [row] = await this.#database.read({ sql: sameSql('select count(*) as n from dead_letters') });
    return { count: Number(row?.['n']), newest: (await this.#deadLetters.newest(mostShown)).map(shown) };
  }

  /** All are opened for that, but only when something has changed. */
  async #countUnreadable(): Promise<number> {
    const [row] = await this.#database.read({
      sql: sameSql(
        'select count(*) as n, max(failed_at) as last, min(id) as first, max(id) as top from dead_letters',
      ),
    });
    const signature = JSON.stringify(row);
    if (this.#counted.signature === signature) return this.#counted.unreadable;
    let count = 0;
    for await (const { unreadable } of this.#deadLetters.pages()) count += unreadable.length;
    this.#counted = { signature, unreadable: count };
    return count;
  }
}

function shown({ signup, reason, attempts, refusedAt }: DeadLetter): ShownDeadLetter {
  return { id: signup.id, form: signup.form, reason: redacted(reason, signup.contact), attempts, refusedAt };
}
