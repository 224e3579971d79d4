import type { Destination } from '../outbox/signup.ts';
import { sameSql, Unreadable, type Database } from '../store/database.ts';
import { handoverAddresses } from '../store/schema/delivered-contacts.ts';
import { readLastComparison } from './comparison.ts';
import { DeliveredContacts, type DeliveredContact } from './delivered-contacts.ts';

const dayMs = 24 * 60 * 60_000;
/** The sign-ups that a report is about are those that were delivered within so many days. */
const days = 30;
export const reportedMs = days * dayMs;

/** What became of what was delivered to an account within the last 30 days: numbers, nothing personal. */
export interface SurvivalReport {
  readonly days: number;
  readonly delivered: number;
  readonly archived: number;
  /** Of the archived ones, by the hour of the day in UTC: 24 numbers. */
  readonly archivedByHour: readonly number[];
  readonly unsubscribed: number;
  /** Of these rasa.io told no id, so that they cannot be watched. */
  readonly unknown: number;
  /** Unix time in ms; `undefined` before the first time. */
  readonly comparedMs: number | undefined;
}

export async function reportOn(
  database: Pick<Database, 'read' | 'write'>,
  destination: Destination,
  nowMs: number,
): Promise<SurvivalReport> {
  const rows = new DeliveredContacts(database, destination);
  const sinceMs = nowMs - reportedMs;
  const archivedByHour = Array<number>(24).fill(0);
  let unsubscribed = 0;
  for await (const page of rows.lost(sinceMs)) {
    for (const { state, stateMs } of page) {
      const hour = new Date(stateMs).getUTCHours();
      if (state === 'archived') archivedByHour[hour] = (archivedByHour[hour] ?? 0) + 1;
      else unsubscribed++;
    }
  }
  return {
    days,
    ...(await rows.count(sinceMs)),
    archived: archivedByHour.reduce((sum, count) => sum + count, 0),
    archivedByHour,
    unsubscribed,
    comparedMs: await readLastComparison(database, destination),
  };
}

/** The report in a sentence. */
export function sentenceOf({ delivered, archived, archivedByHour }: SurvivalReport): string {
  const of = `of ${delivered} sign-up${delivered === 1 ? '' : 's'} of the last ${days} days`;
  if (delivered === 0) return `There were no sign-ups within the last ${days} days.`;
  if (archived === 0) return `None ${of} was archived at rasa.io.`;
  const most = Math.max(...archivedByHour);
  const hour = archivedByHour.indexOf(most);
  const between = `between ${hourOf(hour)} and ${hourOf(hour + 1)} UTC`;
  const were = archived === 1 ? 'was' : 'were';
  const begin = `${archived} ${of} ${were} archived`;
  // Somebody who archives contacts by hand does so at any hour.
  if (most * 2 <= archived) return `${begin}, at different hours.`;
  const part = archived === 1 ? '' : most === archived ? 'all of them ' : `${most} of them `;
  return `${begin}, ${part}${between}: a list replacement or CRM sync does that; add them there too.`;
}

function hourOf(hour: number): string {
  return `${String(hour % 24).padStart(2, '0')}:00`;
}

/** A contact that is gone, to be handed over to who keeps the other list. */
export interface LostContact extends DeliveredContact {
  /** Where KEEP_FOR_HANDOVER has kept it. */
  readonly email: string | undefined;
}

/** The archived ones of the last 90 days, page after page. */
export async function* readLost(
  database: Pick<Database, 'read' | 'write'>,
  destination: Destination,
): AsyncIterable<readonly LostContact[]> {
  for await (const page of new DeliveredContacts(database, destination).lost(0)) {
    const archived = page.filter(({ state }) => state === 'archived');
    const emails = await readAddresses(
      database,
      archived.map(({ id }) => id),
    );
    yield archived.map((contact) => ({ ...contact, email: emails.get(contact.id) }));
  }
}

/** By our ids, in their order, as far as KEEP_FOR_HANDOVER has kept them. At most some hundred ids. */
export async function readAddresses(
  database: Pick<Database, 'read'>,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await database.read({
    sql: sameSql(
      `select id, key_id, payload from ${handoverAddresses.name}
       where id in (${ids.map(() => '?').join(', ')}) order by id`,
    ),
    params: ids,
    opens: handoverAddresses,
  });
  return new Map(
    rows.flatMap(({ id, payload }) =>
      payload instanceof Unreadable ? [] : [[String(id), String(payload)] as const],
    ),
  );
}
