import { describe, expect, it, vi } from 'vitest';
import { Tokens } from '../../../server/contacts/tokens.ts';
import { languages } from '../../../server/forms/languages.ts';
import { startDoubleOptIn } from '../../helpers/server/double-opt-in.ts';
import { partOf, startRelay, type Received } from '../../helpers/server/relay.ts';
import { openTestStore } from '../../helpers/server/store.ts';

/** What was seen in forms that were made to carry mail for strangers; each has the marker in it. */
const hostile = [
  'MARKER',
  'MARKER\r\nBcc: eve@example.com',
  'MARKER\nContent-Type: text/html\n\n<h1>MARKER</h1>',
  'MARKER\r\n.\r\nMAIL FROM:<eve@example.com>\r\nRCPT TO:<eve@example.com>\r\nDATA\r\n',
  'MARKER%0d%0aBcc:%20eve@example.com',
  'MARKER\u2028Bcc: eve@example.com\u2029\u0085\u000bMARKER',
  '=?utf-8?B?TUFSS0VSDQpCY2M6IGV2ZUBleGFtcGxlLmNvbQ==?= MARKER',
  '<a href="https://evil.example/MARKER">MARKER</a><img src=//evil.example/MARKER>',
  '"><script>alert("MARKER")</script><style>*{display:none}</style>',
  '{title} {code} {address} $& $1 $` MARKER',
  'Win a prize at https://evil.example/MARKER now',
  '\u202eMARKER\u2066\ufeff\u200b--MARKER--',
  '--=_boundary_MARKER\r\nContent-Type: text/html',
  'MARKER '.repeat(12),
] as const;

const soon = { timeout: 40_000, interval: 30 };

/** The names of all headers of a message, and the values of one. */
function headersOf({ raw }: Received) {
  const [head = ''] = raw.split('\r\n\r\n');
  const lines = head.replaceAll(/\r\n[ \t]+/g, ' ').split('\r\n');
  const pairs = lines.map((line) => [
    line.slice(0, line.indexOf(':')).toLowerCase(),
    line.slice(line.indexOf(':') + 1),
  ]);
  return {
    names: pairs.map(([name]) => name).sort(),
    valueOf: (name: string) => pairs.flatMap(([own, value = '']) => (own === name ? [value] : [])).join('|'),
  };
}

const usual = [
  ...['auto-submitted', 'content-language', 'content-type', 'date', 'from', 'list-unsubscribe'],
  ...['list-unsubscribe-post', 'message-id', 'mime-version', 'subject', 'to'],
];

/** A mail as ours are: these headers once each, one receiver, two parts, and only our links. */
function expectOurs(mail: Received, url: string): { readonly text: string; readonly html: string } {
  const { names, valueOf } = headersOf(mail);
  expect(names).toEqual(usual);
  expect(mail.from).toBe('news@example.com');
  expect(mail.to).toHaveLength(1);
  expect(valueOf('to').trim()).toBe(mail.to[0]);
  expect(valueOf('from').trim()).toBe('Harbour <news@example.com>');
  const boundary = /boundary="([^"]+)"/.exec(valueOf('content-type'))?.[1] ?? 'none';
  const parts = mail.raw.split(`\r\n--${boundary}`).slice(1);
  expect(parts.map((part) => /^\r\nContent-Type: ([\w/]+)/.exec(part)?.[1])).toEqual([
    'text/plain',
    'text/html',
    undefined,
  ]);
  const [text, html] = [partOf(mail, 'text/plain'), partOf(mail, 'text/html')];
  const links = [...html.matchAll(/<a [^>]*href="([^"]*)"/g)].map(([, href = '']) => href);
  expect(links).toHaveLength(3);
  for (const link of links) expect(link.startsWith(`${url}/`), link).toBe(true);
  expect(html).not.toMatch(/<(script|img|iframe|form)\b|<style>\*/);
  return { text, html };
}

async function open(form: object = {}, others = {}) {
  const relay = await startRelay();
  const product = await startDoubleOptIn(
    {
      languages: languages.map(({ lang }) => lang),
      fields: [
        'email',
        'first_name',
        'last_name',
        { name: 'company', type: 'text', label: 'Company', maxLength: 200 },
        { name: 'seen_on', type: 'hidden', from: 'page' },
      ],
      ...form,
    },
    { SMTP_URL: relay.url.reveal(), MAIL_FROM: 'Harbour <news@example.com>' },
    others,
  );
  const mailTo = (email: string) =>
    vi.waitFor(() => {
      const mail = relay.received.find(({ to }) => to[0] === email);
      return mail ?? Promise.reject(new Error(`No mail has come to ${email}.`));
    }, soon);
  return { ...product, relay, mailTo };
}

