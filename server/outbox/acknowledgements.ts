import { sameSql, type Database, type Statement, type WriteStatement } from '../store/database.ts';
import { deadLetters, lanes } from '../store/tables.ts';
import { holding, pauseStatement, readPause, releasing, type Pause, type Released } from './pauses.ts';
import { copyDamaged, deadLetterRow, erasingDeadLetters, type Waiting } from './rows.ts';
import type { ChangeKind, ContactId, Destination, Signup, StickyState } from './signup.ts';

/** Delivered ones are deleted, later ones wait until they are due, refused ones are set aside. */
export type Acknowledgement = { readonly waiting: Waiting } & (
  | { readonly is: 'delivered'; readonly contactId?: ContactId | undefined }
  /** Not sent, because of the state that the contact has at rasa.io. */
  | { readonly is: 'left_alone'; readonly state: StickyState }
  | { readonly is: 'later'; readonly lane: 'retry' | 'alone'; readonly dueMs: number }
  /** `code` for the column that is not sealed, `reason` in rasa.io's or our words. */
  | { readonly is: 'refused'; readonly code: 'refused' | 'too_old'; readonly reason: string }
);

export interface SettleOptions {
  /** The first statement of the write: it fails where another process has taken over. */
  readonly fence: Statement;
  readonly acknowledgements: readonly Acknowledgement[];
  /** Where it has changed. */
  readonly pause?: Pause | undefined;
  /**
   * These are put off until then, untried; a fresh one leaves its lane, so that it is not in the way of
   * others.
   */
  readonly held?: { readonly waiting: readonly Waiting[]; readonly dueMs: number } | undefined;
  /** What had been put off and is due now. */
  readonly released?: Released | undefined;
  /** Rows that cannot be opened: they are set aside as they are. */
  readonly damaged?: readonly string[];
}

export interface SettledCounts {
  /** How many rows no longer wait. */
  readonly gone: number;
  /** How many of them became dead letters. */
  readonly dead: number;
}

/** What is known of a contact when its delivery is acknowledged. */
export interface Delivered {
  readonly signup: Signup;
  /** The keyed hash of its address. */
  readonly person: Uint8Array;
  /** `undefined` where rasa.io said none. */
  readonly contactId: ContactId | undefined;
}

/**
 * What other rooms write in the same transaction about what was delivered in one call. It may be written
 * twice, so it must change nothing the second time.
 */
export type BesideDelivered = (
  delivered: readonly Delivered[],
  call: { readonly destination: Destination; readonly nowMs: number },
) => readonly WriteStatement[];

/** A change of a contact that rasa.io has made. */
export interface Changed {
  readonly id: string;
  readonly kind: ChangeKind;
  /** The keyed hash of the contact's address. */
  readonly person: Uint8Array;
}

/** As `BesideDelivered`, about changes of contacts. */
export type BesideChanged = (
  changed: readonly Changed[],
  call: { readonly destination: Destination; readonly nowMs: number },
) => readonly WriteStatement[];

/** What became of the sign-ups of one call, for those who tell others. */
export interface Settled {
  readonly delivered: readonly Signup[];
  /** `sinceMs`: since when it had waited. */
  readonly refused: readonly { readonly signup: Signup; readonly code: string; readonly sinceMs: number }[];
  /** Ids of rows that cannot be opened. */
  readonly damaged: readonly string[];
}

/** As `BesideDelivered`, for everything that no longer waits. It is written last. */
export type BesideSettled = (
  settled: Settled,
  call: { readonly destination: Destination; readonly nowMs: number },
) => readonly WriteStatement[];

/**
 * What has to be kept of rows before they go: sign-ups, whatever became of them, and changes that were made.
 * It may be written twice, as `BesideDelivered`. Where it rejects, nothing goes.
 */
export type KeepReceipts = (
  gone: readonly Waiting[],
  call: { readonly destination: Destination; readonly nowMs: number },
) => Promise<readonly WriteStatement[]>;

/** The same about what was not sent. */
export type BesideLeftAlone = (
  left: readonly { readonly id: string; readonly state: StickyState }[],
) => readonly WriteStatement[];

export interface AcknowledgementsOptions {
  readonly database: Database;
  readonly destination: Destination;
  readonly besideDelivered?: BesideDelivered | undefined;
  readonly besideChanged?: BesideChanged | undefined;
  readonly besideLeftAlone?: BesideLeftAlone | undefined;
  readonly besideSettled?: BesideSettled | undefined;
  readonly keepReceipts?: KeepReceipts | undefined;
  readonly now?: () => number;
}

/** Writes down what became of what was claimed: in one transaction, and only as the holder of the lease. */
export class Acknowledgements {
  readonly #database: Database;
  readonly #destination: Destination;
  readonly #beside: BesideDelivered;
  readonly #besideChanged: BesideChanged;
  readonly #besideLeft: BesideLeftAlone;
  readonly #besideSettled: BesideSettled;
  readonly #keepReceipts: KeepReceipts;
  readonly #now: () => number;

