import { sameSql, type Database, type Statement } from '../database.ts';
import { StoreRefused } from '../errors.ts';
import { movedTables } from '../tables.ts';

/**
 * What a store says of a move, in its table `meta`. The original is `moving` from the first slice on and
 * `moved` after the last one; the copy is `incomplete` until then. The values name the other store by its id.
 */
export type MoveState =
  { readonly is: 'settled' } | { readonly is: 'moving' | 'moved' | 'incomplete'; readonly other: string };

const names = { moving: 'moving_to', moved: 'moved_to', incomplete: 'moving_from' } as const;

export async function moveState(database: Database): Promise<MoveState> {
  const rows = await database.read({
    sql: sameSql(`select name, value from meta where name in ('moving_to', 'moved_to', 'moving_from')`),
  });
  for (const is of ['moved', 'moving', 'incomplete'] as const) {
    const row = rows.find(({ name }) => name === names[is]);
    if (row) return { is, other: String(row['value']) };
  }
  return { is: 'settled' };
}

/** Refuses to work on a store of which another one is, or becomes, the valid copy. */
export async function refuseMoved(database: Database): Promise<void> {
  const { is } = await moveState(database);
  switch (is) {
    case 'settled':
      return;
    case 'moved':
      throw new StoreRefused(
        'This store was moved to another database: set DATABASE_URL, or DATA_DIR, to that one.',
      );
    case 'moving':
      throw new StoreRefused(
        'This store is being moved to another database: run the same "rasa-signup store move" again to finish it.',
      );
    case 'incomplete':
      throw new StoreRefused(
        'Another store is being moved into this database: run the same "rasa-signup store move" again to finish it.',
      );
  }
}

/** The statements that make a store `moving`, `moved` or `incomplete`. */
export function setMoveState(is: 'moving' | 'moved' | 'incomplete', other: string): readonly Statement[] {
  return [
    clearMoveState,
    { sql: sameSql('insert into meta (name, value) values (?, ?)'), params: [names[is], other] },
  ];
}

export const clearMoveState: Statement = {
  sql: sameSql(`delete from meta where name in ('moving_to', 'moved_to', 'moving_from')`),
};

const fenced = [...movedTables.map(({ name }) => name), 'leases'];
const events = ['insert', 'update', 'delete'] as const;
const same = (text: string): Statement => ({ sql: { sqlite: text, postgres: text } });
const only = (engine: Database['engine'], list: readonly Statement[], database: Database) =>
  database.engine === engine ? list : [];

/**
 * The statements that let nobody write to the tables any more, however long its process has been running. Who
 * tries is told that the store is read-only: 503, and no delivery, since a lease cannot be confirmed.
 */
export function closeTables(database: Database): readonly Statement[] {
  return [
    ...only('sqlite', fenced.flatMap(sqliteTriggers), database),
    // 25006 is read_only_sql_transaction.
    ...only(
      'postgres',
      [
        same(`
          create or replace function store_was_moved() returns trigger language plpgsql as
          $$ begin raise exception using errcode = '25006', message = 'the store was moved'; end $$`),
        ...fenced.map((table) =>
          same(`
            create trigger moved_${table} before insert or update or delete on ${table}
            for each statement execute function store_was_moved()`),
        ),
      ],
      database,
    ),
  ];
}

/** The statements that undo `closeTables`. */
export function reopenTables(database: Database): readonly Statement[] {
  return [
    ...only(
      'sqlite',
      fenced.flatMap((table) => events.map((event) => same(`drop trigger moved_${table}_${event}`))),
      database,
    ),
    ...only(
      'postgres',
      fenced.map((table) => same(`drop trigger moved_${table} on ${table}`)),
      database,
    ),
  ];
}

function sqliteTriggers(table: string): readonly Statement[] {
  return events.map((event) =>
    same(
      `create trigger moved_${table}_${event} before ${event} on ${table} begin select raise(abort, 'the store was moved'); end`,
    ),
  );
}
