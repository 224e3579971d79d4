import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import { Acknowledgements, type Acknowledgement } from '../../../server/outbox/acknowledgements.ts';
import { Claims } from '../../../server/outbox/claims.ts';
import { DeadLetters } from '../../../server/outbox/dead-letters.ts';
import { Outbox } from '../../../server/outbox/outbox.ts';
import type { Waiting } from '../../../server/outbox/rows.ts';
import { sameSql, type Database } from '../../../server/store/database.ts';
import { ExpectationFailed } from '../../../server/store/errors.ts';
import { Leases } from '../../../server/store/leases.ts';
import { openStore } from '../../../server/store/open-store.ts';
import { signups } from '../../../server/store/tables.ts';
import { useEngines, type Engine, type Place } from '../../helpers/server/engines.ts';
import { allOf, toSandbox } from '../../helpers/server/outbox.ts';
import { quiet } from '../../helpers/server/store.ts';

const { engines, newPlace } = useEngines();

type Step =
  /**
   * Sign-ups, some of them by one of few persons, some of them retries of what came before, some with a used
   * proof.
   */
  | {
      readonly do: 'add';
      readonly by: number;
      readonly persons: readonly number[];
      readonly again: number;
      readonly used: number;
    }
  | {
      readonly do: 'deliver';
      readonly by: number;
      readonly max: number;
      readonly outcomes: readonly Acknowledgement['is'][];
    }
  /** What was claimed is acknowledged only after the other process has taken over. */
  | { readonly do: 'deliver too late'; readonly by: number; readonly max: number }
  | { readonly do: 'crash'; readonly by: number; readonly adding: number }
  | { readonly do: 'restart'; readonly by: number }
  | { readonly do: 'replay'; readonly by: number; readonly count: number }
  | { readonly do: 'purge'; readonly by: number }
  /** Of the clock: forwards, or back. */
  | { readonly do: 'jump'; readonly ms: number };

const by = fc.nat(1);
const outcomes = fc.array(fc.constantFrom('delivered' as const, 'later' as const, 'refused' as const), {
  minLength: 1,
  maxLength: 5,
});

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 16,
    arbitrary: fc.record({
      do: fc.constant('add' as const),
      by,
      persons: fc.array(fc.nat(5), { maxLength: 12 }),
      again: fc.nat(3),
      used: fc.nat(2),
    }),
  },
  {
    weight: 16,
    arbitrary: fc.record({
      do: fc.constant('deliver' as const),
      by,
      max: fc.integer({ min: 1, max: 25 }),
      outcomes,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('deliver too late' as const),
      by,
      max: fc.integer({ min: 1, max: 25 }),
    }),
  },
  fc.record({ do: fc.constant('crash' as const), by, adding: fc.nat(5) }),
  fc.record({ do: fc.constant('restart' as const), by }),
  { weight: 3, arbitrary: fc.record({ do: fc.constant('replay' as const), by, count: fc.nat(3) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('purge' as const), by }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('jump' as const),
      ms: fc.oneof(
        fc.integer({ min: 1, max: 5000 }),
        fc.constantFrom(-7_200_000, 86_400_000, -86_400_000, 600_000),
      ),
    }),
  },
);

const isSoak = process.env['SOAK'] !== undefined;
const runs: Record<Engine, number> = isSoak ? { sqlite: 5000, postgres: 500 } : { sqlite: 300, postgres: 30 };

it.each(engines)(
  'on %s: whatever happens in whatever order, each accepted sign-up is delivered or set aside, and a settled one never comes back',
  async (engine) => {
    // One database for all, emptied between two histories: making one takes longer than a history.
    const world = await World.open(await newPlace(engine));
    onTestFinished(() => world.close());
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
        await world.begin();
        for (const one of steps) await world.play(one);
        await world.finish();
      }),
      // The long run ends with fewer histories where the machine is slow.
      { numRuns: runs[engine], ...(isSoak && { interruptAfterTimeLimit: 20 * 60_000 }) },
    );
  },
  // Opening a database starts a thread that reads TypeScript, which takes most of the time.
  isSoak ? 3_600_000 : 480_000,
);

interface Process {
  readonly database: Database;
  readonly outbox: Outbox;
  readonly claims: Claims;
  readonly acknowledgements: Acknowledgements;
  readonly deadLetters: DeadLetters;
  readonly leases: Leases;
}

/**
 * Two processes on one database, and the simplest model of it: names of sign-ups in sets and in the order
 * they came.
 */
class World {
  readonly #place: Place;
  /** By how much the processes' clock is wrong. */
  #aheadMs = 0;
  readonly #processes: Process[] = [];
  #monotonicMs = 0;
  #waiting = new Map<string, string>();
  #dead = new Set<string>();
  /** In the order in which they came, with how wrong the clock was then. */
  #known: { readonly name: string; readonly person: number; readonly aheadMs: number }[] = [];
  #lastName = 0;

