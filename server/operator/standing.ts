import type { Destination } from '../outbox/signup.ts';
import { sameSql, type Database } from '../store/database.ts';
import { lanes, precedences } from '../store/tables.ts';
import { reportOn } from '../survival/report.ts';
import type { AccountStanding, OperatorState } from './verdict.ts';

/** An account of this process, without what waits for it. */
export type OwnAccount = Omit<AccountStanding, 'waiting' | 'oldestMs' | 'isGone'>;

/**
 * How many sign-ups wait for each account, and since when; and for accounts that this process does not have.
 * A file of a million contacts takes hours: its rows count as waiting, but their age says nothing until they
 * were tried.
 */
export async function readStanding<T extends OwnAccount>(
  database: Pick<Database, 'read'>,
  destinations: ReadonlyMap<string, Destination>,
  accounts: readonly T[],
): Promise<readonly (AccountStanding & Partial<T>)[]> {
  const rows = await database.read({
    sql: sameSql(
      `select upstream, account, count(*) as n,
         min(case when lane = ${lanes.fresh} and due = ${precedences.file} then null else accepted_at end) as oldest
       from signups group by upstream, account`,
    ),
  });
  const groups = rows.map(({ upstream, account, n, oldest }) => ({
    place: `${String(upstream)} ${String(account)}`,
    waiting: Number(n),
    oldestMs: oldest === null ? undefined : Number(oldest),
  }));
  const own = accounts.map((account) => {
    const place = placeOf(destinations.get(account.name));
    const { waiting = 0, oldestMs } = groups.find((group) => group.place === place) ?? {};
    return { ...account, waiting, oldestMs };
  });
  const places = new Set([...destinations.values()].map(placeOf));
  const gone = groups
    .filter(({ place }) => !places.has(place))
    .map(({ place, ...counts }) => ({
      name: place,
      credentials: undefined,
      isUnreachable: false,
      isGone: true,
      ...counts,
    }));
  return [...own, ...(gone as (AccountStanding & Partial<T>)[])];
}

/** What was delivered to all accounts within the last 30 days, and how much of it is archived there. */
export async function readSurvival(
  database: Pick<Database, 'read' | 'write'>,
  destinations: ReadonlyMap<string, Destination>,
  nowMs: number,
): Promise<OperatorState['survival']> {
  let [delivered, archived] = [0, 0];
  for (const destination of destinations.values()) {
    const report = await reportOn(database, destination, nowMs);
    delivered += report.delivered;
    archived += report.archived;
  }
  return { delivered, archived };
}

function placeOf(destination: Destination | undefined): string {
  return destination ? `${destination.upstream} ${destination.account}` : '';
}
