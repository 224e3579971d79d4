import { HtmlValidate } from 'html-validate';
import { describe, expect, it, vi } from 'vitest';
import { languages } from '../../../server/forms/languages.ts';
import { runCommand } from '../../helpers/server/run-command.ts';
import { startDoubleOptIn } from '../../helpers/server/double-opt-in.ts';
import { useEngines, type Engine } from '../../helpers/server/engines.ts';
import { guardedIntake, readContact, readContacts, startService } from '../../helpers/server/service.ts';

const soon = { timeout: 15_000, interval: 50 };
const { engines, newPlace } = useEngines();

/** A product with a form that asks for no confirmation; the sandbox catches its mails. */
async function open(engine: Engine = 'sqlite', form = {}, env = {}) {
  const { databaseUrl } = await newPlace(engine);
  const store = databaseUrl ? { DATABASE_URL: databaseUrl.reveal(), OUTBOX_KEY: 'a1'.repeat(32) } : {};
  const product = await startDoubleOptIn({ confirm: 'never', ...form }, { ...store, ...env });
  const ask = (email: string, headers = {}) => product.send('/leave', { email }, headers);
  const linkTo = async (email: string, count = 1) =>
    /https?:\S+\/leave\/\S+/.exec((await product.letterTo(email, count)).text)?.[0] ?? '';
  const contact = async (email: string) => {
    const found = (await readContacts(product.sandbox)).find((one) => one['email'] === email);
    return found && readContact(product.sandbox, found['id']);
  };
  const subscribe = async (email: string) => {
    await product.send('/forms/letter', { email });
    await vi.waitFor(async () => {
      expect(await contact(email)).toMatchObject({ email });
    }, soon);
  };
  const press = async (link: string, fields: Readonly<Record<string, string>>) => {
    const answer = await fetch(link, { method: 'POST', body: new URLSearchParams(fields) });
    return { status: answer.status, text: await answer.text() };
  };
  const consent = (...args: string[]) =>
    runCommand(['consent', ...args], { DATA_DIR: product.dataDir, ...store });
  return { ...product, ask, linkTo, contact, subscribe, press, consent };
}

/** Everything of an answer that tells one address from another, which is nothing. */
const seen = ({ status, text }: { readonly status: number; readonly text: string }) => `${status} ${text}`;

describe.each(engines)('the page to leave, on %s', (engine) => {
  it('answers every address alike, and writes only to people who are known', async () => {
    const { ask, subscribe, letters, linkTo, send, letterTo } = await open(engine, { confirm: 'plain' });
    await subscribe('known@example.com');
    const plain = { accept: 'text/html', 'sec-fetch-mode': 'navigate', 'user-agent': 'Mozilla/5.0' };
    await subscribe('blocked@example.com');
    await send('/forms/letter', { email: 'blocked@example.com' }, plain);
    await fetch((await letterTo('blocked@example.com')).unsubscribe, { method: 'POST' });
    const before = await letters();

    const answers = [];
    for (const email of [
      'unknown@example.com',
      'blocked@example.com',
      'Known@Example.com',
      'known@example.com',
    ])
      answers.push(seen(await ask(email)));
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toContain('Look in your mailbox');
    // The last one has its mail, so that those before have been looked at.
    await subscribe('last@example.com');
    await ask('last@example.com');
    await linkTo('last@example.com');
    const mailed = (await letters()).slice(before.length).map(({ to }) => to.toLowerCase());
    expect(mailed.sort()).toEqual(['known@example.com', 'last@example.com']);
  });

  it('unsubscribes once by the button behind the link, and by no visit', async () => {
    const { ask, subscribe, linkTo, contact, press, consent } = await open(engine);
    await subscribe('ada@example.com');
    await ask('ada@example.com');
    const link = await linkTo('ada@example.com');
    for (let visit = 0; visit < 20; visit++) {
      await fetch(link, { method: 'HEAD' });
      await fetch(link);
    }
    // As mail programs and scanners post without having read the page (RFC 8058).
    await press(link, { 'List-Unsubscribe': 'One-Click' });
    const page = await fetch(link);
    expect(page.headers.get('cache-control')).toBe('no-store');
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    const text = await page.text();
    expect(text).toContain('a…@example.com');
    expect(text).toContain('Unsubscribe from “The Harbour Letter”');
    expect(text).not.toContain('<script');
    expect(await contact('ada@example.com')).toMatchObject({ is_subscribed: 1 });

    const done = await Promise.all([1, 2, 3].map(() => press(link, { account: 'main' })));
    for (const answer of [...done, await press(link, { account: 'main' })]) {
      expect(answer.status).toBe(200);
      expect(answer.text).toContain('You are unsubscribed from “The Harbour Letter”.');
      expect(answer.text).not.toContain('name="account"');
    }
    await vi.waitFor(async () => {
      expect(await contact('ada@example.com')).toMatchObject({ is_subscribed: 0 });
      const { stdout } = await consent('show', 'ada@example.com');
      expect(JSON.parse(stdout)).toMatchObject([
        { what: 'signed_up' },
        { what: 'unsubscribed', source: 'person' },
      ]);
    }, soon);
  });

  it('erases everything after it has asked once more, and says so again', async () => {
    const { ask, subscribe, linkTo, letters, contact, press, consent } = await open(engine);
    await subscribe('ada@example.com');
    await ask('ada@example.com');
    const link = await linkTo('ada@example.com');
    expect((await press(link, { erase: 'ask' })).text).toContain('This cannot be undone.');
    expect(await contact('ada@example.com')).toBeDefined();
    const done = await Promise.all([1, 2].map(() => press(link, { erase: 'yes' })));
    expect(done.map(({ status, text }) => [status, text.includes('Your data is being deleted')])).toEqual([
      [200, true],
      [200, true],
    ]);
    await vi.waitFor(async () => {
      expect(await contact('ada@example.com')).toBeUndefined();
      expect(JSON.parse((await consent('verify')).stdout)).toMatchObject({ erased: 1, faults: [] });
    }, soon);
    for (const answer of [await press(link, { erase: 'yes' }), await press(link, { account: 'main' })])
      expect(answer.text).toContain('Your data is being deleted');
    expect(await (await fetch(link)).text()).not.toContain('example.com<');
    // Who is erased is unknown.
    await ask('ada@example.com');
    await subscribe('last@example.com');
    await ask('last@example.com');
    await linkTo('last@example.com');
    expect(await letters('ada@example.com')).toHaveLength(1);
  }, 60_000);
});

