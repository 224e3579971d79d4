import { sameSql, type Database, type WriteStatement } from '../../store/database.ts';
import { never } from '../contacts/person.ts';
import type { Persons } from '../contacts/persons.ts';
import { dayMs } from '../figures/issues.ts';
import type { State } from '../state.ts';
import type { Nightly } from './fault-schema.ts';

/** What one night did. */
export type Night = State['data']['nights'][number];

interface NightsDeps {
  readonly state: State;
  readonly database: Database;
  readonly persons: Persons;
  readonly now: () => number;
}

/** So many rows of the table at a time: others wait for some milliseconds only. */
const slice = 2000;
const keptNights = 30;

/**
 * The nights of a customer whose list is replaced by a file transfer or the sync of a CRM: who is not on it
 * is archived, who is on it and was archived comes back with the subscription it had, and an address of it
 * that is not known is added. A night that was missed, because the sandbox was off or the clock was moved, is
 * made up for once.
 */
export class Nights {
  readonly #deps: NightsDeps;
  #running: Promise<unknown> = Promise.resolve();

  constructor(deps: NightsDeps) {
    this.#deps = deps;
  }

  get setting(): Nightly | null {
    return this.#deps.state.data.nightly;
  }

  /** The last ones, newest first. */
  get past(): readonly Night[] {
    return this.#deps.state.data.nights;
  }

  /** When the next one is, in ms; `undefined` without a setting. */
  get next(): number | undefined {
    return this.setting ? nextAfter(this.#deps.state.data.nightsDoneUntil, this.setting.at) : undefined;
  }

  /** The first night of a new setting is the next one to come. */
  async set(nightly: Nightly | null): Promise<void> {
    const { state, now } = this.#deps;
    Object.assign(state.data, { nightly, nightsDoneUntil: now() });
    await state.save();
  }

  /** Runs the night that is due, if one is, and resolves when it is done. */
  async catchUp(): Promise<void> {
    return this.#afterOthers(async () => {
      const { next, setting } = this;
      if (next !== undefined && setting && next <= this.#deps.now()) await this.#run(setting, next);
    });
  }

  /** Runs a night now, whatever the time. */
  async runNow(): Promise<void> {
    return this.#afterOthers(async () => {
      if (this.setting) await this.#run(this.setting, this.#deps.now());
    });
  }

  /** Resolves when no night is under way. */
  async settled(): Promise<void> {
    await this.#running;
  }

  #afterOthers(run: () => Promise<void>): Promise<void> {
    const ran = this.#running.then(run);
    this.#running = ran.catch(() => undefined);
    return ran;
  }

  async #run({ keep }: Nightly, at: number): Promise<void> {
    const { state, persons, now } = this.#deps;
    const listed = keep.filter((pattern) => !pattern.includes('*')).map((email) => ({ email }));
    const known = await Promise.all(listed.map(({ email }) => persons.findByEmail(email)));
    const saved = await persons.upsert(
      listed.filter((_, index) => !known[index]),
      { source: 'nightly sync', via: null },
    );
    let archived = 0;
    let returned = 0;
    const lastSeq = await this.#lastSeq();
    for (let from = 0; from <= lastSeq; from += slice) {
      const results = await persons.run(statementsFor(keep, at, from));
      archived += results[0]?.count ?? 0;
      returned += results[1]?.count ?? 0;
    }
    const added = saved.filter(({ status }) => status === 'created').length;
    const night: Night = { at, archived, returned, added, live: await persons.countLive() };
    state.data.nights = [night, ...state.data.nights].slice(0, keptNights);
    state.data.nightsDoneUntil = Math.max(now(), at);
    await state.save();
  }

  async #lastSeq(): Promise<number> {
    const sql = sameSql('select coalesce(max(seq), 0) as n from contacts');
    const [row] = await this.#deps.database.read({ sql });
    return Number(row?.['n']);
  }
}

function statementsFor(keep: readonly string[], at: number, from: number): readonly WriteStatement[] {
  const kept = keep.map(() => 'email glob ?').join(' or ');
  const globs = keep.map(globOf);
  const range = [from, from + slice];
  return [
    {
      sql: sameSql(
        `update contacts set archived = 1, updated = ?, until = min(until, ?)
          where seq >= ? and seq < ? and archived = 0 and not (${kept})`,
      ),
      params: [at, at, ...range, ...globs],
    },
    {
      sql: sameSql(
        `update contacts set archived = 0, updated = ?, until = iif(active and subscribed, ${never}, until)
          where seq >= ? and seq < ? and archived = 1 and (${kept})`,
      ),
      params: [at, ...range, ...globs],
    },
  ];
}

/** `?` and `[` are signs of a glob too, and may stand in an address. */
function globOf(pattern: string): string {
  return pattern.toLowerCase().replaceAll(/[?[]/g, '[$&]');
}

/** The first time of day `HH:MM` in UTC after `ms`. */
function nextAfter(ms: number, time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  const at = Math.floor(ms / dayMs) * dayMs + (hours * 60 + minutes) * 60_000;
  return at > ms ? at : at + dayMs;
}
