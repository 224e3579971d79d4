import { describe, expect, it } from 'vitest';
import type { Claim } from '../../../server/outbox/claims.ts';
import type { NewSignup } from '../../../server/outbox/signup.ts';
import { sameSql } from '../../../server/store/database.ts';
import { useEngines, type Engine } from '../../helpers/server/engines.ts';
import { allOf, makeSignup, namesOf, openTestOutbox } from '../../helpers/server/outbox.ts';

const { engines, newPlace } = useEngines();
const hourMs = 3_600_000;
const broken: ReadonlySet<string> = new Set(['broken']);
const namesIn = (claim: Claim) => namesOf(allOf(claim));

async function open(engine: Engine) {
  const clock = { ms: Date.parse('2026-11-01T00:00:00Z') };
  const parts = await openTestOutbox({ place: await newPlace(engine), now: () => clock.ms });
  const add = async (name: string, form = 'newsletter', changes: Partial<NewSignup> = {}) => {
    await parts.outbox.add(makeSignup(name, { form, ...changes }));
  };
  /** Has what is due next of a name fail once. */
  const fail = async (name: string, lane: 'retry' | 'alone', dueMs = clock.ms) => {
    const waiting = (await parts.due()).find((one) => namesOf([one])[0] === name);
    if (!waiting) throw new Error(`${name} is not due`);
    await parts.settle([{ waiting, is: 'later', lane, dueMs }]);
  };
  return { ...parts, clock, add, fail };
}

describe.each(engines)('sign-ups of failing forms on %s', (engine) => {
  it('are put off, many at once, so that those of other forms behind them are found', async () => {
    const { add, claims, clock, settle } = await open(engine);
    for (let at = 0; at < 60; at++) await add(`bad-${at}`, 'broken');
    for (let at = 0; at < 40; at++) await add(`good-${at}`);
    const { fresh, held, retries } = await claims.claim(25, broken);
    expect(namesOf(fresh)).toEqual(Array.from({ length: 25 }, (_, at) => `good-${at}`));
    expect([held.length, retries.length]).toEqual([60, 0]);
    await settle([], { held: { waiting: held, dueMs: clock.ms + 600_000 } });

    // They are in nobody's way now, and due again as if they had been tried; none of them was.
    const after = await claims.claim(25, new Set());
    expect(namesOf(after.fresh)).toEqual(Array.from({ length: 25 }, (_, at) => `good-${at}`));
    expect(after.retries).toEqual([]);
    clock.ms += 600_000;
    const due = await claims.claim(100, new Set());
    expect(namesOf(due.retries)).toEqual(Array.from({ length: 60 }, (_, at) => `bad-${at}`));
    expect(due.retries.map(({ attempts }) => attempts)).toEqual(due.retries.map(() => 0));
    expect(due.fresh).toHaveLength(40);
  });
});

describe.each(engines)('those of one person on %s', (engine) => {
  it('that were tried are given out in the order in which they came', async () => {
    const { add, claims, clock, database, fail } = await open(engine);
    const ada = (first_name: string) => ({ contact: { email: 'ada@example.com', first_name } });
    await add('', 'newsletter', ada('one'));
    await fail('ada', 'retry', clock.ms + 1000);
    await add('', 'newsletter', ada('two'));
    // As where it was put off before the one in front of it was added again.
    await database.write([
      { sql: sameSql('update signups set lane = 2, due = ? where lane = 0'), params: [clock.ms] },
    ]);
    expect(allOf(await claims.claim(25, new Set()))).toEqual([]);
    clock.ms += 1000;
    const given = allOf(await claims.claim(25, new Set()));
    expect(given.map(({ signup }) => signup.contact['first_name'])).toEqual(['one']);
  });
});

describe.each(engines)('a probe on %s', (engine) => {
  it('is of what was tried or of what was not, as it is asked for, and of the other kind where there is none', async () => {
    const { add, claims, fail, clock } = await open(engine);
    await add('tried');
    expect(namesIn(await claims.probe(new Set(), 'tried'))).toEqual(['tried']);
    await fail('tried', 'alone');
    expect(namesIn(await claims.probe(new Set(), 'fresh'))).toEqual(['tried']);
    await add('fresh');
    expect(namesIn(await claims.probe(new Set(), 'fresh'))).toEqual(['fresh']);
    expect(namesIn(await claims.probe(new Set(), 'tried'))).toEqual(['tried']);
    await fail('tried', 'alone', clock.ms + 1000);
    expect(namesIn(await claims.probe(new Set(), 'tried'))).toEqual(['fresh']);
  });

  it('is of a form that is not failing where there is one, and overtakes none of the same person', async () => {
    const { add, claims } = await open(engine);
    await add('bad', 'broken');
    expect(namesIn(await claims.probe(broken, 'fresh'))).toEqual(['bad']);
    // The second one of a person whose first one is of the failing form.
    await add('bad', 'newsletter');
    expect((await claims.probe(broken, 'fresh')).alone.map(({ signup }) => signup.form)).toEqual(['broken']);
    await add('good');
    expect(namesIn(await claims.probe(broken, 'fresh'))).toEqual(['good']);
  });
});

describe.each(engines)('a probe of one form on %s', (engine) => {
  it('is of that form, tried before or not, due or not', async () => {
    const { add, claims, fail, clock } = await open(engine);
    await add('good');
    expect(namesIn(await claims.probeForm('broken'))).toEqual([]);
    await add('bad', 'broken');
    expect(namesIn(await claims.probeForm('broken'))).toEqual(['bad']);
    await fail('bad', 'alone', clock.ms + hourMs / 2);
    await add('bad-too', 'broken');
    expect(namesIn(await claims.probeForm('broken'))).toEqual(['bad']);
  });
});

describe.each(engines)('a stored pause on %s', (engine) => {
  it('lasts an hour at most, whatever is written', async () => {
    const { acknowledgements, settle, clock } = await open(engine);
    const untilMs = clock.ms + 24 * hourMs;
    await settle([], { pause: { failures: 3, untilMs, reason: 'a clock that was wrong' } });
    expect(await acknowledgements.pause()).toEqual({ failures: 3, forMs: hourMs });
  });
});
