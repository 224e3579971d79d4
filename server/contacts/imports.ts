import { hash } from 'node:crypto';
import { eventStatements } from '../events/events.ts';
import type { Outbox } from '../outbox/outbox.ts';
import type { PersonHash } from '../outbox/person-hash.ts';
import type { Hold, NewSignup, StickyState } from '../outbox/signup.ts';
import { sameSql, type Database, type WriteStatement } from '../store/database.ts';
import { ConstraintViolated, ExpectationFailed, StoreUnavailable } from '../store/errors.ts';
import { createIds } from '../store/ids.ts';
import { imports as table } from '../store/tables.ts';
import { pause } from '../system/pause.ts';
import type { ContactsFile } from './files/contacts-file.ts';
import type { Asked } from './files/survey.ts';
import { isGiven } from './items.ts';

/** Stands in place of a form's id with what is imported. No form can be called so. */
export const importedFromFile = '/contacts/import';

/** How far a file was read: rows of it, and how many of them were stored. */
export interface Position {
  readonly rows: number;
  readonly stored: number;
}

/** Another process imports the same file. */
export class ImportedElsewhere extends Error {
  override readonly name = 'ImportedElsewhere';

  constructor() {
    super('Another process imports this file now.');
  }
}

export interface ImportOptions {
  readonly database: Database;
  readonly outbox: Pick<Outbox, 'addAll' | 'counts'>;
  /** By its name. */
  readonly account: string;
  /** How many may wait in the outbox, of all that waits: the rest is for visitors. */
  readonly most: number;
  readonly stop: AbortSignal;
  /** The states from which rows with consent bring somebody back; by default none. */
  readonly resubscribe?: readonly StickyState[] | undefined;
  /** Which of these are left alone, in their order. Decided again at delivery. */
  readonly areLeftAlone: (people: readonly Asked[]) => Promise<readonly boolean[]>;
  /** With it nothing goes to the outbox before the owner of the address has pressed the button of a mail. */
  readonly waiting?: { readonly hold: Hold; readonly hashOf: PersonHash } | undefined;
  readonly onProgress?: (position: Position) => void;
  readonly now?: () => number;
}

/** Rows that are stored in one transaction, together with how far the file was read. */
const batchRows = 500;
/** Between two looks whether there is room again, or a store that answers. */
const waitMs = 250;
/** For how long a store may not answer. */
const patienceMs = 60_000;
/** How long a file is known after its last row was read. */
const keptMs = 30 * 24 * 60 * 60_000;

/** Names an import: the same bytes, read the same way, for the same account. */
export function importIdOf(digest: string, ...parts: readonly unknown[]): string {
  return hash('sha256', JSON.stringify([digest, ...parts]), 'hex');
}

/** How far it got, also in a process that was killed; `undefined` where it never began. */
export async function readPosition(
  database: Pick<Database, 'read'>,
  id: string,
): Promise<Position | undefined> {
  const [row] = await database.read({
    sql: sameSql(`select rows, stored from ${table.name} where id = ?`),
    params: [id],
  });
  return row && { rows: Number(row['rows']), stored: Number(row['stored']) };
}

/** Forgets imports that are too old, and how far this one got, so that it begins anew. */
export async function forgetImport(
  database: Pick<Database, 'write'>,
  id: string | undefined,
  nowMs: number,
): Promise<void> {
  await database.write([
    {
      sql: sameSql(`delete from ${table.name} where id = ? or changed_at < ?`),
      params: [id ?? '', nowMs - keptMs],
    },
  ]);
}

/**
 * Stores the contacts of a file in the outbox, where the delivery worker finds them, from where an earlier
 * call got to. Rows and position are written in one transaction, so that each row is stored once, however
 * often the process is killed. Resolves with the position where `stop` was aborted or the file ends. Rejects
 * with `ImportedElsewhere`, with `FileRefused`, and with `StoreUnavailable` after a minute without a store.
 */
