import { Webhook } from 'standardwebhooks';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Alerts } from '../../../server/alerts/alerts.ts';
import { Causes } from '../../../server/alerts/causes.ts';
import type { KeysAre } from '../../../server/events/credentials.ts';
import { FormNotes } from '../../../server/alerts/form-notes.ts';
import { AlertKeeper } from '../../../server/alerts/keeper.ts';
import { NoteQueue } from '../../../server/alerts/queue.ts';
import { StoreAlerts } from '../../../server/alerts/store-alerts.ts';
import { createPost, type Posted, type Target } from '../../../server/alerts/targets.ts';
import { readConfig } from '../../../server/config/config.ts';
import { eventStatements } from '../../../server/events/events.ts';
import { Endpoints } from '../../../server/events/webhooks/endpoints.ts';
import { Sender } from '../../../server/events/webhooks/sender.ts';
import { sameSql } from '../../../server/store/database.ts';
import { deadLetters, precedences } from '../../../server/store/tables.ts';
import { useEngines, type Engine, type Place } from '../../helpers/server/engines.ts';
import { recordLog } from '../../helpers/server/outbox.ts';
import { startReceiver, type ReceivedMessage } from '../../helpers/server/receiver.ts';
import { startRelay } from '../../helpers/server/relay.ts';
import { startSandbox } from '../../helpers/server/sandbox.ts';
import { credentialsFor, startService } from '../../helpers/server/service.ts';
import { addSignup, openTestStore, quiet, signupRow } from '../../helpers/server/store.ts';
import { directoryInMemory } from '../../helpers/server/temporary-dir.ts';

const { engines, newPlace } = useEngines();
const soon = { timeout: 20_000, interval: 20 };
const fence = { sql: sameSql('select 1 as held') };
const minuteMs = 60_000;
const destination = { upstream: 'v1 https://api.rasa.io', account: 'a' };
const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const never = new AbortController().signal;

const jsonOf = ({ body }: ReceivedMessage) =>
  JSON.parse(body) as { readonly type: string; readonly data: Readonly<Record<string, string>> };
const causesOf = (messages: readonly ReceivedMessage[]) =>
  messages
    .map(jsonOf)
    .map(({ type, data }) => `${type} ${data['cause'] ?? ''} ${data['about'] ?? ''}`.trim());

/** One process's part that tells, with a clock that the test moves. */
async function startTelling(
  place: Place,
  targets: readonly Target[],
  { clock, states }: { readonly clock: { ms: number }; readonly states: Map<string, KeysAre> },
) {
  const database = await openTestStore(place);
  const now = () => clock.ms;
  const sender = new Sender();
  const { log, lines } = recordLog();
  const queue = new NoteQueue({ database, post: createPost({ sender, sendMail: undefined }), log, now });
  const causes = new Causes({
    database,
    destinations: new Map([['main', destination]]),
    readStates: () => Promise.resolve(states),
    isOutboxFull: () => false,
    now,
  });
  const keeper = new AlertKeeper({ database, read: () => causes.read(), queue, targets, now });
  const close = async () => {
    await queue.close();
    await sender.close();
  };
  onTestFinished(close);
  return {
    database,
    keeper,
    queue,
    look: () => keeper.look(fence),
    send: () => queue.look(fence),
    close,
    lines,
  };
}

async function start(engine: Engine, targets: readonly Target[]) {
  const place = await newPlace(engine);
  const clock = { ms: Date.now() };
  const states = new Map<string, KeysAre>([['main', 'working']]);
  const open = () => startTelling(place, targets, { clock, states });
  return { open, clock, states };
}

