import type { Result, Row, Value } from '../database.ts';
import type { EncodedRun } from '../engine/encoding.ts';
import type { Sealing } from '../engine/sealing.ts';
import type { Table } from '../tables.ts';
import type { Transaction } from './connections.ts';

/** Runs one statement, sealing what goes in and opening what comes out. Statements are unnamed: a pooler keeps none. */
export async function runStatement(
  transaction: Transaction,
  sealing: Sealing,
  { postgres, params, opens }: EncodedRun,
): Promise<Result> {
  const values = params.map((param) =>
    typeof param === 'object' && param !== null && 'text' in param
      ? sealing.seal(param.table, param.id, param.text)
      : param,
  );
  const { rows, rowCount } = await transaction.query(postgres, values);
  return { count: rowCount ?? 0, rows: opens ? rows.map((row) => openRow(sealing, row, opens)) : rows };
}

/** The values of a row as they are stored. The JSON to be sealed comes last. */
export function sealRow(sealing: Sealing, table: Table, row: readonly Value[]): readonly Value[] {
  if (table.sealed === undefined) return row;
  const id = String(row[Object.keys(table.columns).indexOf(table.id)]);
  return [...row.slice(0, -1), sealing.keyId, sealing.seal(table, id, String(row.at(-1)))];
}

function openRow(sealing: Sealing, row: Row, table: Table): Row {
  if (table.sealed === undefined) return row;
  const sealed = row[table.sealed];
  if (!(sealed instanceof Uint8Array)) return row;
  const keyId = String(row['key_id']);
  return { ...row, [table.sealed]: sealing.open(table, String(row[table.id]), { keyId, sealed }) };
}
