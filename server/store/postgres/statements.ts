import type { Result } from '../database.ts';
import type { EncodedRun } from '../engine/encoding.ts';
import type { Sealing } from '../engine/sealing.ts';
import type { Table } from '../tables.ts';
import type { Transaction } from './connections.ts';

/**
 * Runs one statement, sealing what goes in and opening what comes out. Statements are unnamed: a pooler keeps
 * none.
 */
export async function runStatement(
  transaction: Transaction,
  sealing: Sealing,
  { postgres, params, opens }: EncodedRun,
): Promise<Result> {
  const { rows, rowCount } = await transaction.query(postgres, sealing.sealParams(params));
  return { count: rowCount ?? 0, rows: opens ? rows.map((row) => sealing.openRow(opens, row)) : rows };
}

/** An insert of any number of rows: a parameter for each column, with its type, takes the values of all. */
export function insertSql(
  table: Table,
  ifNew: boolean,
): { readonly text: string; readonly types: readonly string[] } {
  const columns = Object.entries(table.columns);
  const sealed = table.sealed === undefined ? [] : (['key_id', table.sealed] as const);
  const types = [
    ...columns.map(([, type]) => sqlTypes[type]),
    ...(sealed.length > 0 ? ['text', 'bytea'] : []),
  ];
  const names = [...columns.map(([name]) => name), ...sealed].join(', ');
  const arrays = types.map((type, at) => `$${at + 1}::${type}[]`).join(', ');
  const ending = ifNew ? ` on conflict do nothing returning ${table.id} as id` : '';
  return { text: `insert into ${table.name} (${names}) select * from unnest(${arrays})${ending}`, types };
}

const sqlTypes = { text: 'text', integer: 'bigint', bytes: 'bytea' } as const;
