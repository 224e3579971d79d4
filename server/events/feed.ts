import { createHash } from 'node:crypto';
import { sameSql, type Database } from '../store/database.ts';
import { pause } from '../system/pause.ts';
import { withAnySignal } from '../system/any-signal.ts';
import { eventColumns, eventOf, published, type Event, type StoredEvent } from './events.ts';

export interface FeedPage {
  /** In the order in which they were committed; at most 100. */
  readonly events: readonly Event[];
  /** Give it as `after` to read on. It moves on also where nothing is for this reader. */
  readonly next: string;
}

export interface FeedQuery {
  readonly account: string;
  /** `next` of the last page. `undefined`: from the oldest one that is kept. */
  readonly after: string | undefined;
  /** All where it is empty. */
  readonly types: readonly string[];
}

/** The cursor is from another database, or events behind it were deleted already. */
export class CursorLost extends Error {
  override readonly name = 'CursorLost';
}

const page = 100;
/** So many are looked through at once for those of one account. */
const lookThrough = 500;
const lookEveryMs = 250;

/** Reads events in their order, for applications that ask. */
export class Feed {
  readonly #database: Pick<Database, 'read'>;
  readonly #closing = new AbortController();
  /** One look for all who wait. */
  #looking: Promise<number> | undefined;

  constructor(options: { readonly database: Pick<Database, 'read'> }) {
    this.#database = options.database;
  }

  /** Rejects with `CursorLost`. */
  async read({ account, after, types }: FeedQuery): Promise<FeedPage> {
    const { last, swept } = await readNumbers(this.#database);
    let next = after ?? String(swept);
    let seq = seqOf(next);
    if (seq < swept || seq > last || (seq > swept && !(await this.#isOurs(next)))) throw new CursorLost();
    const found: StoredEvent[] = [];
    for (;;) {
      const events = await readAfter(this.#database, seq, lookThrough);
      // Numbers have gaps. This one may also come from a deletion since the cursor was looked at.
      const isGap = after !== undefined && (events[0]?.seq ?? last) > seq + 1;
      if (isGap && (await readNumbers(this.#database)).swept > seq) throw new CursorLost();
      for (const event of events) {
        const isWanted = event.data.account === account && isAmong(event.type, types);
        if (isWanted && found.length === page) return { events: found.map(published), next };
        seq = event.seq;
        next = cursorOf(event);
        if (isWanted) found.push(event);
      }
      if (events.length < lookThrough) return { events: found.map(published), next };
    }
  }

  /** The same, but where there is nothing yet it waits up to `waitMs` for something. */
  async readOrWait(query: FeedQuery, waitMs: number, gone: AbortSignal): Promise<FeedPage> {
    const untilMs = performance.now() + waitMs;
    return withAnySignal([gone, this.#closing.signal], async (stop) => {
      for (let { after } = query; ;) {
        const found = await this.read({ ...query, after });
        const leftMs = untilMs - performance.now();
        if (found.events.length > 0 || leftMs <= 0 || stop.aborted) return found;
        after = found.next;
        await this.#waitBeyond(seqOf(found.next), leftMs, stop);
      }
    });
  }

  /** Whoever waits is answered now. */
  close(): void {
    this.#closing.abort();
  }

  /** Whether the event that the cursor names is the one that it was made from. */
  async #isOurs(cursor: string): Promise<boolean> {
    const [row] = await this.#database.read({
      sql: sameSql('select id from events where seq = ?'),
      params: [seqOf(cursor)],
    });
    const seq = seqOf(cursor);
    // Those of earlier versions are numbers alone.
    return (
      cursor === String(seq) || (row !== undefined && cursor === cursorOf({ seq, id: String(row['id']) }))
    );
  }

  async #waitBeyond(seq: number, leftMs: number, stop: AbortSignal): Promise<void> {
    const untilMs = performance.now() + leftMs;
    for (let leftMs = untilMs - performance.now(); leftMs > 0; leftMs = untilMs - performance.now()) {
      await pause(Math.min(lookEveryMs, leftMs), stop);
      if (stop.aborted) return;
      this.#looking ??= readNumbers(this.#database)
        .then(({ last }) => last)
        .finally(() => {
          this.#looking = undefined;
        });
      if ((await this.#looking) > seq) return;
    }
  }
}

/** What `next` can look like. */
export const cursorPattern = /^\d{1,15}(-[\da-f]{8})?$/;

/**
 * A number alone would be taken by another database too, such as one that was restored from a backup and has
 * told as many events since then.
 */
function cursorOf({ seq, id }: Pick<StoredEvent, 'seq' | 'id'>): string {
  return `${seq}-${createHash('sha256').update(id).digest('hex').slice(0, 8)}`;
}

function seqOf(cursor: string): number {
  return Number(cursor.split('-', 1)[0]);
}

/** Whether a type is named, or all that begin like it: `signup.*`. Without names all are. */
export function isAmong(type: string, names: readonly string[]): boolean {
  return (
    names.length === 0 ||
    names.some(
      (name) => name === '*' || name === type || (name.endsWith('.*') && type.startsWith(name.slice(0, -1))),
    )
  );
}

/** What is committed behind this number, in order. */
export async function readAfter(
  database: Pick<Database, 'read'>,
  seq: number,
  most: number,
): Promise<readonly StoredEvent[]> {
  const rows = await database.read({
    sql: sameSql(`select ${eventColumns} from events where seq > ? order by seq limit ?`),
    params: [seq, most],
  });
  return rows.map(eventOf);
}

/** The numbers of the last event, and of the last one that was deleted. */
export async function readNumbers(
  database: Pick<Database, 'read'>,
): Promise<{ readonly last: number; readonly swept: number }> {
  const rows = await database.read({ sql: sameSql('select name, value from event_numbers') });
  const valueOf = (name: string) => Number(rows.find((row) => row['name'] === name)?.['value'] ?? 0);
  return { last: valueOf('last'), swept: valueOf('swept') };
}

/** The number before the first event that was told since then; that of the last event where none was. */
export async function readSeqBefore(database: Pick<Database, 'read'>, sinceMs: number): Promise<number> {
  const [row] = await database.read({
    sql: sameSql(
      `select coalesce((select min(seq) - 1 from events where told_at >= ?),
        (select value from event_numbers where name = 'last'), 0) as before`,
    ),
    params: [sinceMs],
  });
  return Number(row?.['before'] ?? 0);
}
