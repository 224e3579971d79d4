import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { People } from '../../../server/accounts/people.ts';
import { Tokens } from '../../../server/contacts/tokens.ts';
import type { Env } from '../../../server/config/config.ts';
import { sortByState } from '../../../server/delivery/sticky.ts';
import type { StickyState } from '../../../server/outbox/signup.ts';
import { startSandbox } from '../../helpers/server/sandbox.ts';
import { clientsOf } from '../../helpers/server/scripted-rasa.ts';
import { credentialsFor, readContacts, startService } from '../../helpers/server/service.ts';
import { openTestStore } from '../../helpers/server/store.ts';
import { temporaryDir } from '../../helpers/server/temporary-dir.ts';

const soon = { timeout: 20_000, interval: 50 };

/** A list at rasa.io: Ada reads it, Bob has unsubscribed, Cleo was archived after the list was read. */
async function openNewsletter(env: Env = {}) {
  const sandbox = await startSandbox();
  const { username, password, apiKey = '' } = sandbox.credentials;
  const { rasa } = clientsOf(sandbox.url, {}, { username, password, apiKey });
  const ids = new Map<string, string>();
  for (const name of ['ada', 'bob', 'cleo']) {
    const { id = '' } = await rasa.persons.save({ email: `${name}@example.com`, first_name: name });
    ids.set(name, id);
  }
  await rasa.persons.unsubscribe(ids.get('bob') ?? '');
  const start = () => startService({ ...credentialsFor(sandbox), CONTACTS_REFRESH: '1s', ...env });
  const service = await start();
  const database = await openTestStore({ dataDir: service.dataDir });
  const people = await People.open({ database });
  const account = { upstream: '', account: '' };
  const [row] = await vi.waitFor(async () => {
    const rows = await database.read({
      sql: { sqlite: 'select account from people', postgres: 'select account from people' },
    });
    expect(rows).toHaveLength(3);
    return rows;
  }, soon);
  const [version = '', url = '', name = ''] = String(row?.['account']).split(' ');
  Object.assign(account, { upstream: `${version} ${url}`, account: name });
  await rasa.persons.archive(ids.get('cleo') ?? '');
  await vi.waitFor(async () => {
    expect(await people.of(account, 'cleo@example.com')).toMatchObject({ state: 'archived' });
  }, soon);
  const token = await new Tokens({ database }).create({
    name: 'shop',
    account: 'main',
    scopes: ['contacts:write', 'contacts:read'],
    validForMs: undefined,
  });
  const ask = async (path: string, init: RequestInit = {}) => {
    const headers = { authorization: `Bearer ${token ?? ''}`, 'content-type': 'application/json' };
    return (
      await fetch(`${service.url}/api/contacts${path}`, { headers, ...init })
    ).json() as Promise<unknown>;
  };
  const signUp = (email: string, more = {}) =>
    fetch(`${service.url}/forms/newsletter`, {
      method: 'POST',
      headers: { accept: 'application/json' },
      body: new URLSearchParams({ email, ...more }),
    });
  const person = async (name: string) => rasa.persons.get(ids.get(name) ?? '');
  const listed = async () => (await readContacts(sandbox)).map(({ email }) => email);
  return { service, ask, signUp, person, listed };
}

