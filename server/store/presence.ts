import { randomUUID } from 'node:crypto';
import { sameSql, type Database } from './database.ts';
import { observe, type Observed } from './leases.ts';

export interface PresenceOptions {
  readonly database: Pick<Database, 'read' | 'write'>;
  /** Between two looks at the others. */
  readonly lookEveryMs?: number;
  /** A clock that never jumps, in ms. */
  readonly monotonicMs?: () => number;
}

const rowPrefix = 'present ';
const defaultLookEveryMs = 1000;
/** The row is written at every third look: each write costs a sync of the disk. */
const looksPerBeat = 3;
/** After this long without a beat a process counts as gone. */
const goneAfterMs = 12_000;
/** Its row is removed after this long; a process that was only stopped writes it anew. */
const sweptAfterMs = 60_000;

/**
 * Whether other processes use the same store now. Each keeps a row with a number that it raises every few
 * seconds. Another process is present from the first sight of its row until the number has not changed for
 * twelve seconds of the observer's own monotonic clock: no clocks are compared.
 */
export class Presence {
  readonly #database: Pick<Database, 'read' | 'write'>;
  readonly #monotonicMs: () => number;
  readonly #name = `${rowPrefix}${randomUUID()}`;
  readonly #timer: NodeJS.Timeout;
  readonly #listeners = new Set<() => void>();
  #others = new Map<string, Observed>();
  #isAlone = true;
  #looks = 0;
  #looking: Promise<void> | undefined;

  private constructor({
    database,
    lookEveryMs = defaultLookEveryMs,
    monotonicMs = () => performance.now(),
  }: PresenceOptions) {
    this.#database = database;
    this.#monotonicMs = monotonicMs;
    this.#timer = setInterval(() => {
      void this.look();
    }, lookEveryMs);
    this.#timer.unref();
  }

  /** Resolves when the others can see this process, and it knows whether there are others. */
  static async begin(options: PresenceOptions): Promise<Presence> {
    const presence = new Presence(options);
    await presence.look();
    return presence;
  }

  /** While the store does not answer, what was known last. */
  get isAlone(): boolean {
    return this.#isAlone;
  }

  /** Calls the listener each time that another process joins one that was alone. */
  onCompany(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** Beats where it is time to, and looks at the others. Never rejects. */
  look(): Promise<void> {
    this.#looking ??= this.#look()
      .catch(() => {
        // The store is away: whoever needs it is told so, and the next look tries again.
      })
      .finally(() => {
        this.#looking = undefined;
      });
    return this.#looking;
  }

  /** Removes the row, so that another process knows at once that it is alone. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
    await this.#remove(this.#name).catch(() => {
      // The others find out by the beat that is missing.
    });
  }

  async #look(): Promise<void> {
    if (this.#looks++ % looksPerBeat === 0) await this.#beat();
    const nowMs = this.#monotonicMs();
    const rows = await this.#database.read({
      sql: sameSql(`select name, beat from leases where name like '${rowPrefix}%' and name <> ?`),
      params: [this.#name],
    });
    this.#others = new Map(
      rows.map((row) => {
        const name = String(row['name']);
        const beat = { epoch: 0, beat: Number(row['beat']) };
        return [name, observe(this.#others.get(name), beat, nowMs)];
      }),
    );
    const observed = [...this.#others];
    const wasAlone = this.#isAlone;
    this.#isAlone = observed.every(([, { unchangedMs }]) => unchangedMs >= goneAfterMs);
    if (wasAlone && !this.#isAlone) for (const listener of this.#listeners) listener();
    for (const [name, { beat, unchangedMs }] of observed) {
      if (unchangedMs >= sweptAfterMs) await this.#remove(name, beat);
    }
  }

  async #beat(): Promise<void> {
    await this.#database.write(
      [
        {
          sql: sameSql(
            `insert into leases (name, owner, epoch, beat) values (?, '', 0, 0)
             on conflict (name) do update set beat = leases.beat + 1`,
          ),
          params: [this.#name],
        },
      ],
      { settling: true },
    );
  }

  async #remove(name: string, beat?: number): Promise<void> {
    const text = 'delete from leases where name = ?';
    const statement =
      beat === undefined
        ? { sql: sameSql(text), params: [name] }
        : { sql: sameSql(`${text} and beat = ?`), params: [name, beat] };
    await this.#database.write([statement], { settling: true });
  }
}
