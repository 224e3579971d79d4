import { sameSql, Unreadable, type Database, type Row } from './database.ts';
import { StoreRefused } from './errors.ts';
import { sealedTables, type Table } from './tables.ts';

/** How the rows of one table stand. */
export interface TableFinding {
  readonly table: string;
  readonly rows: number;
  /** Rows that wait for a key that is not given, by the key's id. */
  readonly unknownKeys: Readonly<Record<string, number>>;
  /** Ids of rows whose sealed value was changed after it was written. At most a hundred. */
  readonly damaged: readonly string[];
}

/** So many rows at a time: a long read holds up writes on SQLite. */
const slice = 500;

/** Opens every sealed value and counts what cannot be opened. Works beside a running proxy. */
export async function checkSealed(database: Database): Promise<readonly TableFinding[]> {
  const findings: TableFinding[] = [];
  for (const table of sealedTables) {
    const unknownKeys: Record<string, number> = {};
    const damaged: string[] = [];
    let rows = 0;
    for await (const row of rowsOf(database, table)) {
      rows++;
      const value = row[table.sealed ?? ''];
      if (!(value instanceof Unreadable)) continue;
      if (value.reason === 'unknown_key') unknownKeys[value.keyId] = (unknownKeys[value.keyId] ?? 0) + 1;
      else if (damaged.length < 100) damaged.push(String(row[table.id]));
    }
    findings.push({ table: table.name, rows, unknownKeys, damaged });
  }
  return findings;
}

export interface Rekeyed {
  readonly rows: number;
  /** Left as they are: their key is not given, or they are damaged. */
  readonly unreadable: number;
}

/**
 * Seals with the current key every row that an older one sealed, so that the older one can be destroyed.
 * Works beside a running proxy and can be repeated: a row that was delivered or sealed anew meanwhile is left
 * alone.
 */
export async function rekey(database: Database): Promise<Rekeyed> {
  let rows = 0;
  let unreadable = 0;
  for (const table of sealedTables) {
    for await (const row of rowsOf(database, table)) {
      const keyId = String(row['key_id']);
      if (keyId === database.keyId) continue;
      const value = row[table.sealed ?? ''];
      if (value instanceof Unreadable) unreadable++;
      else rows += await sealAnew(database, table, { id: String(row[table.id]), keyId, value });
    }
  }
  return { rows, unreadable };
}

interface OldRow {
  readonly id: string;
  readonly keyId: string;
  readonly value: unknown;
}

async function sealAnew(database: Database, table: Table, { id, keyId, value }: OldRow): Promise<number> {
  const [result] = await database.write(
    [
      {
        sql: sameSql(
          `update ${table.name} set key_id = ?, ${table.sealed ?? ''} = ? where ${table.id} = ? and key_id = ?`,
        ),
        params: [database.keyId, { seal: value, table, id }, id, keyId],
      },
    ],
    { settling: true },
  );
  return result?.count ?? 0;
}

/** Names this store among copies of it. */
export async function storeId(database: Database): Promise<string> {
  const [row] = await database.read({ sql: sameSql(`select value from meta where name = 'store_id'`) });
  return String(row?.['value']);
}

/** All rows by id, a slice at a time. Rows that are added meanwhile have the current key. */
async function* rowsOf(database: Database, table: Table): AsyncGenerator<Row> {
  if (table.sealed === undefined) throw new StoreRefused(`The table ${table.name} has no sealed column.`);
  for (let after = ''; ;) {
    const rows = await database.read({
      sql: sameSql(
        `select ${table.id}, key_id, ${table.sealed} from ${table.name} where ${table.id} > ? order by ${table.id} limit ${slice}`,
      ),
      params: [after],
      opens: table,
    });
    yield* rows;
    const last = rows.at(-1);
    if (!last || rows.length < slice) return;
    after = String(last[table.id]);
  }
}
