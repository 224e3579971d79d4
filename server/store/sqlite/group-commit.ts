import type { Result, Row, Value } from '../database.ts';
import type { Table } from '../tables.ts';
import type { Encoded, EncodedInsert, EncodedRun } from '../engine/encoding.ts';
import { ExpectationFailed, StoreUnavailable } from '../errors.ts';
import type { Sealing } from '../engine/sealing.ts';
import type { Caller, Outcome } from '../engine/write-queue.ts';
import {
  asUnavailable,
  isHopeless,
  isOwn,
  translateError,
  withOwnMemory,
  type SqliteConnection,
  type SqliteStatement,
} from './driver.ts';
import type { FileGuard } from './file-guard.ts';
import type { MarkSets } from './mark-sets.ts';
import { begin } from './open-file.ts';

const noRows: readonly Row[] = [];

/** A statement for so many rows takes two thirds of the time that as many statements take. */
const rowsAtOnce = 16;

export interface GroupCommitOptions {
  readonly connection: SqliteConnection;
  readonly sealing: Sealing;
  readonly marks: MarkSets;
  readonly guard: FileGuard;
  readonly lockWaitMs: number;
}

/**
 * One commit for many callers, which cannot lie about any of them.
 *
 * First all run in one transaction, without savepoints, and new rows of several callers are inserted
 * together. Where one of them fails on its own account, everything is rolled back and runs again with a
 * savepoint for each caller, so that only the culprit is left out. Any other error may have rolled back the
 * transaction without being asked (a full disk does, and what follows would commit row by row): so it counts
 * against all, and each is tried once more in a transaction alone.
 */
export class GroupCommit {
  readonly #connection: SqliteConnection;
  readonly #sealing: Sealing;
  readonly #marks: MarkSets;
  readonly #guard: FileGuard;
  readonly #lockWaitMs: number;
  readonly #inserts = new Map<string, SqliteStatement>();

  constructor({ connection, sealing, marks, guard, lockWaitMs }: GroupCommitOptions) {
    this.#connection = connection;
    this.#sealing = sealing;
    this.#marks = marks;
    this.#guard = guard;
    this.#lockWaitMs = lockWaitMs;
  }

  commit(callers: readonly Caller[]): readonly Outcome[] {
    try {
      return this.#together(callers, () => this.#runMerged(callers));
    } catch (error) {
      if (callers.length === 1) return [{ error: translateError(error) }];
      if (!isOwn(error)) return this.#alone(callers, error);
    }
    try {
      return this.#together(callers, () => callers.map((caller) => this.#runInSavepoint(caller)));
    } catch (error) {
      return this.#alone(callers, error);
    }
  }

  /** Runs something in a separate transaction, unless another process writes for so long. */
  transaction<T>(run: (connection: SqliteConnection) => T, lockWaitMs: number): T {
    begin(this.#connection, lockWaitMs);
    try {
      const result = run(this.#connection);
      this.#finish();
      return result;
    } catch (error) {
      this.#rollBack();
      throw error;
    }
  }

  #together(callers: readonly Caller[], run: () => readonly Outcome[]): readonly Outcome[] {
    const usesMarks = callers.some(({ statements }) => statements.some(({ kind }) => kind === 'marks'));
    begin(this.#connection, this.#lockWaitMs);
    try {
      if (usesMarks) this.#marks.follow(this.#connection);
      const outcomes = run();
      if (usesMarks) this.#marks.store(this.#connection);
      this.#finish();
      this.#marks.keep();
      return outcomes;
    } catch (error) {
      this.#marks.forget();
      this.#rollBack();
      throw error;
    }
  }

  #finish(): void {
    this.#guard.check();
    try {
      this.#connection.exec('commit');
    } catch (error) {
      // The log may hold the whole transaction though it could not be synced, and a restart would find it.
      const { reason, code } = asUnavailable(error);
      throw new StoreUnavailable(reason, { code, outcome: 'unknown' });
    }
  }

  #rollBack(): void {
    if (this.#connection.isTransaction) this.#connection.exec('rollback');
  }

  /** `cause` is what made the common transaction fail. */
  #alone(callers: readonly Caller[], cause: unknown): readonly Outcome[] {
    if (isHopeless(cause)) return callers.map(() => ({ error: translateError(cause) }));
    const mayBeStored = cause instanceof StoreUnavailable && cause.outcome === 'unknown';
    let last: unknown;
    return callers.map((caller) => {
      if (last !== undefined) return { error: failure(last, mayBeStored) };
      try {
        const [outcome] = this.#together([caller], () => [{ results: this.#run(caller) }]);
        return outcome ?? { results: [] };
      } catch (error) {
        if (!isOwn(error)) last = error;
        return { error: failure(error, mayBeStored) };
      }
    });
  }

