import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { MailMessage } from '../../../server/mail/message.ts';
import { MailQueue } from '../../../server/mail/queue.ts';
import { connectionTo, openTransport } from '../../../server/mail/transport.ts';
import { MailWorker } from '../../../server/mail/worker.ts';
import type { Database } from '../../../server/store/database.ts';
import { Secret } from '../../../server/system/secret.ts';
import { deferred } from '../../helpers/deferred.ts';
import { recordLog } from '../../helpers/server/outbox.ts';
import { partOf, startRelay, type RelayOptions } from '../../helpers/server/relay.ts';
import { openTestStore } from '../../helpers/server/store.ts';
import { directoryInMemory } from '../../helpers/server/temporary-dir.ts';

const from = { name: 'Harbour News', address: 'news@example.com' };
const hour = 60 * 60_000;
const soon = { timeout: 20_000, interval: 20 };

function messageTo(to: string): MailMessage {
  return {
    to,
    subject: 'Bitte bestätigen: Hafen-Nachrichten',
    text: 'Öffne https://signup.example.com/confirm/abc',
    html: '<!doctype html><title>Mail</title><p>Öffne <a href="https://signup.example.com/confirm/abc">dies</a>',
    lang: 'de',
    unsubscribe: 'https://signup.example.com/not-me/abc',
  };
}

/** A queue with a worker whose clocks a test can move. */
async function openSender(url: Secret, database?: Database) {
  const store = database ?? (await openTestStore({ dataDir: await directoryInMemory() }));
  const clock = { ms: 0 };
  const { log, lines } = recordLog();
  const now = () => Date.now() + clock.ms;
  const queue = new MailQueue({ database: store, now });
  const transport = openTransport({
    url,
    from,
    timeouts: { connectMs: 2000, greetingMs: 2000, idleMs: 2000 },
  });
  const worker = new MailWorker({
    database: store,
    queue,
    send: transport.send,
    log,
    owner: 'a test',
    lookEveryMs: 20,
    now,
    monotonicMs: () => performance.now() + clock.ms,
  });
  let stopped: Promise<void> | undefined;
  const stop = () => (stopped ??= worker.stop().then(() => transport.close()));
  onTestFinished(stop);
  let count = 0;
  return {
    store,
    queue,
    worker,
    lines,
    stop,
    pass: (ms: number) => (clock.ms += ms),
    add: async (to: string, untilMs = now() + hour * 24) => {
      const id = `mail-${++count}-${to.replace(/\W/g, '')}`;
      await store.write([queue.insert(id, messageTo(to), untilMs)]);
      worker.wake();
    },
  };
}

async function openBoth(options: RelayOptions = {}) {
  const relay = await startRelay(options);
  return { relay, ...(await openSender(relay.url)) };
}

describe('a mail', () => {
  it('arrives with both parts, and tells mail programs how to stop it', async () => {
    const { relay, add, queue } = await openBoth();
    await add('ada@example.com');
    await vi.waitFor(() => {
      expect(relay.received).toHaveLength(1);
    }, soon);
    const [mail] = relay.received;
    expect(mail?.from).toBe('news@example.com');
    expect(mail?.to).toEqual(['ada@example.com']);
    expect(mail?.raw).toContain('From: Harbour News <news@example.com>');
    expect(mail?.raw).toContain('List-Unsubscribe: <https://signup.example.com/not-me/abc>');
    expect(mail?.raw).toContain('List-Unsubscribe-Post: List-Unsubscribe=One-Click');
    expect(mail?.raw).toContain('Auto-Submitted: auto-generated');
    expect(mail && partOf(mail, 'text/plain')).toContain('Öffne https://signup.example.com/confirm/abc');
    expect(mail && partOf(mail, 'text/html')).toContain(
      'Öffne <a href="https://signup.example.com/confirm/abc">',
    );
    await vi.waitFor(async () => {
      expect(await queue.countWaiting()).toBe(0);
    }, soon);
  });

  it('is one header line per header, whatever its subject or address holds', async () => {
    const { relay, store, queue, worker } = await openBoth();
    const evil = 'Hello\r\nBcc: eve@example.com\r\n\r\nbody';
    await store.write([
      queue.insert('evil', { ...messageTo('ada@example.com'), subject: evil }, Date.now() + hour),
    ]);
    worker.wake();
    await vi.waitFor(() => {
      expect(relay.received).toHaveLength(1);
    }, soon);
    expect(relay.received[0]?.to).toEqual(['ada@example.com']);
    expect(relay.received[0]?.raw).not.toMatch(/^Bcc:/im);
  });

  it('reads no file and no URL that its text names', async () => {
    const { relay, store, queue, worker } = await openBoth();
    const html = { path: '/etc/hostname' } as unknown as string;
    await store.write([queue.insert('file', { ...messageTo('ada@example.com'), html }, Date.now() + hour)]);
    await store.write([queue.insert('good', messageTo('bob@example.com'), Date.now() + hour)]);
    worker.wake();
    await vi.waitFor(() => {
      expect(relay.received.map(({ to }) => to[0])).toContain('bob@example.com');
    }, soon);
    expect(relay.received.map(({ to }) => to[0])).not.toContain('ada@example.com');
  });
});

