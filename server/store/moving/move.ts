import { sameSql, Unreadable, type Database, type Row, type Statement, type Value } from '../database.ts';
import { AlreadySeen, StoreRefused } from '../errors.ts';
import { storeId } from '../maintenance.ts';
import { bucketMs } from '../seen.ts';
import { movedTables, signups, type Table } from '../tables.ts';
import { clearMoveState, closeTables, moveState, reopenTables, setMoveState } from './fence.ts';

export interface MoveOptions {
  /**
   * Opened with `forMove`. It should have no running proxy; one that runs takes nothing more, and delivers
   * nothing.
   */
  readonly from: Database;
  /** Opened with `forMove`: new and empty, or as an interrupted move left it. */
  readonly to: Database;
  /** Called after each slice with the rows of that table that are in the copy now. */
  readonly onProgress?: (table: string, rows: number) => void;
}

/** Rows in the copy, by table. */
export type Moved = Readonly<Record<string, number>>;

/** So many rows at a time. */
const slice = 500;

/**
 * Moves everything that is promised to another database, in either direction between the engines. Values are
 * sealed anew with the key of the copy; what cannot be opened is copied as it is and waits for its key there.
 * Counters of quotas are left behind: they begin anew.
 *
 * Nothing is lost and nothing comes twice: the original is closed to everyone before its first row is read,
 * rows keep their ids and their order, and only when all of them are in the copy does the one become `moved`
 * and the other usable. An interrupted move is finished by the same call. The copy has an id of its own and
 * higher epochs of leases.
 */
export async function moveStore({ from, to, onProgress }: MoveOptions): Promise<Moved> {
  const toId = await storeId(to);
  if (!(await begin(from, to, toId))) return countRows(to);
  for (const table of movedTables) await copyTable(from, to, { table, onProgress });
  await copyMarks(from, to);
  await copyLeases(from, to);
  const [original, copy] = [await countRows(from), await countRows(to)];
  for (const { name } of movedTables) {
    if (original[name] === copy[name]) continue;
    throw new Error(`Of ${original[name] ?? 0} rows of ${name} the copy has ${copy[name] ?? 0}.`);
  }
  // In this order, so that never both are usable.
  await from.write(setMoveState('moved', toId), { settling: true });
  await to.write([clearMoveState]);
  return copy;
}

/**
 * Opens the original again for work, as long as the move was not finished. What was copied already is to be
 * dropped.
 */
export async function cancelMove(from: Database): Promise<void> {
  const { is } = await moveState(from);
  if (is !== 'moving') throw new StoreRefused('No unfinished move leads away from this store.');
  await from.write([...reopenTables(from), clearMoveState], { settling: true });
}

/** False where the move has been finished already. */
async function begin(from: Database, to: Database, toId: string): Promise<boolean> {
  const [original, copy] = [await moveState(from), await moveState(to)];
  const fromId = await storeId(from);
  if (fromId === toId) throw new StoreRefused('Both addresses lead to the same store.');
  if (original.is === 'incomplete') throw new StoreRefused('A move into this store is not finished yet.');
  if (original.is !== 'settled' && original.other !== toId) {
    throw new StoreRefused('This store was moved, or is being moved, to another database than this one.');
  }
  if (original.is === 'moved' && copy.is === 'settled') return false;
  if (copy.is === 'settled') {
    const rows = Object.entries(await countRows(to)).find(([, count]) => count > 0);
    if (rows) throw new StoreRefused(`The database to move to is not empty: it has rows in ${rows[0]}.`);
    await to.write(setMoveState('incomplete', fromId));
  } else if (copy.is !== 'incomplete' || copy.other !== fromId) {
    throw new StoreRefused('The database to move to belongs to another move.');
  }
  if (original.is === 'settled') {
    await from.write([...closeTables(from), ...setMoveState('moving', toId)], { settling: true });
  }
  return true;
}

interface Copying {
  readonly table: Table;
  readonly onProgress: MoveOptions['onProgress'];
}

