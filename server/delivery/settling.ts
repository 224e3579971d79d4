import type { Logger } from 'pino';
import type { Acknowledgements, SettledCounts, SettleOptions } from '../outbox/acknowledgements.ts';
import { ExpectationFailed } from '../store/errors.ts';
import type { Held } from '../store/leases.ts';
import type { LeaseKeeper } from '../store/leasing/lease-keeper.ts';
import type { Sleeper } from '../store/leasing/sleeper.ts';

export type ToSettle = Omit<SettleOptions, 'fence'>;

export interface SettlingOptions {
  readonly acknowledgements: Acknowledgements;
  readonly lease: LeaseKeeper;
  readonly sleeper: Sleeper;
  readonly onSettled: (counts: SettledCounts) => void;
  readonly log: Logger;
}

/** Between two tries to write. */
const retryMs = 1000;

/**
 * Writes down what became of deliveries. What cannot be written stays pending until it is, or the lease is
 * lost.
 */
export class Settling {
  readonly #options: SettlingOptions;
  #pending: ToSettle | undefined;

  constructor(options: SettlingOptions) {
    this.#options = options;
  }

  /** Nothing may be sent before it is written. */
  get isPending(): boolean {
    return this.#pending !== undefined;
  }

  /** Another process has had the lease meanwhile: what was pending has been delivered again by that one. */
  drop(): void {
    this.#pending = undefined;
  }

  async again(held: Held): Promise<void> {
    if (this.#pending) await this.save(held, this.#pending);
  }

  async save(held: Held, settled: ToSettle): Promise<void> {
    const { acknowledgements, lease, sleeper, onSettled, log } = this.#options;
    const { fence } = lease;
    if (!fence) return;
    try {
      const counts = await acknowledgements.settle({ ...settled, fence });
      if (this.#pending) log.info('What became of the last delivery is written down now.');
      this.#pending = undefined;
      onSettled(counts);
    } catch (error) {
      if (error instanceof ExpectationFailed) {
        this.#pending = undefined;
        lease.lose(held);
        return;
      }
      if (!this.#pending) {
        log.error(
          { err: error },
          'What became of a delivery cannot be written down; nothing is sent until it is.',
        );
      }
      this.#pending = settled;
      await sleeper.sleep(retryMs, ['stopping']);
    }
  }
}
