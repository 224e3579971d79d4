import { describe, expect, it } from 'vitest';
import { isRasaError } from '../../../server/rasa/rasa.ts';
import { readRoutes, writeRoutes, type RouteCase } from '../../helpers/server/rasa-routes.ts';
import { clientsOf, envelope, scriptRasa, type Reply } from '../../helpers/server/scripted-rasa.ts';

const page = '<html><body><h1>Scheduled maintenance</h1></body></html>';
const html = { 'content-type': 'text/html' };
const wrap = (items: readonly object[]) => items.map((data) => ({ data, links: { self: '/somewhere' } }));
/** A link that goes on past the end, as clients have met it. */
const past = { next_link: 'https://api.rasa.io/v1/somewhere?skip=50&limit=50' };

type Shape = (items: readonly object[]) => Reply;

/** Shapes that are documented, or that one of rasa.io's clients has met or expects. */
const readShapes: Readonly<Record<string, Shape>> = {
  'wrapped items': (items) => ({ body: envelope(wrap(items)) }),
  'flat items': (items) => ({ body: envelope(items) }),
  'errors as a list': (items) => ({ body: envelope(wrap(items), { errors: [] }) }),
  'a link past the end': (items) => ({ body: envelope(wrap(items), past) }),
  'a link past the end, and a total': (items) => ({
    body: envelope(wrap(items), { ...past, total_query_count: items.length }),
  }),
  'no metadata': (items) => ({ body: { code: 200, results: wrap(items) } }),
  'no codes': (items) => ({ body: { metadata: { errors: '' }, results: wrap(items) } }),
  'entries that are no objects': (items) => ({ body: envelope([...wrap(items), null, 'nothing', {}]) }),
  'another content type': (items) => ({
    headers: { 'content-type': 'text/plain' },
    body: JSON.stringify(envelope(wrap(items))),
  }),
};

const writeShapes: Readonly<Record<string, Shape>> = {
  '201 and a flat item': (items) => ({ status: 201, body: envelope(items, { code: 201 }) }),
  '200 and a flat item': (items) => ({ body: envelope(items) }),
  '202 and a flat item': (items) => ({ status: 202, body: envelope(items) }),
  'a wrapped item': (items) => ({ body: envelope(wrap(items)) }),
  'errors as a list': (items) => ({ body: envelope(items, { errors: [] }) }),
};

/** Nobody has published an answer of version 2. */
const v2Shapes: Readonly<Record<string, Shape>> = {
  ...readShapes,
  'a bare list': (items) => ({ body: items }),
  'a list in data': (items) => ({ body: { data: items } }),
  'a list in items': (items) => ({ body: { items } }),
  'one object': ([item]) => ({ body: item }),
  'one object in data': ([item]) => ({ body: { data: item } }),
};

const nothing: Readonly<Record<string, Shape>> = {
  '204': () => ({ status: 204 }),
  '200 and no body': () => ({}),
};

const shapesOf: Readonly<Record<RouteCase['kind'], Readonly<Record<string, Shape>>>> = {
  read: readShapes,
  write: writeShapes,
  change: { ...writeShapes, ...nothing },
  'v2-read': v2Shapes,
  'v2-write': { ...writeShapes, 'one object': ([item]) => ({ status: 201, body: item }) },
  'v2-change': { ...writeShapes, '204': () => ({ status: 204 }) },
  webhook: {
    '200 and the envelope': () => ({ body: envelope([]) }),
    '201 and no body': () => ({ status: 201 }),
    '204': () => ({ status: 204 }),
    '200 and an id': () => ({ body: { id: 5 } }),
    '200 and a contact_id': () => ({ body: { contact_id: 'c' } }),
  },
};

/** What goes wrong, and the error that it must be. */
const faults: readonly (readonly [fault: string, reply: Reply, error: object])[] = [
  [
    '400 of rasa.io',
    { status: 400, body: envelope([], { errors: 'No such segment' }) },
    { code: 'refused', status: 400, text: 'No such segment' },
  ],
  [
    '400 with a list of errors',
    { status: 400, body: envelope([], { errors: ['One', { message: 'Two' }] }) },
    { code: 'refused', text: 'One; Two' },
  ],
  [
    '409 of rasa.io',
    { status: 409, body: envelope([], { errors: 'Exists' }) },
    { code: 'refused', status: 409 },
  ],
  ['422 of rasa.io', { status: 422, body: envelope([], { errors: 'No' }) }, { code: 'refused', status: 422 }],
  [
    '404 of rasa.io',
    { status: 404, body: envelope([], { errors: 'No such person' }) },
    { code: 'not_found', text: 'No such person' },
  ],
  [
    '401 again and again',
    { status: 401, body: envelope([], { errors: 'Expired' }) },
    { code: 'access_denied', status: 401 },
  ],
  [
    '403 again and again',
    { status: 403, body: { message: 'Forbidden' } },
    { code: 'access_denied', status: 403 },
  ],
  ['404 of a gateway', { status: 404, headers: html, body: page }, { code: 'unavailable', status: 404 }],
  [
    '400 of a gateway',
    { status: 400, body: { message: 'Bad request' } },
    { code: 'unavailable', status: 400 },
  ],
  ['a redirect', { status: 307, headers: { location: '/elsewhere' } }, { code: 'unavailable', status: 307 }],
  ['408', { status: 408, body: envelope([], { errors: 'Slow' }) }, { code: 'unavailable', status: 408 }],
  [
    '429',
    { status: 429, body: envelope([], { errors: 'Slow down' }) },
    { code: 'rate_limited', retryAfterMs: undefined },
  ],
  [
    '500 of rasa.io',
    { status: 500, body: envelope([], { errors: 'Oops' }) },
    { code: 'unavailable', status: 500 },
  ],
  ['502 as a page', { status: 502, headers: html, body: page }, { code: 'unavailable', status: 502 }],
  ['503 without a body', { status: 503 }, { code: 'unavailable', status: 503 }],
  ['200 with a page', { headers: html, body: page }, { code: 'unreadable', status: 200 }],
  ['200 with a message', { body: { message: 'Scheduled maintenance' } }, { code: 'unreadable', status: 200 }],
  ['200 with half an answer', { body: '{"code":200,"results":[{"id":' }, { code: 'unreadable', status: 200 }],
  ['a cut connection', { instead: 'cut' }, { code: 'unreachable' }],
  ['silence', { instead: 'silence' }, { code: 'unreachable', message: 'no answer within 100 ms' }],
];

