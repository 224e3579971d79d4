import pg from 'pg';
import type { ClientConfig, PoolClient, QueryResult } from 'pg';
import type { Logger } from 'pino';
import { StoreUnavailable } from '../errors.ts';
import { withinTime } from '../engine/within-time.ts';
import { translateError } from './postgres-errors.ts';

export interface ConnectionsOptions {
  readonly settings: ClientConfig;
  readonly poolSize: number;
  readonly timeoutMs: number;
  /** How long a transaction waits for a lock. */
  readonly lockWaitMs: number;
  readonly log: Logger;
}

/** The driver gives bigint as text. */
const types = new pg.TypeOverrides();
types.setTypeParser(pg.types.builtins.INT8, Number);

/**
 * A transaction of ours. Nothing outlives it, so it works behind a pooler that gives each transaction another
 * connection. `synchronous_commit` is set where the server has it off, since otherwise the last moments
 * before a crash are lost. A process that is stopped in the middle loses its locks after ten seconds. A
 * warning is all that tells of a commit that the standby did not confirm, so it must not be kept back.
 */
const beginSql = (lockWaitMs: number) => `
  begin isolation level read committed read write;
  select set_config('synchronous_commit', 'on', true) where current_setting('synchronous_commit') = 'off';
  set local lock_timeout = '${lockWaitMs}ms';
  set local idle_in_transaction_session_timeout = '10s';
  set local client_min_messages = 'warning'`;

export interface Transaction {
  query(text: string, values?: readonly unknown[]): Promise<QueryResult<Record<string, unknown>>>;
}

/** A small pool. A connection that does not answer in time is abandoned, never waited for. */
export class Connections {
  readonly #pool: pg.Pool;
  readonly #timeoutMs: number;
  readonly #beginSql: string;
  readonly #log: Logger;

  constructor({ settings, poolSize, timeoutMs, lockWaitMs, log }: ConnectionsOptions) {
    this.#timeoutMs = timeoutMs;
    this.#beginSql = beginSql(lockWaitMs);
    this.#log = log;
    this.#pool = new pg.Pool({
      ...settings,
      max: poolSize,
      connectionTimeoutMillis: timeoutMs,
      keepAlive: true,
      // Queries of one transaction are sent without waiting for the answers to those before them.
      pipeline: true,
      types,
    });
    // Without a listener the loss of an idle connection would end the process.
    this.#pool.on('error', (error) => {
      this.#noteLoss(error);
    });
  }

  /** How many wait for a connection. */
  get waiting(): number {
    return this.#pool.waitingCount;
  }

  async query(text: string, values: readonly unknown[] = []): Promise<QueryResult<Record<string, unknown>>> {
    return this.#use((client) => client.query(text, [...values]));
  }

  /**
   * Runs something in one transaction. Once the commit was sent, any failure leaves open whether it took
   * place. A warning counts as failure: the server commits with one where its standby did not confirm.
   */
  async transaction<T>(run: (transaction: Transaction) => Promise<T>): Promise<T> {
    const progress = { isCommitting: false };
    try {
      return await this.#use(async (client) => {
        const warnings: string[] = [];
        const note = ({ code }: { readonly code?: string | undefined }) => {
          if (code === warningCode) warnings.push(code);
        };
        client.on('notice', note);
        try {
          // Not waited for: where it fails, the transaction is aborted and so is what was sent behind it.
          const begun = client.query(this.#beginSql);
          begun.catch(() => undefined);
          const result = await run({ query: (text, values = []) => client.query(text, [...values]) });
          await begun;
          progress.isCommitting = true;
          const { command } = await client.query('commit');
          if (command !== 'COMMIT') throw new StoreUnavailable('failed', { code: command });
          if (warnings.length > 0) throw new StoreUnavailable('not_replicated', { outcome: 'unknown' });
          return result;
        } finally {
          client.off('notice', note);
        }
      });
    } catch (error) {
      const known = translateError(error);
      if (!progress.isCommitting || !(known instanceof StoreUnavailable)) throw known;
      throw new StoreUnavailable(known.reason, { code: known.code, outcome: 'unknown' });
    }
  }

  async close(graceMs: number): Promise<void> {
    await withinTime(this.#pool.end(), graceMs).catch(() => {
      // A connection that does not answer even now ends with the process.
    });
  }

  async #use<T>(run: (client: PoolClient) => Promise<T>): Promise<T> {
    let client: PoolClient;
    try {
      client = await this.#pool.connect();
    } catch (error) {
      throw translateError(error);
    }
    // A connection can also break between two queries; without a listener that would end the process.
    const onError = (error: Error) => {
      this.#noteLoss(error);
    };
    client.on('error', onError);
    let isUsable = false;
    try {
      const result = await withinTime(run(client), this.#timeoutMs);
      isUsable = true;
      return result;
    } catch (error) {
      const known = translateError(error);
      isUsable = !(known instanceof StoreUnavailable) && (await this.#isRolledBack(client));
      throw known;
    } finally {
      client.off('error', onError);
      client.release(!isUsable);
    }
  }

  async #isRolledBack(client: PoolClient): Promise<boolean> {
    try {
      await withinTime(client.query('rollback'), this.#timeoutMs);
      return true;
    } catch {
      // The connection is given up, and with it the transaction.
      return false;
    }
  }

  #noteLoss(error: Error): void {
    const known = translateError(error);
    const code = known instanceof StoreUnavailable ? (known.code ?? known.reason) : undefined;
    this.#log.warn({ code }, 'a connection to the database was lost');
  }
}

const warningCode = '01000';
