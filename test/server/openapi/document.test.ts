import { describe, expect, it } from 'vitest';
import express from 'express';
import { describeApi } from '../../../server/openapi/document.ts';
import { problem } from '../../../server/http/problem.ts';
import { faultsOf } from '../../helpers/openapi/contract.ts';
import { faultsOfDescription } from '../../helpers/openapi/lint.ts';
import { startService } from '../../helpers/server/service.ts';

const { paths } = describeApi({ publicUrl: 'https://signup.example.org', version: '0' });

describe('the description of the HTTP API', () => {
  it('is valid OpenAPI 3.1 for a linter that others use', async () => {
    expect(await faultsOfDescription()).toEqual([]);
  });

  it('has every route of the product but those of pages', async () => {
    const mounted = new Set<string>();
    const original = express.Router.prototype as { route: (path: string) => unknown };
    const { route } = original;
    original.route = function (this: unknown, path: string | readonly string[]) {
      for (const each of [path].flat()) mounted.add(each);
      return route.call(this, path as string);
    };
    try {
      // With credentials there is no sandbox, which has routes of its own.
      const credentials = { RASA_USERNAME: 'ada', RASA_PASSWORD: 'secret', RASA_API_KEY: 'k'.repeat(24) };
      const nowhere = { RASA_BASE_URL: 'http://127.0.0.1:9', ALLOWED_ORIGINS: 'https://www.example.com' };
      await startService({ ...credentials, ...nowhere, OPERATOR_PASSWORD: 'a long password of words' });
    } finally {
      original.route = route;
    }
    const isPage = /^\/($|preview($|\/)|operator|metrics$)/;
    const known = Object.keys(paths).map((path) => path.replaceAll(/\{(\w+)\}/g, ':$1'));
    const covered = (path: string) => known.includes(path) || known.some((each) => matches(path, each));
    expect(mounted.size).toBeGreaterThan(20);
    expect([...mounted].filter((path) => !isPage.test(path) && !covered(path))).toEqual([]);
  });

  it('is served with the address of this proxy, for viewers anywhere', async () => {
    const { url } = await startService();
    const answer = await fetch(`${url}/openapi.json`, { headers: { origin: 'https://viewer.example' } });
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    expect(answer.headers.get('vary')).toContain('Host');
    expect(await answer.json()).toEqual(
      expect.objectContaining({ openapi: '3.1.1', servers: [{ url }], paths: expect.anything() as object }),
    );
    expect((await fetch(`${url}/openapi.json`, { method: 'POST' })).status).toBe(405);
  });

  it('names the public URL below its prefix', async () => {
    const { url } = await startService({ PUBLIC_URL: 'https://www.example.com/newsletter' });
    for (const path of ['/newsletter/openapi.json', '/openapi.json']) {
      const description = (await (await fetch(url + path)).json()) as { readonly servers: unknown };
      expect(description.servers).toEqual([{ url: 'https://www.example.com/newsletter' }]);
    }
  });
});

describe('the check of answers against the description', () => {
  const sent = { method: 'GET', path: '/api/contacts', query: new URLSearchParams('ref=a'), init: undefined };
  const json = (body: unknown, status = 200, type = 'application/json') =>
    new Response(JSON.stringify(body), { status, headers: { 'content-type': type } });
  const waiting = {
    id: '019ac0de-0000-7000-8000-000000000000',
    sent_at: '2026-11-27T08:00:00.000Z',
    status: 'waiting',
  };

  it.each([
    ['an undocumented status', json(waiting, 201), /status 201/],
    ['an undocumented field', json({ ...waiting, email: 'ada@example.com' }), /additional|must match/],
    ['an undocumented media type', json(waiting, 200, 'application/hal+json'), /media type/],
    ['a missing field', json({ id: waiting.id, status: 'waiting' }), /sent_at/],
    [
      'a problem that is not described',
      json(problem('bot_suspected'), 403, 'application/problem+json'),
      /code/,
    ],
  ])('finds %s', async (_what, answer, words) => {
    expect((await faultsOf(sent, answer)).join(' ')).toMatch(words);
  });

  it('finds an undocumented path, method and parameter', async () => {
    expect(await faultsOf({ ...sent, path: '/api/people' }, json({}))).toHaveLength(1);
    expect(await faultsOf({ ...sent, method: 'PUT' }, json({}))).toHaveLength(1);
    expect(await faultsOf({ ...sent, query: new URLSearchParams() }, json(waiting))).toHaveLength(1);
  });

  it('finds nothing in what is described', async () => {
    expect(await faultsOf(sent, json(waiting))).toEqual([]);
    const refused = json(
      { ...problem('not_found'), request_id: 'some-request' },
      404,
      'application/problem+json',
    );
    expect(await faultsOf(sent, refused)).toEqual([]);
  });
});

/** Whether a path with parameters is what the route serves: `/api/analytics/:report` is several. */
function matches(route: string, path: string): boolean {
  return new RegExp(`^${route.replaceAll(/:\w+/g, '[^/]+')}$`).test(path);
}
