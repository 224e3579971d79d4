import fc from 'fast-check';
import { expect, it } from 'vitest';
import { eventStatements } from '../../../server/events/events.ts';
import { readAfter } from '../../../server/events/feed.ts';
import { outcomeEvents } from '../../../server/events/signups.ts';
import { Teller } from '../../../server/events/teller.ts';
import { Acknowledgements, type Acknowledgement } from '../../../server/outbox/acknowledgements.ts';
import { Claims } from '../../../server/outbox/claims.ts';
import { DeadLetters } from '../../../server/outbox/dead-letters.ts';
import { Outbox } from '../../../server/outbox/outbox.ts';
import { sameSql, type Database } from '../../../server/store/database.ts';
import { useEngines, type Engine } from '../../helpers/server/engines.ts';
import { allOf, toSandbox } from '../../helpers/server/outbox.ts';
import { openTestStore } from '../../helpers/server/store.ts';

const { engines, newPlace } = useEngines();
const fence = { sql: sameSql('select 1 as held') };

type Step =
  | { readonly do: 'add'; readonly count: number }
  | { readonly do: 'deliver'; readonly max: number; readonly outcomes: readonly Acknowledgement['is'][] }
  | { readonly do: 'replay' | 'tell' | 'take over' };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('add' as const), count: fc.integer({ min: 1, max: 6 }) }),
  fc.record({
    do: fc.constant('deliver' as const),
    max: fc.integer({ min: 1, max: 8 }),
    outcomes: fc.array(fc.constantFrom('delivered' as const, 'later' as const, 'refused' as const), {
      minLength: 1,
      maxLength: 4,
    }),
  }),
  fc.record({ do: fc.constantFrom('replay' as const, 'tell' as const, 'take over' as const) }),
);

const isSoak = process.env['SOAK'] !== undefined;
const runs: Record<Engine, number> = isSoak ? { sqlite: 2000, postgres: 300 } : { sqlite: 60, postgres: 15 };

it.each(engines)(
  'on %s: whatever happens in whatever order, each outcome has its event, once, and no event is without one',
  async (engine) => {
    const database = await openTestStore(await newPlace(engine));
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 25 }), async (steps) => {
        const world = await World.begin(database);
        for (const one of steps) await world.play(one);
        await world.compare();
        await world.end();
      }),
      { numRuns: runs[engine] },
    );
  },
  isSoak ? 3_600_000 : 300_000,
);

/** The product's rooms on one database, and what became of each sign-up as a model remembers it. */
class World {
  readonly #database: Database;
  readonly #outbox: Outbox;
  readonly #claims: Claims;
  readonly #acknowledgements: Acknowledgements;
  readonly #deadLetters: DeadLetters;
  #teller: Teller;
  #nowMs = Date.now();
  /** By our id. */
  readonly #delivered = new Set<string>();
  readonly #refusals = new Map<string, number>();
  #added = 0;

  private constructor(database: Database, outbox: Outbox) {
    const now = () => this.#nowMs;
    this.#database = database;
    this.#outbox = outbox;
    this.#claims = new Claims({ database, destination: toSandbox, now });
    this.#deadLetters = new DeadLetters({ database, now });
    this.#acknowledgements = new Acknowledgements({
      database,
      destination: toSandbox,
      now,
      besideSettled: (settled, { nowMs }) => eventStatements(outcomeEvents(settled, 'main', nowMs), nowMs),
    });
    this.#teller = this.#newTeller();
  }

  static async begin(database: Database): Promise<World> {
    for (const table of ['signups', 'dead_letters', 'events', 'event_numbers']) {
      await database.write([{ sql: sameSql(`delete from ${table}`) }]);
    }
    const destinations = new Map([['main', toSandbox]]);
    return new World(database, await Outbox.open({ database, destinations, max: Infinity }));
  }

  async end(): Promise<void> {
    await this.#outbox.close();
  }

  async play(step: Step): Promise<void> {
    this.#nowMs += 1000;
    switch (step.do) {
      case 'add':
        for (let at = 0; at < step.count; at++) {
          const email = `person-${++this.#added}@example.com`;
          await this.#outbox.add({ form: 'newsletter', account: 'main', contact: { email } });
        }
        break;
      case 'deliver':
        await this.#deliver(step);
        break;
      case 'replay':
        for (const { signup } of (await this.#deadLetters.list()).entries.slice(0, 2)) {
          await this.#deadLetters.replay(signup.id);
        }
        break;
      case 'tell':
        await this.#teller.tell(fence);
        break;
      case 'take over':
        // What the process before had told is known to the database only.
        this.#teller = this.#newTeller();
        await this.#teller.tell(fence);
        break;
    }
  }

  /** Events and their causes never disagree. */
  async compare(): Promise<void> {
    const events = await readAfter(this.#database, 0, 10_000);
    const seqs = events.map(({ seq }) => seq);
    expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b));
    const told = new Map<string, string[]>();
    for (const { subject, type } of events) told.set(subject, [...(told.get(subject) ?? []), type]);
    const waiting = await this.#ids('signups');
    const dead = await this.#ids('dead_letters');
    for (const id of new Set([...waiting, ...dead, ...this.#delivered, ...told.keys()])) {
      const types = told.get(id) ?? [];
      const count = (type: string) => types.filter((one) => one === type).length;
      const isSettled = !waiting.includes(id) || this.#refusals.has(id);
      expect(count('signup.accepted'), `${id} was accepted`).toBeLessThanOrEqual(1);
      if (isSettled) expect(types[0], `${id} begins`).toBe('signup.accepted');
      expect(count('signup.delivered'), `${id} was delivered`).toBe(this.#delivered.has(id) ? 1 : 0);
      expect(count('signup.dead_lettered'), `${id} was refused`).toBe(this.#refusals.get(id) ?? 0);
      if (this.#delivered.has(id)) expect(types.at(-1)).toBe('signup.delivered');
      if (dead.includes(id)) expect(types.at(-1)).toBe('signup.dead_lettered');
    }
  }

  async #deliver({ max, outcomes }: Extract<Step, { do: 'deliver' }>): Promise<void> {
    const batch = allOf(await this.#claims.claim(max, new Set()));
    const acknowledgements = batch.map((waiting, at): Acknowledgement => {
      const is = outcomes[at % outcomes.length];
      if (is === 'later') return { waiting, is, lane: 'retry', dueMs: this.#nowMs + 1000 };
      return is === 'refused' ? { waiting, is, code: 'refused', reason: 'no' } : { waiting, is: 'delivered' };
    });
    await this.#acknowledgements.settle({ fence, acknowledgements });
    // As after an answer that never came: written once more, it changes nothing.
    await this.#acknowledgements.settle({ fence, acknowledgements });
    for (const { waiting, is } of acknowledgements) {
      const { id } = waiting.signup;
      if (is === 'delivered') this.#delivered.add(id);
      if (is === 'refused') this.#refusals.set(id, (this.#refusals.get(id) ?? 0) + 1);
    }
  }

  async #ids(table: string): Promise<readonly string[]> {
    const rows = await this.#database.read({ sql: sameSql(`select id from ${table}`) });
    return rows.map(({ id }) => String(id));
  }

  #newTeller(): Teller {
    return new Teller({
      database: this.#database,
      places: new Map([['main', toSandbox]]),
      isRead: () => Promise.resolve(true),
      now: () => this.#nowMs,
    });
  }
}