describe.each(engines)('alerts on %s', (engine) => {
  it('tell each cause once, whoever looks and however often, and once when it is over', async () => {
    const receiver = await startReceiver();
    const { open, clock, states } = await start(engine, [{ is: 'webhook', url: receiver.url, secret }]);
    const [one, other] = [await open(), await open()];
    const lookAll = async () => {
      for (const each of [one, other, one]) await each.look();
      // The lease lets one process send.
      await one.send();
    };
    await lookAll();
    states.set('main', 'refused');
    await lookAll();
    await expect.poll(() => causesOf(receiver.messages), soon).toEqual(['alert.began credentials main']);
    // A new process that knows nothing of the key yet must not say that it works.
    states.delete('main');
    clock.ms += 10 * minuteMs;
    await (await open()).look();
    states.set('main', 'working');
    await lookAll();
    clock.ms += 30_000;
    states.set('main', 'refused');
    await lookAll();
    states.set('main', 'working');
    await lookAll();
    clock.ms += 2 * minuteMs;
    await lookAll();
    await expect
      .poll(async () => (await lookAll(), causesOf(receiver.messages)), soon)
      .toEqual(['alert.began credentials main', 'alert.over credentials main']);
    const [began] = receiver.messages;
    const verified = new Webhook(secret).verify(
      began?.body ?? '',
      (began?.headers ?? {}) as Record<string, string>,
    );
    expect(verified).toMatchObject({
      data: {
        title: 'rasa.io refuses the key of account “main”',
        remedy: expect.stringContaining('API Keys') as string,
      },
    });
  });

  it('say that the operator has retired all keys, and not that rasa.io refuses them', async () => {
    const receiver = await startReceiver();
    const { open, states } = await start(engine, [{ is: 'webhook', url: receiver.url }]);
    const { look, send } = await open();
    states.set('main', 'retired');
    await look();
    await expect
      .poll(
        async () => (await send(), receiver.messages.map((message) => jsonOf(message).data['title'])),
        soon,
      )
      .toEqual(['All keys of account “main” are retired']);
  });

  it('tell of dead letters by reason, of sign-ups that wait too long, and of nothing a file waits for', async () => {
    const receiver = await startReceiver();
    const { open, clock } = await start(engine, [{ is: 'webhook', url: receiver.url }]);
    const { database, look, send } = await open();
    const old = { ...destination, accepted_at: clock.ms - 20 * minuteMs };
    const fromFile = await addSignup(database, { ...old, due: precedences.file });
    const elsewhere = await addSignup(database, { upstream: 'another', accepted_at: clock.ms });
    await look();
    expect(await database.read({ sql: sameSql('select id from alerts') })).toEqual([]);
    const late = await addSignup(database, old);
    const { id, upstream, account, form, kind, person, attempts, accepted_at, payload } = signupRow(old);
    const letter = { id, upstream, account, form, kind, person, attempts, accepted_at, payload };
    const dead = { ...letter, reason: 'refused', failed_at: clock.ms };
    await database.write([{ into: deadLetters, rows: [dead] }]);
    await look();
    await expect
      .poll(async () => (await send(), causesOf(receiver.messages).sort()), soon)
      .toEqual(['alert.began dead_letters refused', 'alert.began oldest_waiting main']);
    expect(JSON.stringify(receiver.messages)).not.toContain('@');
    const remove = sameSql('delete from signups where id in (?, ?, ?)');
    await database.write([{ sql: remove, params: [fromFile, elsewhere, late] }]);
    await look();
    clock.ms += 2 * minuteMs;
    await look();
    await expect
      .poll(async () => (await send(), causesOf(receiver.messages)), soon)
      .toContain('alert.over oldest_waiting main');
  });

  it('to a target that hangs or fails hold up no other, and are sent after a restart', async () => {
    const good = await startReceiver();
    let isDown = true;
    const bad = await startReceiver((response) => {
      if (!isDown) response.writeHead(200).end('ok');
    });
    const fails = await startReceiver((response) => response.writeHead(500).end());
    const targets: readonly Target[] = [
      { is: 'slack', url: bad.url },
      { is: 'webhook', url: fails.url },
      { is: 'webhook', url: good.url },
    ];
    const { open, states, clock } = await start(engine, targets);
    const first = await open();
    states.set('main', 'refused');
    await first.look();
    await first.send();
    await expect.poll(() => causesOf(good.messages), soon).toEqual(['alert.began credentials main']);
    await expect.poll(() => [bad.messages.length, fails.messages.length], soon).toEqual([1, 1]);
    await expect.poll(first.lines, soon).toContain('could not be sent yet');
    expect(first.lines()).not.toContain('/hook');
    await first.close();
    isDown = false;
    const second = await open();
    await second.look();
    await expect.poll(async () => (await second.send(), bad.messages.length), soon).toBe(2);
    expect(bad.ids()[1]).toBe(bad.ids()[0]);
    const [message] = bad.messages;
    expect(JSON.parse(message?.body ?? '')).toEqual({
      text: expect.stringMatching(/^\*rasa\.io refuses the key of account “main”\*\n/) as string,
    });
    // After three days it is given up, and the log says so.
    clock.ms += 4 * 24 * 60 * minuteMs;
    await expect
      .poll(async () => (await second.send(), second.lines()), soon)
      .toContain('could not be sent, and is given up');
    await expect.poll(async () => database(second), soon).toEqual(0);
    expect(good.messages).toHaveLength(1);
  });

  it('tell of more dead letters: at once of ten times as many, else once a day, and weekly of what goes on', async () => {
    const receiver = await startReceiver();
    const { open, clock } = await start(engine, [{ is: 'webhook', url: receiver.url }]);
    const { database, look, send } = await open();
    const other = await open();
    const setAside = async (count: number) => {
      const rows = Array.from({ length: count }, () => {
        const { id, upstream, account, form, kind, person, attempts, accepted_at, payload } = signupRow({
          ...destination,
          accepted_at: clock.ms,
        });
        const letter = { id, upstream, account, form, kind, person, attempts, accepted_at, payload };
        return { ...letter, reason: 'refused', failed_at: clock.ms };
      });
      await database.write([{ into: deadLetters, rows }]);
    };
    let told = 0;
    /** What is told of it now, if anything, whoever looks. */
    const news = async () => {
      await look();
      await other.look();
      const [row] = await database.read({ sql: sameSql('select count(*) as n from operator_notes') });
      const expected = told + Number(row?.['n']);
      await expect.poll(async () => (await send(), receiver.messages.length), soon).toBe(expected);
      const queued = sameSql('select id from operator_notes');
      await expect.poll(() => database.read({ sql: queued }), soon).toEqual([]);
      const fresh = receiver.messages.slice(told).map((message) => {
        const { type, data } = jsonOf(message) as { type: string; data: { count?: number; more?: number } };
        return [type.replace('alert.', ''), data.count, data.more].filter((part) => part !== undefined);
      });
      told = expected;
      return fresh;
    };
    await setAside(1);
    expect(await news()).toEqual([['began', 1]]);
    await setAside(8);
    expect(await news()).toEqual([]);
    await setAside(1);
    expect(await news()).toEqual([['goes_on', 10, 9]]);
    await setAside(2);
    clock.ms += 23 * 60 * minuteMs;
    expect(await news()).toEqual([]);
    clock.ms += 60 * minuteMs;
    expect(await news()).toEqual([['goes_on', 12, 2]]);
    // Of those that were told some are gone: what comes is more of what is left.
    await database.write([
      { sql: sameSql('delete from dead_letters where id in (select id from dead_letters limit 11)') },
    ]);
    expect(await news()).toEqual([]);
    await setAside(1);
    clock.ms += 25 * 60 * minuteMs;
    expect(await news()).toEqual([['goes_on', 2, 1]]);
    clock.ms += 6 * 24 * 60 * minuteMs;
    expect(await news()).toEqual([]);
    clock.ms += 24 * 60 * minuteMs;
    expect(await news()).toEqual([['goes_on', 2]]);
    const titles = receiver.messages.map((message) => jsonOf(message).data['title']);
    expect(titles[1]).toBe('rasa.io refused 10 sign-ups (9 more than you were told)');
    expect(titles.at(-1)).toBe('Still: rasa.io refused 2 sign-ups');
    expect(JSON.stringify(receiver.messages)).not.toContain('@');
  });

  it('of a cause that comes and goes are few: it must be well for longer each time', async () => {
    const receiver = await startReceiver();
    const { open, clock, states } = await start(engine, [{ is: 'webhook', url: receiver.url }]);
    const { database, look, send } = await open();
    // Two minutes refused and two minutes well, for four hours.
    for (let minute = 0; minute < 4 * 60; minute++) {
      states.set('main', minute % 4 < 2 ? 'refused' : 'working');
      await look();
      clock.ms += minuteMs;
    }
    const waiting = () => database.read({ sql: sameSql('select id from operator_notes') });
    expect(await waiting()).toHaveLength(3);
    states.set('main', 'working');
    await look();
    // The two minutes at the end of those four hours count.
    clock.ms += 7 * minuteMs;
    await look();
    expect(await waiting()).toHaveLength(3);
    clock.ms += minuteMs;
    await look();
    await expect.poll(async () => (await send(), (await waiting()).length), soon).toBe(0);
    expect(causesOf(receiver.messages).at(-1)).toBe('alert.over credentials main');
    // After a day it is new again, and over after a minute.
    clock.ms += 25 * 60 * minuteMs;
    await look();
    states.set('main', 'refused');
    await look();
    states.set('main', 'working');
    await look();
    clock.ms += 2 * minuteMs;
    await look();
    expect(await waiting()).toHaveLength(2);
  });

  it('tell of webhooks that are disabled or have taken nothing for an hour, and of no others', async () => {
    const { open, clock } = await start(engine, []);
    const { database, look } = await open();
    const endpoints = new Endpoints({ database });
    const ids = [];
    for (let at = 0; at < 3; at++) {
      const url = 'https://crm.example.com/secret';
      ids.push((await endpoints.add({ url, mayBePrivate: false, account: undefined, types: [] })).id);
    }
    const [sealed = '', disabled = '', failing = ''] = ids;
    const since = sameSql('update webhooks set failing_since = ?, failures = 3 where id = ?');
    await database.write([
      {
        sql: sameSql(`update webhooks set state = 'disabled', reason = 'answered 410' where id = ?`),
        params: [disabled],
      },
      { sql: since, params: [clock.ms, failing] },
    ]);
    const told = async () => {
      await look();
      return (await database.read({ sql: sameSql('select what from alerts order by id') })).map(
        ({ what }) => what,
      );
    };
    const first = `The webhook ${disabled} is disabled: answered 410`;
    expect(await told()).toEqual([first]);
    clock.ms += 61 * minuteMs;
    expect(await told()).toEqual([first, `The webhook ${failing} has taken no event for an hour`]);

    // It has failed for three days, and the next event has its turn: nothing is over until one is taken.
    const goesOn = async (failingSinceMs: number) => {
      await database.write([{ sql: since, params: [failingSinceMs, failing] }]);
      for (let minutes = 0; minutes < 3; minutes++) {
        clock.ms += minuteMs;
        await look();
      }
      const sql = sameSql('select over_at from alerts where id = ?');
      const [row] = await database.read({ sql, params: [`webhook ${failing}`] });
      return Number(row?.['over_at']) === 0;
    };
    expect(await goesOn(clock.ms)).toBe(true);
    expect(await goesOn(0)).toBe(false);
    // Failing for less than an hour is not told of.
    expect(await goesOn(clock.ms)).toBe(false);

    const lost = sameSql(`update webhooks set key_id = 'lost' where id = ?`);
    await database.write([{ sql: lost, params: [sealed] }]);
    expect((await told())[0]).toMatch(new RegExp(`^The webhook ${sealed} cannot be opened`));
  });

  it('are told by one of two processes, and not again by the one that takes over', async () => {
    const receiver = await startReceiver();
    const target: Target = { is: 'webhook', url: receiver.url };
    const { open, clock, states } = await start(engine, [target]);
    const begin = async (owner: string) => {
      const { database, keeper, queue } = await open();
      const forms = [{ id: 'newsletter', targets: [target], addresses: false }];
      const alerts = new Alerts({
        database,
        keeper,
        queue,
        formNotes: new FormNotes({ database, queue, forms: () => forms, now: () => clock.ms }),
        storeAlerts: { look: () => undefined, close: () => Promise.resolve() },
        isWanted: () => true,
        isStoreFaulty: () => false,
        owner,
        log: quiet,
        lookEveryMs: 20,
        judgeEveryMs: 20,
      });
      onTestFinished(() => alerts.close());
      return alerts;
    };
    const processes = new Map([
      ['one', await begin('one')],
      ['other', await begin('other')],
    ]);
    const { database } = await open();
    const placed = () => database.read({ sql: sameSql('select id from form_notes') });
    await expect.poll(placed, soon).toHaveLength(1);
    const signUp = (id: string) => {
      const about = { account: 'main', subject: id, atMs: clock.ms, data: { id, form: 'newsletter' } };
      return database.write([...eventStatements([{ type: 'signup.delivered', ...about }], clock.ms)]);
    };
    // A lease that changes hands while a note is under way sends it again, with the same id.
    const distinct = () => [
      ...new Map(receiver.messages.map((one, at) => [receiver.ids()[at], one])).values(),
    ];
    const types = () => causesOf(distinct()).sort();
    states.set('main', 'refused');
    await signUp('a');
    await expect.poll(types, soon).toEqual(['alert.began credentials main', 'form.signups']);
    await signUp('b');
    const [lease] = await database.read({ sql: sameSql(`select owner from leases where name = 'alerts'`) });
    await processes.get(String(lease?.['owner']))?.close();
    await signUp('c');
    clock.ms += 10 * minuteMs;
    await expect.poll(types, soon).toHaveLength(3);
    const titles = distinct().map((message) => jsonOf(message).data['title']);
    expect(titles).toContain('2 new sign-ups: newsletter');
    states.set('main', 'working');
    // Well since it was first seen so, and a minute later over.
    await expect
      .poll(() => ((clock.ms += minuteMs / 2), types()), { timeout: 20_000, interval: 500 })
      .toHaveLength(4);
    expect(types().slice(0, 2)).toEqual(['alert.began credentials main', 'alert.over credentials main']);
  }, 60_000);

  it('reach a target however many wait for another that takes none', async () => {
    const dead = await startReceiver(() => undefined);
    const good = await startReceiver();
    const { open } = await start(engine, []);
    const { database, queue, send } = await open();
    const note = { type: 'alert.test', atMs: 0, title: 'A test', lines: [], data: {} } as const;
    const [toDead, toGood]: readonly Target[] = [
      { is: 'slack', url: dead.url },
      { is: 'webhook', url: good.url },
    ];
    const many = Array.from({ length: 300 }, () => toDead).filter((one) => one !== undefined);
    await database.write([...queue.insert(many, note), ...queue.insert(toGood ? [toGood] : [], note)]);
    await expect.poll(async () => (await send(), good.messages.length), soon).toBe(1);
    expect(dead.messages.length).toBeLessThanOrEqual(1);
  });
});

