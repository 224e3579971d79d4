import { describe, expect, it } from 'vitest';
import { useEngines, type Engine } from '../../helpers/server/engines.ts';
import { openMovedConfirmations } from '../../helpers/server/moved-confirmations.ts';

const { engines, newPlace } = useEngines();
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const ada = 'ada@example.com';

const open = async (engine: Engine = 'sqlite', options = {}) =>
  openMovedConfirmations(await newPlace(engine), options);

describe.each(engines)(
  'a sign-up that waits for its click, with two processes on one store, on %s',
  (engine) => {
    it('gets one mail and one reminder after a day, by one of them, and goes after seven days', async () => {
      const kept = await open(engine, { processes: 2 });
      await kept.signUp(ada);
      await kept.pass(day - 1);
      expect(kept.sent).toHaveLength(1);
      await kept.pass(2);
      expect(kept.sent.map(({ to }) => to)).toEqual([ada, ada]);
      const [first, reminder] = kept.sent;
      // The same link and code, so that each of the mails confirms.
      expect([kept.linkIn(reminder), kept.codeIn(reminder)]).toEqual([
        kept.linkIn(first),
        kept.codeIn(first),
      ]);
      expect(reminder?.text).not.toBe(first?.text);
      for (let passed = 1; passed < 7; passed++) await kept.pass(day - minute / 2);
      expect(kept.sent).toHaveLength(2);
      expect((await kept.confirmations.look('confirm', kept.linkIn(first)))?.is).toBe('waiting');
      await kept.pass(day);
      expect(await kept.confirmations.look('confirm', kept.linkIn(first))).toBeUndefined();
      expect(await kept.confirmations.confirm(kept.linkIn(first))).toBe('over');
      expect([await kept.countOf('confirmations'), await kept.waitingAtRasa()]).toEqual([0, 0]);
    });
  },
);

it('says "you are in" for 90 days after the click, never that it has expired', async () => {
  const kept = await open();
  const ticket = await kept.signUp(ada);
  const link = kept.linkIn(kept.sent[0]);
  await kept.pass(7 * day - minute);
  expect(await kept.confirmations.confirm(link)).toBe('confirmed');
  await kept.pass(89 * day);
  expect((await kept.confirmations.look('confirm', link))?.is).toBe('confirmed');
  expect(await kept.confirmations.confirm(link)).toBe('confirmed');
  expect(await kept.confirmations.standing(ticket)).toBe('confirmed');
  // The second mail is the reminder.
  expect([kept.sent.length, await kept.waitingAtRasa()]).toEqual([2, 1]);
});

it('sends no reminder where that is switched off', async () => {
  const kept = await open('sqlite', { reminds: false });
  await kept.signUp(ada);
  for (let passed = 0; passed < 6; passed++) await kept.pass(day);
  expect(kept.sent).toHaveLength(1);
});

describe('an address', () => {
  it('gets one mail in two minutes and three in a day, from all forms together, by any means', async () => {
    const kept = await open();
    const ticket = await kept.signUp(ada);
    await kept.signUp('Ada@Example.com');
    await kept.confirmations.askAgain(ticket);
    await kept.pass(2 * minute - 1);
    expect(kept.sent).toHaveLength(1);
    await kept.pass(1);
    await kept.confirmations.askAgain(ticket);
    await kept.settled();
    expect(kept.sent).toHaveLength(2);
    // At another form it waits for its turn, and is not forgotten.
    await kept.signUp(ada, 'other');
    expect(kept.sent).toHaveLength(2);
    await kept.pass(2 * minute);
    expect(kept.sent).toHaveLength(3);
    for (let count = 0; count < 8; count++) {
      await kept.pass(hour);
      await kept.signUp(ada);
      await kept.confirmations.askAgain(ticket);
      await kept.settled();
    }
    expect(kept.sent).toHaveLength(3);
    // Others are not affected, and the next day begins with the first mail of the last one.
    await kept.signUp('bob@example.com');
    expect(kept.sent).toHaveLength(4);
    await kept.pass(16 * hour);
    await kept.confirmations.askAgain(ticket);
    await kept.settled();
    expect(kept.mailsTo(ada).length).toBeGreaterThan(3);
  });

  it('waits no longer because a stranger sends it again, and no shorter', async () => {
    const kept = await open();
    await kept.signUp(ada);
    const link = kept.linkIn(kept.sent[0]);
    const strange: string[] = [];
    for (let passed = 1; passed < 7; passed++) {
      await kept.pass(day);
      strange.push(await kept.signUp(ada));
    }
    expect((await kept.confirmations.look('confirm', link))?.is).toBe('waiting');
    // All these mails have the first link.
    expect(new Set(kept.sent.map((mail) => kept.linkIn(mail)))).toEqual(new Set([link]));
    await kept.pass(day);
    expect(await kept.confirmations.confirm(link)).toBe('over');
    for (const ticket of strange) expect(await kept.confirmations.standing(ticket)).toBe('waiting');
    expect(await kept.waitingAtRasa()).toBe(0);
  });

  it('can be confirmed by the code in any tab in which it was sent', async () => {
    const kept = await open();
    const tickets = [await kept.signUp(ada), await kept.signUp(ada), await kept.signUp(ada)];
    expect(kept.sent).toHaveLength(1);
    expect(await kept.confirmations.tryCode(tickets[2] ?? '', kept.codeIn(kept.sent[0]))).toBe('confirmed');
    for (const ticket of tickets) expect(await kept.confirmations.standing(ticket)).toBe('confirmed');
    expect(await kept.waitingAtRasa()).toBe(1);
  });
});

