/** At most so many wrong passwords of one network, and of all together, within a quarter of an hour. */
const most = { network: 5, all: 100 };
const windowMs = 15 * 60_000;
const mostNetworks = 10_000;

interface Tries {
  count: number;
  readonly untilMs: number;
}

/**
 * Slows down who guesses the password. Counted in this process, before the password is looked at, so that
 * many guesses at once are counted too. Who has a link is not held up by it.
 */
export class LogInLimit {
  readonly #now: () => number;
  readonly #networks = new Map<string, Tries>();

  constructor({ now = Date.now }: { readonly now?: () => number } = {}) {
    this.#now = now;
  }

  /** Counts a try. In how many ms the next one is possible; 0 where this one is. */
  take(network: string): number {
    const [own, all] = [this.#triesOf(network), this.#triesOf('')];
    const full = own.count >= most.network ? own : all.count >= most.all ? all : undefined;
    if (full) return Math.max(1, full.untilMs - this.#now());
    own.count++;
    all.count++;
    return 0;
  }

  /** The password was right: the network starts anew. */
  clear(network: string): void {
    this.#networks.delete(network);
  }

  #triesOf(key: string): Tries {
    const nowMs = this.#now();
    const known = this.#networks.get(key);
    if (known && known.untilMs > nowMs) return known;
    const fresh = { count: 0, untilMs: nowMs + windowMs };
    this.#networks.delete(key);
    this.#networks.set(key, fresh);
    const [first] = this.#networks.keys();
    if (this.#networks.size > mostNetworks && first !== undefined) this.#networks.delete(first);
    return fresh;
  }
}
