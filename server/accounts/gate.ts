import type { Logger } from 'pino';
import type { Gate, TurnOptions } from '../rasa/gate.ts';
import { withAnySignal } from '../system/any-signal.ts';
import { pause } from '../system/pause.ts';
import type { Asking, Turn, Turns } from './turns.ts';

export interface AccountGateOptions {
  readonly turns: Pick<Turns, 'tryTake' | 'observe' | 'dropWishes'>;
  /** From the end of a call to the beginning of the next one, in ms. */
  readonly minIntervalMs: number;
  readonly log: Logger;
}

interface Waiting {
  readonly isDelivery: boolean;
  readonly stop: AbortSignal;
  /** Makes the call; resolves with how long nobody is to call after it, in ms. Never rejects. */
  readonly call: (lost: AbortSignal) => Promise<number>;
  /** Says that the call is not made. */
  readonly leave: () => void;
}

/** Between two looks whether the turn is free; deliveries come first. */
const lookEveryMs: Readonly<Record<Asking, number>> = { delivery: 20, other: 100 };
const storeAwayMs = 1000;

/**
 * The one way to rasa.io for an account, which every call of every room and process passes: one in flight, a
 * pause after each, deliveries first. Where the store does not answer, nobody knows whose turn it is: calls
 * wait until it does, or until they are stopped.
 */
export class AccountGate {
  /** For what is delivered. */
  readonly deliveries: Gate = { turn: (call, options) => this.#turn(call, options, true) };
  /** For everything else. */
  readonly others: Gate = { turn: (call, options) => this.#turn(call, options, false) };
  readonly #options: AccountGateOptions;
  /** Ends long pauses, and no call. */
  readonly #closing = new AbortController();
  #waiting: readonly Waiting[] = [];
  #serving: Promise<void> | undefined;
  #isStoreAway = false;

  constructor(options: AccountGateOptions) {
    this.#options = options;
  }

  /** For who is going to call soon, about once a second: see `Turns.observe`. Never rejects. */
  async observe(): Promise<void> {
    // While somebody waits here, the looks for the turn do the same.
    if (!this.#serving) await this.#options.turns.observe().catch(() => undefined);
  }

  /** Resolves when the calls that wait are made or stopped, and other processes may have the turn. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#serving;
  }

  async #turn<T>(
    call: (stop: AbortSignal) => Promise<T>,
    { stop, pauseAfter }: TurnOptions<T>,
    isDelivery: boolean,
  ): Promise<T> {
    stop.throwIfAborted();
    return new Promise<T>((resolve, reject) => {
      const waiting: Waiting = {
        isDelivery,
        stop,
        call: async (lost) => {
          try {
            const result = await withAnySignal([stop, lost], call);
            resolve(result);
            return pauseAfter?.(result) ?? 0;
          } catch (error) {
            reject(error instanceof Error ? error : new Error(String(error)));
            return 0;
          }
        },
        leave: () => {
          this.#waiting = this.#waiting.filter((other) => other !== waiting);
          reject(stop.reason as Error);
        },
      };
      stop.addEventListener('abort', waiting.leave);
      this.#waiting = [...this.#waiting, waiting];
      this.#serving ??= this.#serve();
    });
  }

  async #serve(): Promise<void> {
    do {
      while (this.#waiting.length > 0) await this.#serveNext();
      await this.#options.turns.dropWishes();
      // Somebody may have come meanwhile.
    } while (this.#waiting.length > 0);
    this.#serving = undefined;
  }

  async #serveNext(): Promise<void> {
    const asking = this.#waiting.some(({ isDelivery }) => isDelivery) ? 'delivery' : 'other';
    const turn = await this.#tryTake(asking);
    // Whoever came meanwhile is looked at too, and who was stopped is gone.
    const next = this.#waiting.find(({ isDelivery }) => isDelivery) ?? this.#waiting[0];
    if (turn && next) await this.#serveOne(next, turn);
    else if (turn) await turn.end();
    else await this.#pause(this.#isStoreAway ? storeAwayMs : lookEveryMs[asking]);
  }

  async #serveOne(next: Waiting, turn: Turn): Promise<void> {
    next.stop.removeEventListener('abort', next.leave);
    this.#waiting = this.#waiting.filter((other) => other !== next);
    const { minIntervalMs } = this.#options;
    const askedMs = await next.call(turn.lost);
    await this.#pause(minIntervalMs);
    // Closing cuts short only what rasa.io asked for beyond the least pause: a stop must not take minutes.
    // Deliveries of the next start still wait for it, since the circuit stores it.
    await pause(askedMs - minIntervalMs, this.#closing.signal);
    await turn.end();
  }

  async #tryTake(asking: Asking): Promise<Turn | undefined> {
    try {
      const turn = await this.#options.turns.tryTake(asking);
      this.#isStoreAway = false;
      return turn;
    } catch (error) {
      if (!this.#isStoreAway) {
        this.#options.log.error(
          { err: error },
          'The store does not say who may call rasa.io; calls wait until it does.',
        );
      }
      this.#isStoreAway = true;
      return undefined;
    }
  }

  #pause(ms: number): Promise<void> {
    return pause(ms, new AbortController().signal);
  }
}
