import { sameSql, type Database, type Row, type Value } from '../store/database.ts';
import { lanes, precedences, signups } from '../store/tables.ts';
import { waitingColumns, waitingOf, type Waiting } from './rows.ts';
import type { Destination } from './signup.ts';

/**
 * What is to be sent next: each list in a call of its own, so that what fails again and again takes nobody
 * along.
 */
export interface Claim {
  /** Never tried: of forms first, then of applications and of files; of each the oldest first. */
  readonly fresh: readonly Waiting[];
  /** Failed once in a call with others, and due again. */
  readonly retries: readonly Waiting[];
  /** One that goes alone, or none. */
  readonly alone: readonly Waiting[];
  /** Due, but of forms that are failing: they are to be put off, so that they do not stand in the way. */
  readonly held: readonly Waiting[];
  /** The ids of rows whose contents are damaged. */
  readonly damaged: readonly string[];
}

/** Forms whose sign-ups have failed since one of theirs was last delivered. */
export type FailingForms = ReadonlySet<string>;

/** Nothing is due later than this. A due time further ahead was written by a clock that was wrong. */
const longestWaitMs = 60 * 60_000;

/** How many rows are looked at where those of failing forms have to be found among them. */
const lookThrough = 500;

/**
 * Of one person's sign-ups, an earlier one that was tried already goes first, since the last one is to win at
 * rasa.io. Among fresh ones the order of their numbers does it.
 */
const nothingEarlierWasTried = `not exists (
  select 1 from signups e
  where e.person = s.person and e.lane > 0 and e.seq < s.seq and e.upstream = s.upstream and e.account = s.account
)`;

const nothingEarlierIsFresh = `not exists (
  select 1 from signups f
  where f.upstream = s.upstream and f.account = s.account and f.lane = 0 and f.due = 0
    and f.seq < s.seq and f.person = s.person
)`;

/** The same of those that go later, and are of the same person all the same. */
const nothingEarlierGoesLater = `not exists (
  select 1 from signups g
  where g.person = s.person and g.lane = 0 and g.due > 0 and g.due > s.due and g.seq < s.seq
    and g.upstream = s.upstream and g.account = s.account
)`;

/** Reads what is due for one destination. Only the holder of its lease may act on what it reads. */
export class Claims {
  readonly #database: Database;
  readonly #destination: Destination;
  readonly #now: () => number;

  constructor(options: {
    readonly database: Database;
    readonly destination: Destination;
    readonly now?: () => number;
  }) {
    this.#database = options.database;
    this.#destination = options.destination;
    this.#now = options.now ?? Date.now;
  }

  /** Up to `max` for each call. */
  async claim(max: number, failing: FailingForms): Promise<Claim> {
    const [atMost, atMostAlone] = failing.size > 0 ? [lookThrough, lookThrough] : [max, 1];
    const [fresh, retries, alone] = await Promise.all([
      this.#fresh(atMost),
      this.#due(lanes.retry, atMost),
      this.#due(lanes.alone, atMostAlone),
    ]);
    const open = new Opening(failing);
    // Those that were tried are the earlier ones of their persons.
    const opened = { alone: open.rows(alone), retries: open.rows(retries), fresh: open.rows(fresh) };
    return {
      fresh: opened.fresh.slice(0, max),
      retries: opened.retries.slice(0, max),
      alone: opened.alone.slice(0, 1),
      held: open.held,
      damaged: open.damaged,
    };
  }

  /**
   * One sign-up to find out with whether rasa.io is back, of a form that is not failing where there is one.
   * `first` says which are looked at first.
   */
  async probe(failing: FailingForms, first: 'fresh' | 'tried'): Promise<Claim> {
    const fresh = async () => (await this.#freshOfOthers(failing)) ?? (await this.#fresh(1));
    const tried = async () => {
      const retries = await this.#due(lanes.retry, 1);
      return retries.length > 0 ? retries : this.#due(lanes.alone, 1);
    };
    const [one, other] = first === 'fresh' ? [fresh, tried] : [tried, fresh];
    const rows = await one();
    return single(rows.length > 0 ? rows : await other());
  }

  /** One sign-up of a failing form, due or not, to find out whether it still fails. */
  async probeForm(form: string): Promise<Claim> {
    for (const lane of [lanes.retry, lanes.alone, lanes.fresh]) {
      const rows = await this.#read(
        lane,
        `and s.form = ? and ${nothingEarlierWasTried} and ${nothingEarlierGoesLater} order by s.due, s.seq limit 1`,
        [form],
      );
      if (rows.length > 0) return single(rows);
    }
    return single([]);
  }

