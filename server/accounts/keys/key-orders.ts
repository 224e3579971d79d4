import type { Logger } from 'pino';
import { sameSql, type Database } from '../../store/database.ts';
import { settings as table } from '../../store/tables.ts';
import { withAnySignal } from '../../system/any-signal.ts';
import { pause } from '../../system/pause.ts';

/**
 * What the operator has decided about keys, in the store, so that every process on it does the same: a row
 * for each key that is not to be used, by its fingerprint, and one for each process that was asked to try
 * refused keys again. No secret is in it.
 */
const prefix = 'keys';
/** By then every process has seen it. */
const reloadKeptMs = 24 * 60 * 60_000;
/** A store that does not answer at the start holds up the first call for so long. */
const longestWaitMs = 5000;

export interface KeyOrdersOptions {
  readonly database: Pick<Database, 'read' | 'write' | 'keyId'>;
  readonly account: string;
  /** Names this process: it does what it was asked itself at once. */
  readonly owner: string;
  /** The fingerprints of the keys that are not to be used: at the start, and when they have changed. */
  readonly onRetired: (fingerprints: ReadonlySet<string>) => void;
  /** Another process was asked to try refused keys again. */
  readonly onReload: () => void;
  readonly log: Logger;
  readonly everyMs?: number | undefined;
  readonly now?: () => number;
}

/** Follows the orders about the keys of one account, those of other processes within seconds. */
export class KeyOrders {
  readonly #options: KeyOrdersOptions;
  readonly #now: () => number;
  readonly #closing = new AbortController();
  readonly #running: Promise<void>;
  readonly #first: Promise<void>;
  #isKnown = false;
  #known: string | undefined;
  #reloads: string | undefined;
  #last = Promise.resolve();
  #isFailing = false;

  constructor(options: KeyOrdersOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#first = this.#look().then(() => {
      this.#isKnown = true;
    });
    this.#running = this.#run();
  }

  /** Resolves when the orders are known, or cannot be known now, or at `stop`. */
  async known(stop: AbortSignal): Promise<void> {
    if (this.#isKnown) return;
    const read = new AbortController();
    const first = this.#first.then(() => {
      read.abort();
    });
    await withAnySignal([stop, read.signal], (either) => Promise.race([first, pause(longestWaitMs, either)]));
  }

  /** Resolves when it is stored and this process does so. Rejects where the store does not take it. */
  async set(fingerprint: string, is: 'retired' | 'in use'): Promise<void> {
    const { database, account } = this.#options;
    const name = `${prefix} retired ${account} ${fingerprint}`;
    await database.write([
      { sql: sameSql(`delete from ${table.name} where name = ?`), params: [name] },
      ...(is === 'retired' ? [{ into: table, rows: [{ name, changed_at: this.#now(), payload: {} }] }] : []),
    ]);
    await this.#look();
  }

  /** Tells the other processes that refused keys are to be tried again. */
  async tellReload(): Promise<void> {
    const { database, account, owner } = this.#options;
    const nowMs = this.#now();
    const all = `${prefix} reload ${account} `;
    await database.write([
      {
        sql: sameSql(
          `delete from ${table.name} where name = ? or (name like '${prefix} reload %' and changed_at < ?)`,
        ),
        params: [all + owner, nowMs - reloadKeptMs],
      },
      { into: table, rows: [{ name: all + owner, changed_at: nowMs, payload: {} }] },
    ]);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { everyMs = 2000 } = this.#options;
    for (;;) {
      await pause(everyMs, this.#closing.signal);
      if (this.#closing.signal.aborted) return;
      await this.#look();
    }
  }

  /** One after the other, so that an older state never comes last. */
  #look(): Promise<void> {
    return (this.#last = this.#last.then(() => this.#lookNow()));
  }

  async #lookNow(): Promise<void> {
    const { database, account, owner, onRetired, onReload, log } = this.#options;
    try {
      const rows = await database.read({
        sql: sameSql(
          `select name, changed_at from ${table.name} where name like '${prefix} %' order by name`,
        ),
      });
      const named = rows.map((row) => [String(row['name']), String(row['changed_at'])] as const);
      const [retired, reload] = [`${prefix} retired ${account} `, `${prefix} reload ${account} `];
      const fingerprints = named.flatMap(([name]) =>
        name.startsWith(retired) ? [name.slice(retired.length)] : [],
      );
      const reloads = named.filter(([name]) => name.startsWith(reload) && name !== reload + owner).join();
      const [before, reloadsBefore] = [this.#known, this.#reloads];
      this.#known = fingerprints.join();
      this.#reloads = reloads;
      this.#isFailing = false;
      if (this.#known !== (before ?? '')) onRetired(new Set(fingerprints));
      if (reloadsBefore !== undefined && reloads !== reloadsBefore && reloads !== '') onReload();
    } catch (error) {
      if (!this.#isFailing) {
        log.warn({ err: error }, 'It cannot be read which keys were retired; what was known last holds.');
      }
      this.#isFailing = true;
    }
  }
}
