import { expect, it } from 'vitest';
import { readLifetimeMs, readToken } from '../../../server/rasa/reading/answers.ts';
import type { Credentials } from '../../../server/rasa/credentials.ts';
import { createRasaHttp } from '../../../server/rasa/http.ts';
import { createTokenApi } from '../../../server/rasa/token-api.ts';
import { Secret } from '../../../server/system/secret.ts';
import { startSandbox, type TestSandbox } from '../../helpers/server/sandbox.ts';

const never = new AbortController().signal;

const credentialsOf = (api: 'v1' | 'v2', { credentials, clientId }: TestSandbox): Credentials => {
  const key = new Secret(credentials.apiKey ?? '');
  return api === 'v1'
    ? { api, username: credentials.username, password: new Secret(credentials.password), apiKey: key }
    : { api, clientId, clientSecret: key, accountGuid: 'an account' };
};

it.each([
  ['v1', '/v1/persons', undefined],
  ['v2', '/v2/contacts', 3_600_000],
] as const)('a token of %s works until it is revoked', async (api, path, lifetimeMs) => {
  const sandbox = await startSandbox();
  const tokens = createTokenApi(createRasaHttp({ baseUrl: sandbox.url }));
  const credentials = credentialsOf(api, sandbox);
  const minted = await tokens.mint(credentials, never);
  if (minted.is !== 'answer') throw new Error('no answer');
  const token = readToken(minted.body) ?? '';
  expect(readLifetimeMs(minted.body)).toBe(lifetimeMs);
  expect((await sandbox.api('GET', path, { token })).status).toBe(200);

  expect(await tokens.end(new Secret(token), credentials, never)).toMatchObject({
    is: 'answer',
    status: 204,
  });
  expect((await sandbox.api('GET', path, { token })).status).toBe(401);
});