it('a sign-up that is sent again has the ticket of its first try, and is a new one once that is forgotten', async () => {
  const kept = await open();
  const once = { retry: 'a try' };
  const first = await kept.signUp(ada, 'letter', once);
  expect(await kept.confirmations.ticketOf('a try')).toBe(first);
  expect(await kept.confirmations.ticketOf('another try')).toBeUndefined();
  expect([await kept.signUp(ada, 'letter', once), await kept.countOf('confirmations')]).toEqual([first, 1]);
  expect(await kept.signUpLater(ada, once)).not.toBe(first);
  expect(await kept.countOf('confirmations')).toBe(2);
});

it.each([
  ['with a dash', (code: string) => `${code.slice(0, 3)}-${code.slice(3)}`],
  [
    'with spaces that do not break',
    (code: string) => `\u00a0${code.slice(0, 3)}\u202f${code.slice(3)}\u200b`,
  ],
  ['with the marks of right to left text', (code: string) => `\u2067${code}\u2069`],
  ['in Arabic digits', (code: string) => inScript(code, 0x0660)],
  ['in Persian digits', (code: string) => inScript(code, 0x06f0)],
  ['in wide digits', (code: string) => inScript(code, 0xff10)],
])('a code is right %s', async (_name, write) => {
  const kept = await open();
  const ticket = await kept.signUp(ada);
  const code = kept.codeIn(kept.sent[0]);
  expect(await kept.confirmations.tryCode(ticket, write(code))).toBe('confirmed');
});

const inScript = (code: string, zero: number) =>
  Array.from(code, (digit) => String.fromCodePoint(zero + Number(digit))).join('');

describe('"not me"', () => {
  it('holds for 90 days at every form, in every spelling of the address, and can be lifted', async () => {
    const kept = await open();
    await kept.signUp(ada);
    await kept.signUp('bob@example.com');
    const [first] = kept.sent;
    for (let count = 0; count < 2; count++)
      expect(await kept.confirmations.refuse(kept.notMeIn(first))).toBe(true);
    const attack = async (email: string, form?: string) => {
      await kept.pass(day);
      const before = kept.sent.length;
      const ticket = await kept.signUp(email, form);
      await kept.confirmations.askAgain(ticket);
      await kept.settled();
      return kept.sent.length - before;
    };
    expect(await kept.confirmations.confirm(kept.linkIn(first))).toBe('over');
    for (const spelling of [ada, 'ADA@example.com', 'Ada@EXAMPLE.com', 'ada+letter@example.com'])
      expect([spelling, await attack(spelling)]).toEqual([spelling, 0]);
    expect(await attack(ada, 'other')).toBe(0);
    expect(await attack('ada@example.org')).toBe(1);
    // Only the operator lifts it, by any spelling, and once.
    expect([await kept.unblock(' ADA@example.com '), await kept.unblock(ada)]).toEqual([true, false]);
    expect(await attack(ada)).toBe(1);
    expect(await kept.confirmations.refuse(kept.notMeIn(kept.mailsTo(ada).at(-1)))).toBe(true);
    await kept.pass(88 * day);
    expect(await attack(ada)).toBe(0);
    await kept.pass(day);
    expect(await attack(ada)).toBe(1);
    // Of others nothing is kept any more, and of her nothing once her sign-up is over.
    expect(await kept.countOf('mailed_people')).toBe(1);
    await kept.pass(8 * day);
    await expect.poll(() => kept.countOf('mailed_people')).toBe(0);
  }, 40_000);

  it('also stops mail to somebody who confirmed before, and takes nothing back', async () => {
    const kept = await open();
    await kept.signUp(ada);
    const [mail] = kept.sent;
    await kept.confirmations.confirm(kept.linkIn(mail));
    expect(await kept.confirmations.refuse(kept.notMeIn(mail))).toBe(true);
    expect((await kept.confirmations.look('confirm', kept.linkIn(mail)))?.is).toBe('confirmed');
    expect(await kept.waitingAtRasa()).toBe(1);
    await kept.pass(hour);
    await kept.signUp(ada);
    expect(kept.sent).toHaveLength(1);
  });
});

it.each([
  ['an hour back', -hour],
  ['a month back', -30 * day],
])('a clock that is set %s holds up no mail, and lets nobody have more of them', async (_name, ms) => {
  const kept = await open();
  await kept.signUp(ada);
  await kept.pass(ms);
  await kept.signUp(ada, 'other');
  await kept.pass(2 * minute);
  expect(kept.sent).toHaveLength(2);
  const ticket = await kept.signUp('bob@example.com');
  expect(kept.sent).toHaveLength(3);
  for (let count = 0; count < 6; count++) {
    await kept.pass(hour);
    await kept.confirmations.askAgain(ticket);
    await kept.signUp(ada, 'other');
    await kept.settled();
  }
  // The first one was of another day.
  expect([kept.mailsTo(ada).length, kept.mailsTo('bob@example.com').length]).toEqual([4, 3]);
});