describe('a receiver', () => {
  it('that wants it later (greylisting) gets it later, and holds up nobody', async () => {
    let tries = 0;
    const { relay, add, pass, queue } = await openBoth({
      receiver: (address) => (address === 'grey@example.com' && tries++ === 0 ? 451 : undefined),
    });
    await add('grey@example.com');
    await add('ada@example.com');
    await vi.waitFor(() => {
      expect(relay.received.map(({ to }) => to[0])).toEqual(['ada@example.com']);
    }, soon);
    await vi.waitFor(async () => {
      expect(await queue.due(5)).toEqual([]);
    }, soon);
    pass(2 * 60_000);
    await vi.waitFor(() => {
      expect(relay.received.map(({ to }) => to[0])).toEqual(['ada@example.com', 'grey@example.com']);
    }, soon);
  });

  it.each([
    ['RCPT TO', { receiver: () => 550 }, 'EENVELOPE 550 RCPT TO'],
    ['DATA', { message: () => 554 }, 'EMESSAGE 554 DATA'],
  ])(
    'that refuses it for good at %s makes it a dead letter with the reason, no link in it',
    async (_at, options, reason) => {
      const { add, queue, store, lines } = await openBoth(options);
      await add('gone@example.com');
      await vi.waitFor(async () => {
        expect(await queue.listFailed()).toMatchObject([{ to: 'gone@example.com', reason, attempts: 1 }]);
      }, soon);
      expect(await queue.countWaiting()).toBe(0);
      const rows = await store.read({
        sql: { sqlite: 'select * from mails', postgres: 'select * from mails' },
      });
      expect(JSON.stringify(rows)).not.toContain('confirm/abc');
      expect(lines()).not.toContain('gone@example.com');
      expect(lines()).not.toContain('ada@example.com');
    },
  );

  it('that is never reached in time makes it a dead letter that says so', async () => {
    const { add, queue, pass } = await openBoth({ receiver: () => 451 });
    await add('slow@example.com', Date.now() + hour);
    await vi.waitFor(async () => {
      expect((await queue.due(5)).length).toBe(0);
    }, soon);
    pass(2 * hour);
    await vi.waitFor(async () => {
      expect(await queue.listFailed()).toMatchObject([{ reason: 'expired' }]);
    }, soon);
  });
});

