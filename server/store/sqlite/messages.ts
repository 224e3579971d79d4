import type { Result, Row, Value } from '../database.ts';
import type { Encoded, EncodedInsert, EncodedMarks, EncodedRun } from '../engine/encoding.ts';
import type { Caller, Outcome } from '../engine/write-queue.ts';
import type { Table } from '../tables.ts';
import {
  AlreadySeen,
  ConstraintViolated,
  ExpectationFailed,
  NewerSchema,
  StoreRefused,
  StoreUnavailable,
} from '../errors.ts';

/** What the worker is asked to do. */
export type Request =
  | { readonly do: 'open' }
  | { readonly do: 'write'; readonly callers: PackedCallers }
  | { readonly do: 'read'; readonly run: EncodedRun }
  | { readonly do: 'haveSeen'; readonly marks: EncodedMarks }
  | { readonly do: 'tidy'; readonly whole: boolean }
  | { readonly do: 'backUp'; readonly path: string }
  | { readonly do: 'check' }
  | { readonly do: 'close' };

/** What each request is answered with. */
export interface Answers {
  open: undefined;
  write: PackedOutcomes;
  read: Result;
  haveSeen: readonly boolean[];
  tidy: undefined;
  backUp: undefined;
  check: readonly string[];
  close: undefined;
}

export interface RequestMessage {
  readonly id: number;
  readonly request: Request;
}

export type AnswerMessage =
  { readonly id: number; readonly answer: unknown } | { readonly id: number; readonly error: PlainError };

/** An error's own fields: sent as it is, an error arrives without its class. */
export type PlainError = Readonly<Record<string, unknown>> & {
  readonly name: string;
  readonly message: string;
};

export function toPlain(error: unknown): PlainError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const { name, message, stack } = error;
  return Object.assign<PlainError, object>({ name, message, stack }, { ...(error as object) });
}

const classes: Readonly<Record<string, { readonly prototype: Error }>> = {
  AlreadySeen,
  ConstraintViolated,
  ExpectationFailed,
  NewerSchema,
  StoreRefused,
  StoreUnavailable,
};

export function fromPlain({ name, message, ...fields }: PlainError): Error {
  const error = new Error(message);
  const known = classes[name];
  // The classes' constructors make the message; here it is there already.
  if (known) Object.setPrototypeOf(error, known.prototype);
  return Object.assign(error, fields, { name });
}

/*
 * A commit as it is sent to the worker and back. Copying between threads costs by the number of objects: sent
 * as they are, callers and results took more time than the database. So there is one flat list, and what
 * repeats is sent once.
 */

/** Callers in a flat list of numbers, texts and a few other values. */
export interface PackedCallers {
  readonly tables: readonly Table[];
  readonly texts: readonly string[];
  readonly list: readonly unknown[];
}

const kinds = { run: 0, insert: 1, marks: 2 } as const;
const absent = -1;

export function packCallers(callers: readonly Caller[]): PackedCallers {
  const tables: Table[] = [];
  const texts: string[] = [];
  const list: unknown[] = [];
  const runPlaces = new Map<string, number>();
  for (const { statements, settling } of callers) {
    list.push(settling ? 1 : 0, statements.length);
    for (const statement of statements) {
      switch (statement.kind) {
        case 'run': {
          const { sqlite, expect = absent, opens, params } = statement;
          let place = runPlaces.get(sqlite);
          if (place === undefined) runPlaces.set(sqlite, (place = texts.push(sqlite) - 1));
          list.push(
            kinds.run,
            place,
            expect,
            opens ? placeOf(tables, opens) : absent,
            params.length,
            ...params,
          );
          break;
        }
        case 'insert':
          packInsert(statement, placeOf(tables, statement.table), list);
          break;
        case 'marks':
          list.push(kinds.marks, statement.atMs, statement.hashes.join(''));
          break;
      }
    }
  }
  return { tables, texts, list };
}

