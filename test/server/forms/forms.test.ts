import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { newsletter } from '../../../server/forms/built-in.ts';
import { createForms } from '../../../server/forms/forms.ts';
import type { FormDefinition } from '../../../shared/form.ts';
import { de } from '../../../shared/messages/de.ts';
import { en } from '../../../shared/messages/en.ts';
import { fr } from '../../../shared/messages/fr.ts';
import { startSandbox } from '../../helpers/server/sandbox.ts';
import {
  credentialsFor,
  readContact,
  readContacts,
  serviceForAll,
  startService,
  type TestService,
} from '../../helpers/server/service.ts';
import { temporaryDir } from '../../helpers/server/temporary-dir.ts';
import { ask } from '../../helpers/sites/visitor.ts';

async function startWith(form: object, env: Record<string, string | undefined> = {}) {
  const file = join(await temporaryDir(), 'forms.json');
  await writeFile(file, JSON.stringify({ forms: { events: form } }));
  const service = await startService({ FORMS_FILE: file, ...env });
  const at = `${service.url}/forms/events`;
  const send = (fields: Record<string, unknown>, type: Type = 'json', headers = {}) =>
    ask(at, sent(fields, type, headers));
  const definition = async (lang = 'en') => {
    const { body } = await ask(`${at}?lang=${lang}`);
    return { body, ...(JSON.parse(body) as FormDefinition) };
  };
  const contact = () => contactIn(service);
  return { ...service, at, send, definition, contact };
}

const types = ['json', 'urlencoded'] as const;
type Type = (typeof types)[number];

function sent(fields: Record<string, unknown>, type: Type, headers = {}) {
  return {
    method: 'POST',
    headers: {
      'content-type': type === 'json' ? 'application/json' : 'application/x-www-form-urlencoded',
      ...headers,
    },
    body:
      type === 'json'
        ? JSON.stringify(fields)
        : String(new URLSearchParams(fields as Record<string, string>)),
  };
}

/** The contact with this address, or the only one, once it has been delivered. */
const contactIn = ({ sandbox }: TestService, email?: string) =>
  vi.waitFor(async () => {
    if (!sandbox) throw new Error('no sandbox');
    const contacts = await readContacts(sandbox);
    const found = contacts.find((contact) => email === undefined || contact['email'] === email);
    expect(found).toBeDefined();
    return readContact(sandbox, found?.['id']);
  });

const issuesIn = (body: string) => (JSON.parse(body) as { issues?: unknown }).issues;

const options = ['Reader', { value: 'w', label: 'Writer' }];

/** Each type of field: its description, values that pass and how they arrive, and values that do not. */
const kinds: readonly {
  readonly field: Record<string, unknown>;
  readonly right: readonly (readonly [sent: string, kept: string])[];
  readonly wrong: readonly (readonly [sent: string, issue: string])[];
}[] = [
  {
    field: { type: 'text', pattern: '[A-Z]{2}\\d+', maxLength: 6 },
    right: [
      ['AB12', 'AB12'],
      [' AB1\u0000 ', 'AB1'],
    ],
    wrong: [
      ['xAB12', 'malformed'],
      ['AB12x', 'malformed'],
      ['AB12345', 'too_long'],
    ],
  },
  {
    field: { type: 'email' },
    right: [['Grace@EXAMPLE.com', 'Grace@example.com']],
    wrong: [['grace@', 'malformed']],
  },
  {
    field: { type: 'tel' },
    right: [
      ['+49 (0)30 / 1234-56', '+49 (0)30 / 1234-56'],
      ['555 0100 ext. 12', '555 0100 ext. 12'],
    ],
    wrong: [
      ['123', 'malformed'],
      ['call me', 'malformed'],
    ],
  },
  {
    field: { type: 'url' },
    right: [['https://www.example.com/ü', 'https://www.example.com/ü']],
    wrong: [
      ['www.example.com', 'malformed'],
      ['javascript:alert(1)', 'malformed'],
    ],
  },
  {
    field: { type: 'number', min: -1, max: 9.5 },
    right: [
      ['-1', '-1'],
      ['9.5', '9.5'],
      ['.5e1', '.5e1'],
    ],
    wrong: [
      ['9.6', 'malformed'],
      ['-2', 'malformed'],
      ['ten', 'malformed'],
      ['1,5', 'malformed'],
      ['Infinity', 'malformed'],
      ['0x1', 'malformed'],
    ],
  },
  {
    field: { type: 'date', min: '2024-01-01', max: '2026-12-31' },
    right: [
      ['2024-02-29', '2024-02-29'],
      ['2026-12-31', '2026-12-31'],
    ],
    wrong: [
      ['2025-02-29', 'malformed'],
      ['2023-12-31', 'malformed'],
      ['31.12.2025', 'malformed'],
    ],
  },
  { field: { type: 'select', options }, right: [['w', 'w']], wrong: [['Writer', 'malformed']] },
  { field: { type: 'radio', options }, right: [['Reader', 'Reader']], wrong: [['reader', 'malformed']] },
  {
    field: { type: 'checkbox', value: 'privacy policy of May' },
    right: [['yes', 'privacy policy of May']],
    wrong: [
      ['on', 'malformed'],
      ['no', 'malformed'],
    ],
  },
];

