import { sameSql, type Database, type Row as StoredRow, type Value } from '../../store/database.ts';
import { readSlices } from '../../store/slices.ts';
import { funnelCounts } from '../../store/schema/analytics.ts';
import { deliveredContacts, watchedDays } from '../../store/schema/delivered-contacts.ts';
import { addDays, dayAt, type Day } from '../days.ts';
import type { Cell, Column, Row } from '../reports/report.ts';
import type { FunnelCounts } from './funnel-counts.ts';

/** What rows can be told apart by; what is left out is added up. */
export const funnelGroups = ['day', 'form', 'origin'] as const;
export type FunnelGroup = (typeof funnelGroups)[number];

export interface FunnelQuery {
  /** The first and the last day, in UTC. */
  readonly from: Day;
  readonly to: Day;
  readonly by: readonly FunnelGroup[];
  /** `undefined`: all forms. */
  readonly form?: string | undefined;
  /** By its name; `undefined`: all, and what was sent to forms that do not exist. */
  readonly account?: string | undefined;
}

export interface FunnelOptions {
  readonly database: Pick<Database, 'read'>;
  /** Where the accounts' contacts are delivered to, by the accounts' names. */
  readonly destinations: ReadonlyMap<string, { readonly upstream: string; readonly account: string }>;
  /** Those of this process, to be added before they are read. */
  readonly counts?: Pick<FunnelCounts, 'flush'>;
  readonly now?: () => number;
}

const groupColumns: Readonly<Record<FunnelGroup, Column>> = {
  day: { name: 'day', type: 'day', about: 'In UTC.' },
  form: { name: 'form', type: 'text', about: 'Its id; empty where there is no such form.' },
  origin: {
    name: 'origin',
    type: 'text',
    about: 'Of the page; `own`: hosted forms and no browser, `null`: a sandboxed frame, `other`: the rest.',
  },
};

/** The columns of refusals and the problems that each counts; `refused_other` has all others. */
const refusals: Readonly<Record<string, readonly string[]>> = {
  refused_input: ['invalid', 'malformed', 'too_large', 'unsupported'],
  refused_robot: ['bot_suspected'],
  refused_rate: ['rate_limited'],
  refused_origin: ['origin_refused'],
};

const counted: readonly Column[] = [
  { name: 'fetched', type: 'integer', about: 'The definition or the page of the form was fetched.' },
  {
    name: 'started',
    type: 'integer',
    about: 'A challenge was asked for, or a plain form asked for its click.',
  },
  { name: 'refused', type: 'integer', about: 'Sign-ups that were refused, for any reason.' },
  { name: 'refused_input', type: 'integer', about: 'Of these: wrong or missing input.' },
  { name: 'refused_robot', type: 'integer', about: 'Taken for those of robots.' },
  { name: 'refused_rate', type: 'integer', about: 'Too many.' },
  { name: 'refused_origin', type: 'integer', about: 'From pages that may not use the form.' },
  { name: 'refused_other', type: 'integer', about: 'All others, such as no such form.' },
  { name: 'accepted', type: 'integer', about: 'Sign-ups that were accepted, without retries.' },
  {
    name: 'confirmed',
    type: 'integer',
    about: 'Confirmed by a click in a mail, where the form asks for that.',
  },
  { name: 'delivered', type: 'integer', about: 'Contacts that rasa.io has taken, in the last 90 days.' },
  {
    name: 'survived',
    type: 'integer',
    about: 'Those of them that rasa.io has not archived or unsubscribed since.',
  },
];

export function funnelColumnsBy(by: readonly FunnelGroup[]): readonly Column[] {
  return [...by.map((group) => groupColumns[group]), ...counted];
}

const dayMs = 86_400_000;

/** The first whole day of which it is known what was delivered. */
function deliveredSince(nowMs: number): Day {
  return addDays(dayAt(nowMs, 'UTC'), 1 - watchedDays);
}

/** What readers of these figures should know. */
export function funnelNotes({ from }: Pick<FunnelQuery, 'from'>, nowMs: number): readonly string[] {
  const since = deliveredSince(nowMs);
  if (from >= since) return [];
  return [`Delivered and survived are known since ${since} only: earlier ones are not counted.`];
}

/** Reads what visitors did, as counts. See `FunnelCounts` for what is counted when. */
export class Funnel {
  readonly #options: FunnelOptions;

