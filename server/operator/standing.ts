import type { Destination } from '../outbox/signup.ts';
import { sameSql, type Database } from '../store/database.ts';
import { readSlices } from '../store/slices.ts';
import { lanes, precedences } from '../store/tables.ts';
import { DeliveredContacts } from '../survival/delivered-contacts.ts';
import { reportedMs } from '../survival/report.ts';
import type { AccountStanding, OperatorState } from './verdict.ts';

/** An account of this process, without what waits for it. */
export type OwnAccount = Omit<AccountStanding, 'waiting' | 'oldestMs' | 'isGone'>;

/** An account, with what waits for it. */
export type Standing<T extends OwnAccount> = AccountStanding &
  Partial<T> & {
    /** When the next one is due. Unix time in ms; 0 for now. */
    readonly nextMs: number;
  };

export interface Backlog<T extends OwnAccount> {
  readonly accounts: readonly Standing<T>[];
  /** How many were accepted in each hour, by its number since 1970. */
  readonly byHour: ReadonlyMap<number, number>;
}

/** What waits: by the hour in which it was accepted, and by the place that it is for. */
export interface Waiting {
  readonly byHour: Backlog<OwnAccount>['byHour'];
  readonly groups: ReadonlyMap<string, Group>;
}

interface Group {
  readonly waiting: number;
  readonly oldestMs: number | undefined;
  readonly nextMs: number;
}

const hourMs = 60 * 60_000;
const sliceSql = sameSql(
  `select upstream, account, accepted_at / ${hourMs} as hour, count(*) as seen, max(seq) as last,
     min(case when lane = ${lanes.fresh} and due = ${precedences.file} then null else accepted_at end) as oldest,
     min(case lane when ${lanes.fresh} then 0 else due end) as next
   from (
     select seq, upstream, account, lane, due, accepted_at from signups where seq > ? order by seq limit ?
   ) part
   group by upstream, account, accepted_at / ${hourMs}`,
);

/**
 * How many sign-ups wait, and since when. A file of a million contacts takes hours: its rows count as
 * waiting, but their age says nothing until they were tried.
 */
export async function readWaiting(database: Pick<Database, 'read'>, slice?: number): Promise<Waiting> {
  const byHour = new Map<number, number>();
  const groups = new Map<string, Group>();
  for await (const row of readSlices(database, { sql: sliceSql, from: 0, ...(slice && { size: slice }) })) {
    const { upstream, account, hour, seen, oldest, next } = row;
    const waiting = Number(seen);
    byHour.set(Number(hour), (byHour.get(Number(hour)) ?? 0) + waiting);
    const place = `${String(upstream)} ${String(account)}`;
    const group = { waiting, oldestMs: oldest === null ? undefined : Number(oldest) };
    groups.set(place, together(groups.get(place), { ...group, nextMs: Number(next) }));
  }
  return { byHour, groups };
}

/** What waits for each account, and for accounts that this process does not have. */
export function backlogOf<T extends OwnAccount>(
  { byHour, groups }: Waiting,
  destinations: ReadonlyMap<string, Destination>,
  running: readonly T[],
): Backlog<T> {
  const own = running.map((account) => {
    const group = groups.get(placeOf(destinations.get(account.name)));
    return { ...account, waiting: 0, oldestMs: undefined, nextMs: 0, ...group };
  });
  const places = new Set([...destinations.values()].map(placeOf));
  const gone = [...groups]
    .filter(([place]) => !places.has(place))
    .map(([name, group]) => ({
      name,
      credentials: undefined,
      isUnreachable: false,
      isGone: true,
      ...group,
    }));
  return { accounts: [...own, ...(gone as unknown as Standing<T>[])], byHour };
}

function together(one: Group | undefined, other: Group): Group {
  if (!one) return other;
  const times = [one.oldestMs, other.oldestMs].filter((ms) => ms !== undefined);
  return {
    waiting: one.waiting + other.waiting,
    oldestMs: times.length > 0 ? Math.min(...times) : undefined,
    nextMs: Math.min(one.nextMs, other.nextMs),
  };
}

/** What was delivered to all accounts within the last 30 days, and how much of it is archived there. */
export async function readSurvival(
  database: Pick<Database, 'read' | 'write'>,
  destinations: ReadonlyMap<string, Destination>,
  nowMs: number,
): Promise<OperatorState['survival']> {
  let [delivered, archived] = [0, 0];
  for (const destination of destinations.values()) {
    const counts = await new DeliveredContacts(database, destination).count(nowMs - reportedMs);
    delivered += counts.delivered;
    archived += counts.archived;
  }
  return { delivered, archived };
}

function placeOf(destination: Destination | undefined): string {
  return destination ? `${destination.upstream} ${destination.account}` : '';
}