function packInsert(
  { table, rows, ifNew, expect = absent }: EncodedInsert,
  place: number,
  list: unknown[],
): void {
  list.push(kinds.insert, place, expect, ifNew ? 1 : 0, rows.length);
  const types = Object.values(table.columns);
  for (const row of rows) {
    row.forEach((value, at) => {
      // A text of Latin-1 is copied as fast as any text; an array of bytes is an object with a buffer.
      list.push(types[at] === 'bytes' ? latin1Of(value as Uint8Array) : value);
    });
  }
}

export function unpackCallers({ tables, texts, list }: PackedCallers): readonly Caller[] {
  let at = 0;
  const next = (): unknown => list[at++];
  const nextNumber = (): number => next() as number;
  const nextTable = (): Table | undefined => tables[nextNumber()];
  const expectation = (): number | undefined => {
    const expect = nextNumber();
    return expect === absent ? undefined : expect;
  };
  const nextRun = (): EncodedRun => {
    const sqlite = texts[nextNumber()] ?? '';
    const expect = expectation();
    const opens = nextTable();
    const params = list.slice(at + 1, (at += 1 + (list[at] as number))) as EncodedRun['params'];
    return { kind: 'run', sqlite, postgres: '', params, expect, opens };
  };
  const nextInsert = (): EncodedInsert => {
    const table = nextTable();
    if (!table) throw new StoreUnavailable('failed');
    const expect = expectation();
    const ifNew = nextNumber() === 1;
    const types = Object.values(table.columns);
    const width = types.length + (table.sealed === undefined ? 0 : 1);
    const rows: Value[][] = [];
    for (let left = nextNumber(); left > 0; left--) {
      const row = list.slice(at, (at += width)) as Value[];
      for (let column = types.indexOf('bytes'); column >= 0; column = types.indexOf('bytes', column + 1)) {
        row[column] = Buffer.from(row[column] as string, 'latin1');
      }
      rows.push(row);
    }
    return { kind: 'insert', table, rows, ifNew, expect };
  };
  const nextStatement = (): Encoded => {
    const kind = nextNumber();
    if (kind === kinds.run) return nextRun();
    if (kind === kinds.insert) return nextInsert();
    const atMs = nextNumber();
    return { kind: 'marks', atMs, hashes: (next() as string).match(/.{16}/gs) ?? [] };
  };
  const callers: Caller[] = [];
  while (at < list.length) {
    const settling = nextNumber() === 1;
    callers.push({ settling, statements: Array.from({ length: nextNumber() }, nextStatement) });
  }
  return callers;
}

/**
 * What came of the callers: how many rows each statement affected, and apart from that what only few have.
 */
export interface PackedOutcomes {
  readonly counts: readonly number[];
  /** By the place of the statement in `counts`. */
  readonly rows: readonly (readonly [statement: number, rows: readonly Row[]])[];
  readonly errors: readonly (readonly [caller: number, error: PlainError])[];
}

export function packOutcomes(outcomes: readonly Outcome[]): PackedOutcomes {
  const counts: number[] = [];
  const rows: [number, readonly Row[]][] = [];
  const errors: [number, PlainError][] = [];
  outcomes.forEach((outcome, caller) => {
    if ('error' in outcome) {
      errors.push([caller, toPlain(outcome.error)]);
      return;
    }
    for (const result of outcome.results) {
      const place = counts.push(result.count) - 1;
      if (result.rows.length > 0) rows.push([place, result.rows]);
    }
  });
  return { counts, rows, errors };
}

export function unpackOutcomes(
  { counts, rows, errors }: PackedOutcomes,
  callers: readonly Caller[],
): readonly Outcome[] {
  const failed = new Map(errors);
  const returned = new Map(rows);
  let place = 0;
  return callers.map(({ statements }, caller) => {
    const error = failed.get(caller);
    if (error) return { error: fromPlain(error) };
    const results = statements.map((): Result => {
      const result = { count: counts[place] ?? 0, rows: returned.get(place) ?? noRows };
      place++;
      return result;
    });
    return { results };
  });
}

const noRows: readonly Row[] = [];

function placeOf(tables: Table[], table: Table): number {
  const place = tables.indexOf(table);
  return place === -1 ? tables.push(table) - 1 : place;
}

function latin1Of(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