describe('a link to leave', () => {
  it('that was changed or made up leads nowhere, and links of other mails do not either', async () => {
    const { ask, subscribe, linkTo, press } = await open();
    await subscribe('ada@example.com');
    await ask('ada@example.com');
    const link = await linkTo('ada@example.com');
    const changed = `${link.slice(0, -4)}${link.endsWith('AAAA') ? 'BBBB' : 'AAAA'}`;
    for (const url of [changed, link.slice(0, -3), link.replace('/leave/', '/confirm/'), `${link}x`]) {
      expect((await press(url, { erase: 'yes' })).status, url).toBe(404);
      expect((await fetch(url)).status, url).toBe(404);
    }
    expect((await press(link, { account: 'another' })).text).toContain('Unsubscribe from');
  }, 60_000);

  it('is mailed in the language of the page, and holds nothing that a visitor typed', async () => {
    const { send, subscribe, letterTo, linkTo } = await open('sqlite', {
      title: { en: 'The Harbour Letter', ar: 'رسالة الميناء' },
    });
    await subscribe('marker@example.com');
    const page = await send('/leave?lang=ar', { email: 'marker@example.com' });
    expect(page.text).toContain('lang="ar" dir="rtl"');
    const letter = await letterTo('marker@example.com');
    expect(letter.html).toContain('<html lang="ar" dir="rtl">');
    expect(JSON.stringify({ ...letter, to: '' })).not.toMatch(/marker/i);
    const choices = await (await fetch(await linkTo('marker@example.com'))).text();
    expect(choices).toContain('رسالة الميناء');
  });
});

describe('asking for a link', () => {
  it('says what is wrong with an address', async () => {
    const { ask } = await open();
    const wrong = 'Enter an email address like name@example.com.';
    for (const [email, text] of [
      ['', 'Please fill in this field.'],
      ['no address', wrong],
      ['"><script>@example.com', wrong],
      ['ada@example.com\r\nBcc: eve@example.com', wrong],
      [`${'a'.repeat(300)}@example.com`, 'This is too long.'],
    ] as const) {
      const answer = await ask(email);
      expect([email, answer.status, answer.text.includes(text)]).toEqual([email, 422, true]);
      expect(answer.text).not.toContain('<script');
    }
  });

  it('uses up the quota of the network, and cannot be done by pages of others', async () => {
    const { ask } = await open('sqlite', {}, guardedIntake);
    expect((await ask('ada@example.com', { origin: 'https://evil.example' })).status).toBe(403);
    const statuses = [];
    for (let count = 0; count < 4; count++) statuses.push((await ask(`a${count}@example.com`)).status);
    expect(statuses).toEqual([200, 200, 200, 429]);
  });

  it('is offered on the hosted page in every language, and its page is valid', async () => {
    const { url } = await open();
    const html = new HtmlValidate({
      extends: ['html-validate:standard', 'html-validate:document'],
      // Pages load files only from their own origin.
      rules: { 'require-sri': 'off' },
    });
    for (const { lang, leave } of languages) {
      const headers = { accept: 'text/html' };
      const hosted = await (await fetch(`${url}/forms/letter?lang=${lang}`, { headers })).text();
      expect(hosted, lang).toContain(`/leave?lang=${lang}`);
      expect(hosted, lang).toContain(leave.already);
      const page = await fetch(`${url}/leave?lang=${lang}`, { headers });
      expect(page.headers.get('content-language')).toBe(lang);
      const text = await page.text();
      expect(text).toContain(leave.title);
      const { results } = await html.validateString(text);
      expect(results.flatMap(({ messages }) => messages.map(({ message }) => message))).toEqual([]);
    }
  });

  it('is not there where no mail can be sent', async () => {
    const credentials = { RASA_USERNAME: 'ada', RASA_PASSWORD: 'secret', RASA_API_KEY: 'k'.repeat(24) };
    const nowhere = { RASA_BASE_URL: 'http://127.0.0.1:9', ALLOWED_ORIGINS: 'https://www.example.com' };
    const { url } = await startService({ ...credentials, ...nowhere });
    expect((await fetch(`${url}/leave`)).status).toBe(404);
    const hosted = await fetch(`${url}/forms/newsletter`, { headers: { accept: 'text/html' } });
    expect(await hosted.text()).not.toContain('/leave');
  });
});