  async #fresh(max: number): Promise<readonly Row[]> {
    const tail = `and ${nothingEarlierWasTried} order by s.due, s.seq limit ?`;
    const rows = await this.#read(lanes.fresh, tail, [max]);
    return [...(await this.#earlierOnes(rows)), ...rows];
  }

  /**
   * Rows of a list or an application that came before those of the same persons that go first. The lane
   * stands in the text too: an index of some rows is only used where the text names them.
   */
  async #earlierOnes(rows: readonly Row[]): Promise<readonly Row[]> {
    const latest = new Map<string, number>();
    for (const { person, seq, due } of rows) {
      if (Number(due) < precedences.file) latest.set(keyOf(person), Number(seq));
    }
    if (latest.size === 0) return [];
    const persons = [...latest.keys()].map((key) => Buffer.from(key, 'latin1'));
    const found = await this.#read(
      lanes.fresh,
      `and s.lane = 0 and s.due > 0 and s.person in (${marks(persons.length)}) and ${nothingEarlierWasTried} order by s.seq`,
      persons,
    );
    return found.filter(({ person, seq }) => Number(seq) < (latest.get(keyOf(person)) ?? 0));
  }

  /** The oldest one of a form that has not failed, unless its person has an earlier one. */
  async #freshOfOthers(failing: FailingForms): Promise<readonly Row[] | undefined> {
    if (failing.size === 0) return undefined;
    const rows = await this.#read(
      lanes.fresh,
      `and s.form not in (${marks(failing.size)}) and ${nothingEarlierWasTried} and ${nothingEarlierIsFresh}
         and ${nothingEarlierGoesLater}
       order by s.due, s.seq limit 1`,
      [...failing],
    );
    return rows.length > 0 ? rows : undefined;
  }

  async #due(lane: number, max: number): Promise<readonly Row[]> {
    const nowMs = this.#now();
    const tail = `and ${nothingEarlierWasTried} order by s.due, s.seq limit ?`;
    const rows = await this.#read(lane, `and s.due <= ? ${tail}`, [nowMs, max]);
    if (rows.length === max) return rows;
    const late = [nowMs + longestWaitMs, max - rows.length];
    return [...rows, ...(await this.#read(lane, `and s.due > ? ${tail}`, late))];
  }

  async #read(lane: number, tail: string, params: readonly Value[]): Promise<readonly Row[]> {
    const { keyIds } = this.#database;
    const { upstream, account } = this.#destination;
    return this.#database.read({
      sql: sameSql(
        `select s.seq, s.due, ${waitingColumns} from signups s
         where s.upstream = ? and s.account = ? and s.lane = ? and s.key_id in (${marks(keyIds.length)}) ${tail}`,
      ),
      params: [upstream, account, lane, ...keyIds, ...params],
      opens: signups,
    });
  }
}

/** Opens rows, keeps those of failing forms apart, and takes of each person only the first. */
class Opening {
  readonly held: Waiting[] = [];
  readonly damaged: string[] = [];
  readonly #failing: FailingForms;
  readonly #persons = new Set<string>();

  constructor(failing: FailingForms = new Set()) {
    this.#failing = failing;
  }

  rows(rows: readonly Row[]): readonly Waiting[] {
    return rows.flatMap((row) => {
      const waiting = waitingOf(row);
      if (!waiting) this.damaged.push(String(row['id']));
      const person = keyOf(row['person']);
      if (!waiting || this.#persons.has(person)) return [];
      this.#persons.add(person);
      if (!this.#failing.has(waiting.signup.form)) return [waiting];
      this.held.push(waiting);
      return [];
    });
  }
}

function keyOf(person: unknown): string {
  return Buffer.from(person as Uint8Array).toString('latin1');
}

function single(rows: readonly Row[]): Claim {
  const open = new Opening();
  return { fresh: [], retries: [], alone: open.rows(rows), held: [], damaged: open.damaged };
}

function marks(count: number): string {
  return Array.from({ length: count }, () => '?').join(', ');
}

export function isAny({ fresh, retries, alone, held, damaged }: Claim): boolean {
  return [fresh, retries, alone, held, damaged].some((list) => list.length > 0);
}
