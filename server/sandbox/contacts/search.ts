import { sameSql, type Database, type Value } from '../../store/database.ts';
import { personColumns, personOf, type Person } from './person.ts';

/** As the pages name them, in the order of the column `state`. */
export const states = ['subscribed', 'unsubscribed', 'inactive', 'archived'] as const;
export type ContactState = (typeof states)[number];

export function stateOf({ is_archived, is_active, is_subscribed }: Readonly<Person>): ContactState {
  if (is_archived) return 'archived';
  if (!is_active) return 'inactive';
  return is_subscribed ? 'subscribed' : 'unsubscribed';
}

export interface ContactSearch {
  /** The beginning of an address or of a name; empty for all. */
  readonly text: string;
  readonly state: ContactState | undefined;
  readonly skip: number;
  readonly limit: number;
}

export interface Found {
  /** Newest first. */
  readonly contacts: readonly Readonly<Person>[];
  /** How many match. With a text, no more than `mostMatches` are counted. */
  readonly total: number;
}

/** Of a text that more begin with, these are looked at. */
export const mostMatches = 2000;

/** Later than every text that begins with a text. */
const end = '\u{10ffff}';

export async function searchContacts(database: Database, search: ContactSearch): Promise<Found> {
  const { text, state, skip, limit } = search;
  const stateNumber = state === undefined ? undefined : states.indexOf(state);
  if (text === '') {
    const where = stateNumber === undefined ? '' : 'where state = ?';
    const params = stateNumber === undefined ? [] : [stateNumber];
    const contacts = await read(
      database,
      `where seq in (select seq from contacts ${where} order by seq desc limit ? offset ?)`,
      [...params, limit, skip],
    );
    const counts = await countStates(database);
    const total = state === undefined ? states.reduce((sum, name) => sum + counts[name], 0) : counts[state];
    return { contacts, total };
  }
  const from = text.toLowerCase().toWellFormed().replaceAll('\0', '');
  const range = [from, from + end];
  const one = (column: string) =>
    `select seq from (select seq from contacts
      where ${column} >= ? and ${column} < ? and ${column} <> '' limit ${mostMatches})`;
  const matching = ['email', 'first', 'last'].map(one).join(' union ');
  const inState = stateNumber === undefined ? '' : 'and state = ?';
  const params = [...range, ...range, ...range, ...(stateNumber === undefined ? [] : [stateNumber])];
  const where = `where seq in (${matching}) ${inState}`;
  const contacts = await read(database, where, [...params, limit, skip], 'limit ? offset ?');
  const [row] = await database.read({
    sql: sameSql(`select count(*) as n from contacts ${where}`),
    params,
  });
  return { contacts, total: Number(row?.['n']) };
}

export type StateCounts = Readonly<Record<ContactState, number>>;

export async function countStates(database: Database): Promise<StateCounts> {
  const rows = await database.read({ sql: sameSql('select state, n from counts') });
  const counts = { subscribed: 0, unsubscribed: 0, inactive: 0, archived: 0 };
  for (const { state, n } of rows) {
    const name = states[Number(state)];
    if (name) counts[name] = Number(n);
  }
  return counts;
}

async function read(
  database: Database,
  where: string,
  params: readonly Value[],
  rest = '',
): Promise<readonly Person[]> {
  const sql = sameSql(`select ${personColumns} from contacts ${where} order by seq desc ${rest}`);
  return (await database.read({ sql, params })).map(personOf);
}
