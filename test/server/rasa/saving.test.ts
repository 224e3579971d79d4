import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../server/rasa/rasa.ts';
import { startSandbox } from '../../helpers/server/sandbox.ts';
import { clientsOf, envelope, scriptRasa, type Reply } from '../../helpers/server/scripted-rasa.ts';

const people = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ email: `p${index}@example.com` }));
const created = (count: number) =>
  envelope(Array.from({ length: count }, (_, id) => ({ id, status: 'created' })));
const isMany = (json: unknown): json is readonly { readonly email: string }[] => Array.isArray(json);
const saved = { is: 'saved', id: undefined, isNew: undefined };

describe('saving many', () => {
  it('sends 25 at a time', async () => {
    const { url, asked } = await scriptRasa(({ json }) => ({
      body: created(isMany(json) ? json.length : 1),
    }));
    const outcomes = await clientsOf(url).rasa.persons.saveMany(people(60));
    expect(asked.map(({ json }) => (isMany(json) ? json.length : 1))).toEqual([25, 25, 10]);
    expect(outcomes).toMatchObject(people(60).map(() => saved));
  });

  it('tells what became of each, and rasa.io’s reason, where it takes only some', async () => {
    const { url } = await scriptRasa(({ json }): Reply => {
      const all = isMany(json) ? json : [json as { readonly email: string }];
      return {
        body: envelope(
          all.map(({ email }) =>
            email.startsWith('p1@') ? { error: 'Blocked' } : { id: email, status: 'created' },
          ),
        ),
      };
    });
    expect(await clientsOf(url).rasa.persons.saveMany(people(3))).toMatchObject([
      { is: 'saved', id: 'p0@example.com', isNew: true },
      { is: 'refused', text: 'Blocked', error: { code: 'refused', status: 200 } },
      { is: 'saved', id: 'p2@example.com', isNew: true },
    ]);
  });

  it('does not send the rest once one has to wait, and says so of each', async () => {
    const { url, asked } = await scriptRasa((_asked, earlier) =>
      earlier === 0 ? { body: created(25) } : { status: 429, headers: { 'retry-after': '30' } },
    );
    const outcomes = await clientsOf(url).rasa.persons.saveMany(people(100));
    expect(asked).toHaveLength(2);
    expect(outcomes.slice(0, 25)).toMatchObject(people(25).map(() => saved));
    for (const outcome of outcomes.slice(25)) {
      expect(outcome).toMatchObject({ is: 'failed', error: { code: 'rate_limited', retryAfterMs: 30_000 } });
    }
  });

  it('does not reject when it is aborted: those that were saved stay saved', async () => {
    const stopping = new AbortController();
    const { url } = await scriptRasa((_asked, earlier) => {
      if (earlier === 0) return { body: created(25) };
      stopping.abort();
      return { instead: 'silence' };
    });
    const outcomes = await clientsOf(url).rasa.persons.saveMany(people(50), { signal: stopping.signal });
    expect(outcomes.map(({ is }) => is)).toEqual([
      ...people(25).map(() => 'saved'),
      ...people(25).map(() => 'failed'),
    ]);
  });

  it('makes no call for nobody', async () => {
    const { url, asked } = await scriptRasa(() => ({}));
    expect(await clientsOf(url).rasa.persons.saveMany([])).toEqual([]);
    expect(asked).toEqual([]);
  });
});

describe('what is sent', () => {
  it('is one flat object, with flags as 0 and 1', async () => {
    const { url, asked } = await scriptRasa(() => ({ body: created(1) }));
    const { rasa } = clientsOf(url);
    await rasa.persons.save({
      email: 'ada@example.com',
      first_name: null,
      is_subscribed: true,
      is_active: false,
      attributes: { plan: 'gold', member: true, tags: ['a', null, { deep: 1 }] },
    });
    await rasa.persons.archive('p', { external_id: '17' });
    await rasa.persons.unsubscribe('p');
    expect(asked.map(({ json }) => json)).toEqual([
      {
        email: 'ada@example.com',
        first_name: null,
        is_subscribed: 1,
        is_active: 0,
        plan: 'gold',
        member: true,
        tags: ['a', null, { deep: 1 }],
      },
      { is_archived: 1, external_id: '17' },
      { is_subscribed: 0 },
    ]);
  });

  it.each(['email', 'id', 'is_archived', 'created', 'attributes', 'next_newsbrief'])(
    'is never an attribute in place of the field %s',
    async (name) => {
      const { url, asked } = await scriptRasa(() => ({ body: created(1) }));
      const person = { email: 'ada@example.com', attributes: { [name]: 'other' } };
      await expect(clientsOf(url).rasa.persons.save(person)).rejects.toThrow(TypeError);
      expect(asked).toEqual([]);
    },
  );

  it('an id cannot lead to another path', async () => {
    const { url, asked } = await scriptRasa(() => ({ body: envelope([{ id: 1 }]) }));
    await clientsOf(url).rasa.persons.get('../communities?x=1#y');
    expect(asked[0]?.path).toBe('/v1/persons/..%2Fcommunities%3Fx%3D1%23y');
  });
});

/** Names of attributes; those of fields would be other things. */
const names = fc
  .oneof(
    fc.string({ minLength: 1 }),
    fc.constantFrom('__proto__', 'constructor', 'data', 'links', 'toString'),
  )
  .filter(
    (name) =>
      !/^(id|email|attributes|(is|last|first|created|updated|external|segment|ref|sched|unsub|next).*)$/.test(
        name,
      ),
  );
/** What JSON holds and gives back as it was: not -0. */
const values = fc.jsonValue().map((value): Json => JSON.parse(JSON.stringify(value)) as Json);
/** As text, since a name such as `constructor` misleads other comparisons. */
const byName = (attributes: Readonly<Record<string, unknown>>) =>
  JSON.stringify(Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1)));
const text = fc.string({ unit: 'grapheme', maxLength: 20 });

describe('what is written and read back is equal', () => {
  it.each(['wrapped', 'flat'])('for all attributes that JSON can hold, from %s items', async (shape) => {
    let stored: unknown;
    const { url } = await scriptRasa(({ method, json }) => {
      if (method === 'POST') stored = { ...(json as object), id: 'p-1' };
      if (method === 'POST') return { status: 201, body: created(1) };
      return { body: envelope([shape === 'flat' ? stored : { data: stored, links: {} }]) };
    });
    const { rasa } = clientsOf(url);
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(names, values),
        text,
        fc.boolean(),
        async (attributes, first_name, flag) => {
          await rasa.persons.save({ email: 'ada@example.com', first_name, is_subscribed: flag, attributes });
          const person = await rasa.persons.get('p-1');
          expect(person).toMatchObject({ email: 'ada@example.com', first_name, is_subscribed: flag });
          expect(byName(person.attributes)).toBe(byName(attributes));
        },
      ),
      { numRuns: 150 },
    );
  });

  it('in the sandbox too', async () => {
    const sandbox = await startSandbox();
    const { username, password, apiKey = '' } = sandbox.credentials;
    const { rasa } = clientsOf(sandbox.url, {}, { username, password, apiKey });
    let number = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(names, values),
        text,
        fc.boolean(),
        async (attributes, last_name, flag) => {
          const email = `p${++number}@example.com`;
          const { id = '' } = await rasa.persons.save({ email, last_name, is_subscribed: flag, attributes });
          const person = await rasa.persons.get(id);
          expect(person).toMatchObject({ id, email, last_name, is_subscribed: flag });
          expect(byName(person.attributes)).toBe(byName(attributes));
        },
      ),
      { numRuns: 60 },
    );
  });
});