  constructor(options: FunnelOptions) {
    this.#options = options;
  }

  /** In the order of days, forms and origins. Rejects with `StoreUnavailable`. */
  async read(query: FunnelQuery): Promise<readonly Row[]> {
    await this.#options.counts?.flush();
    const { by } = query;
    const rows = new Map<string, Record<string, Cell>>();
    const since = deliveredSince((this.#options.now ?? Date.now)());
    const rowFor = (place: Readonly<Record<FunnelGroup, string>>) => {
      const groups = by.map((group) => place[group]);
      const key = JSON.stringify(groups);
      const isKnown = (by.includes('day') ? place.day : query.to) >= since;
      const row = rows.get(key) ?? {
        ...Object.fromEntries(by.map((group, index) => [group, groups[index] ?? ''])),
        ...Object.fromEntries(counted.map(({ name }) => [name, 0])),
        ...(!isKnown && { delivered: null, survived: null }),
      };
      rows.set(key, row);
      return row;
    };
    for (const stored of await this.#readCounts(query)) {
      addTo(rowFor(placeOf(stored, String(stored['day']))), stored);
    }
    for (const stored of await this.#readDelivered(query)) {
      const row = rowFor(placeOf(stored, addDays('1970-01-01', Number(stored['day'] ?? 0))));
      row['delivered'] = Number(row['delivered']) + Number(stored['delivered']);
      row['survived'] = Number(row['survived']) + Number(stored['survived']);
    }
    return [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  }

  #readCounts({ from, to, by, form, account }: FunnelQuery): Promise<readonly StoredRow[]> {
    const columns = [...by, 'step', 'reason'].join(', ');
    const params: Value[] = [from, addDays(to, 1)];
    if (form !== undefined) params.push(form);
    if (account !== undefined) params.push(account);
    return this.#options.database.read({
      sql: sameSql(
        `select ${columns}, sum(count) as count from ${funnelCounts.name} where id >= ? and id < ?
         ${form === undefined ? '' : 'and form = ?'} ${account === undefined ? '' : 'and account = ?'}
         group by ${columns}`,
      ),
      params,
    });
  }

  async #readDelivered({ from, to, by, form, account }: FunnelQuery): Promise<readonly StoredRow[]> {
    const places = [...this.#options.destinations]
      .filter(([name]) => account === undefined || account === name)
      .map(([, destination]) => destination);
    if (places.length === 0) return [];
    const isTheirs = places.map(() => 'upstream = ? and account = ?').join(' or ');
    const isAsked = `origin <> '' and delivered_at >= ? and delivered_at < ? ${form === undefined ? '' : 'and form = ?'}`;
    const groups = by.join(', ');
    const counted = (state: string) => `sum(case when is_counted = 1${state} then 1 else 0 end)`;
    const sql = sameSql(
      `select ${groups}${groups && ','} count(*) as seen, max(id) as last, ${counted('')} as delivered,
         ${counted(` and state = ''`)} as survived
       from (
         select id, form, origin, state, delivered_at / ${dayMs} as day,
           case when (${isTheirs}) and ${isAsked} then 1 else 0 end as is_counted
         from ${deliveredContacts.name} where id > ? order by id limit ?
       ) part ${groups && `group by ${groups}`}`,
    );
    const params = [
      ...places.flatMap(({ upstream, account: id }) => [upstream, id]),
      Date.parse(from),
      Date.parse(addDays(to, 1)),
      ...(form === undefined ? [] : [form]),
    ];
    const found: StoredRow[] = [];
    for await (const row of readSlices(this.#options.database, { sql, params, from: '' })) {
      if (Number(row['delivered']) > 0) found.push(row);
    }
    return found;
  }
}

function placeOf(stored: StoredRow, day: Day): Readonly<Record<FunnelGroup, string>> {
  return { day, form: String(stored['form']), origin: String(stored['origin']) };
}

function addTo(row: Record<string, Cell>, { step, reason, count }: StoredRow): void {
  const add = (name: string) => (row[name] = Number(row[name]) + Number(count));
  add(String(step));
  if (step !== 'refused') return;
  const column = Object.keys(refusals).find((name) => refusals[name]?.includes(String(reason)));
  add(column ?? 'refused_other');
}
