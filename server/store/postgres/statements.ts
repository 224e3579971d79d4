import type { Result } from '../database.ts';
import type { EncodedRun } from '../engine/encoding.ts';
import type { Sealing } from '../engine/sealing.ts';
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
