import { sameSql, type Row, type Statement, type Value } from '../store/database.ts';

/** What can happen. Each type is a promise to those who read events: none is renamed, and none removed. */
export const eventTypes = [
  /** A sign-up or contact was stored and will be delivered. */
  'signup.accepted',
  /** A sign-up waits for a click in a confirmation mail, which was written. */
  'signup.pending',
  /** The owner of the address has confirmed it; `signup.accepted` follows. */
  'signup.confirmed',
  /** rasa.io has taken it. */
  'signup.delivered',
  /** rasa.io refused it, or it became too old or cannot be read: the operator decides. */
  'signup.dead_lettered',
  /** It was delivered, and is archived at rasa.io now. */
  'signup.archived',
  /** The contact is unsubscribed at rasa.io now. */
  'contact.unsubscribed',
  /** The contact has changed at rasa.io. */
  'contact.updated',
  'import.finished',
  /** rasa.io takes none of an account's credentials; sign-ups wait. */
  'credentials.failed',
  /** rasa.io takes them again. */
  'credentials.working',
  /** The receipts of a minute were sealed: a root to be laid down elsewhere. */
  'receipts.sealed',
] as const;

export type EventType = (typeof eventTypes)[number];

/** What travels with an event: ids, names and codes, never an address. */
export type EventData = Readonly<Record<string, string | number | boolean | null>>;

export interface NewEvent {
  readonly type: EventType;
  /** By its name. */
  readonly account: string;
  /** The id of what it happened to. Events of one subject are read in the order in which they were told. */
  readonly subject: string;
  /** When it happened. Unix time in ms. */
  readonly atMs: number;
  /** Tells events of one type and subject apart, where that can happen more than once. */
  readonly turn?: string;
  readonly data: EventData;
}

/** An event as it is sent: the payload of Standard Webhooks 1.0, and the id of its message. */
export interface Event {
  readonly id: string;
  readonly type: EventType;
  /** ISO 8601, UTC: when it happened. */
  readonly timestamp: string;
  readonly data: EventData & { readonly account: string };
}

/** An event with its place among all. */
export interface StoredEvent extends Event {
  readonly seq: number;
  readonly subject: string;
}

/** So many rows in one statement, whose text the engines keep. */
const chunk = 25;

/**
 * The statements that tell events, for the write that makes them true. An event that was told before is not
 * told again. Numbers are drawn under the lock of one row, which is held until the commit: whoever has read
 * up to a number has read everything before it, on both engines and with any number of proxies. They come
 * last in a write, so that the lock is short.
 */
export function eventStatements(events: readonly NewEvent[], nowMs: number): readonly Statement[] {
  const statements: Statement[] = [];
  for (let from = 0; from < events.length; from += chunk) {
    const some = events.slice(from, from + chunk);
    statements.push({ sql: draw, params: [some.length] }, insertion(some, nowMs));
  }
  return statements;
}

const draw = sameSql(
  `insert into event_numbers (name, value) values ('last', ?)
   on conflict (name) do update set value = event_numbers.value + excluded.value`,
);

function insertion(events: readonly NewEvent[], nowMs: number): Statement {
  const row = `select cast(? as bigint) as back, cast(? as text) as id, cast(? as text) as type,
    cast(? as text) as account, cast(? as text) as subject, cast(? as bigint) as at, cast(? as text) as data`;
  const text = `
    insert into events (seq, id, type, account, subject, at, told_at, data)
    select n.value - e.back, e.id, e.type, e.account, e.subject, e.at, cast(? as bigint), e.data
    from event_numbers n cross join (${events.map(() => row).join(' union all ')}) e
    where n.name = 'last'
    on conflict (id) do nothing`;
  const params = events.flatMap((event, index): Value[] => [
    events.length - 1 - index,
    eventId(event),
    event.type,
    event.account,
    event.subject,
    event.atMs,
    JSON.stringify(event.data),
  ]);
  return { sql: sameSql(text), params: [nowMs, ...params] };
}

/**
 * The same event has the same id, whoever tells it. Ids of sign-ups begin with their time, so that the index
 * grows at its end. No full stops: they separate the parts of what Standard Webhooks signs.
 */
function eventId({ type, subject, turn = '' }: NewEvent): string {
  const parts = [subject.replaceAll(/[^\w]/g, ''), type.replace('.', '_'), turn];
  return `evt_${parts.filter((part) => part !== '').join('_')}`;
}

/** The columns that `eventOf` reads. */
export const eventColumns = 'seq, id, type, account, subject, at, data';

export function eventOf(row: Row): StoredEvent {
  return {
    seq: Number(row['seq']),
    subject: String(row['subject']),
    id: String(row['id']),
    type: String(row['type']) as EventType,
    timestamp: new Date(Number(row['at'])).toISOString(),
    data: { account: String(row['account']), ...(JSON.parse(String(row['data'])) as EventData) },
  };
}

/** Without what is only for the store. */
export function published({ id, type, timestamp, data }: StoredEvent): Event {
  return { id, type, timestamp, data };
}
