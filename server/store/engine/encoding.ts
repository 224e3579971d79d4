import {
  Unreadable,
  type Insert,
  type Result,
  type Row,
  type Statement,
  type ToSeal,
  type Value,
  type WriteStatement,
} from '../database.ts';
import type { Table } from '../tables.ts';

/** A statement as the engines take it: checked, JSON as text, plain enough to be sent to a worker. */
export type Encoded = EncodedRun | EncodedInsert | EncodedMarks;

export interface EncodedRun {
  readonly kind: 'run';
  readonly sqlite: string;
  readonly postgres: string;
  readonly params: readonly (Value | EncodedSeal)[];
  readonly expect: number | undefined;
  readonly opens: Table | undefined;
}

export interface EncodedSeal {
  readonly text: string;
  readonly table: Table;
  readonly id: string;
}

export interface EncodedInsert {
  readonly kind: 'insert';
  readonly table: Table;
  /** Values in the order of the table's columns; the sealed column's JSON comes last. */
  readonly rows: readonly (readonly Value[])[];
  readonly ifNew: boolean;
  readonly expect: number | undefined;
}

export interface EncodedMarks {
  readonly kind: 'marks';
  readonly atMs: number;
  /** Each 16 bytes as a Latin-1 text, which a set can hold. */
  readonly hashes: readonly string[];
}

/**
 * Checks what a database would reject, so that it is the caller who gets a `TypeError` and no commit of
 * others fails. PostgreSQL takes neither NUL nor half a surrogate pair; a text that only SQLite takes could
 * never be moved.
 */
export function encode(statement: WriteStatement): Encoded {
  if ('marks' in statement) {
    for (const mark of statement.marks) {
      if (mark.length !== 16) throw new TypeError(`A mark has 16 bytes, not ${mark.length}.`);
    }
    return { kind: 'marks', atMs: statement.atMs, hashes: statement.marks };
  }
  return 'into' in statement ? encodeInsert(statement) : encodeRun(statement);
}

export function encodeRun({ sql, params = [], expect, opens }: Statement): EncodedRun {
  return {
    kind: 'run',
    sqlite: sql.sqlite,
    postgres: sql.postgres,
    params: params.map((param) => (isToSeal(param) ? encodeSeal(param) : checked(param, sql.sqlite))),
    expect,
    opens,
  };
}

function encodeInsert({ into: table, rows, ifNew = false, expect }: Insert): EncodedInsert {
  const columns = columnsOf(table);
  const encoded = rows.map((row) => {
    const values: Value[] = [];
    for (const { name, type, place } of columns) values.push(checkedFor(type, row[name], place));
    if (table.sealed !== undefined) values.push(toJson(row[table.sealed]));
    return values;
  });
  return { kind: 'insert', table, rows: encoded, ifNew, expect };
}

interface Column {
  readonly name: string;
  readonly type: 'text' | 'integer' | 'bytes';
  /** For messages. */
  readonly place: string;
}

const known = new WeakMap<Table, readonly Column[]>();

function columnsOf(table: Table): readonly Column[] {
  let columns = known.get(table);
  if (!columns) {
    columns = Object.entries(table.columns).map(([name, type]) => ({
      name,
      type,
      place: `${table.name}.${name}`,
    }));
    known.set(table, columns);
  }
  return columns;
}

function encodeSeal({ seal, table, id }: ToSeal): EncodedSeal {
  return { text: toJson(seal), table, id };
}

function isToSeal(param: Value | ToSeal): param is ToSeal {
  return typeof param === 'object' && param !== null && 'seal' in param;
}

function toJson(value: unknown): string {
  const text: unknown = JSON.stringify(value);
  if (typeof text !== 'string') throw new TypeError('A sealed value must be JSON.');
  return text;
}

function checkedFor(type: 'text' | 'integer' | 'bytes', value: unknown, place: string): Value {
  const isRight =
    type === 'text'
      ? typeof value === 'string'
      : type === 'integer'
        ? typeof value === 'number'
        : value instanceof Uint8Array;
  if (!isRight) throw new TypeError(`${place} takes ${type}, not ${value === null ? 'null' : typeof value}.`);
  return checked(value as Value, place);
}

function checked(value: Value, place: string): Value {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    throw new TypeError(`A number in ${place} is not a safe integer.`);
  }
  if (typeof value === 'string' && (!value.isWellFormed() || value.includes('\0'))) {
    throw new TypeError(`A text in ${place} holds a NUL or half a surrogate pair.`);
  }
  return value;
}

/** Turns the JSON of opened columns into values. */
export function decodeRows(rows: readonly Row[], opens: Table | undefined): readonly Row[] {
  const sealed = opens?.sealed;
  if (sealed === undefined) return rows;
  return rows.map((row) => ({ ...row, [sealed]: decodeOpened(row[sealed]) }));
}

export function decodeResults(results: readonly Result[], statements: readonly Encoded[]): readonly Result[] {
  return results.map((result, index) => {
    const statement = statements[index];
    if (statement?.kind !== 'run' || !statement.opens) return result;
    return { ...result, rows: decodeRows(result.rows, statement.opens) };
  });
}

function decodeOpened(opened: unknown): unknown {
  if (typeof opened === 'string') return JSON.parse(opened);
  const { reason, keyId } = opened as Unreadable;
  return new Unreadable(reason, keyId);
}
