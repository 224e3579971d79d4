import type { Database } from '../store/database.ts';
import { Leases, type Held } from '../store/leases.ts';

export interface TurnsOptions {
  readonly database: Database;
  /** Names this process in the rows, for people. */
  readonly owner: string;
  /** Names the account in the rows: only one turn at a time is out for it. */
  readonly account: string;
  /** A clock that never jumps, in ms. */
  readonly monotonicMs?: () => number;
}

/** The right to make one call, of all processes that share the store. */
export interface Turn {
  /** Aborted where another process may have the turn by now, since this one could not confirm it in time. */
  readonly lost: AbortSignal;
  /** Lets others take theirs. Never rejects: where the store is away, others wait for ten seconds. */
  end(): Promise<void>;
}

/** Who asks. */
export type Asking = 'delivery' | 'other';

const confirmEveryMs = 1000;

/**
 * One turn at a time for each account, in the store. It is a lease, so that the turn of a process that dies
 * is free again ten seconds later, by no clock but the observers' own.
 *
 * Who has to wait says so, in a lease too. Until a delivery that waits has had its turn no other call gets
 * one, so that it waits for one call at most; and a process that had the last turn lets another one go first.
 */
export class Turns {
  readonly #leases: Leases;
  readonly #turnName: string;
  readonly #wishNames: Readonly<Record<Asking, string>>;
  readonly #monotonicMs: () => number;
  /** What this process has said. `held` is absent where another one has said the same before. */
  readonly #wishes = new Map<Asking, { readonly held: Held | undefined; readonly saidAtMs: number }>();
  /** No other process was seen to have the turn since this one had it. */
  #hadLast = false;

  constructor({ database, owner, account, monotonicMs = () => performance.now() }: TurnsOptions) {
    this.#leases = new Leases({ database, owner, monotonicMs });
    this.#turnName = `call ${account}`;
    this.#wishNames = { delivery: `next delivery ${account}`, other: `next call ${account}` };
    this.#monotonicMs = monotonicMs;
  }

  /** Takes the turn if it is free. Rejects with `StoreUnavailable`. */
  async tryTake(asking: Asking): Promise<Turn | undefined> {
    if (asking === 'other' && (await this.#mustMakeWay())) return undefined;
    const held = await this.#leases.look(this.#turnName);
    if (held) return this.#begin(held);
    this.#hadLast = false;
    await this.#sayWish(asking);
    return undefined;
  }

  /**
   * Looks who has the turn without taking it, so that the time counts after which that of a dead process is
   * free. Rejects with `StoreUnavailable`.
   */
  async observe(): Promise<void> {
    await this.#leases.isTaken(this.#turnName);
  }

  /** Nobody waits here any longer. Never rejects. */
  async dropWishes(): Promise<void> {
    const wishes = [...this.#wishes.values()];
    this.#wishes.clear();
    await Promise.allSettled(wishes.map(async ({ held }) => held && this.#leases.release(held)));
  }

  async #mustMakeWay(): Promise<boolean> {
    const { delivery, other } = this.#wishNames;
    return (await this.#leases.isTaken(delivery)) || (this.#hadLast && (await this.#leases.isTaken(other)));
  }

  async #sayWish(asking: Asking): Promise<void> {
    const nowMs = this.#monotonicMs();
    const { saidAtMs = -Infinity } = this.#wishes.get(asking) ?? {};
    if (nowMs - saidAtMs < confirmEveryMs) return;
    const held = await this.#leases.look(this.#wishNames[asking]);
    this.#wishes.set(asking, { held, saidAtMs: nowMs });
  }

  #begin(held: Held): Turn {
    const lost = new AbortController();
    let confirming: Promise<unknown> = Promise.resolve();
    const confirm = setInterval(() => {
      confirming = this.#leases.confirm(held).then(
        (isConfirmed) => {
          if (!isConfirmed) lost.abort();
        },
        () => {
          // The time for which it is safe runs on.
        },
      );
      if (this.#leases.safeForMs(held) === 0) lost.abort();
    }, confirmEveryMs);
    return {
      lost: lost.signal,
      end: async () => {
        clearInterval(confirm);
        // Or it would be confirmed after it was released, and so taken again.
        await confirming;
        this.#hadLast = true;
        await Promise.allSettled([this.#leases.release(held), this.dropWishes()]);
      },
    };
  }
}
