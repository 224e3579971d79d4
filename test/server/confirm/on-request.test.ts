import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { ConfirmationOnRequest } from '../../../server/confirm/on-request.ts';
import { Tokens, type Scope } from '../../../server/contacts/tokens.ts';
import { createForms } from '../../../server/forms/forms.ts';
import { Secret } from '../../../server/system/secret.ts';
import { runCommand } from '../../helpers/server/run-command.ts';
import { startDoubleOptIn } from '../../helpers/server/double-opt-in.ts';
import { useEngines, type Engine } from '../../helpers/server/engines.ts';
import { readContact, readContacts, startService } from '../../helpers/server/service.ts';
import { countRows, openTestStore } from '../../helpers/server/store.ts';

const { engines, newPlace } = useEngines();
const key = 'b2'.repeat(32);
const soon = { timeout: 15_000, interval: 30 };

interface Result {
  readonly status: string;
  readonly id: string;
  readonly field?: string;
}

/** A proxy with two forms, and applications with tokens. */
async function open(engine: Engine = 'sqlite', env = {}) {
  const { dataDir, databaseUrl } = await newPlace(engine);
  const store = { OUTBOX_KEY: key, ...(databaseUrl && { DATABASE_URL: databaseUrl.reveal() }) };
  const product = await startDoubleOptIn(
    {
      confirm: 'plain',
      confirmed_at: 'confirmed_on',
      confirmMail: 'See you on Thursday.',
      title: 'The Letter',
    },
    { DATA_DIR: dataDir, ...store, ...env },
    { fair: { fields: ['email'], title: { en: 'The Fair', de: 'Die Messe' } } },
  );
  const database = await openTestStore({ dataDir, databaseUrl, key: new Secret(key) });
  const tokens = new Tokens({ database });
  const tokenFor = async (name: string, scopes: readonly Scope[]) =>
    (await tokens.create({ name, account: 'main', scopes, validForMs: undefined })) ?? '';
  const token = await tokenFor('all', ['contacts:write', 'contacts:read', 'contacts:delete']);
  const call = async (
    path: string,
    method: string,
    body?: unknown,
    shown = token,
    type = 'application/json',
  ) => {
    const headers = { authorization: `Bearer ${shown}`, 'content-type': type };
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const answer = await fetch(`${product.url}/api/contacts${path}`, {
      method,
      headers,
      ...(body !== undefined && { body: text }),
    });
    return (await answer.json()) as { readonly results: readonly Result[]; readonly status: string };
  };
  return {
    ...product,
    database,
    tokenFor,
    call,
    add: async (body: unknown, shown?: string) => (await call('', 'POST', body, shown)).results,
    fateOf: async (id: string) => (await call(`/${id}`, 'GET')).status,
    contacts: () => readContacts(product.sandbox),
    consent: (...args: string[]) => runCommand(['consent', ...args], { DATA_DIR: dataDir, ...store }),
    importFile: (...args: string[]) =>
      runCommand(['contacts', 'import', ...args], {
        DATA_DIR: dataDir,
        ...store,
        FORMS_FILE: product.formsFile,
      }),
    count: (table: string) => countRows(database, table),
  };
}