describe('contacts that have left', () => {
  it('are left alone when an application sends them, which is told so', async () => {
    const { ask, person, listed } = await openNewsletter();
    const sent = ['ada', 'bob', 'cleo'].map((name) => ({
      ref: name,
      email: `${name}@example.com`,
      last_name: 'new',
      consent: { text: 'Yes, please' },
    }));
    const send = () => ask('', { method: 'POST', body: JSON.stringify(sent) });
    expect(await send()).toMatchObject({
      results: [
        { ref: 'ada', status: 'accepted' },
        { ref: 'bob', status: 'left_alone', state: 'unsubscribed' },
        { ref: 'cleo', status: 'left_alone', state: 'archived' },
      ],
    });
    expect(await ask('?ref=cleo')).toMatchObject({ status: 'left_alone', state: 'archived' });
    await vi.waitFor(async () => {
      expect(await ask('?ref=ada')).toMatchObject({ status: 'delivered' });
    }, soon);
    expect(await person('bob')).toMatchObject({ is_subscribed: false, last_name: null });
    expect(await listed()).not.toContain('cleo@example.com');
    // Sent again, the answer has the same ids, and nothing more is kept.
    expect(await send()).toMatchObject({
      results: [{ status: 'duplicate' }, { status: 'left_alone' }, { status: 'left_alone' }],
    });
  });

  it('are brought back by an application where the operator says so, with consent only', async () => {
    const { ask, person, listed } = await openNewsletter({ CONTACTS_RESUBSCRIBE: 'unsubscribed,archived' });
    const send = (consent: object) =>
      ask('', {
        method: 'POST',
        body: JSON.stringify(['bob', 'cleo'].map((name) => ({ email: `${name}@example.com`, consent }))),
      });
    expect(await send({})).toMatchObject({ results: [{ status: 'left_alone' }, { status: 'left_alone' }] });
    expect(await send({ text: 'Yes' })).toMatchObject({
      results: [{ status: 'accepted' }, { status: 'accepted' }],
    });
    await vi.waitFor(async () => {
      expect(await person('bob')).toMatchObject({ is_subscribed: true });
      expect(await listed()).toContain('cleo@example.com');
    }, soon);
  });

  it('are left alone when a visitor signs up, who is not told', async () => {
    const { service, signUp, person, listed } = await openNewsletter();
    const answers: string[] = [];
    for (const email of ['ada@example.com', 'bob@example.com', 'cleo@example.com', 'new@example.com']) {
      const answer = await signUp(email);
      const names = [...answer.headers.keys()].sort();
      answers.push(JSON.stringify([answer.status, names, await answer.text()]));
    }
    expect(new Set(answers).size).toBe(1);
    await vi.waitFor(() => {
      const { delivery, outbox } = service.figures();
      expect(delivery).toMatchObject({ delivered: 2, leftAlone: 2 });
      expect(outbox).toMatchObject({ waiting: 0, deadLetters: 0 });
    }, soon);
    expect(await person('bob')).toMatchObject({ is_subscribed: false });
    expect(await listed()).not.toContain('cleo@example.com');
    expect(service.log()).toContain('"state":"archived"');
    expect(service.log()).not.toContain('@example.com');
  });

  it('are brought back by a form with consent, for the reasons that it names', async () => {
    const file = join(await temporaryDir(), 'forms.json');
    const forms = {
      forms: {
        newsletter: {
          fields: [
            'email',
            { name: 'consent', type: 'checkbox', label: 'Yes', value: 'yes', required: true },
          ],
          resubscribe: { archived: 'with-consent' },
        },
      },
    };
    await writeFile(file, JSON.stringify(forms));
    const { service, signUp, person, listed } = await openNewsletter({ FORMS_FILE: file });
    for (const name of ['bob', 'cleo']) await signUp(`${name}@example.com`, { consent: 'yes' });
    await vi.waitFor(() => {
      expect(service.figures().delivery).toMatchObject({ delivered: 1, leftAlone: 1 });
    }, soon);
    expect(await person('bob')).toMatchObject({ is_subscribed: false });
    expect(await listed()).toContain('cleo@example.com');
  });

  it('are not subscribed again by a policy for another reason that holds as well', () => {
    const waiting = (resubscribe: StickyState[]) => ({
      signup: { id: '', form: '', acceptedAt: '', contact: { email: 'a@example.com' }, resubscribe },
      lane: 0,
      attempts: 0,
      sinceMs: 0,
      person: new Uint8Array(16),
    });
    const known = (sticky: StickyState[]) => ({
      rasaId: '1',
      state: 'archived' as const,
      sticky,
      reason: undefined,
      archivedAtMs: 1,
      readAtMs: 1,
    });
    expect(
      sortByState(waiting(['archived', 'unsubscribed']), known(['complained', 'archived'])),
    ).toMatchObject({
      is: 'leave',
      state: 'complained',
    });
    expect(sortByState(waiting(['archived']), known(['archived']))).toMatchObject({
      is: 'send',
      waiting: { signup: { contact: { email: 'a@example.com' } } },
    });
    expect(sortByState(waiting(['bounced']), known(['bounced']))).toMatchObject({
      waiting: { signup: { contact: { is_subscribed: true } } },
    });
    expect(sortByState(waiting([]), undefined)).toMatchObject({ is: 'send' });
  });
});
