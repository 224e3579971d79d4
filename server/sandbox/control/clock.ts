import type { State } from '../state.ts';

/**
 * The sandbox's time: that of the machine, moved by what a test or the page asked for. The move is kept over
 * a restart, since contacts have times of it.
 */
export class Clock {
  readonly #state: State;
  readonly #systemNow: () => number;

  constructor({ state, now }: { readonly state: State; readonly now: () => number }) {
    this.#state = state;
    this.#systemNow = now;
  }

  /** Milliseconds since 1970. */
  readonly now = (): number => this.#systemNow() + this.#state.data.clockOffsetMs;

  get offsetMs(): number {
    return this.#state.data.clockOffsetMs;
  }

  async moveTo(ms: number): Promise<void> {
    await this.#setOffset(ms - this.#systemNow());
  }

  /** Back to the machine's time. */
  async reset(): Promise<void> {
    await this.#setOffset(0);
  }

  async #setOffset(ms: number): Promise<void> {
    const { data } = this.#state;
    data.clockOffsetMs = ms;
    // Back in time: the nights to come are those after it.
    data.nightsDoneUntil = Math.min(data.nightsDoneUntil, this.now());
    await this.#state.save();
  }
}
