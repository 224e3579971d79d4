import type { AccountContacts, ContactAtRasa } from '../accounts/contacts.ts';
import { eventStatements, type NewEvent } from '../events/events.ts';
import type { Destination } from '../outbox/signup.ts';
import { sameSql, type Database, type Statement, type WriteStatement } from '../store/database.ts';
import { DeliveredContacts } from './delivered-contacts.ts';

export interface ChangeFeedOptions {
  readonly database: Database;
  readonly destination: Destination;
  /** By its name, for events. */
  readonly account: string;
  readonly contacts: AccountContacts;
  readonly stop: AbortSignal;
  /** Fails where another process has taken over. */
  readonly fence: Statement;
  readonly now: () => number;
}

/** The clocks of two machines differ, and rasa.io may show a change late. */
const overlapMs = 10 * 60_000;
/** So many contacts are looked up at once. */
const slice = 500;

/**
 * Tells what has changed at rasa.io since the last call, which has no webhooks: `contact.unsubscribed` where
 * a contact is unsubscribed and that was not told yet, `contact.updated` for every other change. The first
 * call only notes the time. Written twice, a change is told once: its event is named after the contact and
 * the time that rasa.io gives. Rejects with a `RasaError`, with the reason of the signal, or with
 * `StoreUnavailable`; the next call begins at the same time then.
 */
export async function tellChanges(options: ChangeFeedOptions): Promise<void> {
  const { database, destination, contacts, stop, fence, now } = options;
  const beganMs = now();
  const name = `changes ${destination.upstream} ${destination.account}`;
  const [row] = await database.read({
    sql: sameSql('select value from event_numbers where name = ?'),
    params: [name],
  });
  // A clock that was set back must not hide a time.
  const since = row && new Date(Math.min(Number(row['value']), beganMs) - overlapMs);
  if (since) {
    for await (const page of contacts.updatedSince(since, stop)) {
      for (let start = 0; start < page.length; start += slice) {
        const events = await eventsOf(page.slice(start, start + slice), since, options);
        if (events.length > 0) await database.write([fence, ...eventStatements(events, now())]);
      }
    }
  }
  await database.write([fence, setMark(name, beganMs)]);
}

/** Forgets how far it was read: nobody reads events, so that nothing has to be told of this time. */
export function forgetChanges({ upstream, account }: Destination): Statement {
  const params = [`changes ${upstream} ${account}`];
  return { sql: sameSql('delete from event_numbers where name = ?'), params };
}

async function eventsOf(
  contacts: readonly ContactAtRasa[],
  since: Date,
  { database, destination, account, now }: ChangeFeedOptions,
): Promise<readonly NewEvent[]> {
  const ids = contacts.map(({ id }) => id);
  const [told, ours] = await Promise.all([
    readTold(database, account, ids),
    new DeliveredContacts(database, destination).withIds(ids),
  ]);
  const signupIds = new Map(ours.flatMap(({ rasaId, isOwn, id }) => (isOwn ? [[rasaId, id] as const] : [])));
  return contacts.flatMap((contact): readonly NewEvent[] => {
    const { id, isArchived, isSubscribed, reason } = contact;
    const atMs = contact.updated?.getTime() ?? now();
    const before = told.get(id);
    // An archived one is told of by `signup.archived`; what is older was told by an earlier call.
    if (isArchived || atMs < since.getTime() || (before !== undefined && atMs <= before.atMs)) return [];
    const isOut = isSubscribed === false;
    const isNews = isOut && before?.isOut !== true;
    const signup = signupIds.get(id);
    const data = {
      contact: id,
      subscribed: isSubscribed ?? null,
      ...(signup !== undefined && { signup }),
      ...(isOut && reason !== '' && { reason: wordOf(reason) }),
    };
    const type = isNews ? 'contact.unsubscribed' : 'contact.updated';
    return [{ type, account, subject: id, atMs, turn: atMs.toString(36), data }];
  });
}

interface Told {
  readonly atMs: number;
  readonly isOut: boolean;
}

/** The last that was told of each contact. */
async function readTold(
  database: Pick<Database, 'read'>,
  account: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Told>> {
  if (ids.length === 0) return new Map();
  const rows = await database.read({
    sql: sameSql(
      `select subject, at, data from events where subject in (${ids.map(() => '?').join(', ')})
       and account = ? and type in ('contact.unsubscribed', 'contact.updated') order by seq`,
    ),
    params: [...ids, account],
  });
  return new Map(
    rows.map((row) => {
      const { subscribed } = JSON.parse(String(row['data'])) as { readonly subscribed?: unknown };
      return [String(row['subject']), { atMs: Number(row['at']), isOut: subscribed === false }];
    }),
  );
}

/** rasa.io's word, which is not known beforehand: nothing that might be an address. */
function wordOf(reason: string): string {
  return /^[\w -]{1,50}$/.test(reason) ? reason : 'other';
}

function setMark(name: string, value: number): WriteStatement {
  return {
    sql: sameSql(
      `insert into event_numbers (name, value) values (?, ?)
       on conflict (name) do update set value = excluded.value`,
    ),
    params: [name, value],
  };
}
