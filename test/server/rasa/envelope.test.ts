import { describe, expect, it } from 'vitest';
import { createPersonsDelivery } from '../../../server/rasa/delivery/v1.ts';
import { createContactsDelivery } from '../../../server/rasa/delivery/v2.ts';
import { createWebhookDelivery } from '../../../server/rasa/delivery/webhook.ts';
import { createRasaHttp } from '../../../server/rasa/http.ts';
import { createKeyRing } from '../../../server/rasa/key-ring.ts';
import { createTokenApi } from '../../../server/rasa/token-api.ts';
import { Secret } from '../../../server/system/secret.ts';
import { serve } from '../../helpers/sites/serve.ts';

interface Served {
  readonly status: number;
  readonly type?: string;
  readonly location?: string;
  readonly body: string;
}

const apis = ['v1', 'v2', 'webhook'] as const;
const token: Served = { status: 201, body: JSON.stringify({ results: [{ 'rasa-token': 'a token' }] }) };
const json = (value: object) => ({ type: 'application/json', body: JSON.stringify(value) });
/** The shape that rasa.io gives to every answer (rasa.io's API, section "Response envelope"). */
const envelope = (status: number, results: readonly object[], errors = '') =>
  json({ code: status, status_code: status, metadata: { errors, record_count: results.length }, results });

/** A client of an upstream that answers every call so, and requests for a token as `minted` says. */
async function clientOf(api: (typeof apis)[number], served: Served, minted = token) {
  const baseUrl = await serve((request, response) => {
    const { status, type, location, body } = request.url?.endsWith('/tokens') ? minted : served;
    response.writeHead(status, { ...(type && { 'content-type': type }), ...(location && { location }) });
    response.end(status === 204 ? undefined : body);
  });
  const http = createRasaHttp({ baseUrl });
  const secret = new Secret('a secret');
  const credentials =
    api === 'v2'
      ? ({ api, clientId: 'id', clientSecret: secret, accountGuid: undefined } as const)
      : ({ api: 'v1', username: 'u', password: secret, apiKey: secret } as const);
  const sets = [{ number: 1, source: { variable: 'RASA_API_KEY' }, credentials }];
  const keyRing = createKeyRing({ tokens: createTokenApi(http), sets });
  const client =
    api === 'webhook'
      ? createWebhookDelivery({ http, guid: 'a-guid' })
      : (api === 'v1' ? createPersonsDelivery : createContactsDelivery)({ http, keyRing });
  return { client, keyRing };
}

async function outcomes(api: (typeof apis)[number], served: Served, count: number) {
  const { client } = await clientOf(api, served);
  const persons = Array.from({ length: count }, (_, index) => ({ email: `p${index}@example.com` }));
  return (await client.addPersons(persons, new AbortController().signal)).map(({ is }) => is);
}

const page = '<html><body><h1>Bad Request</h1></body></html>';
const gatewayRefusals: readonly (readonly [string, Served])[] = [
  ['404 as text', { status: 404, type: 'text/plain', body: 'default backend - 404' }],
  ['404 as a JSON text', { status: 404, type: 'text/plain', body: '404' }],
  ['400 as a page', { status: 400, type: 'text/html', body: page }],
  ['409 without a body', { status: 409, body: '' }],
  ['422 as a list', { status: 422, type: 'application/json', body: '[]' }],
  ['404 with a message', { status: 404, ...json({ message: 'no Route matched with those values' }) }],
  ['400 with an error', { status: 400, ...json({ error: { code: 400, message: 'Bad Request' } }) }],
  ['400 with a status code', { status: 400, ...json({ statusCode: 400, code: 400, status_code: 400 }) }],
  ['404 with empty results', { status: 404, ...json({ results: [] }) }],
  [
    '400 as problem details',
    { status: 400, type: 'application/problem+json', body: '{"title":"Bad Request","status":400}' },
  ],
  ['302 to a login page', { status: 302, type: 'text/html', location: '/login', body: page }],
  ['307 to another host', { status: 307, location: 'http://127.0.0.1:9/', body: '' }],
  ['410 as text', { status: 410, type: 'text/plain', body: 'Gone' }],
  ['418 as JSON', { status: 418, ...json({ error: 'I am a teapot' }) }],
  [
    '422 as rasa.io writes it, cut off',
    { status: 422, type: 'application/json', body: envelope(422, []).body.slice(0, -9) },
  ],
  ['451 as a page', { status: 451, type: 'text/html', body: page }],
  ['413 as a page', { status: 413, type: 'text/html', body: page }],
];

describe.each(apis)('with RASA_API=%s', (api) => {
  it.each(gatewayRefusals)('P2: %s, of a gateway, makes no dead letter', async (_what, served) => {
    expect(await outcomes(api, served, 1)).toEqual(['later']);
    expect(await outcomes(api, served, 2)).toEqual(['later', 'later']);
  });

  it.each([
    ['an empty object', { status: 200, ...json({}) }],
    ['a message', { status: 200, ...json({ message: 'Scheduled maintenance' }) }],
    ['a page', { status: 200, type: 'text/html', body: page }],
    ['text', { status: 200, type: 'text/plain', body: 'OK' }],
    ['a JSON text', { status: 200, type: 'application/json', body: '"OK"' }],
    ['a list', { status: 200, type: 'application/json', body: '[]' }],
    ['null', { status: 200, type: 'application/json', body: 'null' }],
    ['nothing', { status: 200, body: '' }],
    ['half an answer', { status: 200, type: 'application/json', body: '{"code":200,"results":[{"id":' }],
  ] satisfies [string, Served][])(
    'P3: 200 with %s neither delivers nor sets aside',
    async (_what, served) => {
      expect(await outcomes(api, served, 1)).toEqual(['later']);
      expect(await outcomes(api, served, 2)).toEqual(['later', 'later']);
    },
  );

  it('P2: only rasa.io itself refuses a contact', async () => {
    expect(await outcomes(api, { status: 400, ...envelope(400, [], 'No such segment') }, 1)).toEqual([
      'refused',
    ]);
    expect(
      await outcomes(api, { status: 400, type: 'text/plain', body: envelope(400, [], 'No').body }, 1),
    ).toEqual(['refused']);
  });
});

it('P3: rasa.io that takes a call and not the contact refuses it', async () => {
  expect(await outcomes('v1', { status: 200, ...envelope(200, [{ error: 'blocked' }]) }, 1)).toEqual([
    'refused',
  ]);
});

describe('P2: the credentials', () => {
  it.each(gatewayRefusals)('are not refused by %s of a gateway', async (_what, minted) => {
    const { keyRing } = await clientOf('v1', token, minted);
    expect(await keyRing.token(new AbortController().signal)).toMatchObject({ is: 'later' });
    expect(keyRing.state()).toMatchObject({ is: 'untried', sets: [{ state: 'standby' }] });
  });

  it.each([
    ['401 without a body', { status: 401, body: '' }],
    ['403 with a message', { status: 403, ...json({ message: 'Forbidden' }) }],
    ["400 in rasa.io's envelope", { status: 400, ...envelope(400, [], 'Invalid key') }],
  ] satisfies [string, Served][])('are refused by %s', async (_what, minted) => {
    const { keyRing } = await clientOf('v1', token, minted);
    expect(await keyRing.token(new AbortController().signal)).toMatchObject({ is: 'refused' });
  });
});
