import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { People } from '../../../server/accounts/people.ts';
import { Leavings } from '../../../server/confirm/leaving/leavings.ts';
import { LeavingWorker } from '../../../server/confirm/leaving/worker.ts';
import type { MailMessage } from '../../../server/mail/message.ts';
import { MailQueue } from '../../../server/mail/queue.ts';
import { ServerSecrets } from '../../../server/store/secrets/server-secrets.ts';
import { catchMails } from '../../helpers/server/caught-mails.ts';
import { useEngines, type Engine } from '../../helpers/server/engines.ts';
import { openTestOutbox, toSandbox } from '../../helpers/server/outbox.ts';
import { countRows, quiet } from '../../helpers/server/store.ts';

const { engines, newPlace } = useEngines();
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const ada = 'ada@example.com';

/** The page to leave without its pages, with a clock that a test moves; two people are subscribed. */
async function open(engine: Engine = 'sqlite') {
  let nowMs = Date.now();
  const now = () => nowMs;
  const { database, outbox } = await openTestOutbox({ place: await newPlace(engine), now });
  const secrets = new ServerSecrets({ database });
  const keys = { links: await secrets.get('confirmation links'), person: await secrets.get('person') };
  const people = await People.open({ database, now });
  const known = [ada, 'bob@example.com'].map((email, at) => ({
    person: people.hashOf(email),
    rasaId: String(at),
    subscription: 'subscribed' as const,
  }));
  await people.learn(toSandbox, known);
  const sent: MailMessage[] = [];
  const queue = new MailQueue({ database, now });
  const parts = {
    ...{ database, queue, people, keys, now, log: quiet, owner: 'a test', lookEveryMs: 20 },
    destinations: new Map([['main', toSandbox]]),
  };
  const mails = catchMails(parts, sent);
  const worker = new LeavingWorker({
    ...parts,
    onMail: () => {
      mails.wake();
    },
    publicUrl: 'https://signup.example.com',
    from: { name: 'Harbour', address: 'news@example.com' },
  });
  onTestFinished(async () => {
    await Promise.all([worker.stop(), mails.stop()]);
  });
  const leavings = new Leavings({
    ...parts,
    outbox,
    onAsked: () => {
      worker.wake();
    },
  });
  const countOf = (from: string) => countRows(database, from);
  const settled = () =>
    vi.waitFor(
      async () => {
        expect([await countOf(`leavings where due <= ${nowMs}`), await countOf('mails')]).toEqual([0, 0]);
      },
      { timeout: 20_000, interval: 20 },
    );
  return {
    leavings,
    countOf,
    /** The links that an address got, the oldest first. */
    linksTo: (email: string) =>
      sent.flatMap(({ to, text }) => (to === email ? [/\/leave\/(\S+)/.exec(text)?.[1] ?? ''] : [])),
    ask: async (email: string) => {
      await leavings.ask(email, 'en');
      await settled();
    },
    pass: async (ms: number) => {
      nowMs += ms;
      await settled();
    },
  };
}

describe.each(engines)('a link to leave, on %s', (engine) => {
  it('is valid for seven days, whatever else is asked for, and then does nothing', async () => {
    const { ask, linksTo, pass, leavings, countOf } = await open(engine);
    await ask(ada);
    for (let passed = 1; passed < 7; passed++) {
      await pass(day);
      await ask(ada);
    }
    const [first = '', second = ''] = linksTo(ada);
    expect(linksTo(ada)).toHaveLength(7);
    await pass(day - minute);
    expect(await leavings.look(first)).toMatchObject({ newsletters: [{ account: 'main', isOn: true }] });
    await pass(minute);
    expect(await leavings.look(first)).toBeUndefined();
    expect(await leavings.unsubscribe(first, 'main')).toBeUndefined();
    expect(await leavings.erase(first)).toBe(false);
    expect(await countOf('signups')).toBe(0);
    // Each has its own time.
    expect(await leavings.look(second)).toBeDefined();
    await pass(7 * day);
    expect([await countOf('leavings'), await leavings.look(second)]).toEqual([0, undefined]);
  });
});

it('an address gets one link in two minutes and three in a day, by every spelling of the letters', async () => {
  const { ask, linksTo, pass } = await open();
  const count = () => linksTo(ada).length + linksTo('Ada@Example.com').length;
  await ask(ada);
  await pass(2 * minute - 1);
  await ask('Ada@Example.com');
  expect(count()).toBe(1);
  await pass(1);
  await ask('Ada@Example.com');
  expect(count()).toBe(2);
  for (let passed = 0; passed < 8; passed++) {
    await pass(hour);
    await ask(ada);
  }
  expect(count()).toBe(3);
  // Others are not affected, and the day of each mail ends by itself.
  await ask('bob@example.com');
  expect(linksTo('bob@example.com')).toHaveLength(1);
  await pass(16 * hour);
  await ask(ada);
  expect(count()).toBe(4);
});

it('what one link does is seen by the others, and erasing ends them', async () => {
  const { ask, linksTo, pass, leavings, countOf } = await open();
  await ask(ada);
  await pass(3 * minute);
  await ask(ada);
  await pass(3 * minute);
  await ask('bob@example.com');
  const [first = '', second = ''] = linksTo(ada);
  await leavings.unsubscribe(first, 'main');
  expect(await leavings.look(second)).toMatchObject({ newsletters: [{ account: 'main', isOn: false }] });
  // Nothing is there to be done a second time.
  await leavings.unsubscribe(second, 'main');
  expect(await countOf('signups')).toBe(1);
  expect(await leavings.erase(first)).toBe(true);
  expect(await leavings.look(first)).toMatchObject({ isErased: true, address: '' });
  expect(await leavings.look(second)).toBeUndefined();
  expect(await leavings.look(linksTo('bob@example.com')[0] ?? '')).toMatchObject({ isErased: false });
});
