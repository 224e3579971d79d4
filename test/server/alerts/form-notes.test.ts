import { writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { FormNotes, type NotedForm } from '../../../server/alerts/form-notes.ts';
import { NoteQueue } from '../../../server/alerts/queue.ts';
import { createPost } from '../../../server/alerts/targets.ts';
import { readConfig } from '../../../server/config/config.ts';
import { eventStatements, type NewEvent } from '../../../server/events/events.ts';
import { Sender } from '../../../server/events/webhooks/sender.ts';
import { sameSql } from '../../../server/store/database.ts';
import { handoverAddresses } from '../../../server/store/schema/delivered-contacts.ts';
import { useEngines, type Engine } from '../../helpers/server/engines.ts';
import { recordLog } from '../../helpers/server/outbox.ts';
import { startReceiver, type ReceivedMessage } from '../../helpers/server/receiver.ts';
import { startRelay } from '../../helpers/server/relay.ts';
import { startService } from '../../helpers/server/service.ts';
import { openTestStore } from '../../helpers/server/store.ts';
import { directoryInMemory } from '../../helpers/server/temporary-dir.ts';

const { engines, newPlace } = useEngines();
const soon = { timeout: 20_000, interval: 20 };
const fence = { sql: sameSql('select 1 as held') };
const minuteMs = 60_000;

const dataOf = ({ body }: ReceivedMessage) => (JSON.parse(body) as { readonly data: object }).data;

type Answer = NonNullable<Parameters<typeof startReceiver>[0]>;

async function start(
  engine: Engine,
  { addresses = false, answer }: { readonly addresses?: boolean; readonly answer?: Answer } = {},
) {
  const database = await openTestStore(await newPlace(engine));
  const receiver = await startReceiver(answer);
  const clock = { ms: Date.now() };
  const now = () => clock.ms;
  const sender = new Sender();
  onTestFinished(() => sender.close());
  const { log } = recordLog();
  const post = createPost({ sender, sendMail: undefined });
  const forms: NotedForm[] = [
    { id: 'newsletter', targets: [{ is: 'webhook', url: receiver.url }], addresses },
  ];
  // The lease lets one process send.
  const queue = new NoteQueue({ database, post, log, now });
  onTestFinished(() => queue.close());
  const open = () => {
    const notes = new FormNotes({ database, queue, forms: () => forms, now });
    return {
      notes,
      look: async () => {
        await notes.look(fence);
        await queue.look(fence);
      },
    };
  };
  const deliver = (...names: readonly string[]) =>
    database.write([
      ...eventStatements(
        names.map((name): NewEvent => {
          const [form = '', id = ''] = name.split('/');
          return {
            type: 'signup.delivered',
            account: 'main',
            subject: id,
            atMs: clock.ms,
            data: { id, form },
          };
        }),
        clock.ms,
      ),
    ]);
  return { database, receiver, clock, forms, open, deliver };
}

describe.each(engines)('notes about new sign-ups on %s', (engine) => {
  it('come at once, then as summaries at least ten minutes apart, whoever tells', async () => {
    const { receiver, clock, open, deliver, forms } = await start(engine);
    await deliver('newsletter/before');
    const first = open();
    await first.look();
    await deliver('newsletter/a', 'fair/b', '/api/contacts/c');
    await first.look();
    const counts = () => receiver.messages.map(dataOf);
    await expect.poll(counts, soon).toMatchObject([{ form: 'newsletter', count: 1 }]);
    await deliver('newsletter/d', 'newsletter/e');
    await first.look();
    clock.ms += 9 * minuteMs;
    const second = open();
    await second.look();
    await deliver('newsletter/f');
    await second.look();
    expect(receiver.messages).toHaveLength(1);
    clock.ms += 2 * minuteMs;
    await second.look();
    first.notes.forget();
    await first.look();
    await expect
      .poll(counts, soon)
      .toMatchObject([{ count: 1 }, { count: 3, title: '3 new sign-ups: newsletter' }]);
    // A form that names nobody any more, and somebody later, is not told of the time between.
    const [form] = forms.splice(0, 1);
    await second.look();
    await deliver('newsletter/g');
    await second.look();
    if (form) forms.push(form);
    clock.ms += 20 * minuteMs;
    await second.look();
    expect(receiver.messages).toHaveLength(2);
  });

  it('have addresses only where they are asked for, and kept until they are sent', async () => {
    let isDown = true;
    const answer = (response: ServerResponse) => response.writeHead(isDown ? 503 : 204).end();
    const { database, receiver, open, deliver, clock } = await start(engine, { addresses: true, answer });
    const { look } = open();
    await look();
    const addresses = ['a', 'b'].map((id) => ({ id, kept_at: 1, payload: `${id}@example.com` }));
    await database.write([{ into: handoverAddresses, rows: addresses }]);
    await deliver('newsletter/a', 'newsletter/b', 'newsletter/c');
    await look();
    await expect
      .poll(() => receiver.messages.map(dataOf), soon)
      .toMatchObject([{ count: 3, addresses: ['a@example.com', 'b@example.com'] }]);
    const attempts = sameSql('select attempts from operator_notes');
    await expect.poll(() => database.read({ sql: attempts }), soon).toMatchObject([{ attempts: 1 }]);
    // One of them is erased before the next attempt.
    await database.write([{ sql: sameSql(`delete from handover_addresses where id = 'a'`) }]);
    isDown = false;
    clock.ms += minuteMs;
    await expect.poll(async () => (await look(), receiver.messages.length), soon).toBe(2);
    expect(receiver.messages.map(dataOf)[1]).toMatchObject({ count: 3, addresses: ['b@example.com'] });
    expect(receiver.ids()[1]).toBe(receiver.ids()[0]);
  });

  it('stay below what a webhook may send, whatever the addresses are', async () => {
    const { database, receiver, open, deliver } = await start(engine, { addresses: true });
    const { look } = open();
    await look();
    const ids = Array.from({ length: 60 }, (_, at) => `s${at}`);
    const rows = ids.map((id) => ({ id, kept_at: 1, payload: `${'ß'.repeat(160)}${id}@example.com` }));
    await database.write([{ into: handoverAddresses, rows }]);
    await deliver(...ids.map((id) => `newsletter/${id}`));
    await look();
    await expect.poll(() => receiver.messages.length, soon).toBe(1);
    expect(Buffer.byteLength(receiver.messages[0]?.body ?? '')).toBeLessThan(20_000);
  });
});

describe('a form that names whom to tell', () => {
  it('mails a summary of new sign-ups, with nothing that a visitor typed', async () => {
    const dataDir = await directoryInMemory();
    const file = join(dataDir, 'forms.json');
    const relay = await startRelay();
    const forms = { newsletter: { fields: ['email', 'first_name'], notify: { mail: 'team@example.org' } } };
    await writeFile(file, JSON.stringify({ forms }));
    const service = await startService({
      DATA_DIR: dataDir,
      FORMS_FILE: file,
      SMTP_URL: relay.url.reveal(),
      MAIL_FROM: 'news@example.org',
    });
    const database = await openTestStore({ dataDir });
    const places = () => database.read({ sql: sameSql('select id from form_notes') });
    await expect.poll(places, soon).toHaveLength(1);
    await fetch(`${service.url}/forms/newsletter`, {
      method: 'POST',
      body: new URLSearchParams({ email: 'ada@example.com', first_name: 'Bcc: x@example.com' }),
    });
    await expect
      .poll(() => relay.received[0]?.to, { timeout: 40_000, interval: 50 })
      .toEqual(['team@example.org']);
    const [mail] = relay.received;
    expect(mail?.raw).toMatch(/^Subject: \[rasa-signup\] 1 new sign-up: newsletter\r$/m);
    expect(mail?.raw).not.toMatch(/(ada|x)@example/);
    const definition = await fetch(`${service.url}/forms/newsletter`, {
      headers: { accept: 'application/json' },
    });
    expect(await definition.text()).not.toContain('team@');
  }, 90_000);

  it('is refused where nobody is named, or what it needs is not set', async () => {
    const file = join(await directoryInMemory(), 'forms.json');
    const faults = async (notify: object) => {
      await writeFile(file, JSON.stringify({ forms: { newsletter: { fields: ['email'], notify } } }));
      try {
        readConfig({ FORMS_FILE: file, SANDBOX: 'off', NODE_ENV: 'production' });
        return '';
      } catch (error) {
        return String(error);
      }
    };
    expect(await faults({})).toContain('an object with at least one of mail, webhook and slack');
    expect(await faults({ webhook: 'ftp://example.com' })).toContain('notify.webhook');
    expect(await faults({ mail: 'a@example.org' })).toMatch(
      /SMTP_URL.*since these forms have `notify.mail`: newsletter/,
    );
    expect(await faults({ slack: 'https://hooks.slack.com/a', addresses: true })).toMatch(
      /KEEP_FOR_HANDOVER.*`notify.addresses`: newsletter/,
    );
  });
});
