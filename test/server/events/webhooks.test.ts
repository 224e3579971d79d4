import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it, onTestFinished } from 'vitest';
import { eventStatements, type NewEvent } from '../../../server/events/events.ts';
import { Dispatcher } from '../../../server/events/webhooks/dispatcher.ts';
import { Endpoints } from '../../../server/events/webhooks/endpoints.ts';
import { Sender } from '../../../server/events/webhooks/sender.ts';
import { sameSql } from '../../../server/store/database.ts';
import { createIds } from '../../../server/store/ids.ts';
import { webhookAttempts } from '../../../server/store/schema/webhooks.ts';
import { Secret } from '../../../server/system/secret.ts';
import { makeCertificate } from '../../helpers/server/certificate.ts';
import { useEngines, type Engine } from '../../helpers/server/engines.ts';
import { recordLog } from '../../helpers/server/outbox.ts';
import { startReceiver, type ReceivedMessage as Message } from '../../helpers/server/receiver.ts';
import { startService } from '../../helpers/server/service.ts';
import { countRows, openTestStore } from '../../helpers/server/store.ts';
import { temporaryDir } from '../../helpers/server/temporary-dir.ts';

const { engines, newPlace } = useEngines();
const soon = { timeout: 20_000, interval: 20 };
const fence = { sql: sameSql('select 1 as held') };

const verify = (secret: string, { headers, body }: Message) =>
  new Webhook(secret).verify(body, headers as Record<string, string>);

/** The part that sends, over a real database, with a clock that the test moves. */
async function startSending(engine: Engine) {
  const place = await newPlace(engine);
  const database = await openTestStore(place);
  const clock = { ms: Date.now() };
  const now = () => clock.ms;
  const endpoints = new Endpoints({ database, now });
  const { log, lines } = recordLog();
  const open = () => {
    const sender = new Sender({ now });
    const dispatcher = new Dispatcher({ database, endpoints, sender, log, now, random: () => 0.5 });
    const close = async () => {
      await dispatcher.close();
      await sender.close();
    };
    onTestFinished(close);
    return { look: () => dispatcher.look(fence), close };
  };
  const tell = async (...events: readonly NewEvent[]) => {
    await database.write([...eventStatements(events, clock.ms)]);
  };
  const stateOf = async (id: string) => (await endpoints.list()).find((one) => one.id === id);
  const add = (url: string, types: readonly string[] = []) =>
    endpoints.add({ url, mayBePrivate: false, account: undefined, types });
  return { place, database, clock, endpoints, open, tell, stateOf, add, lines };
}

