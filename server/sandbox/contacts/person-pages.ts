import { sameSql, type Database, type Row, type Value } from '../../store/database.ts';
import { never, personColumns, personOf, type Person } from './person.ts';

/** Times in ms. "since" includes its instant, "before" excludes it. */
export interface PersonFilter {
  readonly createdSince?: number | undefined;
  readonly createdBefore?: number | undefined;
  readonly updatedSince?: number | undefined;
  readonly updatedBefore?: number | undefined;
}

export interface Page {
  readonly persons: readonly Readonly<Person>[];
  /** How many there are on all pages. */
  readonly total: number;
}

type Order = 'seq' | 'created' | 'updated';

/** From `since` on and before `before`, in one of the orders. */
interface Range {
  readonly order: Order;
  readonly since: number;
  readonly before: number;
}

/**
 * Pages of what rasa.io lists: live persons, oldest first, or with a filter in the order of its time. By the
 * counts of the tiles, a page costs the same wherever it begins, and the total the same at any number.
 */
export async function readPage(
  database: Database,
  filter: PersonFilter,
  { skip, limit }: { readonly skip: number; readonly limit: number },
): Promise<Page> {
  const { createdSince, createdBefore, updatedSince, updatedBefore } = filter;
  const byCreated = (createdSince ?? createdBefore) !== undefined;
  const byUpdated = (updatedSince ?? updatedBefore) !== undefined;
  if (byCreated && byUpdated) return readUncounted(database, filter, skip, limit);
  const range: Range = byUpdated
    ? { order: 'updated', since: updatedSince ?? -never, before: updatedBefore ?? never }
    : byCreated
      ? { order: 'created', since: createdSince ?? -never, before: createdBefore ?? never }
      : { order: 'seq', since: -never, before: never };
  return readRange(database, range, skip, limit);
}

interface Tile {
  readonly a: number;
  readonly s: number;
  readonly n: number;
}

async function readRange(database: Database, range: Range, skip: number, limit: number): Promise<Page> {
  const { order, since, before } = range;
  const tiles = (
    await database.read({
      sql: sameSql('select a, s, n from tiles where kind = ? order by a, s'),
      params: [order],
    })
  ).map(tileOf);
  const start = since === -never ? 0 : await rankOf(database, tiles, order, since);
  const end =
    before === never
      ? tiles.reduce((sum, { n }) => sum + n, 0)
      : await rankOf(database, tiles, order, before);
  const total = Math.max(0, end - start);
  const wanted = Math.min(limit, total - skip);
  if (wanted <= 0) return { persons: [], total };

  let left = start + skip;
  let index = 0;
  while (index < tiles.length - 1 && left >= (tiles[index]?.n ?? 0)) left -= tiles[index++]?.n ?? 0;
  const { a, s } = tiles[index] ?? { a: -never, s: 0 };
  const keys = order === 'seq' ? 'seq >= ?' : `(${order}, seq) >= (?, ?)`;
  const rows = await database.read({
    sql: sameSql(
      `select ${personColumns} from contacts where archived = 0 and ${keys}
        order by ${order === 'seq' ? 'seq' : `${order}, seq`} limit ? offset ?`,
    ),
    params: [...(order === 'seq' ? [s] : [a, s]), wanted, left],
  });
  return { persons: rows.map(personOf), total };
}

/** How many live persons come before a time. */
async function rankOf(
  database: Database,
  tiles: readonly Tile[],
  order: Order,
  time: number,
): Promise<number> {
  const past = tiles.findLastIndex(({ a }) => a < time);
  const tile = tiles[past];
  if (!tile) return 0;
  const whole = tiles.slice(0, past).reduce((sum, { n }) => sum + n, 0);
  const [row] = await database.read({
    sql: sameSql(
      `select count(*) as n from contacts where archived = 0 and (${order}, seq) >= (?, ?) and ${order} < ?`,
    ),
    params: [tile.a, tile.s, time],
  });
  return whole + Number(row?.['n']);
}

function tileOf(row: Row): Tile {
  return { a: Number(row['a']), s: Number(row['s']), n: Number(row['n']) };
}

const conditions: Readonly<Record<keyof PersonFilter, string>> = {
  createdSince: 'created >= ?',
  createdBefore: 'created < ?',
  updatedSince: 'updated >= ?',
  updatedBefore: 'updated < ?',
};

/** Both times at once, which no known client asks for: all that match are counted. */
async function readUncounted(
  database: Database,
  filter: PersonFilter,
  skip: number,
  limit: number,
): Promise<Page> {
  const wanted = Object.entries(conditions).flatMap(([name, condition]) => {
    const ms = filter[name as keyof PersonFilter];
    return ms === undefined ? [] : [{ condition, ms }];
  });
  const where = ['archived = 0', ...wanted.map(({ condition }) => condition)].join(' and ');
  const params: readonly Value[] = wanted.map(({ ms }) => ms);
  const [count] = await database.read({
    sql: sameSql(`select count(*) as n from contacts where ${where}`),
    params,
  });
  const rows = await database.read({
    sql: sameSql(`select ${personColumns} from contacts where ${where} order by seq limit ? offset ?`),
    params: [...params, limit, skip],
  });
  return { persons: rows.map(personOf), total: Number(count?.['n']) };
}
