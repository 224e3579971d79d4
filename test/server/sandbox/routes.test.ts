import { describe, expect, it } from 'vitest';
import { routes } from '../../../server/sandbox/api/routes.ts';
import type { Route } from '../../../server/sandbox/api/route.ts';
import { variants } from '../../../server/sandbox/control/variants.ts';
import { startSandbox, v2Token, type ApiCall } from '../../helpers/server/sandbox.ts';

/** A sandbox with a contact and tokens of both versions, and a function that calls a route. */
async function openRoutes() {
  const sandbox = await startSandbox();
  const { api, signupGuid } = sandbox;
  const created = await sandbox.addPersons({ email: 'ada@example.com' });
  const id = String(created.envelope.results[0]?.['id']);
  const [v1, v2] = [await sandbox.token(), await v2Token(sandbox)];
  const accesses: Readonly<Record<Route['access'], ApiCall>> = {
    account: { headers: { authorization: sandbox.basic } },
    v1: { token: v1 },
    v2: { token: v2 },
    none: {},
  };
  const address = (path: string): string => {
    const ids = path.includes('/messaging/') ? '00000000-0000-4000-8000-000000000001' : id;
    const isNumbered = /\/v2\/(lists|subscription-types|subscriptions)\//.test(path);
    return path
      .replace(/:id\b/, isNumbered ? '1' : ids)
      .replace(':identifier', 'sandbox')
      .replace(':guid', signupGuid)
      .replace(':list_id', '1')
      .replace(':token', 'no-such-token')
      .replace(':message_id', '1');
  };
  return {
    ...sandbox,
    v1,
    v2,
    address,
    call: (route: Route, call: ApiCall = accesses[route.access]) =>
      api(route.method, address(route.path), call),
  };
}

/** Routes whose answer to a call without parameters or body, or about what is not there, is not 2xx. */
const others: Readonly<Record<string, number>> = {
  'POST /v1/tokens': 400,
  'DELETE /v1/tokens/:token': 404,
  'GET /v1/lead-posts': 400,
  'POST /v2/tokens': 400,
  'POST /v2/contacts': 400,
  'POST /v2/contacts/bulk': 400,
  'DELETE /v2/contact-lists/:id/list/:list_id': 404,
  'POST /v2/lists': 400,
  'GET /v2/subscriptions': 400,
  'GET /v2/subscriptions/:id': 404,
  'POST /v2/subscriptions': 400,
  'PUT /v2/subscriptions/:id': 404,
  'POST /signup/:guid': 400,
};

const nameOf = ({ method, path }: Route): string => `${method} ${path}`;

describe('every route of the table', () => {
  it('answers who may call it', async () => {
    const shared = await openRoutes();
    const wrong: string[] = [];
    for (const route of routes) {
      // What deletes would leave nothing for the others.
      const { call } = route.method === 'DELETE' ? await openRoutes() : shared;
      const { status } = await call(route);
      const wanted = others[nameOf(route)] ?? (isAboutNothing(route) ? 404 : 200);
      const isRight = wanted === 200 ? status >= 200 && status < 300 : status === wanted;
      if (!isRight) wrong.push(`${nameOf(route)}: ${status}`);
    }
    expect(wrong).toEqual([]);
  });

  it('answers 401 without a token, and with one of the other version', async () => {
    const { call, v1, v2 } = await openRoutes();
    for (const route of routes.filter(({ access }) => access !== 'none')) {
      expect((await call(route, {})).status, nameOf(route)).toBe(401);
      const other = route.access === 'v2' ? v1 : v2;
      if (route.access !== 'account')
        expect((await call(route, { token: other })).status, nameOf(route)).toBe(401);
    }
  });

  it('answers 400 to a method that it does not have', async () => {
    const { api, address, v1 } = await openRoutes();
    for (const path of new Set(routes.map((route) => route.path)))
      expect((await api('PATCH', address(path), { token: v1 })).status, path).toBe(400);
  });

  it('fails as it is told to: with a status, the page of a gateway, and a cut connection', async () => {
    const { call, putFaults } = await openRoutes();
    for (const route of routes) {
      await putFaults({ answer: { status: 503, on: route.kind, times: 1 } });
      expect((await call(route, {})).envelope.status_code, nameOf(route)).toBe(503);
      await putFaults({ answer: { status: 502, as: 'html', times: 1 } });
      expect((await call(route, {})).text, nameOf(route)).toContain('<h1>502');
      await putFaults({ drop: { on: route.kind, when: 'before' } });
      await expect(call(route, {}), nameOf(route)).rejects.toThrow('fetch failed');
      await putFaults({});
    }
  });

  it('answers a read with every value of every variant, in the same envelope', async () => {
    const { call, putFaults } = await openRoutes();
    const reads = routes.filter(({ method, path }) => method === 'GET' && !path.startsWith('/top-articles'));
    const { v2Header: _, ...rest } = variants;
    const most = Math.max(...Object.values(rest).map(({ values }) => values.length));
    for (let round = 0; round < most; round++) {
      const chosen = Object.fromEntries(
        Object.entries(rest).map(([name, { values }]) => [name, values[round % values.length]]),
      );
      expect((await putFaults({ variants: chosen })).status).toBe(200);
      for (const route of reads) {
        const { status, envelope } = await call(route);
        expect(envelope.status_code, nameOf(route)).toBe(status);
        expect(status, nameOf(route)).toBeLessThan(500);
      }
    }
  });
});

it('answers a token of version 1 with 401 on any path of version 2, and an unknown path of version 1 with 404', async () => {
  const { api, v1, v2 } = await openRoutes();
  for (const path of ['/v2/contacts', '/v2/nothing', '/v2/contacts/a/b/c', '/v2'])
    expect((await api('GET', path, { token: v1 })).status, path).toBe(401);
  expect((await api('GET', '/v2/nothing', { token: v2 })).status).toBe(404);
  expect((await api('GET', '/v1/nothing', { token: v1 })).status).toBe(404);
  expect((await api('GET', '/v1/v1/persons', { token: v1 })).status).toBe(404);
});

/** Of blasts and sequences, which the sandbox has none of. */
function isAboutNothing({ path }: Route): boolean {
  return /\/messaging\/(blast|sequence)\/:id/.test(path);
}
