import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readFunnelQuery } from '../../../server/analytics/funnel/funnel-query.ts';
import { queryNames, readQuery } from '../../../server/analytics/query.ts';
import { readChanges, readItem, reservedNames } from '../../../server/contacts/items.ts';
import { Tokens } from '../../../server/contacts/tokens.ts';
import { describeApi } from '../../../server/openapi/document.ts';
import { Secret } from '../../../server/system/secret.ts';
import { startService } from '../../helpers/server/service.ts';
import { openTestStore } from '../../helpers/server/store.ts';

/*
 * What the code takes and what the description of the API says are two texts. Generated requests go through
 * both: none is taken by one and not by the other. What JSON Schema cannot say is left out of them: what an
 * address looks like, reserved names in other cases, time zones, parameters that exclude each other.
 */
const { paths } = describeApi({ publicUrl: 'https://signup.example.org', version: '0' });
const ajv = addFormats.default(new Ajv2020({ strict: false }));

function bodyOf(path: string, method: string): (value: unknown) => boolean {
  const schema = paths[path]?.[method]?.requestBody?.content['application/json']?.schema;
  if (!schema) throw new Error(`no body is described for ${method} ${path}`);
  return ajv.compile(schema);
}

function parameterOf(path: string, name: string): (value: unknown) => boolean {
  const found = paths[path]?.['get']?.parameters?.find((one) => one.name === name);
  if (!found) throw new Error(`${name} is not described at ${path}`);
  return ajv.compile(found.schema);
}

const word = fc
  .array(fc.constantFrom('a', 'b', 'c', ' ', '.'), { maxLength: 6 })
  .map((all) => `a${all.join('')}b`);
const lengths = [100, 101, 2048, 2049].map((length) => 'x'.repeat(length));
const text = fc.oneof(
  { weight: 4, arbitrary: word },
  { weight: 1, arbitrary: fc.constantFrom('', ...lengths) },
);
/** Mostly right, so that a contact with several of them is taken often enough. */
const usually = <T, U>(right: fc.Arbitrary<T>, any: fc.Arbitrary<U>) =>
  fc.oneof({ weight: 9, arbitrary: right }, { weight: 1, arbitrary: any });
const value = fc.oneof(
  text,
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.constantFrom<unknown>(null, [], {}, ['a'], { a: 1 }),
);
const oddNames = fc.constantFrom(...reservedNames, ' ', '', 'x'.repeat(100), 'x'.repeat(101), 'email', 'ref');
const name = usually(
  fc.oneof(fc.constantFrom('first_name', 'last_name', 'external_id', 'segment_code', 'plan'), word),
  oddNames,
);
const fields = fc
  .uniqueArray(fc.tuple(name, usually(word, value)), { maxLength: 4, selector: ([key]) => key })
  .map((entries) => JSON.parse(JSON.stringify(Object.fromEntries(entries))) as Record<string, unknown>);
const ref = usually(word, fc.oneof(value, fc.constantFrom('x'.repeat(200), 'x'.repeat(201), 0, '')));
const time = fc.constantFrom('2026-11-27T10:00:00Z', '2026-11-27T10:00:00+01:00');
const consent = usually(
  fc.record({ text, at: time, source: word }, { requiredKeys: [] }),
  fc.oneof(value, fc.record({ text: value, at: text, other: word }, { requiredKeys: [] })),
);
const confirm = usually(
  fc.oneof(fc.boolean(), fc.constantFrom({}, { form: 'a', lang: 'de' })),
  fc.oneof(value, fc.record({ form: text, lang: value }, { requiredKeys: [] })),
);
const email = usually(
  fc.constant('ada@example.com'),
  fc.constantFrom('', null, 7, `${'a'.repeat(250)}@example.com`),
);
const own = fc.record({ email, ref, consent, confirm }, { requiredKeys: ['email'] });
const item = fc
  .tuple(fields, usually(own, fc.constant({})))
  .map(([{ email: _address, ...all }, given]) => ({ ...all, ...given }));
const notArrays = value.filter((one) => !Array.isArray(one));

