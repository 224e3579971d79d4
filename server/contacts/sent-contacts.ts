import type { BesideChanged, BesideDelivered, BesideLeftAlone } from '../outbox/acknowledgements.ts';
import type { ChangeKind, Destination } from '../outbox/signup.ts';
import { sameSql, type Database, type NewRow, type Row, type Statement } from '../store/database.ts';
import { forgetOldest } from '../store/slices.ts';
import { sentContacts as table } from '../store/tables.ts';

/** Stands in place of a form's id with what applications send. No form can be called so. */
export const sentByApplication = '/api/contacts';

/** In place of a person where there is none. */
export const nobody = new Uint8Array(0);

/** How long it can be asked what became of a contact, and its `ref` is known. */
const keptMs = 30 * 24 * 60 * 60_000;

/** The last contact with one `ref`. */
export interface Latest {
  readonly id: string;
  readonly turn: number;
  /** A keyed hash, as a Latin-1 text. */
  readonly content: string;
  /** Why it was not sent, or an empty text. */
  readonly ended: string;
  /** Unix time in ms. */
  readonly sentMs: number;
}

/** Of `ended`, until it is confirmed. */
export const unconfirmed = 'unconfirmed';

/** The last contact of each of these hashes of a `ref`, by the hash. */
export async function readLatest(
  database: Pick<Database, 'read'>,
  refs: readonly string[],
): Promise<Map<string, Latest>> {
  if (refs.length === 0) return new Map();
  const rows = await database.read({
    sql: sameSql(
      `select s.id, s.ref, s.turn, s.content, s.ended, s.sent_at from ${table.name} s
       where s.turn > 0 and s.ref in (${refs.map(() => '?').join(', ')}) and not exists (
         select 1 from ${table.name} t where t.turn > 0 and t.ref = s.ref and t.turn > s.turn
       )`,
    ),
    params: refs.map((ref) => Buffer.from(ref, 'latin1')),
  });
  return new Map(
    rows.map((row) => [
      textOf(row['ref']),
      {
        id: String(row['id']),
        turn: Number(row['turn']),
        content: textOf(row['content']),
        ended: String(row['ended']),
        sentMs: Number(row['sent_at']),
      },
    ]),
  );
}

interface SentColumns {
  readonly account: string;
  readonly ref: string;
  readonly person: Uint8Array;
}

/** `ref` and `content` are empty, and `turn` is 0, where the sender has no name for it. */
export function sentRow(sent: Latest & SentColumns): NewRow {
  return {
    id: sent.id,
    account: sent.account,
    ref: Buffer.from(sent.ref, 'latin1'),
    turn: sent.turn,
    content: Buffer.from(sent.content, 'latin1'),
    sent_at: sent.sentMs,
    delivered_at: 0,
    person: sent.person,
    ended: sent.ended,
  };
}

/** What became of one, and whether it waits or is a dead letter; `undefined` for other accounts. */
export async function readSent(
  database: Pick<Database, 'read'>,
  id: string,
  account: string,
): Promise<Row | undefined> {
  const [row] = await database.read({
    sql: sameSql(
      `select s.id, s.sent_at, s.delivered_at, s.person, s.ended,
         (select count(*) from signups w where w.id = s.id) as waiting,
         (select count(*) from dead_letters d where d.id = s.id) as dead
       from ${table.name} s where s.id = ? and s.account = ?`,
    ),
    params: [id, account],
  });
  return row;
}

/** Notes when contacts of applications were delivered: for the write that removes them from the outbox. */
export const noteDelivered: BesideDelivered = (delivered, { nowMs }) => {
  const ids = delivered.flatMap(({ signup: { id, form } }) => (form === sentByApplication ? [id] : []));
  return ids.length === 0 ? [] : [noteDelivery(ids, nowMs)];
};

function noteDelivery(ids: readonly string[], nowMs: number): Statement {
  const text = `update ${table.name} set delivered_at = ? where id in (${ids.map(() => '?').join(', ')})`;
  return { sql: sameSql(text), params: [nowMs, ...ids] };
}

/** Notes that the owner of the address has confirmed a contact. Other ids are not among these. */
export function noteConfirmed(id: string): readonly Statement[] {
  const text = `update ${table.name} set ended = '' where id = ? and ended = '${unconfirmed}'`;
  return [{ sql: sameSql(text), params: [id] }];
}

/** Notes why contacts of applications were not sent. Other ids are not among these. */
export const noteLeftAlone: BesideLeftAlone = (left) =>
  left.map(({ id, state }) => ({
    sql: sameSql(`update ${table.name} set ended = ? where id = ?`),
    params: [state, id],
  }));

/**
 * Notes when rasa.io made a change. Of one who was erased nothing but the word is left, except of what was
 * sent after the erasure was asked for: ids begin with their time.
 */
export function noteChanged(accountOf: (destination: Destination) => string | undefined): BesideChanged {
  return (changed, { destination, nowMs }) => [
    noteDelivery(
      changed.map(({ id }) => id),
      nowMs,
    ),
    ...changed.flatMap(({ id, kind, person }) => {
      if (kind !== 'erase') return [];
      const account = accountOf(destination) ?? '';
      return [
        {
          sql: sameSql(
            `update ${table.name} set ended = 'erased', person = ? where account = ? and person = ? and id < ?`,
          ),
          params: [nobody, account, person, id],
        },
        { sql: sameSql(`update ${table.name} set person = ? where id = ?`), params: [nobody, id] },
      ];
    }),
  ];
}

/** What is written when a change is asked for: the same contents sent again are no repetition then. */
export function noteAsked(
  change: { readonly id: string; readonly kind: ChangeKind; readonly person: Uint8Array },
  contact: { readonly id: string; readonly account: string },
): readonly Statement[] {
  const again = {
    sql: sameSql(`update ${table.name} set content = ? where id = ?`),
    params: [new Uint8Array(0), contact.id],
  };
  if (change.kind !== 'erase') return [again];
  // What waited for the person is gone.
  const superseded = {
    sql: sameSql(
      `update ${table.name} set ended = 'erased'
       where account = ? and person = ? and delivered_at = 0 and ended in ('', '${unconfirmed}') and id < ?`,
    ),
    params: [contact.account, change.person, change.id],
  };
  return [again, superseded];
}

/** Forgets what is old, the oldest first, but not while it waits or is a dead letter. */
export function forgetOld(nowMs: number): Statement {
  return forgetOldest(table, nowMs - keptMs, {
    sql: `not exists (select 1 from signups w where w.id = ${table.name}.id)
      and not exists (select 1 from dead_letters d where d.id = ${table.name}.id)`,
  });
}

function textOf(bytes: unknown): string {
  return Buffer.from(bytes as Uint8Array).toString('latin1');
}