describe.each(kinds)('a field of type $field.type', ({ field, right, wrong }) => {
  const asking = (required: boolean) => ({
    fields: ['email', { name: 'asked', label: 'Asked', attribute: 'Kept as', required, ...field }],
  });
  const service = serviceForAll({}, { required: asking(true), optional: asking(false) });
  const send = (fields: Record<string, unknown>, type: Type = 'json', form = 'required') =>
    ask(`${service().url}/forms/${form}`, sent(fields, type));
  const contact = (email: string) => contactIn(service(), email);

  it.each(types)('arrives as its attribute, sent as %s', async (type) => {
    const [[asked, kept] = ['', '']] = right;
    const email = `${type}@example.com`;
    expect((await send({ email, asked }, type)).status).toBe(202);
    expect(await contact(email)).toMatchObject({ email, 'Kept as': kept });
  });

  it.each(types)('is checked by kind, sent as %s', async (type) => {
    for (const [asked] of right) {
      expect((await send({ email: 'ada@example.com', asked }, type)).status, asked).toBe(202);
    }
    for (const [asked, issue] of wrong) {
      const { status, body } = await send({ email: 'ada@example.com', asked }, type);
      expect({ status, issues: issuesIn(body) }, asked).toEqual({ status: 422, issues: { asked: issue } });
    }
  });

  it('may stay empty only if it is not required', async () => {
    for (const fields of [{ email: 'empty@example.com' }, { email: 'empty@example.com', asked: ' ' }]) {
      expect((await send(fields, 'json', 'optional')).status).toBe(202);
      expect(issuesIn((await send(fields)).body)).toEqual({ asked: 'missing' });
    }
    expect(await contact('empty@example.com')).not.toHaveProperty('Kept as');
  });
});

describe('a field of type newsletters', () => {
  const asking = (required: boolean) =>
    createForms({
      specs: [
        {
          ...newsletter,
          account: 'harbour',
          fields: [
            ...newsletter.fields,
            {
              name: 'titles',
              type: 'newsletters',
              attribute: undefined,
              required,
              label: 'Which?',
              help: undefined,
              issues: {},
              options: [
                { account: 'harbour', value: 'harbour', label: 'The Harbour' },
                { account: 'engine-room', value: 'engines', label: 'The Engine Room' },
              ],
            },
          ],
        },
      ],
      address: { international: false, disposable: 'allow', isDisposableDomain: () => false },
      proof: false,
      thankYouPages: [],
    }).find('newsletter');
  const check = (titles: unknown, required = true) => {
    const checked = asking(required)?.check({ email: 'ada@example.com', titles });
    return checked?.is === 'valid' ? [checked.accounts, checked.fields['titles']] : checked?.issues;
  };

  it.each([
    ['engines', ['engine-room'], 'engines'],
    ['engines,harbour', ['harbour', 'engine-room'], 'harbour,engines'],
    [['engines', 'harbour', 'engines'], ['harbour', 'engine-room'], 'harbour,engines'],
    [['', 'harbour', 'harbour'], ['harbour'], 'harbour'],
  ])('sent as %j goes to %j', (sent, accounts, kept) => {
    expect(check(sent)).toEqual([accounts, kept]);
  });

  it.each([
    ['engine-room', 'malformed'],
    ['engines,other', 'malformed'],
    [['engines', 7], 'malformed'],
    [{ engines: true }, 'malformed'],
    [undefined, 'missing'],
    ['', 'missing'],
    [['', ''], 'missing'],
    [[], 'missing'],
  ])('sent as %j is %s', (sent, issue) => {
    expect(check(sent)).toEqual({ titles: issue });
  });

  it('leaves the form’s own account where nothing has to be ticked', () => {
    for (const sent of [undefined, '', []]) expect(check(sent, false)).toEqual([['harbour'], undefined]);
    expect(check('engines', false)).toEqual([['harbour', 'engine-room'], 'engines']);
    expect(check('other', false)).toEqual({ titles: 'malformed' });
  });

  it('tells no account what else was ticked, and visitors no account', () => {
    const form = asking(true);
    const checked = form?.check({ email: 'ada@example.com', titles: 'engines' });
    expect(checked?.is === 'valid' && checked.contact).toEqual({ email: 'ada@example.com' });
    expect(JSON.stringify(form?.definitionIn(en))).not.toContain('engine-room');
  });
});

