import { describe, expect, it, vi } from 'vitest';
import type { Env } from '../../../server/config/config.ts';
import { createKey, revokeKey } from '../../helpers/server/keys.ts';
import { startSandbox, type TestSandbox } from '../../helpers/server/sandbox.ts';
import { readContacts, startService } from '../../helpers/server/service.ts';

/** The three ways to rasa.io, configured as an operator would. */
async function serviceBy(
  api: 'v2' | 'webhook',
  env: (sandbox: TestSandbox) => Env | Promise<Env> = () => ({}),
) {
  const sandbox = await startSandbox();
  const service = await startService({
    ...(api === 'v2'
      ? {
          RASA_BASE_URL: sandbox.url,
          RASA_CLIENT_ID: sandbox.clientId,
          RASA_CLIENT_SECRET: sandbox.credentials.apiKey,
        }
      : { RASA_PUBLIC_BASE_URL: sandbox.url, RASA_SIGNUP_GUID: sandbox.signupGuid }),
    RASA_API: api,
    ALLOWED_ORIGINS: 'https://www.example.com',
    RASA_MIN_INTERVAL_MS: '0',

    ...(await env(sandbox)),
  });
  const signUp = async (name: string) => {
    const body = new URLSearchParams({
      email: `${name}@example.com`,
      first_name: name,
      last_name: 'Lovelace',
    });
    const { status } = await fetch(`${service.url}/forms/newsletter`, { method: 'POST', body });
    expect(status).toBe(202);
  };
  const counts = (waiting: number, deadLetters: number) =>
    vi.waitFor(
      () => {
        expect(service.figures().outbox).toMatchObject({ waiting, deadLetters });
      },
      { timeout: 20_000, interval: 50 },
    );
  return { sandbox, service, signUp, counts };
}

describe.each(['v2', 'webhook'] as const)('with RASA_API=%s', (api) => {
  it('a sign-up becomes a contact', async () => {
    const { sandbox, signUp, counts } = await serviceBy(api);
    for (const name of ['ada', 'bob', 'cleo']) await signUp(name);
    await counts(0, 0);
    expect(await readContacts(sandbox)).toMatchObject(
      ['ada', 'bob', 'cleo'].map((name) => ({
        email: `${name}@example.com`,
        first_name: name,
        last_name: 'Lovelace',
      })),
    );
  });

  it.each([
    ['a server error', { answer: { status: 500 } }],
    ['429', { answer: { status: 429, on: 'persons', retryAfter: 1 } }],
    ['401', { answer: { status: 401, on: 'persons' } }],
    ['404', { answer: { status: 404, on: 'persons' } }],
    ['a page of a gateway', { answer: { status: 502, as: 'html' } }],
    ['a dropped connection', { drop: { when: 'before' } }],
  ])('%s makes no dead letter, and every sign-up arrives afterwards', async (_name, faults) => {
    const { sandbox, service, signUp, counts } = await serviceBy(api);
    await sandbox.putFaults(faults);
    for (const name of ['ada', 'bob']) await signUp(name);
    await vi.waitFor(() => {
      expect(service.figures().delivery.circuit).toBe('open');
    });
    await sandbox.putFaults({});
    await counts(0, 0);
    expect(await readContacts(sandbox)).toHaveLength(2);
  });

  it('a person that rasa.io refuses becomes a dead letter, and the others arrive', async () => {
    const { sandbox, signUp, counts } = await serviceBy(api);
    await sandbox.putFaults({ refuse: { emails: ['bob@*'] } });
    for (const name of ['ada', 'bob', 'cleo']) await signUp(name);
    await counts(0, 1);
    expect(await readContacts(sandbox)).toHaveLength(2);
  });
});

describe('with RASA_API=v2', () => {
  it('the second secret takes over from a revoked one', async () => {
    const { sandbox, service, signUp, counts } = await serviceBy('v2', async (sandbox) => ({
      RASA_CLIENT_SECRET: await createKey(sandbox, 'first'),
      RASA_CLIENT_SECRET_2: await createKey(sandbox, 'second'),
    }));
    await sandbox.putFaults({ revocationKillsTokens: true });
    await signUp('ada');
    await counts(0, 0);
    await revokeKey(sandbox, 'first');
    await signUp('bob');
    await counts(0, 0);
    expect(service.figures()).toMatchObject({
      accounts: [
        { name: 'main', credentials: { is: 'working', sets: [{ state: 'retired' }, { state: 'in use' }] } },
      ],
    });
    expect(service.log()).toContain('RASA_API=v2 is experimental');
  });
});

describe('with RASA_API=webhook', () => {
  it('no key is required, stored or shown', async () => {
    const { service } = await serviceBy('webhook');
    expect(await (await fetch(`${service.url}/readyz`)).json()).toEqual({ status: 'ok', reasons: [] });
    expect(service.figures().accounts[0]?.credentials).toBeUndefined();
    service.reload();
    expect(service.log()).toContain('There are no credentials to read again.');
  });

  it('with a wrong GUID all sign-ups wait, and the log names the setting', async () => {
    const { service, signUp, counts } = await serviceBy('webhook', () => ({ RASA_SIGNUP_GUID: 'wrong' }));
    await signUp('ada');
    await vi.waitFor(() => {
      expect(service.log()).toContain('rasa.io answered 404; check RASA_SIGNUP_GUID');
    });
    await counts(1, 0);
  });
});
