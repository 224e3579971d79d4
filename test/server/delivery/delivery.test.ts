import { describe, expect, it, vi } from 'vitest';
import { startSandbox } from '../../helpers/server/sandbox.ts';
import { credentialsFor, readContacts, startService } from '../../helpers/server/service.ts';

/** Starts the product with a sandbox as rasa.io; five visitors sign up while `faults` are active. */
async function signUpDuring(faults: unknown) {
  const sandbox = await startSandbox();
  expect((await sandbox.putFaults(faults)).status).toBe(200);
  const service = await startService({ ...credentialsFor(sandbox), RASA_MIN_INTERVAL_MS: '0' });
  const emails = ['a', 'b', 'c', 'd', 'e'].map((name) => `${name}@example.com`);
  for (const email of emails) expect((await signUp(service.url, email)).status).toBe(202);
  return { sandbox, service, emails };
}

const signUp = (url: string, email: string) =>
  fetch(`${url}/forms/newsletter`, { method: 'POST', body: new URLSearchParams({ email }) });

describe('all sign-ups arrive without intervention after', () => {
  it.each([
    ['500', { answer: { status: 500, on: 'persons' } }],
    ['503 with Retry-After', { answer: { status: 503, retryAfter: 1 } }],
    ['429 with Retry-After', { answer: { status: 429, on: 'persons', retryAfter: 1 } }],
    ['401 for the token', { answer: { status: 401, on: 'persons' } }],
    ['403', { answer: { status: 403, on: 'persons' } }],
    ['a page of a gateway', { answer: { status: 502, as: 'html' } }],
    ['a connection dropped before the work', { drop: { when: 'before' } }],
    ['a connection dropped after the work', { drop: { when: 'after', on: 'persons' } }],
    ['an expired token each time', { tokenLifetimeS: 0 }],
    ['results in another order', { variants: { writeOrder: 'reversed', writeItems: 'wrapped' } }],
  ])(
    '%s',
    async (_name, faults) => {
      const { sandbox, service, emails } = await signUpDuring(faults);
      await vi.waitFor(() => {
        expect(service.figures().delivery.attempts).toBeGreaterThan(0);
      });
      await sandbox.putFaults({});
      await vi.waitFor(
        async () => {
          expect((await readContacts(sandbox)).map(({ email }) => email).sort()).toEqual(emails);
          const { outbox, delivery } = service.figures();
          expect(outbox).toMatchObject({ waiting: 0, deadLetters: 0 });
          expect(delivery).toMatchObject({ circuit: 'closed', delivered: 5 });
        },
        { timeout: 20_000, interval: 100 },
      );
      expect(service.log()).not.toContain('@example.com');
    },
    30_000,
  );
});

describe('refused credentials', () => {
  it('set no sign-up aside, and are logged once', async () => {
    const { service } = await signUpDuring({ answer: { status: 401, on: 'tokens' } });
    await vi.waitFor(() => {
      expect(service.log()).toContain('rasa.io refuses the credentials. Sign-ups are accepted and wait.');
    });
    expect(service.figures().outbox).toMatchObject({ waiting: 5, deadLetters: 0 });
    expect(service.log().match(/Sign-ups are accepted and wait/g)).toHaveLength(1);
  });
});

describe('a refused person', () => {
  it('is set aside, and the others of the batch arrive', async () => {
    const { sandbox, service } = await signUpDuring({
      refuse: { emails: ['c@example.com'], error: 'Blocked' },
    });
    await vi.waitFor(() => {
      expect(service.figures().outbox).toMatchObject({ waiting: 0, deadLetters: 1 });
    });
    expect((await readContacts(sandbox)).map(({ email }) => email).sort()).toEqual(
      ['a', 'b', 'd', 'e'].map((name) => `${name}@example.com`),
    );
  });
});

describe('a full outbox', () => {
  it('answers 503 with Retry-After, and accepts sign-ups again once some are delivered', async () => {
    const sandbox = await startSandbox();
    await sandbox.putFaults({ answer: { status: 503, on: 'persons' } });
    const { url } = await startService({
      ...credentialsFor(sandbox),
      OUTBOX_MAX: '2',
      RASA_MIN_INTERVAL_MS: '0',
    });
    for (const name of ['a', 'b']) expect((await signUp(url, `${name}@example.com`)).status).toBe(202);
    const refused = await signUp(url, 'c@example.com');
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('30');
    expect(await refused.json()).toMatchObject({ code: 'unavailable', retry_after: 30 });

    await sandbox.putFaults({});
    await vi.waitFor(
      async () => {
        expect((await signUp(url, 'c@example.com')).status).toBe(202);
      },
      { timeout: 20_000, interval: 100 },
    );
  }, 30_000);
});