  /** As one after the other, but that rows are gathered until a caller comes who does more than insert. */
  #runMerged(callers: readonly Caller[]): readonly Outcome[] {
    const gathered = new Map<Table, (readonly Value[])[]>();
    const flush = () => {
      for (const [table, rows] of gathered) this.#insertAll(table, rows);
      gathered.clear();
    };
    const outcomes = callers.map((caller) => {
      if (caller.statements.every(isMergeable)) {
        return { results: caller.statements.map((statement) => this.#gather(statement, gathered)) };
      }
      flush();
      return { results: this.#run(caller) };
    });
    flush();
    return outcomes;
  }

  #gather(statement: Encoded, gathered: Map<Table, (readonly Value[])[]>): Result {
    if (statement.kind !== 'insert') return this.#runOne(statement);
    const { table, rows } = statement;
    const others = gathered.get(table);
    if (others) others.push(...rows);
    else gathered.set(table, [...rows]);
    return { count: rows.length, rows: noRows };
  }

  #runInSavepoint(caller: Caller): Outcome {
    const position = this.#marks.position;
    this.#connection.exec('savepoint caller');
    try {
      const results = this.#run(caller);
      this.#connection.exec('release caller');
      return { results };
    } catch (error) {
      if (!this.#connection.isTransaction || !isOwn(error)) throw asUnavailable(error);
      this.#connection.exec('rollback to caller');
      this.#connection.exec('release caller');
      this.#marks.undoTo(position);
      return { error: translateError(error) };
    }
  }

  #run({ statements }: Caller): readonly Result[] {
    return statements.map((statement, index) => {
      const result = this.#runOne(statement);
      const expected = statement.kind === 'marks' ? undefined : statement.expect;
      if (expected !== undefined && result.count !== expected) {
        throw new ExpectationFailed(index, expected, result.count);
      }
      return result;
    });
  }

  #runOne(statement: Encoded): Result {
    switch (statement.kind) {
      case 'marks':
        this.#marks.claim(statement);
        return { count: statement.hashes.length, rows: [] };
      case 'insert':
        return this.#insert(statement);
      case 'run':
        return runStatement(this.#connection, this.#sealing, statement);
    }
  }

  #insert({ table, rows, ifNew }: EncodedInsert): Result {
    if (!ifNew) return this.#insertAll(table, rows);
    const insert = this.#insertOf(table, 1, ' on conflict do nothing');
    let count = 0;
    for (const row of rows) count += Number(insert.run(...this.#sealing.sealRow(table, row)).changes);
    return { count, rows: noRows };
  }

  #insertAll(table: Table, rows: readonly (readonly Value[])[]): Result {
    for (let at = 0; at < rows.length;) {
      const count = rows.length - at < rowsAtOnce ? 1 : rowsAtOnce;
      const values = rows.slice(at, (at += count)).flatMap((row) => this.#sealing.sealRow(table, row));
      this.#insertOf(table, count).run(...values);
    }
    return { count: rows.length, rows: noRows };
  }

  #insertOf(table: Table, count: number, ending = ''): SqliteStatement {
    const name = `${table.name} ${count}${ending}`;
    let insert = this.#inserts.get(name);
    if (!insert) {
      const columns = Object.keys(table.columns);
      const names = table.sealed === undefined ? columns : [...columns, 'key_id', table.sealed];
      const places = `(${names.map(() => '?').join(', ')})`;
      const all = Array.from({ length: count }, () => places).join(', ');
      insert = this.#connection.prepare(
        `insert into ${table.name} (${names.join(', ')}) values ${all}${ending}`,
      );
      this.#inserts.set(name, insert);
    }
    return insert;
  }
}

/** Whether the order among callers only matters for the numbers of rows. */
function isMergeable(statement: Encoded): boolean {
  if (statement.kind === 'insert') return !statement.ifNew && statement.expect === undefined;
  return statement.kind === 'marks';
}

/** Runs one statement, sealing what goes in and opening what comes out. */
export function runStatement(connection: SqliteConnection, sealing: Sealing, run: EncodedRun): Result {
  const statement = connection.prepare(run.sqlite);
  const params = sealing.sealParams(run.params).map(withOwnMemory);
  // `run` on a statement that returns rows would leave it open, and with it a snapshot.
  if (statement.columns().length === 0) {
    return { count: Number(statement.run(...params).changes), rows: [] };
  }
  const rows = statement.all(...params);
  const { opens: table } = run;
  return { count: rows.length, rows: table ? rows.map((row) => sealing.openRow(table, row)) : rows };
}

/** The error for a caller; `unknown` where an earlier commit of the same write may be stored all the same. */
function failure(error: unknown, mayBeStored: boolean): Error {
  const known = translateError(error);
  if (!mayBeStored || !(known instanceof StoreUnavailable)) return known;
  return new StoreUnavailable(known.reason, { code: known.code, outcome: 'unknown' });
}