  private constructor(place: Place) {
    this.#place = place;
  }

  static async open(place: Place): Promise<World> {
    const world = new World(place);
    world.#processes.push(await world.#start(), await world.#start());
    return world;
  }

  async close(): Promise<void> {
    for (const { outbox, database } of this.#processes) {
      await outbox.close();
      await database.close();
    }
  }

  async begin(): Promise<void> {
    for (const table of ['signups', 'dead_letters', 'pauses']) {
      await this.#process(0).database.write([{ sql: sameSql(`delete from ${table}`) }]);
    }
    this.#waiting = new Map();
    this.#dead = new Set();
    this.#known = [];
    this.#aheadMs = 0;
  }

  async play(step: Step): Promise<void> {
    switch (step.do) {
      case 'add':
        await this.#add(step);
        break;
      case 'deliver':
        await this.#deliver(step.by, step.max, step.outcomes);
        break;
      case 'deliver too late':
        await this.#deliverTooLate(step.by, step.max);
        break;
      case 'crash':
        await this.#crash(step.by, step.adding);
        break;
      case 'restart':
        await this.#process(step.by).outbox.close();
        await this.#process(step.by).database.close();
        this.#processes[step.by] = await this.#start();
        break;
      case 'replay':
        for (const name of [...this.#dead].slice(0, step.count)) await this.#replay(step.by, name);
        break;
      case 'purge':
        for (const name of [...this.#dead].slice(0, 1)) {
          expect(await this.#process(step.by).deadLetters.purge(await this.#idOf(name))).toBe(true);
          this.#dead.delete(name);
        }
        break;
      case 'jump':
        this.#aheadMs += step.ms;
        break;
    }
    await this.#compare();
  }

  /** Everything that waits can be delivered, whatever the clock says. */
  async finish(): Promise<void> {
    for (let turn = 0; this.#waiting.size > 0; turn++) {
      expect(turn, `stuck: ${[...this.#waiting.keys()].join(', ')}`).toBeLessThan(300);
      const count = await this.#deliver(turn % 2, 25, ['delivered']);
      if (count === 0) this.#aheadMs += 600_000;
    }
    await this.#compare();
  }

  async #add({ by, persons, again, used }: Extract<Step, { do: 'add' }>): Promise<void> {
    const { outbox } = this.#process(by);
    // Marks are swept by the time of day: where the clock is or was far from it, they may be gone.
    const isRight = (aheadMs: number) => Math.abs(aheadMs) < 60_000;
    const recent = isRight(this.#aheadMs) ? this.#known.filter((one) => isRight(one.aheadMs)) : [];
    const fresh = persons.map((person) => ({
      name: `signup-${++this.#lastName}`,
      person,
      aheadMs: this.#aheadMs,
    }));
    const adding = [
      ...fresh.map((one) => ({ one, wanted: 'stored' as const, proof: one.name })),
      ...recent.slice(0, again).map((one) => ({ one, wanted: 'duplicate' as const, proof: one.name })),
      ...recent.slice(0, used).map(({ name, person }) => ({
        one: { name: `${name} again`, person },
        wanted: 'used' as const,
        proof: name,
      })),
    ];
    const added = await Promise.all(
      adding.map(({ one, proof }) =>
        outbox.add(contactOf(one), { retry: one.name, proof: { kind: 'proof', text: proof } }),
      ),
    );
    expect(added).toEqual(adding.map(({ wanted }) => wanted));
    for (const one of fresh) this.#waiting.set(one.name, `${one.person}`);
    this.#known.push(...fresh);
  }

  async #deliver(by: number, max: number, outcomes: readonly Acknowledgement['is'][]): Promise<number> {
    const { claims } = this.#process(by);
    const batch = allOf(await claims.claim(max, new Set()));
    this.#expectInOrder(batch);
    const acknowledgements = batch.map((waiting, index) =>
      this.#outcome(waiting, outcomes[index % outcomes.length]),
    );
    await this.#settle(by, acknowledgements);
    for (const { waiting, is } of acknowledgements) {
      const name = nameOf(waiting);
      if (is === 'later') continue;
      this.#waiting.delete(name);
      if (is === 'refused') this.#dead.add(name);
    }
    return batch.length;
  }

  /** The first of each person only, and only what waits. */
  #expectInOrder(batch: readonly Waiting[]): void {
    const firstOf = new Map<string, string>();
    for (const [name, person] of this.#waiting) if (!firstOf.has(person)) firstOf.set(person, name);
    for (const waiting of batch) {
      const name = nameOf(waiting);
      expect(this.#waiting.has(name), `${name} was settled before`).toBe(true);
      expect(firstOf.get(this.#waiting.get(name) ?? ''), 'an earlier one of the same person waits').toBe(
        name,
      );
    }
  }

  #outcome(waiting: Waiting, is: Acknowledgement['is'] = 'delivered'): Acknowledgement {
    if (is === 'later') {
      return { waiting, is, lane: waiting.attempts > 0 ? 'alone' : 'retry', dueMs: this.#now() + 1000 };
    }
    if (is === 'left_alone') return { waiting, is, state: 'unsubscribed' };
    return is === 'refused' ? { waiting, is, code: 'refused', reason: 'no' } : { waiting, is };
  }

  async #settle(by: number, acknowledgements: readonly Acknowledgement[]): Promise<void> {
    const held = await this.#lease(by);
    const fence = this.#process(by).leases.fence(held);
    await this.#process(by).acknowledgements.settle({ fence, acknowledgements });
    // As after an answer that never came: written once more, it changes nothing.
    await this.#process(by).acknowledgements.settle({ fence, acknowledgements });
  }

  async #deliverTooLate(by: number, max: number): Promise<void> {
    const { claims, leases, acknowledgements } = this.#process(by);
    const held = await this.#lease(by);
    const batch = allOf(await claims.claim(max, new Set()));
    await this.#lease(1 - by);
    const settling = acknowledgements.settle({
      fence: leases.fence(held),
      acknowledgements: batch.map((waiting) => ({ waiting, is: 'delivered' })),
    });
    await expect(settling).rejects.toThrow(ExpectationFailed);
  }

  /** The process ends while it adds: what it was not told about may be stored or not. */
  async #crash(by: number, adding: number): Promise<void> {
    const { outbox, database } = this.#process(by);
    const names = Array.from({ length: adding }, () => `signup-${++this.#lastName}`);
    const added = names.map((name) => outbox.add(contactOf({ name, person: 99 })).catch(() => 'not told'));
    await outbox.close();
    await database.close();
    await Promise.all(added);
    this.#processes[by] = await this.#start();
    const rows = await this.#rows();
    for (const name of names) if (rows.includes(name)) this.#waiting.set(name, '99');
  }

  async #replay(by: number, name: string): Promise<void> {
    const { deadLetters } = this.#process(by);
    const { entries } = await deadLetters.list();
    const entry = entries.find(({ signup }) => String(signup.contact['name']) === name);
    expect(await deadLetters.replay(entry?.signup.id ?? '')).toBe(true);
    this.#dead.delete(name);
    this.#waiting.set(name, String(entry?.signup.contact['person']));
  }

  async #idOf(name: string): Promise<string> {
    const { entries } = await this.#process(0).deadLetters.list();
    return entries.find(({ signup }) => signup.contact['name'] === name)?.signup.id ?? '';
  }

