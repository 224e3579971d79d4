import { Endpoints } from '../events/webhooks/endpoints.ts';
import { Tokens } from '../contacts/tokens.ts';
import { DeadLetters } from '../outbox/dead-letters.ts';
import type { DeadLetter } from '../outbox/rows.ts';
import { redacted, type Destination } from '../outbox/signup.ts';
import { sameSql, type Database } from '../store/database.ts';
import type { Refusals } from './refusals.ts';
import { readStanding, readSurvival } from './standing.ts';
import type { AccountStanding, OperatorState } from './verdict.ts';

const hourMs = 60 * 60_000;
export const periods = { '24h': 24, '7d': 7 * 24, '30d': 30 * 24 } as const;
export type Period = keyof typeof periods;

export interface Hour {
  readonly startMs: number;
  readonly delivered: number;
  readonly refused: number;
}

/** All that the page shows, but for addresses. */
export interface Figures {
  readonly state: OperatorState;
  readonly period: Period;
  /** The oldest first. */
  readonly hours: readonly Hour[];
  readonly accounts: readonly ShownAccount[];
  readonly deadLetters: readonly ShownDeadLetter[];
  readonly webhooks: readonly {
    readonly host: string;
    readonly isActive: boolean;
    readonly failures: number;
  }[];
  /** Valid ones. */
  readonly tokens: readonly string[];
  /** The last one that changed. */
  readonly lastImport:
    { readonly rows: number; readonly stored: number; readonly changedMs: number } | undefined;
}

export interface ShownAccount extends AccountStanding {
  /** ISO 8601. */
  readonly lastSuccess: string | undefined;
  readonly keys: readonly { readonly fingerprint: string; readonly state: string }[];
}

export interface ShownDeadLetter {
  readonly id: string;
  readonly form: string;
  /** Without addresses. */
  readonly reason: string;
  readonly attempts: number;
  /** ISO 8601. */
  readonly refusedAt: string;
}

/** How an account of this process stands. */
export type RunningAccount = Omit<ShownAccount, 'waiting' | 'oldestMs' | 'isGone'>;

export interface FiguresOptions {
  readonly database: Database;
  /** Of each account, by its name. */
  readonly destinations: ReadonlyMap<string, Destination>;
  readonly accounts: () => readonly RunningAccount[];
  readonly storeFault: () => OperatorState['storeFault'];
  readonly refusals: Refusals;
  readonly now?: () => number;
}

/** Events are counted so many at a time: long reads delay writes. */
const batch = 5000;
/** Of accounts that this proxy does not have. */
const unknownKeys = { lastSuccess: undefined, keys: [] };
const keptHours = periods['30d'] + 1;

/** Reads what the page shows. What was counted once is not read again. */
export class FiguresReader {
  readonly #options: FiguresOptions;
  readonly #now: () => number;
  readonly #delivered = new Map<number, number>();
  #countedTo = 0;
  #counting = Promise.resolve();

  constructor(options: FiguresOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  async read(period: Period): Promise<Figures> {
    const { database, destinations, refusals, storeFault } = this.#options;
    this.#counting = this.#counting.then(() => this.#count());
    await this.#counting;
    const nowMs = this.#now();
    const [standing, { entries, unreadable }, endpoints, tokens, survival, [lastImport]] = await Promise.all([
      readStanding(database, destinations, this.#options.accounts()),
      new DeadLetters({ database }).list(),
      new Endpoints({ database }).list(),
      new Tokens({ database }).list(),
      readSurvival(database, destinations, nowMs),
      database.read({
        sql: sameSql('select rows, stored, changed_at from imports order by changed_at desc limit 1'),
      }),
    ]);
    const accounts = standing.map((account) => ({ ...unknownKeys, ...account }));
    const hours = this.#hours(period, nowMs);
    return {
      state: {
        nowMs,
        storeFault: storeFault(),
        delivered: hours.reduce((sum, { delivered }) => sum + delivered, 0),
        setAside: entries.length,
        unreadable: unreadable.length,
        accounts,
        refused: refusals.since(hours[0]?.startMs ?? nowMs),
        survival,
      },
      period,
      hours,
      accounts,
      deadLetters: entries.map(shown).reverse(),
      webhooks: endpoints.map(({ target, state, failures }) => ({
        host: target ? new URL(target.url).host : 'cannot be read',
        isActive: state === 'active',
        failures,
      })),
      tokens: tokens
        .filter(({ revokedMs, expiresMs = Infinity }) => revokedMs === undefined && expiresMs > nowMs)
        .map(({ name }) => name),
      lastImport: lastImport && {
        rows: Number(lastImport['rows']),
        stored: Number(lastImport['stored']),
        changedMs: Number(lastImport['changed_at']),
      },
    };
  }

  #hours(period: Period, nowMs: number): readonly Hour[] {
    const last = Math.floor(nowMs / hourMs);
    const refused = this.#options.refusals.byHour();
    return Array.from({ length: periods[period] }, (_, index) => {
      const hour = last - periods[period] + 1 + index;
      return {
        startMs: hour * hourMs,
        delivered: this.#delivered.get(hour) ?? 0,
        refused: refused.get(hour) ?? 0,
      };
    });
  }

  async #count(): Promise<void> {
    const { database } = this.#options;
    const [numbers] = await database.read({
      sql: sameSql('select min(seq) as first, max(seq) as last from events'),
    });
    const last = Number(numbers?.['last'] ?? 0);
    this.#countedTo = Math.max(this.#countedTo, Number(numbers?.['first'] ?? 1) - 1);
    while (this.#countedTo < last) {
      const to = Math.min(last, this.#countedTo + batch);
      const rows = await database.read({
        sql: sameSql(
          `select at / ${hourMs} as hour, count(*) as n from events
           where seq > ? and seq <= ? and type = 'signup.delivered' group by at / ${hourMs}`,
        ),
        params: [this.#countedTo, to],
      });
      this.#countedTo = to;
      for (const row of rows) {
        const hour = Number(row['hour']);
        this.#delivered.set(hour, (this.#delivered.get(hour) ?? 0) + Number(row['n']));
      }
    }
    const oldest = Math.floor(this.#now() / hourMs) - keptHours;
    for (const hour of this.#delivered.keys()) if (hour < oldest) this.#delivered.delete(hour);
  }
}

function shown({ signup, reason, attempts, refusedAt }: DeadLetter): ShownDeadLetter {
  return { id: signup.id, form: signup.form, reason: redacted(reason, signup.contact), attempts, refusedAt };
}