/** Only for what never comes. */
const impatient = { timeouts: { readMs: 100, writeMs: 100 } };
const routes = [...readRoutes, ...writeRoutes];

describe.each(routes)('$route', ({ route, call, items, expected, kind }) => {
  const [method = '', path = ''] = route.split(/[ ,]/);
  const pattern = new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/?]+')}(\\?|$)`);
  const isWebhook = kind === 'webhook';
  // The webhook needs none.
  const itWithToken = isWebhook ? () => undefined : it;
  const isVerbKnown = !/^GET \/v1\/(analytics|insights)/.test(route);

  it.each(Object.entries(shapesOf[kind]))('is understood as %s', async (_shape, replyWith) => {
    const { url, asked, tokens } = await scriptRasa(({ query }) =>
      // The page after the last one is empty.
      replyWith(Number(query.get('skip') ?? 0) > 0 ? [] : items),
    );
    expect(await call(clientsOf(url))).toEqual(expected);
    expect(asked[0]).toMatchObject({ method, path: expect.stringMatching(pattern) as string });
    expect(tokens).toHaveLength(isWebhook ? 0 : 1);
    for (const { headers } of asked) {
      expect(headers['rasa-token']).toEqual(isWebhook ? undefined : expect.stringMatching(/^token \d+$/));
    }
  });

  it.each(faults)('answered with %s, is the documented error', async (_fault, reply, error) => {
    const { url, asked, tokens } = await scriptRasa(() => reply);
    const rejection = await call(clientsOf(url, reply.instead === 'silence' ? impatient : {})).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(rejection).toMatchObject(error);
    expect(isRasaError(rejection)).toBe(true);
    const isDenied = reply.status === 401 || reply.status === 403;
    expect(tokens).toHaveLength(isWebhook ? 0 : isDenied ? 2 : 1);
    if (isVerbKnown) expect(asked).toHaveLength(isDenied && !isWebhook ? 2 : 1);
  });

  itWithToken('makes one more token where the first is refused, and gives the same result', async () => {
    const [good] = Object.values(shapesOf[kind]);
    const { url, tokens } = await scriptRasa(({ query }, earlier) => {
      if (earlier === 0) return { status: 401, body: envelope([], { errors: 'Expired' }) };
      return good?.(Number(query.get('skip') ?? 0) > 0 ? [] : items) ?? {};
    });
    expect(await call(clientsOf(url))).toEqual(expected);
    expect(tokens).toHaveLength(2);
  });

  itWithToken('says that the credentials are refused', async () => {
    const refusal = { status: 401, body: envelope([], { errors: 'The key is revoked' }) };
    const { url, asked } = await scriptRasa(
      () => ({}),
      () => refusal,
    );
    await expect(call(clientsOf(url))).rejects.toMatchObject({ code: 'credentials_refused', status: 401 });
    expect(asked).toEqual([]);
  });

  it('is tried again after a fault that may pass, where that is harmless', async () => {
    const [good] = Object.values(shapesOf[kind]);
    const { url, asked } = await scriptRasa(({ query }, earlier) => {
      if (earlier === 0) return { status: 502, headers: html, body: page };
      return good?.(Number(query.get('skip') ?? 0) > 0 ? [] : items) ?? {};
    });
    const result = call(clientsOf(url, { retries: { delaysMs: [0], longestWaitMs: 1000 } }));
    // Nobody knows whether these create another one.
    const isRepeatable = !/^POST (\/v2\/(contacts|lists)|\/signup)/.test(route);
    if (isRepeatable) expect(await result).toEqual(expected);
    else await expect(result).rejects.toMatchObject({ code: 'unavailable' });
    expect(asked.length > 1).toBe(isRepeatable);
  });
});
