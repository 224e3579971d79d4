import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { z } from 'zod';
import { isWithdrawn } from '../../rasa/credentials.ts';
import { sameSql, Unreadable, type Database } from '../../store/database.ts';
import { keyNotes as table } from '../../store/tables.ts';
import { pause } from '../../system/pause.ts';

/**
 * How the credentials of the running proxies stand, for commands in other processes: a row in the store for
 * each process. It names variables and files and tells keys apart by fingerprints; no secret is in it. It is
 * an aid for people: proxies never read it, and where it cannot be written deliveries go on.
 */
const noteSchema = z.object({
  host: z.string(),
  pid: z.number(),
  /** The process writes at least once a minute. */
  writtenAt: z.iso.datetime(),
  /** Where it has ended in order. */
  stoppedAt: z.iso.datetime().optional(),
  api: z.enum(['v1', 'v2']),
  /** `untried` until the first mint, `refused` while no set works. */
  credentials: z.enum(['untried', 'working', 'refused']),
  sets: z.array(
    z.object({
      number: z.number(),
      source: z.object({ variable: z.string(), file: z.string().optional() }),
      fingerprint: z.string(),
      state: z.enum(['in use', 'standby', 'retired']),
      /** With `retired`: when it gets another turn. Absent where the operator has retired it. */
      retiredUntil: z.iso.datetime().optional(),
      lastUse: z.iso.datetime().optional(),
      lastRefusal: z.object({ at: z.iso.datetime(), status: z.number() }).optional(),
    }),
  ),
});

export type KeyNote = Readonly<z.infer<typeof noteSchema>>;
/** What changes of it. */
export type KeysState = Pick<KeyNote, 'credentials' | 'sets'>;

export interface KeyNotes {
  /** Writes now what has changed. */
  note(): void;
  close(): Promise<void>;
}

export interface KeyNotesOptions {
  readonly database: Database;
  readonly account: string;
  readonly host: string;
  readonly pid: number;
  readonly api: KeyNote['api'];
  readonly state: () => KeysState;
  readonly log: Logger;
  /** Between two looks for what nobody noted, such as the last use. */
  readonly intervalMs?: number | undefined;
  readonly now?: () => number;
}

/** Without a change too. */
export const longestSilenceMs = 60_000;
/** Notes of processes that have not been heard of for that long are of no use to anybody. */
const keptMs = 24 * 60 * 60_000;
const lastWriteMs = 1000;

const putSql = sameSql(
  `insert into ${table.name} (id, account, changed_at, key_id, payload) values (?, ?, ?, ?, ?)
  on conflict (id) do update set changed_at = excluded.changed_at, key_id = excluded.key_id, payload = excluded.payload`,
);
const sweepSql = sameSql(`delete from ${table.name} where account = ? and changed_at < ?`);

/** Keeps the note of this process. */
export function startKeyNotes(options: KeyNotesOptions): KeyNotes {
  const { database, account, host, pid, api, state, log, intervalMs = 5000, now = Date.now } = options;
  const id = `${account} ${randomUUID()}`;
  const closing = new AbortController();
  let written: { readonly text: string; readonly atMs: number } | undefined;
  let isFailing = false;
  let last = Promise.resolve();
  const running = run();

  return {
    note() {
      void write();
    },
    async close() {
      closing.abort();
      const ended = new AbortController();
      // A store that does not answer must not hold up the end: what its notes say is out of date then.
      const finished = running.then(write).finally(() => {
        ended.abort();
      });
      await Promise.race([finished, pause(lastWriteMs, ended.signal)]);
    },
  };

  async function run(): Promise<void> {
    while (!closing.signal.aborted) {
      await write();
      await pause(intervalMs, closing.signal);
    }
  }

  /** One after the other, so that an older state never comes last. */
  function write(): Promise<void> {
    return (last = last.then(writeNow));
  }

  async function writeNow(): Promise<void> {
    const isStopping = closing.signal.aborted;
    const nowMs = now();
    const text = JSON.stringify([state(), isStopping]);
    // A clock that was set back counts as a change, so that the note does not seem to come from the future.
    const silentMs = written ? Math.abs(nowMs - written.atMs) : Infinity;
    if (text === written?.text && silentMs < longestSilenceMs) return;
    const at = new Date(nowMs).toISOString();
    const note: KeyNote = {
      host,
      pid,
      writtenAt: at,
      ...(isStopping && { stoppedAt: at }),
      api,
      ...state(),
    };
    try {
      await database.write([
        { sql: putSql, params: [id, account, nowMs, database.keyId, { seal: note, table, id }] },
        { sql: sweepSql, params: [account, nowMs - keptMs] },
      ]);
      written = { text, atMs: nowMs };
      isFailing = false;
    } catch (error) {
      if (!isFailing) {
        log.warn(
          { err: error },
          'The state of the keys cannot be written; what `rasa-signup keys` shows is out of date.',
        );
      }
      isFailing = true;
    }
  }
}

/** A note with the account that it is about. */
export type KeyNoteOf = KeyNote & { readonly account: string };

export interface KeyNotesRead {
  /** The one that was written last comes first. */
  readonly notes: readonly KeyNoteOf[];
  /** Of another version, or sealed with a key that is not given. */
  readonly unreadable: number;
}

export async function readKeyNotes(database: Pick<Database, 'read'>): Promise<KeyNotesRead> {
  const rows = await database.read({
    sql: sameSql(`select id, account, key_id, payload from ${table.name} order by changed_at desc, id`),
    opens: table,
  });
  const notes = rows.flatMap(({ account, payload }) => {
    const { data } = noteSchema.safeParse(payload instanceof Unreadable ? undefined : payload);
    return data ? [{ account: String(account), ...data }] : [];
  });
  return { notes, unreadable: rows.length - notes.length };
}

/** `retired`: the operator has retired all of them, so that rasa.io is not even asked. */
type KeysAre = 'working' | 'refused' | 'retired';

/**
 * Whether rasa.io takes the credentials of each account, by its name: as the running process says that has
 * used them last, or was refused last. An account that none has tried is not among them.
 */
export function statesOf(notes: readonly KeyNoteOf[], nowMs: number): ReadonlyMap<string, KeysAre> {
  const latest = new Map<string, { readonly at: string; readonly is: KeysAre }>();
  for (const { account, credentials, sets, writtenAt, stoppedAt } of notes) {
    const isRunning =
      stoppedAt === undefined && Math.abs(nowMs - Date.parse(writtenAt)) < 2 * longestSilenceMs;
    if (!isRunning || credentials === 'untried') continue;
    const times = sets.flatMap(({ lastUse, lastRefusal }) => [lastUse ?? '', lastRefusal?.at ?? '']);
    const at = times.sort().at(-1) ?? '';
    const is =
      credentials === 'refused' && sets.length > 0 && sets.every(isWithdrawn) ? 'retired' : credentials;
    if (at >= (latest.get(account)?.at ?? '')) latest.set(account, { at, is });
  }
  return new Map([...latest].map(([account, { is }]) => [account, is]));
}
