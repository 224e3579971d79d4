import type { CallsAt, CallTimes } from '../accounts/call-times.ts';
import { dayAt } from '../analytics/days.ts';
import { Funnel, type FunnelOptions } from '../analytics/funnel/funnel.ts';
import type { Destination } from '../outbox/signup.ts';
import { sameSql, type Database } from '../store/database.ts';
import { DeliveredHours } from './delivered-hours.ts';
import { Paced } from './paced.ts';
import type { Nearest, RefusedByRule, Refusals } from './refusals.ts';
import { readRest, type RestFigures } from './rest-figures.ts';
import { SetAside, type SetAsideState } from './set-aside.ts';
import type { SetupChecks, SetupState } from './setup-checks.ts';
import { backlogOf, readSurvival, readWaiting, type OwnAccount, type Standing } from './standing.ts';
import type { OperatorState } from './verdict.ts';

const hourMs = 60 * 60_000;
export const periods = { '24h': 24, '7d': 7 * 24, '30d': 30 * 24 } as const;
export type Period = keyof typeof periods;

export interface Hour {
  readonly startMs: number;
  /** Reached rasa.io in it. */
  readonly delivered: number;
  /** Accepted in it, and still waiting. */
  readonly waiting: number;
  readonly refused: number;
}

/** Steps of visitors, over whole days. */
export interface FunnelFigures {
  /** The first day, in UTC. */
  readonly from: string;
  readonly seen: number;
  readonly started: number;
  readonly sent: number;
  readonly accepted: number;
  readonly confirmed: number;
  readonly delivered: number;
}

/** All that the page shows, but for addresses. */
export interface Figures {
  readonly state: OperatorState;
  readonly period: Period;
  /** The oldest first. */
  readonly hours: readonly Hour[];
  /** When rasa.io began to refuse the key of an account, the oldest first. */
  readonly keyRefusals: readonly { readonly atMs: number; readonly account: string }[];
  readonly calls: readonly CallsAt[];
  readonly callsEveryMs: number;
  readonly funnel: FunnelFigures;
  readonly accounts: readonly ShownAccount[];
  readonly setAside: SetAsideState;
  readonly refused: readonly RefusedByRule[];
  readonly nearest: Nearest;
  readonly rest: RestFigures;
  readonly setup: SetupState;
  readonly startedMs: number;
}

/** How an account of this process stands. */
export interface RunningAccount extends OwnAccount {
  /** ISO 8601. */
  readonly lastSuccess: string | undefined;
  /** How long nothing is sent from now, in ms. */
  readonly pausedForMs: number;
  readonly keys: readonly {
    readonly fingerprint: string;
    readonly state: string;
    /** By the operator. */
    readonly isWithdrawn: boolean;
  }[];
  /** The ids of the forms whose sign-ups go to it. */
  readonly forms: readonly string[];
}

/** Accounts that this process does not have are without keys. */
export type ShownAccount = Standing<RunningAccount>;

export interface FiguresOptions {
  readonly database: Database;
  /** Of each account, by its name. */
  readonly destinations: ReadonlyMap<string, Destination>;
  readonly accounts: () => readonly RunningAccount[];
  readonly calls: Pick<CallTimes, 'since'>;
  readonly storeFault: () => OperatorState['storeFault'];
  readonly refusals: Refusals;
  readonly setup: Pick<SetupChecks, 'state'>;
  /** Of what visitors do, to be written before they are read. */
  readonly counts: NonNullable<FunnelOptions['counts']>;
  readonly now?: () => number;
}

/** Points of the chart of response times: some fifty in each period. */
const callsEvery: Readonly<Record<Period, number>> = {
  '24h': hourMs / 2,
  '7d': 3 * hourMs,
  '30d': 12 * hourMs,
};

/** Reads what the page shows. */
export class FiguresReader {
  readonly #options: FiguresOptions;
  readonly #now: () => number;
  readonly #startedMs: number;
  readonly #delivered: DeliveredHours;
  readonly #setAside: SetAside;
  readonly #waiting;
  readonly #rest;
  readonly #survival;
  readonly #funnels;

