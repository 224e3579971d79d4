import type { Logger } from 'pino';
import type { Secret } from '../../system/secret.ts';
import type { Database, Result, Row, Statement, WriteOptions, WriteStatement } from '../database.ts';
import { decodeResults, decodeRows, encode, encodeRun } from '../engine/encoding.ts';
import { StoreUnavailable } from '../errors.ts';
import { Sealing, type SealingKey } from '../engine/sealing.ts';
import type { Marks } from '../seen.ts';
import { WriteQueue } from '../engine/write-queue.ts';
import { connectionSettings } from './connection-settings.ts';
import { Connections } from './connections.ts';
import { GroupCommit } from './group-commit.ts';
import { haveSeen, sweepMarks } from './marks.ts';
import { openServer } from './open-server.ts';
import { Signals } from './signals.ts';
import { runStatement } from './statements.ts';

export interface PostgresDatabaseOptions {
  readonly databaseUrl: Secret;
  readonly key: SealingKey;
  readonly previousKeys: readonly SealingKey[];
  readonly isProduction: boolean;
  readonly poolSize: number;
  readonly timeoutMs: number;
  readonly lockWaitMs: number;
  readonly maxWaiting: number;
  /** How long a start waits for a server that is not there yet. */
  readonly openTimeoutMs: number;
  readonly log: Logger;
}

const sweepEveryMs = 60_000;
const closeGraceMs = 4000;
const retryOpeningMs = 250;

/** A PostgreSQL server, shared by any number of proxies. */
export class PostgresDatabase implements Database {
  readonly engine = 'postgres';
  readonly keyId: string;
  readonly keyIds: readonly string[];
  readonly #connections: Connections;
  readonly #signals: Signals;
  readonly #sealing: Sealing;
  readonly #queue: WriteQueue;
  readonly #maxWaiting: number;
  readonly #sweeper: NodeJS.Timeout;
  #isClosed = false;

  static async open(options: PostgresDatabaseOptions): Promise<PostgresDatabase> {
    const { databaseUrl, isProduction, openTimeoutMs, log } = options;
    const settings = await connectionSettings(databaseUrl);
    const connections = new Connections({ ...options, settings });
    const endMs = performance.now() + openTimeoutMs;
    for (;;) {
      try {
        await openServer(connections, isProduction, log);
        return new PostgresDatabase(connections, new Signals({ ...options, settings, connections }), options);
      } catch (error) {
        if (!isPassing(error) || performance.now() > endMs) {
          await connections.close(closeGraceMs);
          throw error;
        }
        await new Promise((resolve) => setTimeout(resolve, retryOpeningMs));
      }
    }
  }

  private constructor(connections: Connections, signals: Signals, options: PostgresDatabaseOptions) {
    const { key, previousKeys, maxWaiting, timeoutMs, log } = options;
    this.#connections = connections;
    this.#signals = signals;
    this.#maxWaiting = maxWaiting;
    this.#sealing = new Sealing(key, previousKeys);
    ({ keyId: this.keyId, keyIds: this.keyIds } = this.#sealing);
    const commits = new GroupCommit(connections, this.#sealing);
    this.#queue = new WriteQueue({ maxWaiting, timeoutMs, commit: (callers) => commits.commit(callers) });
    const sweep = () => {
      sweepMarks(connections, Date.now()).catch((error: unknown) => {
        log.debug({ err: error }, 'old marks were not removed; the next round tries again');
      });
    };
    sweep();
    this.#sweeper = setInterval(sweep, sweepEveryMs);
    this.#sweeper.unref();
  }

  async write(statements: readonly WriteStatement[], options: WriteOptions = {}): Promise<readonly Result[]> {
    const encoded = statements.map(encode);
    const results = await this.#queue.add({ statements: encoded, settling: options.settling === true });
    return decodeResults(results, encoded);
  }

  async read(statement: Statement): Promise<readonly Row[]> {
    this.#refuseCrowd();
    const run = encodeRun(statement);
    const { rows } = await runStatement(this.#connections, this.#sealing, run);
    return decodeRows(rows, run.opens);
  }

  async haveSeen(marks: Marks): Promise<readonly boolean[]> {
    this.#refuseCrowd();
    const encoded = encode(marks);
    if (encoded.kind !== 'marks') throw new TypeError('Only marks can have been seen.');
    return haveSeen(this.#connections, encoded);
  }

  signal(topic: string): void {
    this.#signals.signal(topic);
  }

  onSignal(listener: (topic: string) => void): () => void {
    return this.#signals.onSignal(listener);
  }

  /** Nothing: what was deleted stands in the server's log and backups in any case, sealed. */
  tidy(): Promise<void> {
    return Promise.resolve();
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#sweeper);
    await this.#queue.close(closeGraceMs);
    await this.#signals.close();
    await this.#connections.close(closeGraceMs);
  }

  #refuseCrowd(): void {
    if (this.#isClosed) throw new StoreUnavailable('closed');
    if (this.#connections.waiting >= this.#maxWaiting) throw new StoreUnavailable('too_many_waiting');
  }
}

/** A server that starts, or another proxy that migrates. */
function isPassing(error: unknown): boolean {
  if (!(error instanceof StoreUnavailable)) return false;
  return ['lost_connection', 'locked', 'exhausted', 'timed_out'].includes(error.reason);
}
