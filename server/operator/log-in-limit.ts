/** At most so many wrong passwords of one network, and of all together, within a quarter of an hour. */
const most = { network: 5, all: 100 };
const windowMs = 15 * 60_000;

interface Tries {
  readonly count: number;
  readonly untilMs: number;
}

/**
 * Slows down who guesses the password. Counted in this process, before the password is looked at, so that
 * many guesses at once are counted too. Who has a link is not held up by it.
 */
export class LogInLimit {
  readonly #now: () => number;
  /** Only of tries that were counted, so that it never has more than `most.all`. */
  readonly #networks = new Map<string, Tries>();
  #all: Tries = { count: 0, untilMs: -Infinity };

  constructor({ now = Date.now }: { readonly now?: () => number } = {}) {
    this.#now = now;
  }

  /** Counts a try. In how many ms the next one is possible; 0 where this one is. */
  take(network: string): number {
    const nowMs = this.#now();
    if (this.#all.untilMs <= nowMs) this.#all = { count: 0, untilMs: nowMs + windowMs };
    for (const [name, { untilMs }] of this.#networks) if (untilMs <= nowMs) this.#networks.delete(name);
    const own = this.#networks.get(network) ?? { count: 0, untilMs: nowMs + windowMs };
    const full = own.count >= most.network ? own : this.#all.count >= most.all ? this.#all : undefined;
    if (full) return Math.max(1, full.untilMs - nowMs);
    this.#networks.set(network, { ...own, count: own.count + 1 });
    this.#all = { ...this.#all, count: this.#all.count + 1 };
    return 0;
  }

  /** The password was right: the network starts anew. */
  clear(network: string): void {
    this.#networks.delete(network);
  }
}