async function database({ database }: Awaited<ReturnType<typeof startTelling>>): Promise<number> {
  const [row] = await database.read({ sql: sameSql('select count(*) as n from operator_notes') });
  return Number(row?.['n']);
}

describe('alerts about the store', () => {
  it('are told from memory by the process that had the lease, once each, and until a target takes them', async () => {
    const clock = { ms: Date.now() };
    let fault: 'disk' | 'store' | undefined;
    const posted: string[] = [];
    const answers: Posted[] = [{ is: 'later', reason: 'answered 503' }];
    const options = {
      post: (_target: Target, _id: string, { type, data }: { type: string; data: object }) => {
        posted.push(`${type} ${(data as { cause: string }).cause}`);
        return Promise.resolve(answers.shift() ?? ({ is: 'sent' } as const));
      },
      targets: [{ is: 'slack', url: 'http://localhost/' } as const],
      fault: () => fault,
      log: quiet,
      now: () => clock.ms,
    };
    const [ours, other] = [new StoreAlerts(options), new StoreAlerts(options)];
    const look = async (ms = 1000) => {
      clock.ms += ms;
      ours.look(true);
      other.look(false);
      await Promise.resolve();
    };
    await look();
    fault = 'store';
    await look();
    fault = undefined;
    await look();
    expect(posted).toEqual([]);
    fault = 'disk';
    for (let second = 0; second < 12; second++) await look();
    expect(posted).toEqual(['alert.began disk']);
    await vi.waitFor(async () => {
      await look(10_000);
      expect(posted).toEqual(['alert.began disk', 'alert.began disk']);
    });
    // Full again within a minute: it has not been over.
    fault = undefined;
    await look();
    fault = 'disk';
    for (let second = 0; second < 12; second++) await look();
    expect(posted).toHaveLength(2);
    fault = undefined;
    await look();
    await look(59_000);
    expect(posted).toHaveLength(2);
    await look();
    expect(posted).toEqual(['alert.began disk', 'alert.began disk', 'alert.over disk']);
    await look();
    expect(posted).toHaveLength(3);
    await Promise.all([ours.close(), other.close()]);
  });
});

