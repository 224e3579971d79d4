/** Why the store cannot do what it is asked for just now. */
export type UnavailableReason =
  /** No space is left on the disk, or only the reserve for acknowledgements. */
  | 'full'
  /** The file, the file system or the server takes no writes. */
  | 'read_only'
  /** The disk or the operating system reported an error. */
  | 'io'
  /** Another process holds the database for longer than a write may wait. */
  | 'locked'
  /** The content is not what was written: a failed checksum, or not a database at all. */
  | 'damaged'
  /** The database file was renamed, removed or replaced while it was open. */
  | 'moved'
  /** No connection to the server, or it broke. */
  | 'lost_connection'
  /** The server refuses the user, the password, the database or its certificate. */
  | 'refused'
  /** No answer in time. */
  | 'timed_out'
  /** The transaction is committed on the server, but its standby did not confirm it. */
  | 'not_replicated'
  /** So many writes wait already that this one was not taken. */
  | 'too_many_waiting'
  /** A limit of the machine: memory, open files, connections. */
  | 'exhausted'
  /** The store has been closed. */
  | 'closed'
  /** An error that has no better name; its code says more. */
  | 'failed';

/**
 * The store cannot take or give something at the moment: 503 for the caller. It holds no contents of rows, so it may
 * be logged. What was committed before is untouched.
 */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
  readonly reason: UnavailableReason;
  /** `unknown`: the write may be stored all the same, now or when a hanging disk answers. Repeat it with the same ids. */
  readonly outcome: 'not_written' | 'unknown';
  /** The engine's own code, such as `SQLITE 13` or `57P01`. */
  readonly code: string | undefined;

  constructor(
    reason: UnavailableReason,
    { message, outcome = 'not_written', code }: UnavailableDetails = {},
  ) {
    super(message ?? `${meanings[reason]}${code === undefined ? '' : ` (${code})`}.`);
    this.reason = reason;
    this.outcome = outcome;
    this.code = code;
  }
}

export interface UnavailableDetails {
  readonly message?: string | undefined;
  readonly outcome?: 'not_written' | 'unknown' | undefined;
  readonly code?: string | undefined;
}

const meanings: Readonly<Record<UnavailableReason, string>> = {
  full: 'The disk of the database is full',
  read_only: 'The database cannot be written to',
  io: 'The disk of the database reports an error',
  locked: 'Another process holds the database for too long',
  damaged: 'The database is damaged',
  moved: 'The database file was renamed, removed or replaced while in use',
  lost_connection: 'There is no connection to the database',
  refused: 'The database server refuses the connection',
  timed_out: 'The database does not answer in time',
  not_replicated: 'The standby of the database does not confirm writes',
  too_many_waiting: 'Too many writes are waiting for the database',
  exhausted: 'The machine or the database server is out of memory, files or connections',
  closed: 'The database is closed',
  failed: 'The database failed',
};

/** A row is there already, or a value is not allowed. Nothing of this write was stored. */
export class ConstraintViolated extends Error {
  override readonly name = 'ConstraintViolated';
  readonly kind: 'unique' | 'other';
  readonly code: string;

  constructor(kind: 'unique' | 'other', code: string) {
    super(
      kind === 'unique'
        ? `A row with this key is there already (${code}).`
        : `The database does not allow a value (${code}).`,
    );
    this.kind = kind;
    this.code = code;
  }
}

/** A statement did not change or return as many rows as it had to. Nothing of this write was stored. */
export class ExpectationFailed extends Error {
  override readonly name = 'ExpectationFailed';
  /** Of the statement, in the order in which they were given. */
  readonly index: number;
  readonly expected: number;
  readonly found: number;

  constructor(index: number, expected: number, found: number) {
    super(`Statement ${index + 1} of the write was to affect ${expected} rows and affected ${found}.`);
    this.index = index;
    this.expected = expected;
    this.found = found;
  }
}

/** One of the marks was seen before. Nothing of this write was stored. */
export class AlreadySeen extends Error {
  override readonly name = 'AlreadySeen';

  constructor() {
    super('This was seen before.');
  }
}

/** The database was written by a newer version of this program, which knows tables that this one would damage. */
export class NewerSchema extends Error {
  override readonly name = 'NewerSchema';
  readonly found: number;
  readonly known: number;

  constructor(found: number, migration: string, known: number) {
    super(
      `The database is from a newer version of rasa-signup: its schema is ${found} (${migration}), this program knows ${known}. ` +
        'Start that version again, or restore a backup made before the update.',
    );
    this.found = found;
    this.known = known;
  }
}

/** The database can never be used as it is set up: a setting of the operator's must change. */
export class StoreRefused extends Error {
  override readonly name = 'StoreRefused';
}
