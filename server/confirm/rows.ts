import type { Form } from '../forms/forms.ts';
import { sameSql, Unreadable, type NewRow, type Row, type Statement } from '../store/database.ts';
import { confirmations as table } from '../store/schema/double-opt-in.ts';
import type { NewSignup } from '../outbox/signup.ts';
import { newCode } from './code.ts';

/**
 * The states of a sign-up that has to be confirmed. `fresh`: nobody has looked at it since it was accepted.
 * `mailed`: its mail was written. `repeat`: the same address waits at this form already, with a mail of its
 * own. `silent`: no mail is sent, as the address is blocked or got enough of them. `confirmed`, `refused`
 * ("not me"): over.
 */
export const states = { fresh: 0, mailed: 1, repeat: 2, silent: 3, confirmed: 4, refused: 5 } as const;

/** What is sealed in a row, while it waits. */
export interface Held {
  readonly signup: NewSignup;
  /** The attribute that gets the time of the confirmation. */
  readonly confirmedAt: string | undefined;
  /** Of the visitor, BCP 47. */
  readonly lang: string;
  /** Six digits. */
  readonly code: string;
}

export interface Confirmation {
  readonly id: string;
  readonly form: string;
  readonly person: Uint8Array;
  readonly state: number;
  readonly createdMs: number;
  readonly isAskedAgain: boolean;
  readonly isReminded: boolean;
  /** Wrong codes. */
  readonly tries: number;
  /** The id of the one that a `repeat` repeats. */
  readonly repeats: string;
  /** `undefined` once it is over, or where it cannot be opened. */
  readonly held: Held | undefined;
  /** Its key is not given, or its bytes were changed. */
  readonly isUnreadable: boolean;
}

const columns = 'id, form, person, state, due, created_at, again, reminded, tries, repeats, key_id, payload';

/** Reads confirmations: `rest` is what follows `from confirmations`. */
export function select(rest: string, params: readonly (string | number | Uint8Array)[]): Statement {
  return { sql: sameSql(`select ${columns} from confirmations ${rest}`), params, opens: table };
}

export function confirmationOf(row: Row): Confirmation {
  const payload = row['payload'];
  const isUnreadable = payload instanceof Unreadable;
  const held = isUnreadable ? {} : (payload as Held | Record<string, never>);
  return {
    id: String(row['id']),
    form: String(row['form']),
    person: row['person'] as Uint8Array,
    state: Number(row['state']),
    createdMs: Number(row['created_at']),
    isAskedAgain: Number(row['again']) === 1,
    isReminded: Number(row['reminded']) === 1,
    tries: Number(row['tries']),
    repeats: String(row['repeats']),
    held: 'signup' in held ? (held as Held) : undefined,
    isUnreadable,
  };
}

export interface Fresh extends Pick<Held, 'signup' | 'lang'> {
  readonly id: string;
  readonly form: Pick<Form, 'id' | 'confirmedAt'>;
  readonly person: Uint8Array;
}

/** A sign-up that begins to wait, with a code of its own. `atMs`: when its mail is due, Unix time in ms. */
export function freshRow({ id, form, person, signup, lang }: Fresh, atMs: number): NewRow {
  const held: Held = { signup, confirmedAt: form.confirmedAt, lang, code: newCode() };
  const flags = { state: states.fresh, due: atMs, created_at: atMs, again: 0, reminded: 0, tries: 0 };
  return { id, form: form.id, person, ...flags, repeats: '', payload: held };
}

/** Ends one: what is personal in it goes, and the row until `due`. */
export function end(
  { id }: Pick<Confirmation, 'id'>,
  change: { readonly state: number; readonly due: number; readonly keyId: string; readonly repeats?: string },
): Statement {
  return {
    sql: sameSql(
      'update confirmations set state = ?, due = ?, repeats = ?, key_id = ?, payload = ? where id = ? and state in (0, 1)',
    ),
    params: [change.state, change.due, change.repeats ?? '', change.keyId, { seal: {}, table, id }, id],
    expect: 1,
  };
}

interface Change {
  readonly state?: number;
  readonly due: number;
  readonly again?: number;
  readonly reminded?: number;
}

/** Only while it waits. */
export function put({ id, state }: Confirmation, change: Change): Statement {
  const names = Object.keys(change);
  return {
    sql: sameSql(
      `update confirmations set ${names.map((name) => `${name} = ?`).join(', ')} where id = ? and state = ?`,
    ),
    params: [...Object.values(change as unknown as Record<string, number>), id, state],
    expect: 1,
  };
}

export function deletion({ id }: Confirmation): Statement {
  return { sql: sameSql('delete from confirmations where id = ?'), params: [id] };
}