describe('the running product', () => {
  it('tells by webhook, Slack and mail that rasa.io refuses the key, without an address of a visitor', async () => {
    const [webhook, slack] = [await startReceiver(), await startReceiver((r) => r.writeHead(200).end('ok'))];
    const relay = await startRelay();
    const sandbox = await startSandbox();
    const service = await startService({
      ...credentialsFor(sandbox),
      RASA_API_KEY: 'revoked',
      DATA_DIR: await directoryInMemory(),
      ALERT_WEBHOOK_URL: webhook.url,
      ALERT_WEBHOOK_SECRET: secret,
      ALERT_SLACK_URL: slack.url,
      ALERT_MAIL_TO: 'operator@example.org',
      SMTP_URL: relay.url.reveal(),
      MAIL_FROM: 'news@example.org',
    });
    await fetch(`${service.url}/forms/newsletter`, {
      method: 'POST',
      headers: { origin: 'https://www.example.com' },
      body: new URLSearchParams({ email: 'ada@example.com' }),
    });
    await service.tryAccounts();
    const text = 'rasa.io refuses the key of account';
    await expect.poll(() => webhook.messages[0]?.body, { timeout: 40_000, interval: 50 }).toContain(text);
    await expect.poll(() => slack.messages[0]?.body, soon).toContain(text);
    await expect.poll(() => relay.received[0]?.to, soon).toEqual(['operator@example.org']);
    const [mail] = relay.received;
    expect(mail?.raw).toMatch(/^Subject: =\?UTF-8\?Q\?=5Brasa-signup=5D_rasa=2Eio_refuses/m);
    expect(mail?.raw).toContain('Auto-Submitted: auto-generated');
    expect(mail?.raw).not.toContain('List-Unsubscribe');
    const all = JSON.stringify([webhook.messages, slack.messages, relay.received]);
    expect(all).not.toMatch(/ada(@|%40)/);
    const logged = service.log();
    for (const url of [webhook.url, slack.url]) expect(logged).not.toContain(url);
  }, 90_000);

  it('does not start with an alert that cannot be sent, and names what is missing', () => {
    const env = {
      RASA_USERNAME: 'u',
      RASA_PASSWORD: 'p',
      RASA_API_KEY: 'k',
      ALLOWED_ORIGINS: 'https://www.example.com',
    };
    const faults = (more: Readonly<Record<string, string>>) => {
      try {
        readConfig({ ...env, ...more });
        return '';
      } catch (error) {
        return String(error);
      }
    };
    expect(faults({ ALERT_MAIL_TO: 'you@example.org' })).toContain('since ALERT_MAIL_TO is set');
    expect(faults({ ALERT_MAIL_TO: 'you' })).toContain('ALERT_MAIL_TO');
    expect(faults({ ALERT_SLACK_URL: 'http://hooks.slack.com/services/secret' })).toMatch(
      /ALERT_SLACK_URL: found a value \(not shown\)/,
    );
    expect(faults({ ALERT_WEBHOOK_SECRET: 'short' })).toContain('ALERT_WEBHOOK_SECRET');
    expect(faults({ ALERT_WEBHOOK_URL: 'http://n8n:5678/webhook/alerts' })).toBe('');
  });
});

it('posts of a target that nobody listens at say why, without its URL', async () => {
  const sender = new Sender();
  onTestFinished(() => sender.close());
  const post = createPost({ sender, sendMail: undefined });
  const note = { type: 'alert.test', atMs: 0, title: 'A test', lines: [], data: {} } as const;
  const target = { is: 'slack', url: 'http://127.0.0.1:9/services/secret' } as const;
  const posted = await post(target, 'id', note, never);
  expect(posted).toMatchObject({ is: 'later' });
  expect(JSON.stringify(posted)).not.toContain('secret');
  expect(await post({ is: 'mail', to: 'a@example.org' }, 'id', note, never)).toMatchObject({ is: 'later' });
});