describe('a hidden field', () => {
  const form = {
    fields: [
      'email',
      { name: 'campaign', type: 'hidden', from: '?utm_campaign', maxLength: 5 },
      { name: 'ref', type: 'hidden', from: '?ref', attribute: 'referred_by' },
    ],
  };

  it('is cut if it is too long, between characters, and never refused', async () => {
    const { send, contact } = await startWith(form);
    const { status } = await send({ email: 'ada@example.com', campaign: 'abcd👍', ref: ['twice', 'twice'] });
    expect(status).toBe(202);
    const arrived = await contact();
    expect(arrived).toMatchObject({ campaign: 'abcd' });
    expect(arrived['referred_by']).toBeNull();
  });

  it('D14: is where the page goes, which is not kept otherwise', async () => {
    const page = 'https://www.example.com/join';
    const asking = { fields: ['email', { name: 'joined_on', type: 'hidden', from: 'page' }] };
    const asked = await startWith(asking);
    expect((await asked.send({ email: 'ada@example.com', page })).status).toBe(202);
    expect(await asked.contact()).toMatchObject({ joined_on: page });
    expect((await asked.send({ email: 'ada@example.com', page: 'javascript:1' })).status).toBe(422);

    const silent = await startWith(form);
    expect((await silent.send({ email: 'ada@example.com', page })).status).toBe(202);
    expect(JSON.stringify(await silent.contact())).not.toContain(page);
  });

  it('delivers the referrer', async () => {
    const { send, contact } = await startWith(form);
    await send({ email: 'ada@example.com', ref: 'r-123' });
    expect(await contact()).toMatchObject({ referred_by: 'r-123' });
  });
});

/** Marks text that only the operator may see. */
const marked = {
  title: { en: 'Events', de: 'Termine' },
  intro: 'What is on',
  fields: [
    { name: 'email', label: 'Work address' },
    { name: 'topic', type: 'select', label: 'Topic', options: ['a'], attribute: 'SECRET topic' },
    {
      name: 'consent',
      type: 'checkbox',
      label: { de: 'Ich stimme zu', en: 'I agree' },
      link: { href: 'https://www.example.com/privacy', label: 'Privacy' },
      required: true,
      attribute: 'SECRET consent',
      value: 'SECRET wording, {time}',
    },
  ],
  texts: { submit: 'Join <b>us</b>', accepted: { de: 'Danke!' } },
  segment_code: 'SECRET-SEGMENT',
  attributes: { 'SECRET name': 'SECRET value' },
  resubscribe: 'with-consent',
  thankYouPages: ['https://www.example.com/SECRET/'],
  origins: ['https://secret.example.com'],
  rates: { form: '98761/1m', network: '98762/1m', address: '98763/1m' },
};

