import type { Logger } from 'pino';
import { isRasaError } from '../rasa/errors.ts';
import { pause } from '../system/pause.ts';

export interface PeopleKeepingOptions {
  /** Whether the whole list was read at any time. */
  readonly isRead: () => Promise<boolean>;
  /** See `readPeople`. */
  readonly read: (signal: AbortSignal) => Promise<unknown>;
  /** One process for an account reads. */
  readonly isMine: () => boolean;
  /** `off` reads only when `refresh` is called. */
  readonly everyMs: number | 'off';
  readonly log: Logger;
  /** How long deliveries wait for the first reading. */
  readonly firstWaitMs?: number;
}

/** Between two looks whether it is this process that delivers. */
const lookMs = 500;

/** Reads who has left rasa.io's list: once at first, and again and again while the product runs. */
export class PeopleKeeping {
  readonly #options: PeopleKeepingOptions;
  readonly #closing = new AbortController();
  readonly #running: Promise<void>;
  #reading: Promise<boolean> | undefined;
  #settleFirst: () => void = () => undefined;
  /**
   * Resolves when the list has been read, now or by an earlier process, or could not be read, or takes longer
   * than deliveries should wait: a minute by default. A list of 15,000 is read by then at 50 a page.
   */
  readonly first: Promise<void>;

  constructor(options: PeopleKeepingOptions) {
    this.#options = options;
    this.first = new Promise((resolve) => (this.#settleFirst = resolve));
    const timer = setTimeout(this.#settleFirst, options.firstWaitMs ?? 60_000).unref();
    void this.first.then(() => {
      clearTimeout(timer);
    });
    this.#running = this.#run();
  }

  /** Reads what has changed, now. `false` where rasa.io did not say it. */
  async refresh(): Promise<boolean> {
    this.#reading ??= this.#read().finally(() => (this.#reading = undefined));
    return this.#reading;
  }

  /** As `refresh`, by a reading that has not begun yet. */
  async readAnew(): Promise<boolean> {
    await this.#reading;
    return this.refresh();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#settleFirst();
    await this.#running;
    await this.#reading;
  }

  async #run(): Promise<void> {
    const { isRead, isMine, everyMs, log } = this.#options;
    const { signal } = this.#closing;
    if (everyMs === 'off' || (await isRead().catch(() => false))) this.#settleFirst();
    while (everyMs !== 'off' && !signal.aborted) {
      const isOurs = isMine();
      if (isOurs) {
        const isRefreshed = await this.refresh();
        if (!isRefreshed) log.info('rasa.io did not say who has left; deliveries go by what is known.');
        this.#settleFirst();
      }
      await pause(isOurs ? everyMs : lookMs, signal);
    }
  }

  async #read(): Promise<boolean> {
    const { signal } = this.#closing;
    try {
      await this.#options.read(signal);
      return true;
    } catch (error) {
      if (!signal.aborted && !isRasaError(error)) {
        this.#options.log.error({ err: error }, 'The list of contacts at rasa.io cannot be read.');
      }
      return false;
    }
  }
}
