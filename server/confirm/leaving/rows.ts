import { sameSql, Unreadable, type Database, type Row, type Statement } from '../../store/database.ts';
import { leavings as table } from '../../store/schema/leaving.ts';

/**
 * `fresh`: nobody has looked at it since the link was asked for. `mailed`: the link is on its way. `erased`:
 * its person had everything erased.
 */
export const states = { fresh: 0, mailed: 1, erased: 2 } as const;

/** How long a link holds. */
export const lifetimeMs = 7 * 24 * 60 * 60_000;

/** What is sealed in a row. */
export interface Held {
  readonly email: string;
  /** Of the page on which the link was asked for, BCP 47. */
  readonly lang: string;
  /** The accounts that the person has left by this link, by their names. */
  readonly left: readonly string[];
}

export interface Leaving {
  readonly id: string;
  readonly person: Uint8Array;
  readonly state: number;
  readonly due: number;
  readonly turn: number;
  /** `undefined` where it cannot be opened, and in what is `erased` its texts are empty. */
  readonly held: Held | undefined;
}

export async function readLeavings(
  database: Pick<Database, 'read'>,
  rest: string,
  params: readonly (string | number | Uint8Array)[],
): Promise<readonly Leaving[]> {
  const columns = 'id, person, state, due, turn, key_id, payload';
  const sql = sameSql(`select ${columns} from leavings ${rest}`);
  return (await database.read({ sql, params, opens: table })).map(leavingOf);
}

function leavingOf(row: Row): Leaving {
  const { payload } = row;
  return {
    id: String(row['id']),
    person: row['person'] as Uint8Array,
    state: Number(row['state']),
    due: Number(row['due']),
    turn: Number(row['turn']),
    held: payload instanceof Unreadable ? undefined : (payload as Held),
  };
}

/** Changes a row, unless somebody else has changed it since it was read. */
export function put(
  { id, turn }: Leaving,
  { state, held, keyId }: { readonly state: number; readonly held: Held; readonly keyId: string },
): Statement {
  return {
    sql: sameSql(
      'update leavings set state = ?, turn = turn + 1, key_id = ?, payload = ? where id = ? and turn = ?',
    ),
    params: [state, keyId, { seal: held, table, id }, id, turn],
    expect: 1,
  };
}