  async #compare(): Promise<void> {
    expect((await this.#rows()).sort()).toEqual([...this.#waiting.keys()].sort());
    const { entries } = await this.#process(0).deadLetters.list();
    expect(entries.map(({ signup }) => String(signup.contact['name'])).sort()).toEqual(
      [...this.#dead].sort(),
    );
  }

  async #rows(): Promise<string[]> {
    const rows = await this.#process(0).database.read({
      sql: sameSql('select id, key_id, payload from signups order by seq'),
      opens: signups,
    });
    return rows.map((row) => (row['payload'] as { contact: { name: string } }).contact.name);
  }

  /** Held by this process: the other one is not seen for as long as it takes. */
  async #lease(by: number) {
    for (let look = 0; look < 20; look++) {
      const held = await this.#process(by).leases.look('deliver');
      if (held) return held;
      this.#monotonicMs += 1500;
    }
    throw new Error('the lease was not taken over');
  }

  async #start(): Promise<Process> {
    const database = await openStore({ ...this.#place, log: quiet });
    const parts = { database, destination: toSandbox, now: () => this.#now() };
    return {
      database,
      outbox: await Outbox.open({
        ...parts,
        destinations: new Map([['main', parts.destination]]),
        max: Infinity,
      }),
      claims: new Claims(parts),
      acknowledgements: new Acknowledgements(parts),
      deadLetters: new DeadLetters(parts),
      leases: new Leases({ database, owner: 'model', monotonicMs: () => this.#monotonicMs }),
    };
  }

  #now(): number {
    return Date.now() + this.#aheadMs;
  }

  #process(by: number): Process {
    const process = this.#processes[by];
    if (!process) throw new Error('no such process');
    return process;
  }
}

/** `name` is in the contact, so that the model knows it again. */
function contactOf({ name, person }: { readonly name: string; readonly person: number }) {
  return {
    form: 'newsletter',
    contact: { email: `person-${person}@example.com`, name, person: `${person}` },
  };
}

function nameOf({ signup }: Waiting): string {
  return signup.contact['name'] as string;
}
