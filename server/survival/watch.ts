import type { Logger } from 'pino';
import type { AccountContacts } from '../accounts/contacts.ts';
import { openPersonHash } from '../outbox/person-hash.ts';
import type { Destination } from '../outbox/signup.ts';
import type { Database, Statement } from '../store/database.ts';
import { Leases } from '../store/leases.ts';
import { withAnySignal } from '../system/any-signal.ts';
import { pause } from '../system/pause.ts';
import { forgetChanges, tellChanges } from './change-feed.ts';
import { compare, readLastComparison, type BesideLeft } from './comparison.ts';
import { DeliveredContacts } from './delivered-contacts.ts';
import { forgetOldDelivered } from './forgetting.ts';
import { reportOn, sentenceOf, type SurvivalReport } from './report.ts';

/** An account whose deliveries are watched. */
export interface WatchedAccount {
  /** As the operator calls it; `undefined` where it has no name. */
  readonly name: string | undefined;
  /** The same, also where the operator has given it none. */
  readonly account: string;
  readonly destination: Destination;
  readonly contacts: AccountContacts;
}

export interface SurvivalOptions {
  readonly database: Database;
  /** Names this process to people. */
  readonly owner: string;
  readonly log: Logger;
  readonly besideLeft?: BesideLeft | undefined;
  readonly now?: () => number;
}

const dayMs = 24 * 60 * 60_000;

/**
 * Compares accounts with what was delivered to them. Of all processes that share the store one does so at a
 * time, by a lease.
 */
export class Survival {
  readonly #options: SurvivalOptions;
  readonly #leases: Leases;
  readonly #now: () => number;

  constructor(options: SurvivalOptions) {
    this.#options = options;
    this.#leases = new Leases(options);
    this.#now = options.now ?? Date.now;
  }

  /** Whether a day has passed since the last time, and there is anything to compare. */
  async isDue({ destination }: WatchedAccount): Promise<boolean> {
    const { database } = this.#options;
    const lastMs = await readLastComparison(database, destination);
    // A clock that was set back must not put it off for longer.
    if (lastMs !== undefined && Math.abs(this.#now() - lastMs) < dayMs) return false;
    const firstMs = await new DeliveredContacts(database, destination).firstMs();
    return firstMs !== undefined && (lastMs !== undefined || this.#now() - firstMs >= dayMs);
  }

  /**
   * Compares now. `undefined` where another process does. Rejects with a `RasaError`, with the signal's
   * reason, or with `StoreUnavailable`.
   */
  async compare(account: WatchedAccount, stop: AbortSignal): Promise<SurvivalReport | undefined> {
    const { destination, contacts, name } = account;
    const { database, log } = this.#options;
    return this.#alone(`survival ${nameOf(destination)}`, stop, async (signal) => {
      const personHash = await openPersonHash({ database });
      const newly = await compare({
        database,
        destination,
        account: account.account,
        contacts,
        personHash,
        besideLeft: this.#options.besideLeft,
        now: this.#now,
        stop: signal,
      });
      const report = await reportOn(database, destination, this.#now());
      if (newly > 0) {
        const remedy = 'rasa-signup contacts survival --csv FILE lists them';
        log.warn({ ...(name !== undefined && { account: name }), newly, remedy }, sentenceOf(report));
      }
      return report;
    });
  }

  /** Tells what has changed at rasa.io. Rejects as `compare` does. */
  async tellChanges(account: WatchedAccount, stop: AbortSignal): Promise<void> {
    const { database } = this.#options;
    await this.#alone(`changes ${nameOf(account.destination)}`, stop, (signal, fence) =>
      tellChanges({ ...account, database, stop: signal, fence, now: this.#now }),
    );
  }

  async forgetOld(keptForHandoverMs: number | undefined): Promise<void> {
    await this.#options.database.write(forgetOldDelivered(this.#now(), keptForHandoverMs));
  }

  /** Runs it while this process holds the lease; `undefined` where another one does. */
  async #alone<T>(
    lease: string,
    stop: AbortSignal,
    run: (stop: AbortSignal, fence: Statement) => Promise<T>,
  ): Promise<T | undefined> {
    const held = await this.#leases.look(lease);
    if (!held) return undefined;
    const lost = new AbortController();
    const beat = setInterval(() => {
      this.#leases.confirm(held).then(
        (isHeld) => {
          if (!isHeld) lost.abort();
        },
        () => {
          if (this.#leases.safeForMs(held) === 0) lost.abort();
        },
      );
    }, 1000);
    try {
      return await withAnySignal([stop, lost.signal], (signal) => run(signal, this.#leases.fence(held)));
    } finally {
      clearInterval(beat);
      await this.#leases.release(held).catch(() => {
        // Another process takes over when it has seen that nobody confirms it.
      });
    }
  }
}

export interface SurvivalWatchOptions extends SurvivalOptions {
  readonly accounts: readonly WatchedAccount[];
  /** For how long addresses are kept, in ms. */
  readonly keptForHandoverMs: number | undefined;
  /** Whether somebody reads events, so that changes at rasa.io are told. */
  readonly isRead?: () => Promise<boolean>;
  readonly lookEveryMs?: number;
}

/** Compares each account once a day, and tells what changes at rasa.io, while the proxy runs. */
export class SurvivalWatch {
  readonly #options: SurvivalWatchOptions;
  readonly #survival: Survival;
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;
  #failing = new Set<WatchedAccount>();

  constructor(options: SurvivalWatchOptions) {
    this.#options = options;
    this.#survival = new Survival(options);
    this.#running = this.#run();
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { accounts, keptForHandoverMs, lookEveryMs = 10 * 60_000 } = this.#options;
    while (!this.#stopping.signal.aborted) {
      // The store is away: there is a next time.
      await this.#survival.forgetOld(keptForHandoverMs).catch(() => undefined);
      for (const account of accounts) await this.#look(account);
      for (const account of accounts) await this.#tellChanges(account);
      await pause(lookEveryMs, this.#stopping.signal);
    }
  }

  async #look(account: WatchedAccount): Promise<void> {
    const { signal } = this.#stopping;
    try {
      if (signal.aborted || !(await this.#survival.isDue(account))) return;
      await this.#survival.compare(account, signal);
      this.#failing.delete(account);
    } catch (error) {
      if (signal.aborted || this.#failing.has(account)) return;
      this.#failing.add(account);
      this.#options.log.warn(
        { err: error, ...(account.name !== undefined && { account: account.name }) },
        'It cannot be seen now whether delivered sign-ups are still at rasa.io; it is tried again every ten minutes.',
      );
    }
  }

  async #tellChanges(account: WatchedAccount): Promise<void> {
    const { signal } = this.#stopping;
    const { database, isRead, log } = this.#options;
    if (!isRead) return;
    try {
      if (signal.aborted) return;
      if (await isRead()) await this.#survival.tellChanges(account, signal);
      else await database.write([forgetChanges(account.destination)]);
    } catch (error) {
      if (!signal.aborted) log.debug({ err: error }, 'changes at rasa.io are told in ten minutes');
    }
  }
}

function nameOf({ upstream, account }: Destination): string {
  return `${upstream} ${account}`;
}