describe('a relay', () => {
  it('that is away, and comes back, gets all that waited', async () => {
    const gone = await startRelay();
    await gone.close();
    const { add, worker, pass, lines } = await openSender(gone.url);
    await add('ada@example.com');
    await add('bob@example.com');
    await vi.waitFor(() => {
      expect(worker.stats().down).toBeDefined();
    }, soon);
    const relay = await startRelay({ port: gone.port });
    await vi.waitFor(() => {
      pass(60_000);
      expect(relay.received.map(({ to }) => to[0]).sort()).toEqual(['ada@example.com', 'bob@example.com']);
    }, soon);
    expect(worker.stats().down).toBeUndefined();
    expect(lines()).toContain('Mail can be sent again.');
  });

  it('that drops the connection in the middle gets the message again, and nothing is lost', async () => {
    let drops = 2;
    const { relay, add, pass, queue } = await openBoth({ drops: () => drops-- > 0 });
    await add('ada@example.com');
    await vi.waitFor(() => {
      pass(60_000);
      expect(relay.received.length).toBeGreaterThan(0);
    }, soon);
    await vi.waitFor(async () => {
      expect(await queue.countWaiting()).toBe(0);
    }, soon);
    expect(await queue.listFailed()).toEqual([]);
  });

  it.each<readonly [string, RelayOptions]>([
    [
      'refuses the log-in',
      {
        login: 'user:wrong%40@',
        allowInsecureAuth: true,
        onAuth(_auth, _session, done) {
          done(new Error('no'));
        },
      },
    ],
    ['has a certificate that nobody signed', { disabledCommands: [] }],
    ['wants encryption first and has a certificate that nobody signed', { secure: true }],
    [
      'answers everything with 421',
      {
        onConnect: (_s, done) => {
          done(Object.assign(new Error('busy'), { responseCode: 421 }));
        },
      },
    ],
    [
      'refuses our sender',
      {
        onMailFrom: (_a, _s, done) => {
          done(Object.assign(new Error('no'), { responseCode: 550 }));
        },
      },
    ],
  ])('that %s: the mail waits, and the log says why once', async (_name, options) => {
    const relay = await startRelay(options);
    const url = options.secure ? new Secret(relay.url.reveal().replace('smtp:', 'smtps:')) : relay.url;
    const { add, worker, queue, pass, lines } = await openSender(url);
    await add('ada@example.com');
    await vi.waitFor(() => {
      expect(worker.stats().down).toBeDefined();
    }, soon);
    const attempts = async () => (await queue.due(1))[0]?.attempts ?? 0;
    const before = await attempts();
    await vi.waitFor(async () => {
      pass(60_000);
      expect(await attempts()).toBeGreaterThan(before + 1);
    }, soon);
    expect(relay.received).toEqual([]);
    expect(await queue.listFailed()).toEqual([]);
    expect(lines().match(/No mail can be sent/g)).toHaveLength(1);
    expect(lines()).not.toContain('wrong');
  });

  it.each([
    ['smtp://user:secret@mail.example.com', true],
    ['smtp://user:secret@127.0.0.1:25', false],
    ['smtp://mail.example.com', false],
  ])('%s is given a password without encryption on this machine only', (url, isRequired) => {
    const timeouts = { connectMs: 1, greetingMs: 1, idleMs: 1 };
    expect(connectionTo(new Secret(url), timeouts).requireTLS).toBe(isRequired);
  });
});

it('stays in the queue until the relay has taken it and that is written', async () => {
  const held = deferred();
  const relay = await startRelay({ hold: () => held.promise });
  const store = await openTestStore({ dataDir: await directoryInMemory() });
  const first = await openSender(relay.url, store);
  await first.add('ada@example.com');
  await vi.waitFor(async () => {
    expect(await first.queue.countWaiting()).toBe(1);
  }, soon);
  // The row stays until the relay has answered and that is written.
  held.resolve();
  await vi.waitFor(async () => {
    expect(await first.queue.countWaiting()).toBe(0);
  }, soon);
  expect(relay.received).toHaveLength(1);
});

it('is not held up by a clock that was a day ahead when it was tried', async () => {
  const store = await openTestStore({ dataDir: await directoryInMemory() });
  const clock = { ms: Date.now() + 24 * hour };
  const queue = new MailQueue({ database: store, now: () => clock.ms });
  await store.write([queue.insert('mail', messageTo('ada@example.com'), clock.ms + 24 * hour)]);
  const [mail] = await queue.due(1);
  await store.write(mail ? [queue.later(mail, hour)] : []);
  expect(await queue.due(1)).toEqual([]);
  clock.ms = Date.now();
  expect(await queue.due(1)).toMatchObject([{ id: 'mail', attempts: 1 }]);
});

it('is sent by one of two processes on one store', async () => {
  const relay = await startRelay();
  const store = await openTestStore({ dataDir: await directoryInMemory() });
  const [one] = [await openSender(relay.url, store), await openSender(relay.url, store)];
  for (let count = 0; count < 20; count++) await one.add(`reader${count}@example.com`);
  await vi.waitFor(async () => {
    expect(await one.queue.countWaiting()).toBe(0);
  }, soon);
  expect(new Set(relay.received.map(({ to }) => to[0])).size).toBe(20);
  expect(relay.received).toHaveLength(20);
});
