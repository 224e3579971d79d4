import { describe, expect, it, vi } from 'vitest';
import { readContact, readContacts } from '../../helpers/server/service.ts';
import { startDoubleOptIn } from '../../helpers/server/double-opt-in.ts';
import { useEngines } from '../../helpers/server/engines.ts';
import { openTestStore } from '../../helpers/server/store.ts';
import { sameSql } from '../../../server/store/database.ts';
import { Secret } from '../../../server/system/secret.ts';

const { engines, newPlace } = useEngines();
const key = '5'.repeat(64);
const soon = { timeout: 15_000, interval: 20 };
const browser = {
  accept: 'text/html',
  'sec-fetch-mode': 'navigate',
  'user-agent': 'Mozilla/5.0',
  'accept-language': 'en',
};

async function onlyContact(sandbox: Parameters<typeof readContacts>[0]) {
  const [contact] = await readContacts(sandbox);
  return readContact(sandbox, contact?.['id']);
}

describe('a form with confirm: always', () => {
  it('adds nobody before the button on the page behind the link is pressed', async () => {
    const product = await startDoubleOptIn({ confirmed_at: 'confirmed_on' });
    const { status, json } = await product.signUp('ada@gmail.com', { first_name: 'Ada' });
    expect(status).toBe(202);
    expect(json).toMatchObject({
      status: 'accepted',
      mailbox: { name: 'Gmail' },
      accepted: { acceptedFor: 'We have written to a…@gmail.com. Open the message and press its button.' },
    });
    const letter = await product.letterTo('ada@gmail.com');
    expect(letter.subject).toBe('Please confirm: The Harbour Letter');
    expect(await readContacts(product.sandbox)).toEqual([]);

    const page = await (await fetch(letter.link)).text();
    expect(page).toContain('Do you want to receive “The Harbour Letter”?');
    expect(page).not.toContain('<script');
    expect(await readContacts(product.sandbox)).toEqual([]);

    const done = await fetch(letter.link, { method: 'POST' });
    expect(done.status).toBe(200);
    expect(await done.text()).toContain('Confirmed. You are in.');
    await vi.waitFor(async () => {
      expect(await readContacts(product.sandbox)).toMatchObject([{ email: 'ada@gmail.com' }]);
    }, soon);
    expect(await onlyContact(product.sandbox)).toMatchObject({
      first_name: 'Ada',
      confirmed_on: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as unknown,
    });
  });

  it.each(engines)('tells other systems what became of it, each step once, on %s', async (engine) => {
    const { dataDir, databaseUrl } = await newPlace(engine);
    const url = databaseUrl && { DATABASE_URL: databaseUrl.reveal(), OUTBOX_KEY: key };
    const product = await startDoubleOptIn({}, { DATA_DIR: dataDir, ...url });
    const { ticket } = await product.signUp('ada@example.com');
    const { link } = await product.letterTo('ada@example.com');
    const database = await openTestStore({ dataDir, databaseUrl, ...(url && { key: new Secret(key) }) });
    const told = async () =>
      database.read({ sql: sameSql('select type, subject, account, data from events order by seq') });
    const types = async () => (await told()).map(({ type }) => type);
    await vi.waitFor(async () => {
      expect(await types()).toEqual(['signup.pending']);
    }, soon);

    // Nobody but the owner of the address moves it on.
    await fetch(link);
    await product.signUp('ada@example.com');
    await product.waits(ticket, { code: '000000' });
    expect(await types()).toEqual(['signup.pending']);

    for (let click = 0; click < 2; click++) await fetch(link, { method: 'POST' });
    await vi.waitFor(async () => {
      expect(await types()).toEqual([
        'signup.pending',
        'signup.confirmed',
        'signup.accepted',
        'signup.delivered',
      ]);
    }, soon);
    const events = await told();
    expect(new Set(events.map(({ subject }) => subject)).size).toBe(1);
    expect(JSON.stringify(events)).not.toContain('ada@');
  });

  it('says "you are in" again to a second visit and a second click, and adds nobody twice', async () => {
    const product = await startDoubleOptIn();
    const { ticket } = await product.signUp('ada@example.com');
    const { link } = await product.letterTo('ada@example.com');
    const clicks = await Promise.all([1, 2, 3].map(() => fetch(link, { method: 'POST' })));
    expect(clicks.map(({ status }) => status)).toEqual([200, 200, 200]);
    for (const answer of [await fetch(link), await fetch(link, { method: 'POST' })]) {
      expect(await answer.text()).toContain('Confirmed. You are in.');
    }
    expect((await product.waits(ticket)).json).toEqual({ status: 'confirmed' });
  });

  it('confirms nobody by links that scanners open, in any manner, a thousand times', async () => {
    const product = await startDoubleOptIn();
    const { ticket } = await product.signUp('victim@example.com');
    const { text, html, unsubscribe, link } = await product.letterTo('victim@example.com');
    const links = [
      ...new Set([...`${text} ${html}`.matchAll(/https?:\/\/[^\s"<]+/g)].map(([url]) => url)),
      unsubscribe,
    ];
    expect(links).toContain(link);
    for (let visit = 0; visit < 1000; visit += links.length * 2) {
      await Promise.all(
        links.flatMap((url) => [
          fetch(url, { method: 'HEAD' }),
          fetch(url, {
            headers: { 'user-agent': 'Mozilla/5.0', 'x-forwarded-for': `203.0.113.${visit % 250}` },
          }),
        ]),
      );
    }
    expect((await product.waits(ticket)).json).toEqual({ status: 'pending' });
    expect(await readContacts(product.sandbox)).toEqual([]);
    // The person can still press the button.
    expect(await (await fetch(link, { method: 'POST' })).text()).toContain('You are in');
  });

  it('is confirmed by the code of the mail too, and by five wrong ones never', async () => {
    const product = await startDoubleOptIn();
    const one = await product.signUp('ada@example.com');
    const { code } = await product.letterTo('ada@example.com');
    expect((await product.waits(one.ticket, { code: ` ${code.slice(0, 3)} ${code.slice(3)}` })).json).toEqual(
      {
        status: 'confirmed',
      },
    );

    const other = await product.signUp('bob@example.com');
    const letter = await product.letterTo('bob@example.com');
    const wrong = letter.code === '000000' ? '000001' : '000000';
    const answers = [];
    for (let tries = 0; tries < 6; tries++)
      answers.push((await product.waits(other.ticket, { code: wrong })).json['status']);
    expect(answers).toEqual(['wrong', 'wrong', 'wrong', 'wrong', 'locked', 'locked']);
    expect((await product.waits(other.ticket, { code: letter.code })).json).toEqual({ status: 'locked' });
    expect((await product.waits(other.ticket)).json).toEqual({ status: 'pending' });
    expect(await (await fetch(letter.link, { method: 'POST' })).text()).toContain('You are in');
  });

  it('cannot be guessed faster by tickets of more sign-ups, or by tries that come together', async () => {
    const product = await startDoubleOptIn();
    const tickets = [];
    for (let count = 0; count < 4; count++) tickets.push((await product.signUp('ada@example.com')).ticket);
    const { code, link } = await product.letterTo('ada@example.com');
    const wrong = code === '000000' ? '000001' : '000000';
    await Promise.all(
      tickets.slice(0, 3).flatMap((ticket) => [1, 2, 3, 4].map(() => product.waits(ticket, { code: wrong }))),
    );
    expect((await product.waits(tickets[3] ?? '', { code })).json).toEqual({ status: 'wrong' });
    expect(await (await fetch(link, { method: 'POST' })).text()).toContain('You are in');
  });

  it('cannot be guessed faster by tries with one ticket that come together', async () => {
    const product = await startDoubleOptIn();
    const { ticket } = await product.signUp('ada@example.com');
    const { code } = await product.letterTo('ada@example.com');
    const wrong = code === '000000' ? '000001' : '000000';
    const tries = Array.from({ length: 30 }, () => product.waits(ticket, { code: wrong }));
    const answers = (await Promise.all(tries)).map(({ json }) => json['status']);
    expect(answers.filter((answer) => answer === 'wrong').length).toBeLessThanOrEqual(5);
    expect((await product.waits(ticket, { code })).json).toEqual({ status: 'locked' });
  });

  it('lets a stranger who sends the address again change, confirm and end nothing', async () => {
    const product = await startDoubleOptIn();
    const own = await product.signUp('ada@example.com', { first_name: 'Ada' });
    const { code } = await product.letterTo('ada@example.com');
    const stranger = await product.signUp('ADA@example.com', { first_name: 'Buy now' });
    expect((await product.waits(stranger.ticket)).json).toEqual({ status: 'pending' });
    expect((await product.waits(own.ticket, { code })).json).toEqual({ status: 'confirmed' });
    await vi.waitFor(async () => {
      expect(await readContacts(product.sandbox)).toHaveLength(1);
    }, soon);
    expect(await onlyContact(product.sandbox)).toMatchObject({ first_name: 'Ada' });
  });

  it('sends no second mail within two minutes, however often it is asked', async () => {
    const product = await startDoubleOptIn({}, {}, { other: { confirm: 'always', fields: ['email'] } });
    const { ticket } = await product.signUp('ada@example.com');
    await product.letterTo('ada@example.com');
    for (let count = 0; count < 5; count++) {
      await product.signUp('ada@example.com');
      expect((await product.waits(ticket, { again: '1' })).json).toEqual({ status: 'pending' });
    }
    await product.send('/forms/other', { email: 'ada@example.com' });
    // One who comes later has his mail, so that those before have been looked at.
    await product.signUp('last@example.com');
    await product.letterTo('last@example.com');
    expect(await product.letters('ada@example.com')).toHaveLength(1);
  });

  it('answers in the language of the visitor, and so does the mail, right to left too', async () => {
    const product = await startDoubleOptIn({ title: { en: 'Letter', ar: 'رسالة' } });
    await product.signUp('ada@example.com', {}, { 'accept-language': 'ar' });
    const letter = await product.letterTo('ada@example.com');
    expect(letter.subject).toBe('يرجى التأكيد: رسالة');
    expect(letter.html).toContain('<html lang="ar" dir="rtl">');
    expect(await (await fetch(letter.link)).text()).toContain('lang="ar" dir="rtl"');
  });

  it('holds the operator’s words and who sends it, escaped', async () => {
    const product = await startDoubleOptIn(
      { title: 'Salt & <b>Pepper', confirmMail: 'Every "Thursday" <at six>.' },
      { MAIL_FROM: 'Harbour Press <press@harbour.example>' },
    );
    await product.signUp('ada@example.com');
    const letter = await product.letterTo('ada@example.com');
    expect(letter.subject).toBe('Please confirm: Salt & <b>Pepper');
    expect(letter.html).toContain('Salt &amp; &lt;b&gt;Pepper');
    expect(letter.html).toContain('Every &quot;Thursday&quot; &lt;at six&gt;.');
    expect(letter.text).toContain('Every "Thursday" <at six>.');
    expect(letter.text).toContain('Harbour Press, press@harbour.example');
  });
});

describe('"this was not me"', () => {
  it('asks first, and then ends what waits and stops mail to the address', async () => {
    const product = await startDoubleOptIn();
    const { ticket } = await product.signUp('ada@example.com');
    const { link, unsubscribe } = await product.letterTo('ada@example.com');
    expect(await (await fetch(unsubscribe)).text()).toContain('That was not you?');
    // As mail programs send it (RFC 8058).
    const done = await fetch(unsubscribe, {
      method: 'POST',
      body: new URLSearchParams({ 'List-Unsubscribe': 'One-Click' }),
    });
    expect(done.status).toBe(200);
    expect((await fetch(link, { method: 'POST' })).status).toBe(404);
    const again = await product.signUp('ada@example.com');
    expect(again.ticket).toMatch(/^[\w-]{43}$/);
    await product.signUp('last@example.com');
    await product.letterTo('last@example.com');
    expect(await product.letters('ada@example.com')).toHaveLength(1);
    expect((await product.waits(ticket)).json).toEqual({ status: 'pending' });
  });

  it('is a link that confirms nothing, and the other way round', async () => {
    const product = await startDoubleOptIn();
    await product.signUp('ada@example.com');
    const { link, unsubscribe } = await product.letterTo('ada@example.com');
    const swapped = [link.replace('/confirm/', '/not-me/'), unsubscribe.replace('/not-me/', '/confirm/')];
    for (const url of [
      ...swapped,
      `${link.slice(0, -1)}${link.endsWith('A') ? 'B' : 'A'}`,
      link.slice(0, -3),
    ]) {
      expect((await fetch(url, { method: 'POST' })).status, url).toBe(404);
    }
    expect(await (await fetch(link)).text()).toContain('Do you want');
  });
});

describe('without scripts', () => {
  it('the page that answers has the field for the code, and the same ends', async () => {
    const product = await startDoubleOptIn();
    const page = await product.send('/forms/letter', { email: 'ada@gmail.com' }, browser);
    expect(page.status).toBe(202);
    expect(page.text).toContain('Confirm your address');
    expect(page.text).toContain('a…@gmail.com');
    expect(page.text).toContain('https://mail.google.com/');
    const [, ticket = ''] = /name="ticket"[^>]*value="([\w-]+)"/.exec(page.text) ?? [];
    const { code } = await product.letterTo('ada@gmail.com');
    const wrong = await product.send('/forms/letter/confirmation', { ticket, code: 'x' }, browser);
    expect(wrong.text).toContain('This is not the code.');
    const right = await product.send('/forms/letter/confirmation', { ticket, code }, browser);
    expect(right.text).toContain('Confirmed. You are in.');
  });

  it('confirm: plain asks only those', async () => {
    const product = await startDoubleOptIn({ confirm: 'plain' });
    expect((await product.signUp('ada@example.com')).json).toEqual({ status: 'accepted' });
    expect((await product.send('/forms/letter', { email: 'bob@example.com' }, browser)).text).toContain(
      'b…@example.com',
    );
  });
});

it('a form without confirm adds at once, and one whose visitors look suspicious asks those', async () => {
  const product = await startDoubleOptIn({ confirm: 'suspicious' }, { BOT_MODE: 'observe' });
  expect((await product.signUp('ada@example.com')).ticket).toMatch(/^[\w-]{43}$/);
  const calm = await startDoubleOptIn({ confirm: 'suspicious' });
  expect((await calm.signUp('ada@example.com')).json).toEqual({ status: 'accepted' });
});

it('a retry of the same sign-up gets the same answer, and one mail', async () => {
  const product = await startDoubleOptIn();
  const fields = { id: 'b9f1c8a2-0000-4000-8000-000000000001' };
  const [one, two] = [
    await product.signUp('ada@example.com', fields),
    await product.signUp('ada@example.com', fields),
  ];
  expect(two.json).toEqual(one.json);
});
