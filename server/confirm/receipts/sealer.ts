import { join } from 'node:path';
import type { Logger } from 'pino';
import { eventStatements } from '../../events/events.ts';
import { sameSql, type Database } from '../../store/database.ts';
import { ExpectationFailed } from '../../store/errors.ts';
import { LeasedLoop } from '../../store/leasing/leased-loop.ts';
import { consentRoots } from '../../store/schema/receipts.ts';
import { readIfThere, realFiles, replaceFile, ownerOnly, type Files } from '../../system/files.ts';
import { chained, lineOfRoot, noHash, rootColumns, rootOf, rootOfLine, rootRow, type Root } from './tree.ts';

export interface SealerOptions {
  readonly database: Database;
  /** Where the file of roots is kept. */
  readonly dataDir: string;
  /** The names of all accounts: each is told of every root. */
  readonly accounts: readonly string[];
  readonly log: Logger;
  /** Names this process to people. */
  readonly owner: string;
  readonly lookEveryMs?: number;
  /** Unix time in ms. */
  readonly now?: () => number;
  readonly files?: Files;
}

/** In the data directory. One line for each block, see `lineOfRoot`. */
export const rootsFileName = 'consent-roots.ndjson';

const minuteMs = 60_000;
/** On PostgreSQL a row may be committed a while after it was made. */
const settledAfterMs = 5000;
/** Of one block: a long write holds up sign-ups. */
const mostRows = 5000;
/** So many roots at once, where the file lacks them. */
const mostRoots = 1000;

/**
 * Seals receipts: once a minute is over, the root of the tree over its rows is chained to the root before,
 * kept in the store and in a file, and told as an event, so that it can be laid down elsewhere. One process
 * does so, by a lease; where another one takes over, its file is made whole from the store.
 */
export class Sealer {
  readonly #options: SealerOptions;
  readonly #loop: LeasedLoop;
  readonly #now: () => number;
  readonly #path: string;
  readonly #files: Files;
  /** The last block of the file; `undefined` before it was read. */
  #filed: number | undefined;

  constructor(options: SealerOptions) {
    const { database, owner, log, dataDir, now = Date.now, files = realFiles } = options;
    this.#options = options;
    this.#now = now;
    this.#files = files;
    this.#path = join(dataDir, rootsFileName);
    this.#loop = new LeasedLoop({ database, name: 'receipts', owner, log });
    this.#loop.start(() => this.#run());
  }

  stop(): Promise<void> {
    return this.#loop.stop();
  }

  async #run(): Promise<void> {
    const { lookEveryMs = 5000, log } = this.#options;
    let isFailing = false;
    while (!this.#loop.isStopping) {
      this.#loop.sleeper.forget('lease');
      try {
        if (this.#loop.lease.held) await this.#sealAll();
        isFailing = false;
      } catch (error) {
        if (!isFailing) log.error({ err: error }, 'Receipts cannot be sealed now; it is tried again.');
        isFailing = true;
      }
      await this.#loop.sleeper.sleep(lookEveryMs, ['stopping', 'lease']);
    }
  }

  async #sealAll(): Promise<void> {
    while (await this.#seal()) if (this.#loop.isStopping) return;
    await this.#file();
  }

  /** Seals the rows of minutes that are over. Whether there may be more. */
  async #seal(): Promise<boolean> {
    const { database, accounts } = this.#options;
    const { fence } = this.#loop.lease;
    if (!fence) return false;
    const nowMs = this.#now();
    const graceMs = database.engine === 'postgres' ? settledAfterMs : 0;
    const beforeMs = Math.floor((nowMs - graceMs) / minuteMs) * minuteMs;
    const rows = await database.read({
      sql: sameSql(
        `select id, leaf from receipts where block = 0 and made_at < ? order by id limit ${mostRows}`,
      ),
      params: [beforeMs],
    });
    const last = rows.at(-1);
    if (!last) return false;
    const leaves = rows.map((row) => String(row['leaf']));
    const root = chained(await this.#lastRoot(), { sealedMs: nowMs, leaves });
    const { block, rows: count, hash } = root;
    const events = accounts.map((account) => ({
      type: 'receipts.sealed' as const,
      account,
      subject: `receipts ${block}`,
      atMs: nowMs,
      turn: Buffer.from(account).toString('hex'),
      data: { block, sealed: new Date(nowMs).toISOString(), rows: count, root: root.root, hash },
    }));
    try {
      await database.write(
        [
          fence,
          {
            sql: sameSql('update receipts set block = ? where block = 0 and made_at < ? and id <= ?'),
            params: [block, beforeMs, String(last['id'])],
            expect: count,
          },
          { into: consentRoots, rows: [rootRow(root)] },
          ...eventStatements(events, nowMs),
        ],
        { settling: true },
      );
    } catch (error) {
      // A row came late, or another process has the lease: it is looked at again.
      if (!(error instanceof ExpectationFailed)) throw error;
      return false;
    }
    return true;
  }

  async #lastRoot(): Promise<Pick<Root, 'block' | 'hash'>> {
    const [row] = await this.#options.database.read({
      sql: sameSql(`select ${rootColumns} from consent_roots order by id desc limit 1`),
    });
    return row ? rootOf(row) : { block: 0, hash: noHash };
  }

  /** Adds the roots that the file lacks. What is in it already is never changed. */
  async #file(): Promise<void> {
    this.#filed ??= await this.#lastFiled();
    for (;;) {
      const rows = await this.#options.database.read({
        sql: sameSql(`select ${rootColumns} from consent_roots where id > ? order by id limit ${mostRoots}`),
        params: [String(this.#filed).padStart(10, '0')],
      });
      const last = rows.at(-1);
      if (!last) return;
      const file = await this.#files.open(this.#path, 'a', ownerOnly);
      try {
        await file.writeFile(rows.map((row) => `${lineOfRoot(rootOf(row))}\n`).join(''));
        await file.sync();
      } finally {
        await file.close();
      }
      this.#filed = rootOf(last).block;
    }
  }

  /** A line that a crash has cut short is taken away. */
  async #lastFiled(): Promise<number> {
    const text = (await readIfThere(this.#files, this.#path)) ?? '';
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    if (whole !== text) await replaceFile(this.#files, this.#path, whole);
    return rootOfLine(whole.trimEnd().split('\n').at(-1) ?? '')?.block ?? 0;
  }
}