export async function importFile(
  id: string,
  { contacts }: Pick<ContactsFile, 'contacts'>,
  options: ImportOptions,
): Promise<Position> {
  const { database, account, areLeftAlone, stop, onProgress, resubscribe = [], now = Date.now } = options;
  const newId = createIds(now);
  let position = (await readPosition(database, id)) ?? { rows: 0, stored: 0 };
  const isBegun = position.rows > 0;
  let rows = 0;
  let signups: (NewSignup & { readonly id: string })[] = [];
  const store = async (isLast: boolean) => {
    const leftAlone = await areLeftAlone(
      signups.map(({ contact: { email }, resubscribe: allowed = [] }) => ({ email, resubscribe: allowed })),
    );
    const kept = signups.filter((_, at) => leftAlone[at] !== true);
    const next = { rows, stored: position.stored + kept.length };
    if (!(await writeBatch(id, { from: position, next, signups: kept, isLast, ...options }))) return;
    position = next;
    signups = [];
    onProgress?.(position);
  };
  if (isBegun) onProgress?.(position);
  for await (const { contact } of contacts()) {
    if (stop.aborted) return position;
    // Only when there is another row, so that the last batch is known to be the last.
    if (rows - position.rows === batchRows) {
      await store(false);
      // `stop` was aborted before there was room.
      if (rows > position.rows) return position;
    }
    if (++rows <= position.rows) continue;
    if (contact.is === 'contact') {
      signups.push({
        id: newId(),
        form: importedFromFile,
        account,
        contact: contact.contact,
        consent: contact.consent,
        resubscribe: isGiven(contact.consent) ? resubscribe : [],
      });
    }
  }
  if (rows > position.rows && !stop.aborted) await store(true);
  return position;
}

interface Batch extends ImportOptions {
  readonly from: Position;
  readonly next: Position;
  readonly signups: readonly (NewSignup & { readonly id: string })[];
  readonly isLast: boolean;
}

/** Whether it is written: it is not where `stop` was aborted before there was room. */
async function writeBatch(id: string, batch: Batch): Promise<boolean> {
  const { database, outbox, signups, from, next, most, stop, waiting, now = Date.now } = batch;
  const finished = batch.isLast ? finishedStatements(id, batch, now()) : [];
  while (!waiting && outbox.counts().waiting + signups.length > most) {
    await pause(waitMs, stop);
    if (stop.aborted) return false;
  }
  const held = waiting?.hold(
    signups.map((signup) => ({ signup, person: waiting.hashOf(signup.contact.email) })),
  );
  const beside = held && held.rows.length > 0 ? [held, ...finished] : finished;
  for (let waitedMs = 0; ; waitedMs += waitMs) {
    try {
      await outbox.addAll(waiting ? [] : signups, [advance(id, from, next, now()), ...beside], 'file');
      return true;
    } catch (error) {
      if (error instanceof ExpectationFailed || error instanceof ConstraintViolated) {
        throw new ImportedElsewhere();
      }
      if (!(error instanceof StoreUnavailable) || waitedMs >= patienceMs) throw error;
      await pause(waitMs, stop);
      // What became of it may be unknown.
      const there = await readPosition(database, id).catch(() => undefined);
      if (there?.rows === next.rows) return true;
    }
  }
}

/** Tells that all rows are stored, in the write that stores the last ones. */
function finishedStatements(id: string, { account, next }: Batch, nowMs: number) {
  const { rows, stored } = next;
  const data = { id, rows, stored };
  const turn = nowMs.toString(36);
  return eventStatements([{ type: 'import.finished', account, subject: id, atMs: nowMs, turn, data }], nowMs);
}

function advance(id: string, from: Position, { rows, stored }: Position, nowMs: number): WriteStatement {
  if (from.rows === 0) {
    return { into: table, rows: [{ id, rows, stored, started_at: nowMs, changed_at: nowMs }] };
  }
  return {
    sql: sameSql(`update ${table.name} set rows = ?, stored = ?, changed_at = ? where id = ? and rows = ?`),
    params: [rows, stored, nowMs, id, from.rows],
    expect: 1,
  };
}
