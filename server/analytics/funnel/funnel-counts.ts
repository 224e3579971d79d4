import type { Logger } from 'pino';
import { sameSql, type Database, type Statement } from '../../store/database.ts';
import { funnelCounts as table } from '../../store/schema/analytics.ts';
import { addDays, dayAt, type Day } from '../days.ts';
import { otherPages } from './page-origin.ts';

/** What is counted when it happens. `delivered` and `survived` follow from what was delivered. */
export type CountedStep = 'fetched' | 'started' | 'refused' | 'accepted' | 'confirmed';

/** Where it happened. */
export interface FunnelPlace {
  /** Empty where there is no such form. */
  readonly form: string;
  /** By its name. */
  readonly account: string;
  /** See `pageOriginOf`. */
  readonly origin: string;
  /** Of `refused`: the problem's code. */
  readonly reason?: string | undefined;
}

export interface FunnelCountsOptions {
  readonly database: Pick<Database, 'read' | 'write'>;
  readonly log: Logger;
  readonly now?: () => number;
  readonly everyMs?: number;
}

interface Counter extends FunnelPlace {
  readonly day: Day;
  readonly step: string;
  count: number;
}

/** For a year to be compared with the year before. */
const keptDays = 400;
/**
 * Anybody can send any origin. Of those that may not use the form, the ones beyond this number on one day are
 * counted together; of all others there are as many as pages with forms, and ports of a developer's machine.
 */
const mostRefusedOrigins = 200;
const mostOrigins = 1000;
/** What waits in memory while the database is away. Beyond that origins are not told apart. */
const mostCounters = 5000;
/** Rows of one write. */
const slice = 200;

/**
 * Counts what visitors do, in memory, and adds it to the store in the background: nobody waits for it, and
 * nothing is written on the way of a sign-up. A process that is killed loses what it has counted since the
 * last time, ten seconds at most.
 */
export class FunnelCounts {
  readonly #options: FunnelCountsOptions;
  readonly #now: () => number;
  readonly #timer: NodeJS.Timeout;
  #counters = new Map<string, Counter>();
  #writing: Promise<void> = Promise.resolve();
  #origins: { day: Day; names: Set<string> } = { day: '', names: new Set() };
  #sweptOn: Day = '';
  #isFailing = false;

  constructor(options: FunnelCountsOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#timer = setInterval(() => void this.flush(), options.everyMs ?? 10_000);
    this.#timer.unref();
  }

  count(step: CountedStep, place: FunnelPlace): void {
    const day = dayAt(this.#now(), 'UTC');
    this.#add({ ...place, day, step, count: 1 });
  }

  /** Adds what was counted to the store. Never rejects: what the store does not take is kept for later. */
  flush(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
  }

  #add(counter: Counter): void {
    const isFull = this.#counters.size >= mostCounters && !this.#counters.has(idOf(counter));
    const placed = isFull ? { ...counter, origin: otherPages } : counter;
    const id = idOf(placed);
    const known = this.#counters.get(id);
    if (known) known.count += counter.count;
    else this.#counters.set(id, placed);
  }

  async #write(): Promise<void> {
    const { database, log } = this.#options;
    if (this.#counters.size === 0) return;
    const counted = [...this.#counters.values()];
    this.#counters = new Map();
    let written = 0;
    try {
      const rows = await this.#bounded(counted);
      // In one order, so that two processes never wait for each other's rows.
      rows.sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1));
      // From here on the rows stand for what was counted.
      counted.splice(0, counted.length, ...rows);
      for (; written < rows.length; written += slice) {
        await database.write(rows.slice(written, written + slice).map(addition));
      }
      await this.#sweep();
      this.#isFailing = false;
    } catch (error) {
      for (const counter of counted.slice(written)) this.#add(counter);
      if (!this.#isFailing) log.warn({ err: error }, 'The funnel cannot be written now; it is kept.');
      this.#isFailing = true;
    }
  }

  /** The counters with at most so many origins a day, also together with other processes. */
  async #bounded(counters: readonly Counter[]): Promise<Counter[]> {
    const bounded = new Map<string, Counter>();
    let readOf: Day | undefined;
    // By day, so that the origins of each are read once at most, however many new ones there are.
    for (const counter of [...counters].sort((a, b) => Number(a.day > b.day) - Number(a.day < b.day))) {
      const { day } = counter;
      if (this.#origins.day !== day) this.#origins = { day, names: new Set() };
      if (readOf !== day && !this.#origins.names.has(counter.origin)) {
        readOf = day;
        await this.#readOrigins();
      }
      const origin = this.#isNamed(counter) ? counter.origin : otherPages;
      const id = idOf({ ...counter, origin });
      const known = bounded.get(id);
      if (known) known.count += counter.count;
      else bounded.set(id, { ...counter, origin });
    }
    return [...bounded.values()];
  }

  async #readOrigins(): Promise<void> {
    const { day, names } = this.#origins;
    const rows = await this.#options.database.read({
      sql: sameSql(`select distinct origin from ${table.name} where id >= ? and id < ?`),
      params: [`${day} `, `${day}!`],
    });
    for (const row of rows) names.add(String(row['origin']));
  }

  #isNamed({ origin, reason }: Counter): boolean {
    const { names } = this.#origins;
    const most = reason === 'origin_refused' ? mostRefusedOrigins : mostOrigins;
    if (!names.has(origin) && names.size < most) names.add(origin);
    return names.has(origin);
  }

  async #sweep(): Promise<void> {
    const today = dayAt(this.#now(), 'UTC');
    if (this.#sweptOn === today) return;
    await this.#options.database.write([
      { sql: sameSql(`delete from ${table.name} where id < ?`), params: [addDays(today, -keptDays)] },
    ]);
    this.#sweptOn = today;
  }
}

/** Begins with the day, so that days are ranges of ids. No name in it has a blank. */
function idOf({ day, account, form, step, reason = '', origin }: Omit<Counter, 'count'>): string {
  return [day, account, form, step, reason, origin].join(' ');
}

function addition(counter: Counter): Statement {
  const { day, account, form, origin, step, reason = '', count } = counter;
  return {
    sql: sameSql(
      `insert into ${table.name} (id, day, account, form, origin, step, reason, count) values (?, ?, ?, ?, ?, ?, ?, ?)
       on conflict (id) do update set count = ${table.name}.count + excluded.count`,
    ),
    params: [idOf(counter), day, account, form, origin, step, reason, count],
  };
}