async function copyTable(from: Database, to: Database, { table, onProgress }: Copying): Promise<void> {
  // Sign-ups in the order of their numbers, in which they are delivered.
  const order = table === signups ? 'seq' : table.id;
  let after: string | number = table === signups ? await lastCopied(from, to) : '';
  let copied = after === 0 || after === '' ? 0 : Number((await countRows(to))[table.name]);
  const columns = [
    ...Object.keys(table.columns),
    ...(order === 'seq' ? ['seq'] : []),
    ...sealedColumns(table),
  ];
  for (;;) {
    const rows: readonly Row[] = await from.read({
      sql: sameSql(
        `select ${columns.join(', ')} from ${table.name} where ${order} > ? order by ${order} limit ${slice}`,
      ),
      params: [after],
      ...(table.sealed !== undefined && { opens: table }),
    });
    const isOpen = (row: Row) => !(row[table.sealed ?? ''] instanceof Unreadable);
    // Runs of rows of one kind, so that their order is kept.
    for (let at = 0; at < rows.length;) {
      const kind = isOpen(rows[at] ?? {});
      let end = at;
      while (end < rows.length && isOpen(rows[end] ?? {}) === kind) end++;
      const run = rows.slice(at, end);
      if (kind) await to.write([{ into: table, rows: run, ifNew: true }]);
      else for (const row of run) await copySealed(from, to, { table, id: String(row[table.id]) });
      at = end;
    }
    copied += rows.length;
    onProgress?.(table.name, copied);
    const last = rows.at(-1);
    if (!last || rows.length < slice) return;
    after = order === 'seq' ? Number(last['seq']) : String(last[order]);
  }
}

function sealedColumns({ sealed }: Table): readonly string[] {
  return sealed === undefined ? [] : ['key_id', sealed];
}

/** Copies a row as it is stored, for those that no key opens. */
async function copySealed(
  from: Database,
  to: Database,
  { table, id }: { readonly table: Table; readonly id: string },
): Promise<void> {
  const columns = [...Object.keys(table.columns), ...sealedColumns(table)];
  const [row] = await from.read({
    sql: sameSql(`select ${columns.join(', ')} from ${table.name} where ${table.id} = ?`),
    params: [id],
  });
  if (!row) return;
  const places = columns.map(() => '?').join(', ');
  const text = `insert into ${table.name} (${columns.join(', ')}) values (${places}) on conflict do nothing`;
  await to.write([
    { sql: sameSql(text), params: columns.map((column) => row[column] as string | number | Uint8Array) },
  ]);
}

/** The number in the original of the sign-up that came into the copy last; 0 where there is none. */
async function lastCopied(from: Database, to: Database): Promise<number> {
  const [last] = await to.read({ sql: sameSql('select id from signups order by seq desc limit 1') });
  if (!last) return 0;
  const [row] = await from.read({
    sql: sameSql('select seq from signups where id = ?'),
    params: [String(last['id'])],
  });
  return Number(row?.['seq'] ?? 0);
}

/**
 * Marks, so that a retry that comes after the move is known. SQLite has many in a row, PostgreSQL each in its
 * own.
 */
async function copyMarks(from: Database, to: Database): Promise<void> {
  const sql =
    from.engine === 'sqlite'
      ? sameSql(`select seq as place, bucket, hashes from seen where seq > ? order by seq limit ${slice}`)
      : sameSql(
          `select hash as place, bucket, hash as hashes from seen where hash > ? order by hash limit ${slice}`,
        );
  let after: Value = from.engine === 'sqlite' ? 0 : new Uint8Array();
  for (;;) {
    const rows: readonly Row[] = await from.read({ sql, params: [after] });
    await Promise.all(rows.map((row) => claimMarks(to, Number(row['bucket']), row['hashes'] as Uint8Array)));
    const last = rows.at(-1);
    if (!last) return;
    after = last['place'] as Value;
  }
}

async function claimMarks(to: Database, bucket: number, hashes: Uint8Array): Promise<void> {
  const text = Buffer.from(hashes).toString('latin1');
  const marks = Array.from({ length: text.length / markBytes }, (_, at) =>
    text.slice(at * markBytes, (at + 1) * markBytes),
  );
  const atMs = (bucket + 0.5) * bucketMs;
  const outcomes = await Promise.allSettled(marks.map((mark) => to.write([{ marks: [mark], atMs }])));
  for (const outcome of outcomes) {
    // Seen: by the part of the move that was interrupted, or in two buckets at a border.
    if (outcome.status === 'rejected' && !(outcome.reason instanceof AlreadySeen)) throw outcome.reason;
  }
}

const markBytes = 16;

/** Free, and with epochs that no holder in the original has reached. */
async function copyLeases(from: Database, to: Database): Promise<void> {
  const leases = await from.read({ sql: sameSql('select name, epoch from leases where epoch > 0') });
  const statements = leases.map(({ name, epoch }): Statement => ({
    sql: sameSql(`insert into leases (name, owner, epoch, beat) values (?, '', ?, 0) on conflict do nothing`),
    params: [String(name), Number(epoch) + 1],
  }));
  if (statements.length > 0) await to.write(statements);
}

async function countRows(database: Database): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { name } of movedTables) {
    const [row] = await database.read({ sql: sameSql(`select count(*) as rows from ${name}`) });
    counts[name] = Number(row?.['rows']);
  }
  return counts;
}