describe('a form', () => {
  it('does not show visitors how their answers are used', async () => {
    const { definition, at } = await startWith(marked);
    for (const lang of ['en', 'de']) {
      const { body } = await definition(lang);
      expect(body).not.toMatch(/secret|9876|is_subscribed|with-consent|segment|attribute|origins|rates/i);
    }
    const page = await ask(at, { headers: { accept: 'text/html' } });
    expect(page.body).toContain('Work address');
    expect(page.body).not.toMatch(/SECRET|9876|with-consent|segment_code/);
  });

  it("adds the operator's constants to the contact", async () => {
    const { send, contact } = await startWith(marked);
    expect((await send({ email: 'ada@example.com', topic: 'a', consent: 'yes' })).status).toBe(202);
    const arrived = await contact();
    expect(arrived).toMatchObject({
      segment_code: 'SECRET-SEGMENT',
      is_subscribed: 1,
      'SECRET name': 'SECRET value',
      'SECRET topic': 'a',
    });
    expect(arrived['SECRET consent']).toMatch(/^SECRET wording, 20\d\d-\d\d-\d\dT[\d:.]+Z$/);
  });

  it('subscribes a contact again only with consent, and only if the form says so', async () => {
    for (const [form, expected] of [
      [marked, 1],
      [{ ...marked, resubscribe: 'never' }, 0],
    ] as const) {
      const { send, sandbox, contact } = await startWith(form);
      await send({ email: 'ada@example.com', consent: 'yes' });
      await unsubscribe(sandbox, (await contact())['id']);
      // With a different answer, so that its arrival can be seen.
      await send({ email: 'ada@example.com', topic: 'a', consent: 'yes' });
      await vi.waitFor(async () => {
        expect(await contact()).toMatchObject({ 'SECRET topic': 'a' });
      });
      expect((await contact())['is_subscribed']).toBe(expected);
    }
  });

  it('speaks the languages of its texts, and otherwise its first one', async () => {
    const { definition } = await startWith(marked);
    expect(await definition('de')).toMatchObject({ lang: 'de', title: 'Termine', intro: 'What is on' });
    expect(await definition('fr')).toMatchObject({ lang: 'en', title: 'Events' });
    const { texts, fields } = await definition('de');
    expect(texts).toMatchObject({ accepted: 'Danke!', sending: de.texts.sending, submit: 'Join <b>us</b>' });
    expect(fields.at(-1)).toMatchObject({
      label: 'Ich stimme zu',
      issues: { missing: de.fieldIssues.checkbox },
    });
    // A missing text is taken from another language.
    expect((await definition('en')).texts.accepted).toBe('Danke!');
  });

  it('words the limits of numbers and dates in each language', async () => {
    const { definition } = await startWith({
      fields: [
        'email',
        { name: 'n', type: 'number', label: 'N', min: 1000 },
        { name: 'd', type: 'date', label: 'D', min: '2026-01-01', max: '2026-05-31' },
      ],
    });
    const wordsIn = async (lang: string) =>
      (await definition(lang)).fields.slice(1).map((field) => 'issues' in field && field.issues.malformed);
    expect(await wordsIn('de')).toEqual([
      'Bitte geben Sie eine Zahl ab 1.000 ein.',
      'Bitte geben Sie ein Datum vom 1. Januar 2026 bis zum 31. Mai 2026 ein.',
    ]);
    expect((await wordsIn('en'))[1]).toBe('Enter a date from January 1, 2026 to May 31, 2026.');
    expect((await wordsIn('fr'))[0]).toContain(fr.fieldIssues.number.from.split('{')[0]);
  });

  it('has its own origins, in place of those in ALLOWED_ORIGINS', async () => {
    const { at, send } = await startWith(marked, { ALLOWED_ORIGINS: 'https://www.example.com' });
    const answers = async (origin: string) => {
      const got = await ask(at, { headers: { origin } });
      const sent = await send({ email: 'ada@example.com', consent: 'yes' }, 'json', { origin });
      const challenge = await ask(`${at}/challenge`, { headers: { origin } });
      return [got, sent, challenge].map(({ status, headers }) => [
        status,
        headers['access-control-allow-origin'],
      ]);
    };
    const own = 'https://secret.example.com';
    expect(await answers(own)).toEqual([
      [200, own],
      [202, own],
      [200, own],
    ]);
    expect(await answers('https://www.example.com')).toEqual([
      [403, undefined],
      [403, undefined],
      [403, undefined],
    ]);
    const { headers } = await ask(at, { headers: { accept: 'text/html' } });
    expect(headers['content-security-policy']).toContain(`frame-ancestors 'self' ${own} `);
  });

  it.each(['form', 'network', 'address'])('has its own quota: %s', async (axis) => {
    const { send } = await startWith(
      { fields: ['email'], rates: { [axis]: '2/10m' } },
      { RATE_FORM: '1/10m', RATE_NETWORK: '1/10m', RATE_ADDRESS: '1/1d', ...only(axis) },
    );
    const fields = (n: number) => ({
      email: axis === 'address' ? `ada+${n}@example.com` : `p${n}@example.com`,
    });
    expect((await send(fields(1))).status).toBe(202);
    expect((await send(fields(2))).status).toBe(202);
    expect((await send(fields(3))).status).toBe(429);
  });

  it("shows the operator's texts as text, even if they look like HTML", async () => {
    const attack = '"><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}${7*7}';
    const long = 'w'.repeat(5000);
    const { definition, at } = await startWith({
      title: attack,
      intro: long,
      fields: ['email', { name: 'x', type: 'text', label: attack, help: attack, placeholder: attack }],
      texts: { submit: attack },
    });
    const { title, intro, texts, fields } = await definition();
    expect([title, intro, texts.submit]).toEqual([attack, long, attack]);
    expect(fields[1]).toMatchObject({ label: attack, help: attack, placeholder: attack });
    const { body } = await ask(at, { headers: { accept: 'text/html' } });
    expect(body).toContain('&lt;script&gt;alert(1)');
    expect(body).not.toMatch(/<script>alert|<img src=x/);
  });

  it('counts a link in a name field as a sign of a robot', async () => {
    const { send, figures } = await startWith(
      { fields: ['email', { name: 'full', type: 'text', label: 'Name', autocomplete: 'name' }] },
      { BOT_MODE: 'observe' },
    );
    await send({ email: 'ada@example.com', full: 'https://spam.example' });
    expect(figures().bots.reasons).toMatchObject({ 'link in a name': 1 });
  });
});

