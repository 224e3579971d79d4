import type { Logger } from 'pino';
import type { Database } from '../store/database.ts';
import { ExpectationFailed } from '../store/errors.ts';
import { Leases } from '../store/leases.ts';
import { LeaseKeeper } from '../store/leasing/lease-keeper.ts';
import { pause } from '../system/pause.ts';
import type { AlertKeeper } from './keeper.ts';
import type { FormNotes } from './form-notes.ts';
import type { NoteQueue } from './queue.ts';
import type { StoreAlerts } from './store-alerts.ts';

export interface AlertsOptions {
  readonly database: Database;
  readonly keeper: Pick<AlertKeeper, 'look'>;
  readonly formNotes: Pick<FormNotes, 'look' | 'forget'>;
  readonly storeAlerts: Pick<StoreAlerts, 'look' | 'close'>;
  readonly queue: Pick<NoteQueue, 'look' | 'close'>;
  /** Whether anybody is to be told anything: without, no lease is held. */
  readonly isWanted: () => boolean;
  readonly isStoreFaulty: () => boolean;
  /** Names this process to people. */
  readonly owner: string;
  readonly log: Logger;
  readonly lookEveryMs?: number;
  /** Between two looks for what is wrong. */
  readonly judgeEveryMs?: number;
}

/**
 * Tells the operator without being asked. Of all processes that share the store one does so, by a lease; that
 * the store itself is out of order the last one tells that had it, from memory.
 */
export class Alerts {
  readonly #options: AlertsOptions;
  readonly #closing = new AbortController();
  readonly #running: Promise<void>;
  readonly #storeTimer: NodeJS.Timeout;
  #lease: LeaseKeeper | undefined;
  #wasHolder = false;
  /** Rises with every change of the holder: then another process has told meanwhile. */
  #epoch = -1;
  #judgedMs = -Infinity;
  #isFailing = false;

  constructor(options: AlertsOptions) {
    this.#options = options;
    // Apart from the loop, which may wait for a disk that hangs.
    this.#storeTimer = setInterval(() => {
      this.#lookAtStore();
    }, options.lookEveryMs ?? 1000);
    this.#running = this.#run();
  }

  async close(): Promise<void> {
    const { queue, storeAlerts } = this.#options;
    clearInterval(this.#storeTimer);
    this.#closing.abort();
    await this.#running;
    await queue.close();
    await storeAlerts.close();
    await this.#lease?.stop();
  }

  #lookAtStore(): void {
    const { isStoreFaulty, storeAlerts } = this.#options;
    if (this.#lease?.held) this.#wasHolder = true;
    else if (!isStoreFaulty()) this.#wasHolder = false;
    storeAlerts.look(this.#wasHolder);
  }

  async #run(): Promise<void> {
    const { isWanted, lookEveryMs = 1000, database, owner, log } = this.#options;
    const { signal } = this.#closing;
    const isClosing = () => signal.aborted;
    while (!isClosing()) {
      if (!this.#lease && isWanted()) {
        const leases = new Leases({ database, owner });
        this.#lease = new LeaseKeeper({ leases, name: 'alerts', onChange: () => undefined, log });
      }
      await this.#turn();
      await pause(lookEveryMs, signal);
    }
  }

  async #turn(): Promise<void> {
    const { keeper, formNotes, queue, judgeEveryMs = 10_000, log } = this.#options;
    const { held, fence } = this.#lease ?? {};
    if (!held || !fence) return;
    if (held.epoch !== this.#epoch) formNotes.forget();
    this.#epoch = held.epoch;
    try {
      if (performance.now() - this.#judgedMs >= judgeEveryMs) {
        await keeper.look(fence);
        this.#judgedMs = performance.now();
      }
      await formNotes.look(fence);
      await queue.look(fence);
      this.#isFailing = false;
    } catch (error) {
      if (error instanceof ExpectationFailed) this.#lease?.lose(held);
      else if (!this.#isFailing)
        log.warn({ err: error }, 'Alerts cannot be looked after; it is tried again.');
      this.#isFailing = true;
    }
  }
}