describe('the description of the API and the code take the same', () => {
  it('contacts', () => {
    const isDescribed = bodyOf('/api/contacts', 'post');
    const rules = { international: false, disposable: 'allow', isDisposableDomain: () => false } as const;
    let taken = 0;
    fc.assert(
      fc.property(fc.oneof({ weight: 9, arbitrary: item }, notArrays), (sent) => {
        const is = readItem(sent, rules).is === 'contact';
        if (is) taken++;
        expect(isDescribed(sent)).toBe(is);
      }),
      { numRuns: 3000, examples: [[{ id: '', email: 'ada@example.com' }]] },
    );
    expect(taken).toBeGreaterThan(300);
  });

  it('changes', () => {
    const isDescribed = bodyOf('/api/contacts/{id}', 'patch');
    let taken = 0;
    fc.assert(
      fc.property(fc.oneof({ weight: 9, arbitrary: fields }, value), (sent) => {
        const is = readChanges(sent).is === 'fields';
        if (is) taken++;
        expect(isDescribed(sent)).toBe(is);
      }),
      { numRuns: 3000 },
    );
    expect(taken).toBeGreaterThan(300);
  });

  const nowMs = Date.UTC(2026, 10, 27);
  const day = fc
    .integer({ min: -700, max: 0 })
    .map((days) => new Date(nowMs + days * 86_400_000).toISOString().slice(0, 10));
  const words = fc.constantFrom(
    ...['', 'true', 'false', 'True', '1', 'day', 'hour', 'week', 'month', 'year', 'today', 'yesterday'],
    ...['past_week', 'past_month', 'past_quarter', 'past_year', 'this_month', 'last_month', 'next_month'],
    ...['excluded', 'included', 'All', 'day,form', 'form, origin', 'day,', ',', 'origin,origin', ' day '],
    ...['2026-02-30', '2026-2-3', '2026-11-27T00:00:00Z', '20261127', '2025-02-28'],
  );
  const asked = fc.oneof(day, words, text);

  it.each(queryNames)('the parameter %s of a report', (parameter) => {
    const isDescribed = parameterOf('/api/analytics/summary', parameter);
    fc.assert(
      fc.property(asked, (sent) => {
        const is = 'from' in readQuery({ [parameter]: sent }, { nowMs, withEmail: false });
        if (parameter === 'timezone') expect(is && !isDescribed(sent)).toBe(false);
        else expect(isDescribed(sent)).toBe(is);
      }),
      { numRuns: 300 },
    );
  });

  it.each(['from', 'to', 'preset', 'form', 'by'])('the parameter %s of the funnel', (parameter) => {
    const isDescribed = parameterOf('/api/analytics/funnel', parameter);
    fc.assert(
      fc.property(asked, (sent) => {
        expect(isDescribed(sent)).toBe('from' in readFunnelQuery({ [parameter]: sent }, nowMs));
      }),
      { numRuns: 300 },
    );
  });

  it('the parameters of events', async () => {
    const key = 'ab'.repeat(32);
    const { url, dataDir } = await startService({ OUTBOX_KEY: key, RATE_TOKEN: 'off' });
    const database = await openTestStore({ dataDir, key: new Secret(key) });
    const scopes = ['events:read'] as const;
    const tokens = new Tokens({ database });
    const token = await tokens.create({ name: 't', account: 'main', scopes, validForMs: undefined });
    const sent = {
      types: [
        ...[
          '',
          '*',
          ',',
          'signup.*',
          'signup.delivered,',
          'signup.delivered,signup.*',
          'signup',
          '.*',
          '*.*',
        ],
        ...['signup.delivered ', 'nothing.*', 'SIGNUP.*', 'signup.delivered.*'],
      ],
      wait: ['0', '00', '31', '99', '100', '-1', '1.5', '', 'x'],
      after: ['', 'x', '-1', '1'.repeat(16), '1 '],
    };
    for (const [parameter, texts] of Object.entries(sent)) {
      const isDescribed = parameterOf('/api/events', parameter);
      for (const one of texts) {
        const query = String(new URLSearchParams({ [parameter]: one }));
        const answer = await fetch(`${url}/api/events?${query}`, {
          headers: { authorization: `Bearer ${token ?? ''}` },
        });
        expect([one, answer.status]).toEqual([one, isDescribed(one) ? 200 : 400]);
      }
    }
  });
});
