import type { Result } from '../database.ts';
import type { Encoded, EncodedInsert, EncodedMarks, EncodedRun } from '../engine/encoding.ts';
import { AlreadySeen, ExpectationFailed, StoreUnavailable } from '../errors.ts';
import type { Sealing } from '../engine/sealing.ts';
import type { Caller, Outcome } from '../engine/write-queue.ts';
import type { Connections, Transaction } from './connections.ts';
import { insertMarks } from './marks.ts';
import { translateError } from './postgres-errors.ts';
import { insertSql, runStatement } from './statements.ts';

/**
 * Callers of a common transaction that failed on their own account: they are tried alone, the others without
 * them.
 */
class Suspects extends Error {
  readonly callers: ReadonlySet<Caller>;

  constructor(callers: Iterable<Caller>) {
    super('Some callers have to be tried alone.');
    this.callers = new Set(callers);
  }
}

/**
 * One commit for many callers. What only inserts is merged: one statement of many rows for each table, since
 * here a round trip is what costs (a savepoint for each caller takes twelve times as long). Which caller
 * failed is seen by the rows that came back. Where the server rejects the whole statement it does not say
 * whose row it was, and each caller is tried alone.
 */
export class GroupCommit {
  readonly #connections: Connections;
  readonly #sealing: Sealing;

  constructor(connections: Connections, sealing: Sealing) {
    this.#connections = connections;
    this.#sealing = sealing;
  }

  async commit(callers: readonly Caller[]): Promise<readonly Outcome[]> {
    const outcomes = new Map<Caller, Outcome>();
    let together = callers;
    const alone: Caller[] = [];
    while (together.length > 1) {
      try {
        const results = await this.#together(together);
        for (const [caller, result] of results) outcomes.set(caller, { results: result });
        together = [];
      } catch (error) {
        if (error instanceof Suspects) {
          alone.push(...error.callers);
          together = together.filter((caller) => !error.callers.has(caller));
          continue;
        }
        const known = translateError(error);
        if (known instanceof StoreUnavailable && isFinal(known)) {
          for (const caller of together) outcomes.set(caller, { error: known });
          together = [];
        }
        break;
      }
    }
    await this.#alone([...together, ...alone], outcomes);
    return callers.map((caller) => outcomes.get(caller) ?? { error: new StoreUnavailable('failed') });
  }

