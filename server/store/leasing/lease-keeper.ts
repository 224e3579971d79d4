import type { Logger } from 'pino';
import type { Held, Leases } from '../leases.ts';

export interface LeaseKeeperOptions {
  readonly leases: Leases;
  readonly name: string;
  /** It was got, or it may not be acted on any longer. */
  readonly onChange: () => void;
  readonly log: Logger;
  readonly lookMs?: number;
}

/** How often it is seen whether the lease may still be acted on, between two looks at the store. */
const watchMs = 250;

/**
 * Looks at one lease about once a second: confirms it, takes it where it may, and says whether it is held
 * now.
 */
export class LeaseKeeper {
  readonly #options: LeaseKeeperOptions;
  #held: Held | undefined;
  #isStopped = false;
  #isFailing = false;
  #looking = Promise.resolve();
  #next: NodeJS.Timeout | undefined;
  readonly #watch: NodeJS.Timeout;

  constructor(options: LeaseKeeperOptions) {
    this.#options = options;
    this.#watch = setInterval(() => {
      if (this.#held && this.#options.leases.safeForMs(this.#held) === 0) this.lose(this.#held);
    }, watchMs);
    this.#look();
  }

  /** `undefined` where another process has it, or may have it by now. */
  get held(): Held | undefined {
    const held = this.#held;
    return held && this.#options.leases.safeForMs(held) > 0 ? held : undefined;
  }

  get fence() {
    const { leases } = this.#options;
    return this.#held && leases.fence(this.#held);
  }

  /** A write said that another process has it. */
  lose(held: Held): void {
    if (this.#held?.epoch !== held.epoch) return;
    this.#held = undefined;
    this.#options.onChange();
  }

  /** Others may take over at their next look. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#next);
    clearInterval(this.#watch);
    await this.#looking;
    const held = this.#held;
    this.#held = undefined;
    if (!held) return;
    try {
      await this.#options.leases.release(held);
    } catch (error) {
      this.#options.log.debug(
        { err: error },
        'the lease was not released; another process takes over in 10 s',
      );
    }
  }

  #look(): void {
    const { leases, name, lookMs = 1000 } = this.#options;
    this.#looking = leases
      .look(name)
      .then(
        (held) => {
          this.#isFailing = false;
          const isNew = held?.epoch !== this.#held?.epoch;
          this.#held = held;
          if (isNew) this.#options.onChange();
        },
        (error: unknown) => {
          if (!this.#isFailing)
            this.#options.log.error({ err: error }, 'the store does not confirm who delivers');
          this.#isFailing = true;
        },
      )
      .then(() => {
        if (this.#isStopped) return;
        this.#next = setTimeout(() => {
          this.#look();
        }, lookMs);
      });
  }
}
