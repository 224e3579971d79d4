import { readAfter } from '../events/feed.ts';
import type { Destination } from '../outbox/signup.ts';
import { sameSql, type Database, type Statement } from '../store/database.ts';
import { DeliveredContacts, type DeliveredContact } from './delivered-contacts.ts';
import { readAddresses } from './report.ts';

/** Somebody who signed up here, for whoever keeps the list that rasa.io is filled from. */
export interface NewContact extends DeliveredContact {
  /** Where KEEP_FOR_HANDOVER has kept it. */
  readonly email: string | undefined;
}

export interface NewContactsOptions {
  readonly database: Pick<Database, 'read' | 'write'>;
  readonly destination: Destination;
  /** By its name. */
  readonly account: string;
  /** The numbers of events between which it is looked, the first one excluded. */
  readonly after: number;
  readonly upTo: number;
  /** Whether somebody is in the other list already, by the keyed hash of the address as a Latin-1 text. */
  readonly isListed: (person: string) => boolean;
}

const batch = 500;

/**
 * Who signed up at a form and was delivered since then, and who was found to be archived since then: the
 * other list lacks them. Each person once, page after page; not who unsubscribed, was changed away or erased.
 */
export async function* readNewContacts({
  database,
  destination,
  account,
  after,
  upTo,
  isListed,
}: NewContactsOptions): AsyncIterable<readonly NewContact[]> {
  const rows = new DeliveredContacts(database, destination);
  const seen = new Set<string>();
  for (let at = after; at < upTo;) {
    const events = (await readAfter(database, at, batch)).filter(({ seq }) => seq <= upTo);
    at = events.at(-1)?.seq ?? upTo;
    const types = new Map<string, string>();
    for (const { type, subject, data } of events) {
      const isOfForm = data.account === account && !String(data['form'] ?? '/').startsWith('/');
      if (isOfForm && (type === 'signup.delivered' || type === 'signup.archived')) types.set(subject, type);
    }
    const contacts = (await rows.withOwnIds([...types.keys()])).filter(({ id, state, person }) => {
      const isGone = types.get(id) === 'signup.archived' && state !== 'archived';
      if (isGone || state === 'unsubscribed' || isListed(person) || seen.has(person)) return false;
      seen.add(person);
      return true;
    });
    const emails = await readAddresses(
      database,
      contacts.map(({ id }) => id),
    );
    if (contacts.length > 0) yield contacts.map((one) => ({ ...one, email: emails.get(one.id) }));
  }
}

/** Up to which event the new contacts of an account were handed over; `undefined` before the first time. */
export async function readHandedOver(
  database: Pick<Database, 'read'>,
  account: string,
): Promise<number | undefined> {
  const [row] = await database.read({
    sql: sameSql('select value from event_numbers where name = ?'),
    params: [markOf(account)],
  });
  return row && Number(row['value']);
}

/**
 * Of two commands at once the one that came further has its say, whichever ends last. Back it goes only from
 * where it was found: a mark beyond the last event, of a database that was restored.
 */
export function noteHandedOver(
  account: string,
  { upTo, before = upTo }: { readonly upTo: number; readonly before: number | undefined },
): Statement {
  const text = `insert into event_numbers (name, value) values (?, ?) on conflict (name) do update
    set value = excluded.value where event_numbers.value < excluded.value or event_numbers.value = ?`;
  return { sql: sameSql(text), params: [markOf(account), upTo, before] };
}

function markOf(account: string): string {
  return `handed over ${account}`;
}
