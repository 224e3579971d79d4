import { describe, expect, it } from 'vitest';
import type { Precedence } from '../../../server/outbox/signup.ts';
import { createIds } from '../../../server/store/ids.ts';
import { useEngines, type Engine } from '../../helpers/server/engines.ts';
import { allOf, makeSignup, namesOf, openTestOutbox } from '../../helpers/server/outbox.ts';

const { engines, newPlace } = useEngines();
const newId = createIds();

async function open(engine: Engine) {
  const parts = await openTestOutbox({ place: await newPlace(engine) });
  const addMany = (precedence: Exclude<Precedence, 'form'>, ...names: readonly string[]) =>
    parts.outbox.addAll(
      names.map((name) => ({ ...makeSignup(name, {}), id: newId() })),
      [],
      precedence,
    );
  return { ...parts, addMany };
}

const numbered = (word: string, count: number) => Array.from({ length: count }, (_, at) => `${word}-${at}`);

describe.each(engines)('what waits on %s', (engine) => {
  it('is delivered forms first, then from applications, then from files, each in its order', async () => {
    const { addMany, add, claims, drain } = await open(engine);
    await addMany('file', ...numbered('file', 40));
    await addMany('application', ...numbered('application', 3));
    await add('form');
    const { fresh } = await claims.claim(25, new Set());
    expect(namesOf(fresh)).toEqual(['form', ...numbered('application', 3), ...numbered('file', 21)]);
    expect(await drain()).toEqual(['form', ...numbered('application', 3), ...numbered('file', 40)]);
  });

  it('keeps the order of one person, and holds a form up for no other rows of a file', async () => {
    const { addMany, add, claims, settle, drain } = await open(engine);
    await addMany('file', ...numbered('file', 60), 'ada', ...numbered('last', 5));
    await addMany('application', 'ada');
    await add('ada');
    await add('zoe');
    // The row of the file is the older one: what the visitor typed is to win at rasa.io.
    const first = await claims.claim(25, new Set());
    expect(namesOf(first.fresh).slice(0, 3)).toEqual(['ada', 'zoe', 'file-0']);
    await settle(allOf(first).map((waiting) => ({ waiting, is: 'delivered', id: undefined })));
    const second = await claims.claim(25, new Set());
    expect(namesOf(second.fresh)[0]).toBe('ada');
    const names = await drain();
    expect(names.filter((name) => name === 'ada')).toHaveLength(2);
  });

  it.each(['probe', 'form'] as const)(
    'keeps that order where it finds out by %s whether rasa.io is back',
    async (by) => {
      const { addMany, add, claims } = await open(engine);
      await addMany('file', 'ada');
      const [imported] = (await claims.claim(1, new Set())).fresh;
      await add('ada');
      const claim =
        by === 'probe' ? await claims.probe(new Set(), 'fresh') : await claims.probeForm('newsletter');
      expect(allOf(claim).map(({ signup }) => signup.id)).toEqual([imported?.signup.id]);
    },
  );
});