  constructor(options: FiguresOptions) {
    const { database, destinations, counts, now = Date.now } = options;
    this.#options = options;
    this.#now = now;
    this.#startedMs = now();
    this.#delivered = new DeliveredHours({ database, kept: periods['30d'] + 1, now });
    this.#setAside = new SetAside({ database, now });
    this.#waiting = new Paced({ read: () => readWaiting(database), now });
    this.#rest = new Paced({ read: () => readRest(database, now()), now });
    this.#survival = new Paced({ read: () => readSurvival(database, destinations, now()), now });
    const funnel = new Funnel({ database, destinations, counts });
    const pacedFunnel = (period: Period) =>
      new Paced({ read: () => readFunnel(funnel, sinceOf(period, now()), now()), now });
    this.#funnels = { '24h': pacedFunnel('24h'), '7d': pacedFunnel('7d'), '30d': pacedFunnel('30d') };
  }

  async read(period: Period): Promise<Figures> {
    const { destinations, accounts, refusals, storeFault, calls, setup } = this.#options;
    const nowMs = this.#now();
    const [waiting, delivered, setAside, rest, survival, funnel] = await Promise.all([
      this.#waiting.get(),
      this.#delivered.read(),
      this.#setAside.read(),
      this.#rest.get(),
      this.#survival.get(),
      this.#funnels[period].get(),
    ]);
    const backlog = backlogOf(waiting, destinations, accounts());
    const hours = this.#hours(period, nowMs, { delivered, waiting: backlog.byHour });
    const sinceMs = sinceOf(period, nowMs);
    const refused = refusals.since(sinceMs);
    const state = {
      nowMs,
      storeFault: storeFault(),
      delivered: hours.reduce((sum, hour) => sum + hour.delivered, 0),
      setAside: setAside.count,
      unreadable: setAside.unreadable,
      accounts: backlog.accounts,
      refused,
      survival,
    };
    return {
      state,
      period,
      hours,
      keyRefusals: await this.#keyRefusals(sinceMs),
      calls: calls.since(sinceMs, callsEvery[period]),
      callsEveryMs: callsEvery[period],
      funnel,
      accounts: backlog.accounts,
      setAside,
      refused,
      nearest: refusals.nearestSince(sinceMs),
      rest,
      setup: setup.state,
      startedMs: this.#startedMs,
    };
  }

  /** What was set aside, all of it. */
  setAside(): ReturnType<SetAside['all']> {
    return this.#setAside.all();
  }

  /** Something was changed: the next look is a new one. */
  forget(): void {
    this.#waiting.forget();
    this.#setAside.forget();
  }

  #hours(
    period: Period,
    nowMs: number,
    { delivered, waiting }: Readonly<Record<'delivered' | 'waiting', ReadonlyMap<number, number>>>,
  ): readonly Hour[] {
    const last = Math.floor(nowMs / hourMs);
    const refused = this.#options.refusals.byHour();
    return Array.from({ length: periods[period] }, (_, index) => {
      const hour = last - periods[period] + 1 + index;
      return {
        startMs: hour * hourMs,
        delivered: delivered.get(hour) ?? 0,
        waiting: waiting.get(hour) ?? 0,
        refused: refused.get(hour) ?? 0,
      };
    });
  }

  async #keyRefusals(sinceMs: number): Promise<Figures['keyRefusals']> {
    const rows = await this.#options.database.read({
      sql: sameSql(
        `select at, account from events where subject >= 'credentials ' and subject < 'credentials!' and type = 'credentials.failed'
         and at >= ? order by seq desc limit 2`,
      ),
      params: [sinceMs],
    });
    return rows.map((row) => ({ atMs: Number(row['at']), account: String(row['account']) })).reverse();
  }
}

/** When the first hour of the period began. */
function sinceOf(period: Period, nowMs: number): number {
  return (Math.floor(nowMs / hourMs) - periods[period] + 1) * hourMs;
}

async function readFunnel(funnel: Funnel, sinceMs: number, nowMs: number): Promise<FunnelFigures> {
  const from = dayAt(sinceMs, 'UTC');
  const [row = {}] = await funnel.read({ from, to: dayAt(nowMs, 'UTC'), by: [] });
  const of = (name: string) => Number(row[name] ?? 0);
  return {
    from,
    seen: of('fetched'),
    started: of('started'),
    sent: of('accepted') + of('refused'),
    accepted: of('accepted'),
    confirmed: of('confirmed'),
    delivered: of('delivered'),
  };
}