  constructor(options: AcknowledgementsOptions) {
    this.#database = options.database;
    this.#destination = options.destination;
    this.#beside = options.besideDelivered ?? (() => []);
    this.#besideChanged = options.besideChanged ?? (() => []);
    this.#besideLeft = options.besideLeftAlone ?? (() => []);
    this.#besideSettled = options.besideSettled ?? (() => []);
    this.#keepReceipts = options.keepReceipts ?? (() => Promise.resolve([]));
    this.#now = options.now ?? Date.now;
  }

  /** Written again after an outcome that is unknown, it changes nothing more. */
  async settle({
    fence,
    acknowledgements,
    pause,
    held,
    released,
    damaged = [],
  }: SettleOptions): Promise<SettledCounts> {
    const refused = acknowledgements.filter((one) => one.is === 'refused');
    const done = acknowledgements.filter((one) => one.is === 'delivered');
    const delivered = done.filter(({ waiting }) => !waiting.signup.change);
    const left = acknowledgements.filter((one) => one.is === 'left_alone');
    const gone = [...done, ...refused, ...left].map(({ waiting }) => waiting.signup.id);
    const kept = [...done.map(({ waiting }) => waiting), ...notChanges([...refused, ...left])];
    const statements: WriteStatement[] = [fence, ...(await this.#receiptsOf(kept))];
    if (refused.length > 0) {
      statements.push({
        into: deadLetters,
        rows: refused.map(({ waiting, code, reason }) =>
          deadLetterRow({
            destination: this.#destination,
            waiting,
            code,
            reason,
            attempts: waiting.attempts + (code === 'refused' ? 1 : 0),
            failedMs: this.#now(),
          }),
        ),
        ifNew: true,
      });
    }
    for (const id of damaged) statements.push(copyDamaged(id, this.#now()));
    if (delivered.length > 0) {
      const contacts = delivered.map(({ waiting: { signup, person }, contactId }) => ({
        signup,
        person,
        contactId,
      }));
      statements.push(...this.#beside(contacts, { destination: this.#destination, nowMs: this.#now() }));
    }
    statements.push(...this.#aboutChanged(done.map(({ waiting }) => waiting)));
    if (left.length > 0) {
      const states = left.map(({ waiting, state }) => ({ id: waiting.signup.id, state }));
      statements.push(...this.#besideLeft(states));
    }
    const removed = [...gone, ...damaged];
    if (removed.length > 0) statements.push(removal(removed));
    for (const one of acknowledgements) if (one.is === 'later') statements.push(postponement(one));
    if (held && held.waiting.length > 0) statements.push(holding(held.waiting, held.dueMs));
    if (released) statements.push(releasing(this.#destination, released, this.#now()));
    if (pause) statements.push(pauseStatement(this.#destination, pause, this.#now()));
    if (removed.length > 0) {
      const settled: Settled = {
        delivered: delivered.map(({ waiting }) => waiting.signup),
        refused: refused.flatMap(({ waiting: { signup, sinceMs }, code }) =>
          signup.change ? [] : [{ signup, code, sinceMs }],
        ),
        damaged,
      };
      statements.push(
        ...this.#besideSettled(settled, { destination: this.#destination, nowMs: this.#now() }),
      );
    }
    await this.#database.write(statements, { settling: true });
    return { gone: removed.length, dead: refused.length + damaged.length };
  }

  /** How deliveries to the account stand, by what was written last: see `readPause`. */
  pause(): ReturnType<typeof readPause> {
    return readPause(this.#database, this.#destination, this.#now());
  }

  async #receiptsOf(gone: readonly Waiting[]): Promise<readonly WriteStatement[]> {
    if (gone.length === 0) return [];
    return this.#keepReceipts(gone, { destination: this.#destination, nowMs: this.#now() });
  }

  /** A call under way when somebody was erased may have made a dead letter of what it sent. */
  #aboutChanged(done: readonly Waiting[]): readonly WriteStatement[] {
    const destination = this.#destination;
    const changed = done.flatMap(({ signup: { id, change }, person }): readonly Changed[] =>
      change ? [{ id, kind: change.kind, person }] : [],
    );
    if (changed.length === 0) return [];
    const erased = changed.filter(({ kind }) => kind === 'erase');
    return [
      ...erased.map(({ person }) => erasingDeadLetters(destination, person)),
      ...this.#besideChanged(changed, { destination, nowMs: this.#now() }),
    ];
  }
}

/** A change that was not made leaves nothing behind. */
function notChanges(some: readonly Acknowledgement[]): readonly Waiting[] {
  return some.flatMap(({ waiting }) => (waiting.signup.change ? [] : [waiting]));
}

function removal(ids: readonly string[]): Statement {
  return {
    sql: sameSql(`delete from signups where id in (${ids.map(() => '?').join(', ')})`),
    params: ids,
  };
}

function postponement({
  waiting,
  lane,
  dueMs,
}: Extract<Acknowledgement, { readonly is: 'later' }>): Statement {
  return {
    sql: sameSql('update signups set lane = ?, due = ?, attempts = ? where id = ?'),
    params: [lanes[lane], dueMs, waiting.attempts + 1, waiting.signup.id],
  };
}