describe.each(engines)('a contact of an application with confirm, on %s', (engine) => {
  it('waits for its click, gets the mail of a form, and has a receipt of both', async () => {
    const { add, fateOf, letterTo, contacts, sandbox, consent } = await open(engine);
    const [ada] = await add({ ref: 1, email: 'ada@example.com', first_name: 'MARKER', confirm: true });
    expect(ada?.status).toBe('pending');
    const id = String(ada?.id);
    const letter = await letterTo('ada@example.com');
    expect(letter.subject).toBe('Please confirm: The Letter');
    expect(letter.text).toContain('See you on Thursday.');
    expect(JSON.stringify(letter)).not.toContain('MARKER');
    expect([await fateOf(id), await contacts()]).toEqual(['pending', []]);

    // The same again is nothing new, with or without the click.
    const again = { ref: 1, email: 'ada@example.com', first_name: 'MARKER', confirm: true };
    expect(await add(again)).toMatchObject([{ status: 'duplicate', id }]);
    await fetch(letter.link, { method: 'POST' });
    await vi.waitFor(async () => {
      expect(await fateOf(id)).toBe('delivered');
    }, soon);
    expect(await add(again)).toMatchObject([{ status: 'duplicate', id }]);
    const [contact] = await contacts();
    expect(await readContact(sandbox, contact?.['id'])).toMatchObject({
      first_name: 'MARKER',
      confirmed_on: expect.stringMatching(/^\d{4}-/) as string,
    });
    const [receipt] = JSON.parse((await consent('show', 'ada@example.com')).stdout) as unknown[];
    expect(receipt).toMatchObject({
      id,
      source: 'api',
      confirmed: { by: 'link' },
      told: { title: 'The Letter', fields: [], mail: { subject: 'Please confirm: The Letter' } },
    });
  });

  it('is the rule for a token with the scope, in JSON and NDJSON, and others may choose form and language', async () => {
    const { add, call, tokenFor, letterTo, contacts } = await open(engine);
    const bound = await tokenFor('bound', ['contacts:write', 'contacts:confirm']);
    expect(
      await add([{ email: 'a@example.com' }, { email: 'b@example.com', confirm: false }], bound),
    ).toMatchObject([{ status: 'pending' }, { status: 'pending' }]);
    const lines = '{"email":"c@example.com"}\n{"email":"no"}\n';
    expect((await call('', 'POST', lines, bound, 'application/x-ndjson')).results).toMatchObject([
      { status: 'pending' },
      { status: 'invalid', field: 'email' },
    ]);
    const confirm = { form: 'fair', lang: 'de-AT' };
    expect(await add({ email: 'd@example.com', confirm }, bound)).toMatchObject([{ status: 'pending' }]);
    expect((await letterTo('d@example.com')).subject).toBe('Bitte bestätigen: Die Messe');
    for (const email of ['a', 'b', 'c']) await letterTo(`${email}@example.com`);
    expect(await contacts()).toEqual([]);
  });

  it('that is erased, or was refused by its owner, leaves nothing that a click could bring back', async () => {
    const { add, call, fateOf, letterTo, contacts, count } = await open(engine);
    const [ada] = await add({ email: 'ada@example.com', confirm: true });
    const { link } = await letterTo('ada@example.com');
    await call(`/${String(ada?.id)}?erase=true`, 'DELETE');
    expect(await count('confirmations')).toBe(0);
    expect(await fateOf(String(ada?.id))).toBe('erased');
    expect((await fetch(link, { method: 'POST' })).status).toBe(404);

    const [bob] = await add({ email: 'bob@example.com', confirm: true });
    const letter = await letterTo('bob@example.com');
    await fetch(letter.unsubscribe, { method: 'POST' });
    expect((await fetch(letter.link, { method: 'POST' })).status).toBe(404);
    // Applications do not learn that somebody refused.
    expect(await fateOf(String(bob?.id))).toBe('pending');
    expect(await contacts()).toEqual([]);
  });

  it('of a file waits the same way, each row once', async () => {
    const { importFile, consent, dataDir, letterTo, contacts, letters } = await open(engine);
    const path = join(dataDir, 'list.csv');
    await writeFile(path, 'email,first_name\nada@example.com,Ada\nbob@example.com,Bob\nno address,X\n');
    const run = () => importFile(path, '--confirm', '--form', 'fair', '--yes', '--json');
    const first = await run();
    expect(JSON.parse(first.stdout)).toMatchObject({ stored: 2, confirm: 'fair', waiting: 0 });
    expect(first.stderr).toContain('2 contacts wait for their click');
    const [ada] = [await letterTo('ada@example.com'), await letterTo('bob@example.com')];
    expect(ada.subject).toBe('Please confirm: The Fair');
    expect((await run()).stderr).toContain('imported already');
    await fetch(ada.link, { method: 'POST' });
    await vi.waitFor(async () => {
      expect(await contacts()).toMatchObject([{ email: 'ada@example.com' }]);
    }, soon);
    expect(await letters()).toHaveLength(2);
    const [receipt] = JSON.parse((await consent('show', 'ada@example.com')).stdout) as unknown[];
    expect(receipt).toMatchObject({ source: 'import', confirmed: { by: 'link' } });
  });
});

it('confirm that cannot be is refused, and stores nothing', async () => {
  const { add, count } = await open();
  for (const confirm of [{ form: 'nowhere' }, { form: 'fair', more: 1 }, 'fair', 1, []]) {
    const [result] = await add({ email: 'ada@example.com', confirm });
    expect([result?.status, result?.field]).toEqual(['invalid', 'confirm']);
  }
  expect([await count('confirmations'), await count('sent_contacts')]).toEqual([0, 0]);
});

it('confirm without a way to send mail is refused, and adds nobody', async () => {
  const credentials = { RASA_USERNAME: 'ada', RASA_PASSWORD: 'secret', RASA_API_KEY: 'k'.repeat(24) };
  const nowhere = { RASA_BASE_URL: 'http://127.0.0.1:9', ALLOWED_ORIGINS: 'https://www.example.com' };
  const { url, dataDir } = await startService({ ...credentials, ...nowhere });
  const database = await openTestStore({ dataDir });
  const scopes = ['contacts:write', 'contacts:confirm'] as const;
  const token = await new Tokens({ database }).create({
    name: 't',
    account: 'main',
    scopes,
    validForMs: undefined,
  });
  const answer = await fetch(`${url}/api/contacts`, {
    method: 'POST',
    headers: { authorization: `Bearer ${String(token)}`, 'content-type': 'application/json' },
    body: '{"email":"ada@example.com"}',
  });
  expect(await answer.json()).toMatchObject({ results: [{ status: 'invalid', field: 'confirm' }] });
});

it('a list does not stand before the mail of visitors: its rows are due one after the other', async () => {
  const database = await openTestStore(await newPlace('sqlite'));
  const address = { international: true, disposable: 'allow', isDisposableDomain: () => false } as const;
  const forms = createForms({ address, proof: false, thankYouPages: [] });
  const onRequest = new ConfirmationOnRequest({ database, forms, firstAccount: 'main', now: () => 1000 });
  const hold = await onRequest.for('main', {});
  const one = (id: string) => ({
    signup: { id, form: '/contacts/import', contact: { email: `${id}@example.com` } },
    person: new Uint8Array(16),
  });
  const dues = [...(hold?.([one('a'), one('b')]).rows ?? []), ...(hold?.([one('c')]).rows ?? [])];
  expect(dues.map(({ due, created_at: from }) => [due, from])).toEqual([
    [1000, 1000],
    [1200, 1200],
    [1400, 1400],
  ]);
});
