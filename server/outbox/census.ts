import type { Logger } from 'pino';
import { sameSql, type Database } from '../store/database.ts';
import type { Destination } from './signup.ts';

export interface OutboxCounts {
  /** For the destinations of this process. */
  readonly waiting: number;
  /** For other destinations: they stay until the product runs with these again. */
  readonly elsewhere: readonly Elsewhere[];
  readonly deadLetters: number;
  /** When the oldest that waits was accepted, in ms since 1970; `undefined` when none waits. */
  readonly oldestMs: number | undefined;
  /**
   * The same of those of other persons than the oldest's: what no single sign-up can move, such as one that
   * rasa.io never takes and never refuses.
   */
  readonly othersOldestMs: number | undefined;
}

export interface Elsewhere extends Destination {
  readonly waiting: number;
}

export interface CensusOptions {
  readonly database: Database;
  /** Of this process. */
  readonly destinations: readonly Destination[];
  /** Between two counts at least. */
  readonly restMs?: number;
  readonly monotonicMs?: () => number;
}

/** Of the time, for counting what waits: a million rows take some tens of ms. */
const largestShare = 1 / 50;
/** How long own changes may keep a count from being used, since it may hold some of them and lack others. */
const patienceMs = 10_000;

/**
 * How many wait, without asking each time: own changes are added up at once, and now and then all is counted
 * anew, since other processes add, deliver and replay too.
 */
export class Census {
  readonly #options: CensusOptions;
  readonly #monotonicMs: () => number;
  #counts: OutboxCounts = {
    waiting: 0,
    elsewhere: [],
    deadLetters: 0,
    oldestMs: undefined,
    othersOldestMs: undefined,
  };
  #changes = 0;
  #countedAtMs = -Infinity;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;
  #counting = Promise.resolve();

  constructor(options: CensusOptions) {
    this.#options = options;
    this.#monotonicMs = options.monotonicMs ?? (() => performance.now());
  }

  counts(): OutboxCounts {
    return this.#counts;
  }

  noteAdded(atMs: number): void {
    this.#changes++;
    const { waiting, oldestMs } = this.#counts;
    this.#counts = { ...this.#counts, waiting: waiting + 1, oldestMs: oldestMs ?? atMs };
  }

  noteSettled({ gone, dead }: { readonly gone: number; readonly dead: number }): void {
    this.#changes++;
    const waiting = Math.max(0, this.#counts.waiting - gone);
    const deadLetters = this.#counts.deadLetters + dead;
    const oldestMs = waiting === 0 ? undefined : this.#counts.oldestMs;
    const othersOldestMs = waiting < 2 ? undefined : this.#counts.othersOldestMs;
    this.#counts = { ...this.#counts, waiting, deadLetters, oldestMs, othersOldestMs };
  }

  async start(): Promise<void> {
    await this.#count();
    this.#schedule();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#counting;
  }

  #schedule(lastTookMs = 0): void {
    const { restMs = 1000 } = this.#options;
    this.#timer = setTimeout(
      () => {
        const startedAtMs = this.#monotonicMs();
        this.#counting = this.#count()
          .catch(() => {
            // The store is away: whoever adds or delivers says so.
          })
          .then(() => {
            if (!this.#isStopped) this.#schedule(this.#monotonicMs() - startedAtMs);
          });
      },
      Math.max(restMs, lastTookMs / largestShare),
    );
    this.#timer.unref();
  }

  async #count(): Promise<void> {
    const { database, destinations } = this.#options;
    const changesBefore = this.#changes;
    const [groups, [dead], [oldest], [othersOldest]] = await Promise.all([
      database.read({
        sql: sameSql('select upstream, account, count(*) as n from signups group by upstream, account'),
      }),
      database.read({ sql: sameSql('select count(*) as n from dead_letters') }),
      database.read({ sql: sameSql('select accepted_at from signups order by seq limit 1') }),
      database.read({
        sql: sameSql(
          'select accepted_at from signups where person <> (select person from signups order by seq limit 1) order by seq limit 1',
        ),
      }),
    ]);
    const nowMs = this.#monotonicMs();
    if (changesBefore !== this.#changes && nowMs - this.#countedAtMs < patienceMs) return;
    this.#countedAtMs = nowMs;
    const counted = groups.map((row): Elsewhere => ({
      upstream: String(row['upstream']),
      account: String(row['account']),
      waiting: Number(row['n']),
    }));
    const isOurs = ({ upstream, account }: Destination) =>
      destinations.some((own) => upstream === own.upstream && account === own.account);
    this.#counts = {
      waiting: counted.filter(isOurs).reduce((sum, { waiting }) => sum + waiting, 0),
      elsewhere: counted.filter((group) => !isOurs(group)),
      deadLetters: Number(dead?.['n'] ?? 0),
      oldestMs: oldest && Number(oldest['accepted_at']),
      othersOldestMs: othersOldest && Number(othersOldest['accepted_at']),
    };
  }
}

/** What waits for another upstream or account stays until the product runs with that one again. */
export function warnOfElsewhere({ elsewhere }: OutboxCounts, log: Logger): void {
  for (const { waiting, upstream, account } of elsewhere) {
    log.warn(
      { waiting, upstream, account },
      'Sign-ups wait for another upstream or account than this one. They stay in the database and are delivered when ' +
        'the proxy runs with the RASA_ settings that they were accepted with.',
    );
  }
}
