import pg from 'pg';
import type { ClientConfig } from 'pg';
import type { Logger } from 'pino';
import { withinTime } from '../engine/within-time.ts';
import type { Connections } from './connections.ts';

export interface SignalsOptions {
  readonly settings: ClientConfig;
  readonly connections: Connections;
  readonly timeoutMs: number;
  readonly log: Logger;
}

const channel = 'rasa_signup';
/** Of one topic. Each signal is a commit of the server, and those who notify wait for each other there. */
const atMostEveryMs = 100;
const reconnectAfterMs = 1000;
const longestReconnectMs = 60_000;

/**
 * Signals between the processes on one server, by LISTEN and NOTIFY. They are sent after the commit they tell
 * of and not within it, since the server lets only one transaction that notifies commit at a time. Listening
 * takes a connection beside the pool, from the first listener on. A pooler may give each transaction another
 * session and so cannot listen for us: behind one nothing is heard.
 */
export class Signals {
  readonly #options: SignalsOptions;
  readonly #listeners = new Set<(topic: string) => void>();
  /** Topics that were signalled a moment ago; `true` where they are to be signalled again after it. */
  readonly #recent = new Map<string, boolean>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #client: pg.Client | undefined;
  #reconnectMs = reconnectAfterMs;
  #isOpening = false;
  #isClosed = false;

  constructor(options: SignalsOptions) {
    this.#options = options;
  }

  signal(topic: string): void {
    if (this.#isClosed) return;
    if (this.#recent.has(topic)) {
      this.#recent.set(topic, true);
      return;
    }
    this.#recent.set(topic, false);
    void this.#send(topic).then(() => {
      this.#after(atMostEveryMs, () => {
        const isWanted = this.#recent.get(topic) === true;
        this.#recent.delete(topic);
        if (isWanted) this.signal(topic);
      });
    });
  }

  onSignal(listener: (topic: string) => void): () => void {
    this.#listeners.add(listener);
    if (!this.#isOpening) void this.#listen();
    return () => {
      this.#listeners.delete(listener);
    };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const timer of this.#timers) clearTimeout(timer);
    await this.#drop();
  }

  async #send(topic: string): Promise<void> {
    const { connections, log } = this.#options;
    // The commit has nothing to keep: it need not wait for the disk or a standby.
    const text = `select set_config('synchronous_commit', 'off', true), pg_notify($1, $2)`;
    try {
      await connections.query(text, [channel, topic]);
    } catch (error) {
      log.debug({ err: error }, 'other proxies were not told; they look once a second');
    }
  }

  async #listen(): Promise<void> {
    this.#isOpening = true;
    const { settings, timeoutMs, log } = this.#options;
    const client = new pg.Client({ ...settings, connectionTimeoutMillis: timeoutMs, keepAlive: true });
    this.#client = client;
    client.on('error', () => {
      // It ends with it.
    });
    client.on('end', () => {
      if (this.#client === client) this.#retry();
    });
    client.on('notification', ({ payload = '' }) => {
      for (const listener of this.#listeners) listener(payload);
    });
    try {
      await client.connect();
      if (await withinTime(isPooled(client), timeoutMs)) {
        log.debug('a pooler stands before the database; new sign-ups of other proxies are found by looking');
        await this.#drop();
        return;
      }
      await withinTime(client.query(`listen ${channel}`), timeoutMs);
      this.#reconnectMs = reconnectAfterMs;
    } catch (error) {
      log.debug({ err: error }, 'other proxies cannot be heard; this one looks once a second');
      if (this.#client === client) this.#retry();
    }
  }

  #retry(): void {
    void this.#drop();
    this.#after(this.#reconnectMs, () => void this.#listen());
    this.#reconnectMs = Math.min(longestReconnectMs, this.#reconnectMs * 2);
  }

  async #drop(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    if (client) await withinTime(client.end(), this.#options.timeoutMs).catch(() => undefined);
  }

  #after(ms: number, run: () => void): void {
    if (this.#isClosed) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      run();
    }, ms);
    timer.unref();
    this.#timers.add(timer);
  }
}

/** A pooler names a session by a number of its own, and not by that of the server's process. */
async function isPooled(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ readonly pid: number }>('select pg_backend_pid() as pid');
  // The driver keeps it to cancel queries; its types do not have it.
  const { processID } = client as unknown as { readonly processID: number | null };
  return rows[0]?.pid !== processID;
}