describe('no mail holds what a visitor typed, and none has another header or receiver', () => {
  it('whatever the fields and headers hold, in every language', async () => {
    const { signUp, relay, mailTo, url } = await open();
    let accepted = 0;
    const sent = hostile.flatMap((text, at) => {
      const { lang = 'en' } = languages[at % languages.length] ?? {};
      const one = (name: string, fields: object, headers = {}) => ({
        email: `${name}.${at}@example.com`,
        fields,
        headers: { 'accept-language': lang, ...headers },
      });
      const header = encodeURIComponent(text);
      return [
        one('names', { first_name: text, last_name: text }),
        one('company', { company: text, seen_on: `https://www.example.com/${header}` }),
        one('headers', {}, { referer: `https://www.example.com/${header}`, 'user-agent': header }),
      ];
    });
    for (const { email, fields, headers } of sent) {
      const { status } = await signUp(email, fields, headers);
      if (status === 202) accepted++;
      else expect([email, status]).toEqual([email, 422]);
    }
    // Most are accepted, or this would say nothing.
    expect(accepted).toBeGreaterThan(hostile.length * 2);
    await signUp('last@example.com');
    await mailTo('last@example.com');
    await vi.waitFor(() => {
      expect(relay.received).toHaveLength(accepted + 1);
    }, soon);
    const spoken = new Set<string>();
    for (const mail of relay.received) {
      const { text, html } = expectOurs(mail, url);
      spoken.add(headersOf(mail).valueOf('content-language').trim());
      for (const part of [mail.raw, text, html])
        expect(part).not.toMatch(/MARKER|TUFSS0VS|evil\.example|eve@/i);
      // Nor the address, but where it has to stand.
      const local = String(mail.to[0]).replace(/@.*/, '');
      expect(`${text} ${html}`).not.toContain(`${local}@`);
    }
    expect(spoken.size).toBeGreaterThan(10);
  });

  it('whatever the address holds: it is refused, or gets one mail alone', async () => {
    const { signUp, relay, mailTo, url } = await open();
    for (const email of [
      'ada@example.com\r\nBcc: eve@example.com',
      'ada@example.com\nRCPT TO:<eve@example.com>',
      'ada@example.com, eve@example.com',
      'ada@example.com;eve@example.com',
      '"MARKER" <ada@example.com>',
      'MARKER ada@example.com',
      '<ada@example.com>',
      '"MARKER\r\nBcc: eve"@example.com',
      '"eve@example.com"@example.com',
      'ada@example.com%0d%0aBcc:eve@example.com',
      'ada@example.com\u0000eve@example.com',
      'ada@[127.0.0.1]',
      'ada@example.com>\u0020SIZE=1',
      'ada(MARKER)@example.com',
      '=?utf-8?B?ZXZl?=@example.com',
    ])
      await signUp(email);
    await signUp('last@example.com');
    await mailTo('last@example.com');
    for (const mail of relay.received) {
      expectOurs(mail, url);
      expect(mail.to[0]).not.toMatch(/^eve@|[\s<>",;()]/);
      expect(mail.raw).not.toMatch(/MARKER|eve@/);
    }
  });

  it('whatever an application sends', async () => {
    const { relay, url, dataDir, mailTo } = await open();
    const tokens = new Tokens({ database: await openTestStore({ dataDir }) });
    const scopes = ['contacts:write', 'contacts:confirm'] as const;
    const token = await tokens.create({ name: 'all', account: 'main', scopes, validForMs: undefined });
    const contacts = hostile.map((text, at) => ({
      ref: text,
      email: `api.${at}@example.com`,
      first_name: text,
      consent: { text, source: text, at: '2026-11-01T12:00:00Z' },
      confirm: { lang: text.slice(0, 20) },
    }));
    const answer = await fetch(`${url}/api/contacts`, {
      method: 'POST',
      headers: { authorization: `Bearer ${String(token)}`, 'content-type': 'application/json' },
      body: JSON.stringify([...contacts, { email: 'last@example.com' }]),
    });
    const { results } = (await answer.json()) as { results: { status: string }[] };
    const pending = results.filter(({ status }) => status === 'pending').length;
    expect(pending).toBeGreaterThan(3);
    await mailTo('last@example.com');
    await vi.waitFor(() => {
      expect(relay.received).toHaveLength(pending);
    }, soon);
    for (const mail of relay.received) {
      const { text, html } = expectOurs(mail, url);
      for (const part of [mail.raw, text, html])
        expect(part).not.toMatch(/MARKER|TUFSS0VS|evil\.example|eve@/i);
    }
  });
});

it('a form’s own title and words are text in its mail, whatever they hold', async () => {
  const texts = hostile.map((text) => text.slice(0, 90));
  const others = Object.fromEntries(
    texts.map((text, at) => [
      `form-${at}`,
      { confirm: 'always', fields: ['email'], title: text, intro: text, confirmMail: text },
    ]),
  );
  const { send, url, mailTo } = await open({}, others);
  for (const [at] of texts.entries()) {
    const email = `form.${at}@example.com`;
    const { status } = await send(`/forms/form-${at}`, { email });
    expect([at, status]).toEqual([at, 202]);
    const mail = await mailTo(email);
    expectOurs(mail, url);
    expect(headersOf(mail).valueOf('subject')).not.toBe('');
  }
});
