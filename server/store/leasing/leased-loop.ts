import type { Logger } from 'pino';
import type { Database } from '../database.ts';
import { Leases } from '../leases.ts';
import { LeaseKeeper } from './lease-keeper.ts';
import { Sleeper } from './sleeper.ts';

export interface LeasedLoopOptions {
  readonly database: Database;
  /** Of the lease, and of the signals that something was added. */
  readonly name: string;
  /** Names this process to people. */
  readonly owner: string;
  readonly log: Logger;
}

/**
 * What work in the background stands on that one of all processes does at a time: the lease, the sleep
 * between two turns, and whatever ends it, from this process or another one.
 */
export class LeasedLoop {
  readonly lease: LeaseKeeper;
  readonly sleeper = new Sleeper();
  readonly #options: LeasedLoopOptions;
  readonly #stopListening: () => void;
  #running: Promise<void> | undefined;
  #isStopping = false;

  constructor(options: LeasedLoopOptions) {
    const { database, name, owner, log } = options;
    this.#options = options;
    this.lease = new LeaseKeeper({
      leases: new Leases({ database, owner }),
      name,
      onChange: () => {
        this.sleeper.wake('lease');
      },
      log,
    });
    this.#stopListening = database.onSignal((topic) => {
      if (topic === name) this.sleeper.wake('added');
    });
  }

  get isStopping(): boolean {
    return this.#isStopping;
  }

  /** `run` goes on until `isStopping`, and never rejects. */
  start(run: () => Promise<void>): void {
    this.#running = run();
  }

  /** Says that something was added. */
  wake(): void {
    this.sleeper.wake('added');
    if (!this.lease.held) this.#options.database.signal(this.#options.name);
  }

  /** Waits for the turn under way. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#stopListening();
    this.sleeper.wake('stopping');
    await this.#running;
    await this.lease.stop();
  }
}