  async #alone(callers: readonly Caller[], outcomes: Map<Caller, Outcome>): Promise<void> {
    let failure: StoreUnavailable | undefined;
    // One may wait for a lock that concerns it alone; where a second one does too, the others would queue up
    // behind.
    let lockedOut = 0;
    for (const caller of callers) {
      if (failure) {
        outcomes.set(caller, { error: new StoreUnavailable(failure.reason, { code: failure.code }) });
        continue;
      }
      try {
        outcomes.set(caller, { results: (await this.#together([caller])).get(caller) ?? [] });
      } catch (error) {
        const known = error instanceof Suspects ? new AlreadySeen() : translateError(error);
        outcomes.set(caller, { error: known });
        if (known instanceof StoreUnavailable && (known.reason !== 'locked' || ++lockedOut > 1))
          failure = known;
      }
    }
  }

  async #together(callers: readonly Caller[]): Promise<ReadonlyMap<Caller, readonly Result[]>> {
    return this.#connections.transaction(async (transaction) => {
      const results = new Map<Caller, readonly Result[]>();
      const suspects: Caller[] = [];
      for (const run of runsOf(callers)) {
        const [caller] = run;
        if (isMergeable(caller)) {
          for (const [merged, result] of await this.#merged(transaction, run)) results.set(merged, result);
          continue;
        }
        try {
          results.set(caller, await this.#oneByOne(transaction, caller));
        } catch (error) {
          const isOwn = error instanceof ExpectationFailed || error instanceof AlreadySeen;
          if (!isOwn || callers.length === 1) throw error;
          suspects.push(caller);
        }
      }
      if (suspects.length > 0) throw new Suspects(suspects);
      return results;
    });
  }

  /** All marks, and all rows of each table. */
  async #merged(
    transaction: Transaction,
    callers: readonly Caller[],
  ): Promise<Map<Caller, readonly Result[]>> {
    const places = callers.flatMap((caller) =>
      caller.statements.map((statement, index) => ({ caller, statement, index })),
    );
    const results = new Map(callers.map((caller) => [caller, new Array<Result>(caller.statements.length)]));
    const marks = places.filter((place): place is Place<EncodedMarks> => place.statement.kind === 'marks');
    const inserts = places.filter(
      (place): place is Place<EncodedInsert> => place.statement.kind === 'insert',
    );
    const groups = groupsOf(inserts);
    // Sent together, since a round trip is what costs; a mark that was seen undoes the rows behind it.
    const [marked, ...inserted] = await Promise.allSettled([
      insertMarks(
        transaction,
        marks.map(({ statement }) => statement),
      ),
      ...groups.map((group) =>
        this.#insert(
          transaction,
          group.map(({ statement }) => statement),
        ),
      ),
    ]);
    const lost = valueOf(marked);
    const losers = marks.filter((_, at) => lost.has(at)).map(({ caller }) => caller);
    if (losers.length > 0) throw callers.length === 1 ? new AlreadySeen() : new Suspects(losers);
    for (const { caller, index, statement } of marks) {
      fill(results, caller, index, { count: statement.hashes.length, rows: [] });
    }
    const countsOf = inserted.map(valueOf);
    for (const [place, group] of groups.entries()) {
      const counts = countsOf[place] ?? [];
      const unexpected = group.filter(
        ({ statement: { expect } }, at) => expect !== undefined && counts[at] !== expect,
      );
      const [first] = unexpected;
      if (first && callers.length > 1) throw new Suspects(unexpected.map(({ caller }) => caller));
      if (first)
        throw new ExpectationFailed(
          first.index,
          first.statement.expect ?? 0,
          counts[group.indexOf(first)] ?? 0,
        );
      group.forEach(({ caller, index }, at) => {
        fill(results, caller, index, { count: counts[at] ?? 0, rows: [] });
      });
    }
    return results;
  }

  /** How many rows of each of these inserts, which are all into one table, are new. */
  async #insert(transaction: Transaction, inserts: readonly EncodedInsert[]): Promise<readonly number[]> {
    const [{ table, ifNew }] = inserts as [EncodedInsert];
    const rows = inserts.flatMap((insert) => insert.rows.map((row) => this.#sealing.sealRow(table, row)));
    const { text, types } = insertSql(table, ifNew);
    const columns = types.map((_, at) => rows.map((row) => row[at]));
    const { rows: inserted } = rows.length > 0 ? await transaction.query(text, columns) : { rows: [] };
    if (!ifNew) return inserts.map((insert) => insert.rows.length);
    // Of equal ids within the statement the first one is new.
    const fresh = new Set(inserted.map((row) => String(row['id'])));
    const idAt = Object.keys(table.columns).indexOf(table.id);
    return inserts.map((insert) => insert.rows.filter((row) => fresh.delete(String(row[idAt]))).length);
  }

  async #oneByOne(transaction: Transaction, { statements }: Caller): Promise<readonly Result[]> {
    const results: Result[] = [];
    for (const [index, statement] of statements.entries()) {
      const result = await this.#runOne(transaction, statement);
      const expected = statement.kind === 'marks' ? undefined : statement.expect;
      if (expected !== undefined && result.count !== expected) {
        throw new ExpectationFailed(index, expected, result.count);
      }
      results.push(result);
    }
    return results;
  }

  async #runOne(transaction: Transaction, statement: Encoded): Promise<Result> {
    switch (statement.kind) {
      case 'run':
        return runStatement(transaction, this.#sealing, statement);
      case 'insert': {
        const [count = 0] = await this.#insert(transaction, [statement]);
        return { count, rows: [] };
      }
      case 'marks': {
        const lost = await insertMarks(transaction, [statement]);
        if (lost.size > 0) throw new AlreadySeen();
        return { count: statement.hashes.length, rows: [] };
      }
    }
  }
}

interface Place<S extends Encoded> {
  readonly caller: Caller;
  readonly statement: S;
  readonly index: number;
}

function isMergeable({ statements }: Caller): boolean {
  return statements.every((statement): statement is Exclude<Encoded, EncodedRun> => statement.kind !== 'run');
}

/**
 * The callers in their order, those together that can be merged: rows get their numbers in the order of the
 * calls.
 */
function runsOf(callers: readonly Caller[]): readonly (readonly [Caller, ...Caller[]])[] {
  const runs: [Caller, ...Caller[]][] = [];
  for (const caller of callers) {
    const last = runs.at(-1);
    if (last && isMergeable(caller) && isMergeable(last[0])) last.push(caller);
    else runs.push([caller]);
  }
  return runs;
}

/** Inserts that can be one statement. */
function groupsOf(inserts: readonly Place<EncodedInsert>[]): readonly (readonly Place<EncodedInsert>[])[] {
  const groups = new Map<string, Place<EncodedInsert>[]>();
  for (const place of inserts) {
    const { table, ifNew } = place.statement;
    const name = `${table.name} ${String(ifNew)}`;
    const group = groups.get(name);
    if (group) group.push(place);
    else groups.set(name, [place]);
  }
  return [...groups.values()];
}

function valueOf<T>(settled: PromiseSettledResult<T>): T {
  if (settled.status === 'rejected') throw settled.reason;
  return settled.value;
}

function fill(results: Map<Caller, Result[]>, caller: Caller, index: number, result: Result): void {
  const list = results.get(caller);
  if (list) list[index] = result;
}

/** Trying each caller alone could store something twice, or would only make all of them wait. */
function isFinal({ reason, outcome }: StoreUnavailable): boolean {
  return outcome === 'unknown' || ['timed_out', 'read_only', 'refused', 'damaged'].includes(reason);
}
