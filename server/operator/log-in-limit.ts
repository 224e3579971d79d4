/** At most so many wrong passwords of one sender, and of all together, within a quarter of an hour. */
const most = { sender: 5, all: 100 };
const windowMs = 15 * 60_000;

interface Tries {
  readonly count: number;
  readonly untilMs: number;
}

/**
 * Slows down who guesses the password. Counted in this process, before the password is looked at, so that
 * many guesses at once are counted too. A sender is a network, or a browser in which somebody logged in
 * before: such a one has tries of its own, which the guesses of all others do not use up. Who has a link is
 * not held up by it.
 */
export class LogInLimit {
  readonly #now: () => number;
  /** Only of tries that were counted: no more than `most.all`, and the browsers that are known. */
  readonly #senders = new Map<string, Tries>();
  #all: Tries = { count: 0, untilMs: -Infinity };

  /** By default a clock that is never set: one that is set back would make the wait as much longer. */
  constructor({ now = () => performance.now() }: { readonly now?: () => number } = {}) {
    this.#now = now;
  }

  /** Counts a try. In how many ms the next one is possible; 0 where this one is. */
  take(sender: string, { isKnown = false }: { readonly isKnown?: boolean } = {}): number {
    const nowMs = this.#now();
    if (this.#all.untilMs <= nowMs) this.#all = { count: 0, untilMs: nowMs + windowMs };
    for (const [name, { untilMs }] of this.#senders) if (untilMs <= nowMs) this.#senders.delete(name);
    const own = this.#senders.get(sender) ?? { count: 0, untilMs: nowMs + windowMs };
    const isAllFull = !isKnown && this.#all.count >= most.all;
    const full = own.count >= most.sender ? own : isAllFull ? this.#all : undefined;
    if (full) return Math.max(1, full.untilMs - nowMs);
    this.#senders.set(sender, { ...own, count: own.count + 1 });
    if (!isKnown) this.#all = { ...this.#all, count: this.#all.count + 1 };
    return 0;
  }

  /** The password was right: the sender starts anew. */
  clear(sender: string): void {
    this.#senders.delete(sender);
  }
}
