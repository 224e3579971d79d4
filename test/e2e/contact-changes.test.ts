import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import type { Env } from '../../server/config/config.ts';
import { startProduct } from '../helpers/server/product.ts';
import { runCommand } from '../helpers/server/run-command.ts';
import { startSandbox, type TestSandbox } from '../helpers/server/sandbox.ts';
import { credentialsFor, readContact, readContacts } from '../helpers/server/service.ts';
import { directoryInMemory } from '../helpers/server/temporary-dir.ts';

const soon = { timeout: 60_000, interval: 100 };

type Body = Readonly<Record<string, unknown>>;

/** The product, which can be killed and started again, and an application with a token. */
async function start(envFor: (sandbox: TestSandbox) => Env) {
  const sandbox = await startSandbox();
  const env = { ...envFor(sandbox), DATA_DIR: await directoryInMemory() };
  let product = await startProduct(env);
  const scopes = 'contacts:write,contacts:read,contacts:delete';
  const made = await runCommand(['tokens', 'create', 'shop', '--scope', scopes, '--json'], env);
  const { token } = JSON.parse(made.stdout) as { readonly token: string };
  const call = async (method: string, path: string, json?: unknown) => {
    const answer = await fetch(`${product.url}/api/contacts${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(json !== undefined && { body: JSON.stringify(json) }),
    });
    return { status: answer.status, body: (await answer.json()) as Body };
  };
  const became = (id: unknown, status: string) =>
    vi.waitFor(async () => {
      const { body } = await call('GET', `/${String(id)}`);
      expect(body).toMatchObject({ status });
      return body;
    }, soon);
  const change = async (method: string, path: string, json?: unknown) => {
    const { status, body } = await call(method, path, json);
    expect(status).toBe(202);
    return body['id'];
  };
  const send = async (...items: readonly object[]) => {
    const { body } = await call('POST', '', items);
    for (const { id } of body['results'] as readonly Body[]) await became(id, 'delivered');
  };
  const killAndStart = async () => {
    expect(await product.stop('SIGKILL')).toBe('SIGKILL');
    product = await startProduct(env);
  };
  const atRasa = async (email: string) => {
    const id = (await readContacts(sandbox)).find((each) => each['email'] === email)?.['id'];
    return id === undefined ? undefined : readContact(sandbox, id);
  };
  return { sandbox, change, became, send, killAndStart, atRasa };
}

it('changes that were accepted are made once and in order, however often the process is killed', async () => {
  const { sandbox, change, became, send, killAndStart, atRasa } = await start(credentialsFor);
  await send(
    { ref: 'ada', email: 'ada@example.com' },
    { ref: 'bob', email: 'bob@example.com' },
    { ref: 'cyd', email: 'cyd@example.com' },
  );
  const ids: unknown[] = [];
  for (let round = 0; round < 4; round++) {
    // In the middle of a call, or before it.
    await sandbox.putFaults({ delayMs: 300 });
    ids.push(await change('PATCH', '?ref=ada', { plan: `${round} a` }));
    ids.push(await change('PATCH', '?ref=ada', { plan: `${round} b`, round }));
    if (round === 1) ids.push(await change('POST', '/unsubscribe?ref=ada'));
    if (round === 2) ids.push(await change('DELETE', '?ref=bob'));
    if (round === 3) ids.push(await change('DELETE', '?ref=cyd&erase=true'));
    await sleep(randomInt(0, 400));
    await killAndStart();
  }
  await sandbox.putFaults({});
  for (const id of ids) await became(id, 'delivered');
  expect(await atRasa('ada@example.com')).toMatchObject({ plan: '3 b', round: 3, is_subscribed: 0 });
  expect((await readContacts(sandbox)).map(({ email }) => email)).toEqual(['ada@example.com']);
}, 180_000);

describe('changes of contacts, by version 2 of the API', () => {
  it('are made, but for an erasure, which becomes a dead letter', async () => {
    const { change, became, send, atRasa } = await start((sandbox) => ({
      RASA_BASE_URL: sandbox.url,
      RASA_API: 'v2',
      RASA_CLIENT_ID: sandbox.clientId,
      RASA_CLIENT_SECRET: sandbox.credentials.apiKey,
      ALLOWED_ORIGINS: 'https://www.example.com',
    }));
    await send({ ref: 'ada', email: 'ada@example.com' }, { ref: 'bob', email: 'bob@example.com' });
    await became(await change('PATCH', '?ref=ada', { first_name: 'Ada' }), 'delivered');
    expect(await atRasa('ada@example.com')).toMatchObject({ first_name: 'Ada' });
    await became(await change('POST', '/unsubscribe?ref=ada'), 'delivered');
    expect(await atRasa('ada@example.com')).toMatchObject({ is_subscribed: 0 });
    await became(await change('DELETE', '?ref=bob'), 'delivered');
    expect(await atRasa('bob@example.com')).toBeUndefined();
    const letter = await became(await change('DELETE', '?ref=ada&erase=true'), 'dead_letter');
    expect(letter['reason']).toContain('cannot delete');
    expect(await atRasa('ada@example.com')).toMatchObject({ first_name: 'Ada' });
  }, 120_000);
});

describe('changes of contacts, by the webhook', () => {
  it.each([
    ['PATCH', '?ref=ada', { first_name: 'Ada' }],
    ['POST', '/unsubscribe?ref=ada', undefined],
    ['DELETE', '?ref=ada', undefined],
    ['DELETE', '?ref=ada&erase=true', undefined],
  ])(
    'become dead letters that say why: %s %s',
    async (method, path, json) => {
      const { change, became, send } = await start((sandbox) => ({
        RASA_API: 'webhook',
        RASA_PUBLIC_BASE_URL: sandbox.url,
        RASA_SIGNUP_GUID: sandbox.signupGuid,
        ALLOWED_ORIGINS: 'https://www.example.com',
      }));
      await send({ ref: 'ada', email: 'ada@example.com' });
      const letter = await became(await change(method, path, json), 'dead_letter');
      expect(letter['reason']).toContain('Change the contact at rasa.io');
    },
    60_000,
  );
});