/** All other quotas are off. */
function only(axis: string): Record<string, string> {
  const others = ['form', 'network', 'address'].filter((other) => other !== axis);
  return Object.fromEntries(others.map((other) => [`RATE_${other.toUpperCase()}`, 'off']));
}

async function unsubscribe(sandbox: Awaited<ReturnType<typeof startService>>['sandbox'], id: unknown) {
  if (!sandbox) throw new Error('no sandbox');
  const { username, password, apiKey } = sandbox.credentials;
  const minted = await fetch(`${sandbox.url}/v1/tokens`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${btoa(`${username}:${password}`)}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ key: apiKey }),
  });
  const { results } = (await minted.json()) as { results: { 'rasa-token': string }[] };
  const answer = await fetch(`${sandbox.url}/v1/persons/${String(id)}`, {
    method: 'PUT',
    headers: { 'rasa-token': results[0]?.['rasa-token'] ?? '', 'content-type': 'application/json' },
    body: JSON.stringify({ is_subscribed: false }),
  });
  expect(answer.status).toBe(200);
}

describe('an address of sandbox.test', () => {
  const form = { fields: ['email'] };

  it.each([
    ['accepted', 202, 'accepted'],
    ['refused', 403, 'bot_suspected'],
    ['invalid', 422, 'invalid'],
    ['disposable', 422, 'invalid'],
    ['limited', 429, 'rate_limited'],
    ['unavailable', 503, 'unavailable'],
    ['broken', 500, 'internal'],
  ])('shows what a visitor can meet: %s', async (name, status, code) => {
    const { send } = await startWith(form, { RATE_ADDRESS: '1/1d' });
    for (let i = 0; i < 3; i++) {
      const answer = await send({ email: `${name}@sandbox.test` });
      expect(answer.status).toBe(status);
      expect(answer.body).toContain(code);
      if (status === 429) expect(answer.headers['retry-after']).toBe('60');
    }
  });

  it('is answered after some seconds if it is the slow one', async () => {
    const { send } = await startWith(form);
    const began = Date.now();
    expect((await send({ email: 'slow@sandbox.test' })).status).toBe(202);
    expect(Date.now() - began).toBeGreaterThan(3000);
  });

  it('is treated like any other if sign-ups go to rasa.io', async () => {
    const sandbox = await startSandbox();
    const { send } = await startWith(form, credentialsFor(sandbox));
    for (const name of ['refused', 'limited', 'broken']) {
      expect((await send({ email: `${name}@sandbox.test` })).status).toBe(202);
    }
  });
});