/** The URL of a server whose certificate nobody has signed. */
async function startWithBadCertificate(): Promise<string> {
  const server = createServer(makeCertificate(await temporaryDir()), (_request, response) =>
    response.writeHead(204).end(),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `https://localhost:${(server.address() as AddressInfo).port}/hook`;
}

function event(subject: string, type: NewEvent['type'] = 'contact.updated'): NewEvent {
  return { type, account: 'main', subject, atMs: 1_800_000_000_000, data: { id: subject } };
}
const idOf = (subject: string) => `evt_${subject}_contact_updated`;

describe.each(engines)('webhooks on %s', (engine) => {
  it('tell a receiver of Standard Webhooks what happens to a sign-up', async () => {
    const key = 'ab'.repeat(32);
    const place = { ...(await newPlace(engine)), key: new Secret(key) };
    const service = await startService({
      DATA_DIR: place.dataDir,
      OUTBOX_KEY: key,
      ...(place.databaseUrl && { DATABASE_URL: place.databaseUrl.reveal() }),
    });
    const receiver = await startReceiver();
    const endpoints = new Endpoints({ database: await openTestStore(place) });
    const { secret } = await endpoints.add({
      url: receiver.url,
      mayBePrivate: false,
      account: 'main',
      types: ['signup.*'],
    });
    await fetch(`${service.url}/forms/newsletter`, {
      method: 'POST',
      headers: { accept: 'application/json' },
      body: new URLSearchParams({ email: 'ada@example.com' }),
    });
    await expect.poll(() => receiver.messages.length, soon).toBe(2);
    const [accepted, delivered] = receiver.messages.map((message) => verify(secret, message));
    expect(accepted).toMatchObject({ type: 'signup.accepted', data: { form: 'newsletter' } });
    expect(delivered).toMatchObject({ type: 'signup.delivered' });
    expect(JSON.stringify(receiver.messages)).not.toMatch(/ada(@|%40)/);
  }, 60_000);

  it('are verified by their receivers, who notice what was changed, is old, or came before', async () => {
    const { open, tell, add, clock } = await startSending(engine);
    const receiver = await startReceiver();
    const { secret } = await add(receiver.url);
    await tell(event('a'), event('b'));
    const { look } = open();
    await look();
    await expect.poll(receiver.ids, soon).toEqual([idOf('a'), idOf('b')]);
    const [message] = receiver.messages;
    if (!message) throw new Error('Nothing came.');
    expect(verify(secret, message)).toEqual({
      type: 'contact.updated',
      timestamp: '2027-01-15T08:00:00.000Z',
      data: { account: 'main', id: 'a' },
    });
    expect(verify(secret.replace('whsec_', ''), message)).toBeDefined();
    const later = String(Number(message.headers['webhook-timestamp']) + 1);
    const wrong: readonly Message[] = [
      { ...message, body: message.body.replace('"a"', '"b"') },
      { ...message, headers: { ...message.headers, 'webhook-id': idOf('b') } },
      { ...message, headers: { ...message.headers, 'webhook-timestamp': later } },
    ];
    for (const one of wrong) expect(() => verify(secret, one)).toThrow('No matching signature');
    // As somebody would send it who has recorded it: the signature is right.
    clock.ms -= 10 * 60_000;
    await tell(event('recorded'));
    await expect.poll(async () => (await look(), receiver.messages.length), soon).toBe(3);
    const recorded = receiver.messages[2] ?? message;
    expect(() => verify(secret, recorded)).toThrow('too old');
  });

  it('are signed with the secrets before a rotation too, for a day', async () => {
    const { open, tell, add, endpoints, clock, place } = await startSending(engine);
    const receiver = await startReceiver();
    const { id, secret: first } = await add(receiver.url);
    // At the same moment by several, and so within a day: no receiver is cut off.
    const others = await Promise.all([1, 2].map(() => openTestStore(place)));
    const all = [endpoints, ...others.map((database) => new Endpoints({ database, now: () => clock.ms }))];
    const rotated = await Promise.all([...all, ...all].map((one) => one.rotate(id)));
    const secrets = [first, ...rotated.map((secret) => secret ?? '')];
    expect(new Set(secrets).size).toBe(7);
    const { look } = open();
    await tell(event('a'));
    await look();
    await expect.poll(receiver.ids, soon).toHaveLength(1);
    const [message] = receiver.messages;
    if (!message) throw new Error('Nothing came.');
    for (const secret of secrets) expect(verify(secret, message)).toBeDefined();
    clock.ms += 25 * 60 * 60_000;
    await tell(event('b'));
    await expect.poll(async () => (await look(), receiver.messages.length), soon).toBe(2);
    expect(String(receiver.messages[1]?.headers['webhook-signature']).split(' ')).toHaveLength(1);
  });

  it('come again after a crash, with the same ids, and none is lost', async () => {
    const { open, tell, add } = await startSending(engine);
    let isHanging = true;
    const receiver = await startReceiver((response) => {
      if (!isHanging || receiver.messages.length < 2) response.writeHead(200).end();
    });
    await add(receiver.url);
    await tell(event('a'), event('b'), event('c'));
    const first = open();
    await first.look();
    await expect.poll(() => receiver.messages.length, soon).toBe(2);
    await first.close();
    isHanging = false;
    const second = open();
    await expect.poll(async () => (await second.look(), receiver.ids()), soon).toContain(idOf('c'));
    expect([...new Set(receiver.ids())]).toEqual(['a', 'b', 'c'].map(idOf));
  });

  it('to an endpoint that hangs or fails hold up no other', async () => {
    const { open, tell, add, stateOf, clock, database, lines } = await startSending(engine);
    const big = Buffer.alloc(10 * 1024 * 1024);
    const elsewhere = await startReceiver();
    const bad = {
      hangs: await startReceiver(() => undefined),
      fails: await startReceiver((response) => response.writeHead(500).end()),
      asks: await startReceiver((response) => response.writeHead(429, { 'retry-after': '7200' }).end()),
      redirects: await startReceiver((response) =>
        response.writeHead(307, { location: elsewhere.url }).end(),
      ),
      cuts: await startReceiver((response) => response.destroy()),
      gone: await startReceiver((response) => response.writeHead(410).end()),
      talks: await startReceiver((response) => response.writeHead(200).end(big)),
      halves: await startReceiver((response) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('half', () => response.destroy());
      }),
      forges: { url: await startWithBadCertificate() },
    };
    const ids = new Map<string, string>();
    for (const [name, { url }] of Object.entries(bad)) ids.set(name, (await add(url)).id);
    const good = await startReceiver();
    await add(good.url);
    await tell(event('a'), event('b'));
    const { look } = open();
    await look();
    await expect.poll(good.ids, soon).toEqual([idOf('a'), idOf('b')]);
    const state = (name: string) => stateOf(ids.get(name) ?? '');
    for (const name of ['fails', 'redirects', 'cuts', 'asks', 'forges']) {
      await expect.poll(async () => (await state(name))?.failures, soon).toBe(1);
    }
    expect((await state('asks'))?.dueMs).toBe(clock.ms + 7_200_000);
    expect((await state('fails'))?.dueMs).toBe(clock.ms + 5000);
    await expect.poll(async () => (await state('gone'))?.state, soon).toBe('disabled');
    await expect.poll(() => bad.talks.ids(), soon).toEqual([idOf('a'), idOf('b')]);
    // Its status was there; the rest of the answer is of no interest.
    await expect.poll(() => bad.halves.ids(), soon).toEqual([idOf('a'), idOf('b')]);
    const forged = sameSql('select result from webhook_attempts where webhook = ?');
    const [attempt] = await database.read({ sql: forged, params: [ids.get('forges') ?? ''] });
    expect(attempt?.['result']).toMatch(/^TLS: .*(self-signed|self signed)/);
    expect(elsewhere.messages).toEqual([]);
    await tell(event('c'));
    await expect.poll(async () => (await look(), good.ids()), soon).toContain(idOf('c'));
    expect([bad.fails.messages.length, bad.gone.messages.length]).toEqual([1, 1]);
    // What is seen of it names no secret: neither the URL's nor the one that signs.
    const attempts = await database.read({ sql: sameSql('select * from webhook_attempts') });
    expect(JSON.stringify(attempts) + lines()).not.toMatch(/\/hook|whsec_/);
    // A clock that was far ahead when it was asked to wait does not keep the events until then.
    clock.ms -= 365 * 24 * 60 * 60_000;
    await expect.poll(async () => (await look(), bad.asks.messages.length), soon).toBe(2);
  });

  it('forget old attempts some at a time, so that no write takes long', async () => {
    const { database, clock, open } = await startSending(engine);
    const newId = createIds(() => clock.ms);
    const attempts = (count: number) =>
      Array.from({ length: count }, () => ({
        id: newId(),
        webhook: 'hook',
        event: 'a',
        at: clock.ms,
        took_ms: 5,
        status: 200,
        result: 'delivered',
      }));
    await database.write([{ into: webhookAttempts, rows: attempts(12_000) }]);
    clock.ms += 4 * 24 * 3_600_000;
    await database.write([{ into: webhookAttempts, rows: attempts(5) }]);
    const { look } = open();
    const left: number[] = [];
    for (let looked = 0; looked < 3; looked++) {
      await look();
      left.push(await countRows(database, 'webhook_attempts'));
    }
    expect(left).toEqual([2005, 5, 5]);
  });

  it('are tried again until the endpoint takes them, for three days, and then go on', async () => {
    const { open, tell, add, stateOf, clock, lines } = await startSending(engine);
    let refused = 'a';
    const receiver = await startReceiver((response, { body }) =>
      response.writeHead(body.includes(`"${refused}"`) ? 503 : 204).end(),
    );
    const { id } = await add(receiver.url);
    await tell(event('a'), event('b'));
    const { look } = open();
    let tries = 0;
    for (const startMs = clock.ms; clock.ms < startMs + 4 * 24 * 3_600_000; clock.ms += 3_600_000 * 2) {
      await look();
      await expect
        .poll(async () => {
          const { failures = 0, position = 0, dueMs = 0 } = (await stateOf(id)) ?? {};
          return position > 0 || (failures > 0 && dueMs > clock.ms);
        }, soon)
        .toBe(true);
      tries++;
      if ((await stateOf(id))?.position === 1) break;
    }
    expect(tries).toBeGreaterThan(30);
    // It still takes nothing, whoever asks: the alert about it is not over.
    expect((await stateOf(id))?.failingSinceMs).toBeGreaterThan(0);
    clock.ms += 2 * 3_600_000;
    refused = '';
    await expect.poll(async () => (await look(), receiver.ids().at(-1)), soon).toBe(idOf('b'));
    expect(lines()).toContain('has not taken an event for three days');
  });

  it('are sent again from a time on, and only those that are asked for', async () => {
    const { open, tell, add, endpoints, clock } = await startSending(engine);
    const receiver = await startReceiver();
    await tell(event('before'));
    const { id } = await add(receiver.url, ['contact.*']);
    clock.ms += 60_000;
    await tell(event('a'), event('i', 'import.finished'));
    const { look } = open();
    await expect.poll(async () => (await look(), receiver.ids()), soon).toEqual([idOf('a')]);
    await expect.poll(async () => (await endpoints.list())[0]?.position, soon).toBe(3);
    expect(await endpoints.replay(id, clock.ms - 1000)).toBe(true);
    await expect.poll(async () => (await look(), receiver.ids()), soon).toEqual([idOf('a'), idOf('a')]);
    await expect.poll(async () => (await endpoints.list())[0]?.position, soon).toBe(3);
    // What waits since before that time is not passed over.
    await tell(event('waits'));
    clock.ms += 60_000;
    await tell(event('later'));
    expect(await endpoints.replay(id, clock.ms - 1000)).toBe(true);
    await expect
      .poll(async () => (await look(), receiver.ids().slice(2)), soon)
      .toEqual([idOf('waits'), idOf('later')]);
    expect(await endpoints.remove(id)).toBe(true);
    expect(await endpoints.replay(id, 0)).toBe(false);
  });
});
