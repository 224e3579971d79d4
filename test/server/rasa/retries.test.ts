import { describe, expect, it } from 'vitest';
import { createRasaClient } from '../../../server/rasa/rasa.ts';
import { freePort } from '../../helpers/server/free-port.ts';
import { clientsOf, envelope, scriptRasa, type Reply } from '../../helpers/server/scripted-rasa.ts';

const fine: Reply = { body: envelope([{ id: 'c', name: 'The Tide' }]) };

async function attempts(replies: readonly Reply[], delaysMs = [0, 0], longestWaitMs = 60_000) {
  const { url, asked, tokens } = await scriptRasa((_asked, earlier) => replies[earlier] ?? fine);
  const result = await clientsOf(url, { retries: { delaysMs, longestWaitMs } })
    .rasa.communities()
    .then(
      () => 'fine',
      (error: unknown) => error,
    );
  return { result, count: asked.length, tokens: tokens.length };
}

describe('further attempts', () => {
  it.each([
    ['503', { status: 503 }],
    ['429', { status: 429 }],
    ['a cut connection', { instead: 'cut' }],
    ['a page with 404', { status: 404, body: '<html></html>' }],
    ['a page with 200', { body: '<html></html>' }],
  ] satisfies [string, Reply][])('follow %s, as many as the policy has', async (_fault, fault) => {
    expect(await attempts([fault, fault])).toEqual({ result: 'fine', count: 3, tokens: 1 });
    expect(await attempts([fault, fault, fault])).toMatchObject({ result: { name: /./ }, count: 3 });
  });

  it.each([
    ['a refusal', { status: 400, body: envelope([], { errors: 'No' }) }],
    ['404 of rasa.io', { status: 404, body: envelope([], { errors: 'No' }) }],
    ['an answer that is too long', { body: 'x'.repeat(33 * 1024 * 1024) }],
  ] satisfies [string, Reply][])('do not follow %s', async (_fault, fault) => {
    expect(await attempts([fault])).toMatchObject({ count: 1 });
  });

  it('wait for as long as rasa.io asks, unless that is too long to wait for', async () => {
    const slow = { status: 429, headers: { 'retry-after': '1' } };
    const before = performance.now();
    expect(await attempts([slow])).toMatchObject({ result: 'fine', count: 2 });
    expect(performance.now() - before).toBeGreaterThan(990);
    expect(await attempts([slow], [0], 500)).toMatchObject({
      result: { code: 'rate_limited', retryAfterMs: 1000 },
      count: 1,
    });
  });

  it('belong to each request of a list', async () => {
    const { url } = await scriptRasa(({ query }, earlier) => {
      if (earlier % 2 === 0) return { status: 502 };
      return { body: envelope(query.has('skip') ? [] : [{ id: 1 }], { next_link: '/?skip=1' }) };
    });
    const { rasa } = clientsOf(url, { retries: { delaysMs: [0], longestWaitMs: 0 } });
    expect(await rasa.posts().all()).toHaveLength(1);
  });

  it('of a deletion that had arrived after all find it done', async () => {
    const { url } = await scriptRasa((_asked, earlier) =>
      earlier === 0 ? { instead: 'cut' } : { status: 404, body: envelope([], { errors: 'No such person' }) },
    );
    const { rasa } = clientsOf(url, { retries: { delaysMs: [0], longestWaitMs: 0 } });
    await rasa.persons.remove('p');
    await expect(rasa.persons.remove('p')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('are made of any call that was not sent for want of a token', async () => {
    let wanted = 0;
    const { url, asked } = await scriptRasa(
      () => ({ status: 201, body: envelope([{ id: 'c' }]) }),
      () => (++wanted === 1 ? { instead: 'cut' } : { body: { access_token: 't' } }),
    );
    const { v2 } = clientsOf(url, { retries: { delaysMs: [0], longestWaitMs: 0 } });
    expect(await v2.contacts.create({ email: 'ada@example.com' })).toBe('c');
    expect(asked).toHaveLength(1);
  });

  it('are made for a token too, with the cause of what failed', async () => {
    let asked = 0;
    const { url } = await scriptRasa(
      () => fine,
      () => (++asked === 1 ? { status: 503 } : { status: 201, body: { results: [{ 'rasa-token': 't' }] } }),
    );
    const { rasa } = clientsOf(url, { retries: { delaysMs: [0], longestWaitMs: 0 } });
    expect(await rasa.communities()).toHaveLength(1);
    expect(asked).toBe(2);
  });
});

describe('errors', () => {
  it('name the network fault, with the original as cause', async () => {
    const { rasa } = clientsOf(`http://localhost:${await freePort()}`);
    const error: unknown = await rasa.communities().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'unreachable', cause: expect.any(Error) as Error });
    expect(String(error)).toMatch(/refused/);
  });

  it('and their texts contain no secret and no address', async () => {
    const { url } = await scriptRasa(() => ({
      status: 400,
      body: envelope([], { errors: 'ada@example.com is blocked' }),
    }));
    const rasa = createRasaClient({
      credentials: { username: 'me@example.com', password: 'a password', apiKey: 'a key' },
      baseUrl: url,
    });
    const error = (await rasa.persons
      .save({ email: 'ada@example.com' })
      .catch((reason: unknown) => reason)) as Error | undefined;
    expect(error).toMatchObject({ code: 'refused', text: 'ada@example.com is blocked' });
    expect(`${error?.message ?? ''} ${error?.stack ?? ''}`).not.toMatch(/ada@|me@|a password|a key/);
  });

  it('a credential that was refused is not sent again by further calls', async () => {
    const { url, tokens } = await scriptRasa(
      () => fine,
      () => ({ status: 401, body: envelope([], { errors: 'Revoked' }) }),
    );
    const { rasa } = clientsOf(url);
    for (const _ of [1, 2, 3]) {
      await expect(rasa.communities()).rejects.toMatchObject({
        code: 'credentials_refused',
        status: 401,
        retryAfterMs: expect.any(Number) as number,
      });
    }
    expect(tokens).toHaveLength(1);
  });

  it.each([0, 300_001, NaN])('time limits of %d ms are refused', (readMs) => {
    expect(() => clientsOf('http://localhost', { timeouts: { readMs } })).toThrow('timeouts.readMs');
  });

  it.each(['', '.', '..'])('%j is no id', async (id) => {
    await expect(clientsOf('http://localhost').rasa.persons.get(id)).rejects.toThrow(TypeError);
  });

  it.each([
    '/v2/contacts',
    '/v1',
    'v1/persons',
    '/v1/../v2/contacts',
    '//host/v1/',
    '/v1\\..\\v2/x',
    '/v1/a#b',
  ])('%j is no path to read', async (path) => {
    await expect(clientsOf('http://localhost').rasa.get(path)).rejects.toThrow(TypeError);
  });
});
