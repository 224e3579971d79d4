import { describe, expect, it } from 'vitest';
import type { Checked } from '../../../server/forms/forms.ts';
import { refusedFrom, rules, suspect, type Traces } from '../../../server/signup/bot-signals.ts';
import { createBots, type BotMode } from '../../../server/signup/bots.ts';
import { createPageTokens, tokenLifeMs } from '../../../server/signup/page-tokens.ts';
import type { Redeemed } from '../../../server/signup/proofs.ts';
import type { SignupPost } from '../../../server/signup/signup-post.ts';
import { recordLog } from '../../helpers/server/outbox.ts';

const browser = { userAgent: 'Mozilla/5.0', acceptLanguage: 'en', secFetchSite: undefined };
const person: Traces = { trap: undefined, names: ['Ada'], ageMs: 8000, headers: browser };

/** An example of each sign. */
const signs: Readonly<Record<string, Partial<Traces>>> = {
  honeypot: { trap: 'cheap watches' },
  'faster than people': { ageMs: 300 },
  'no browser headers': { headers: { ...browser, userAgent: undefined } },
  'link in a name': { names: ['Ada', 'win at www.casino.example'] },
};

describe('the signs of a robot', () => {
  it("are absent from a person's sign-up", () => {
    expect(suspect(person)).toEqual({ weight: 0, rules: [] });
  });

  it.each(rules.map(({ name }) => name))('do not refuse a sign-up alone: %s', (name) => {
    const found = suspect({ ...person, ...signs[name] });
    expect(found.rules).toEqual([name]);
    expect(found.weight).toBeLessThan(refusedFrom);
  });

  const pairs = rules.flatMap(({ name }, index) => rules.slice(index + 1).map((other) => [name, other.name]));
  it.each(pairs)('taken together: %s and %s', (one = '', other = '') => {
    const { weight } = suspect({ ...person, ...signs[one], ...signs[other] });
    // A password manager fills in every field, including the honeypot, and submits at once.
    const isPasswordManager = one === 'honeypot' && other === 'faster than people';
    expect(weight >= refusedFrom).toBe(!isPasswordManager);
  });

  it.each([
    'J.R.R. Tolkien',
    'St.John',
    'Mary-Jane O’Neil',
    'José María',
    '山田太郎',
    'Dr.med. Ada',
    'Node.js fan',
  ])('do not see a link in %s', (name) => {
    expect(suspect({ ...person, names: [name] }).rules).toEqual([]);
  });

  it.each(['https://x.example', 'see WWW.x.example', 'cheap-pills.ru', 'Visit casino.xyz now', 'bit.ly/1'])(
    'see a link in %s',
    (name) => {
      expect(suspect({ ...person, names: [name] }).rules).toEqual(['link in a name']);
    },
  );
});

const good: Redeemed = { is: 'good', ageMs: 9000, id: 'a-proof' };
const fields = { email: 'ada@example.com', first_name: 'Ada' };
const post = { form: 'newsletter', plain: false, headers: browser } as SignupPost;
const checked = (envelope: object, names = ['Ada']): Extract<Checked, { is: 'valid' }> => ({
  is: 'valid',
  contact: fields,
  accounts: [undefined],
  fields,
  envelope,
  names,
  ticked: [],
  page: undefined,
});

function openBots(mode: BotMode, redeemed: Redeemed = good, now?: () => number, leastPageAgeMs = 0) {
  const { log, lines } = recordLog();
  const tokens = createPageTokens({ key: new Uint8Array(32), ...(now && { now }) });
  let ids = 0;
  const newId = () => `made-here-${++ids}`;
  const bots = createBots({ mode, proofs: { redeem: () => redeemed }, tokens, leastPageAgeMs, log, newId });
  const judge = (sent: SignupPost, found: Parameters<typeof bots.judge>[1], wasAccepted = false) =>
    bots.judge(sent, found, () => Promise.resolve(wasAccepted));
  return { ...bots, judge, lines };
}

describe('a sign-up', () => {
  it('with a good proof is a person’s, and the proof is to be stored with it', async () => {
    const verdict = await openBots('enforce').judge(post, checked({ proof: 'p' }));
    expect(verdict).toMatchObject({
      is: 'person',
      proof: { kind: 'proof', text: 'a-proof' },
      isSuspicious: false,
    });
  });

  it.each([
    ['enforce', { is: 'robot', reason: 'used proof' }, { refused: 1, wouldHaveRefused: 0 }],
    ['observe', undefined, { refused: 0, wouldHaveRefused: 1 }],
  ] as const)('whose proof has let in another one, in the mode %s', (mode, verdict, counted) => {
    const bots = openBots(mode);
    expect(bots.judgeUsed(post)).toEqual(verdict);
    expect(bots.stats()).toEqual({ mode, ...counted, reasons: { 'used proof': 1 } });
  });

  it('that was accepted before passes without a word, whatever has become of its proof', async () => {
    const bots = openBots('enforce', { is: 'bad', reason: 'stale' });
    expect((await bots.judge(post, checked({ proof: 'p' }), true)).is).toBe('person');
    expect(bots.stats()).toMatchObject({ refused: 0, reasons: {} });
  });

  it.each<[string, object, Redeemed, string]>([
    ['no proof', {}, good, 'no proof'],
    ['a wrong one', { proof: 'p' }, { is: 'bad', reason: 'wrong' }, 'wrong proof'],
    ['a stale one', { proof: 'p' }, { is: 'bad', reason: 'stale' }, 'stale proof'],
    ['a token that is none', { token: 't' }, good, 'no proof'],
  ])(
    'with %s is refused in enforce, passes and is counted and logged in observe, and is not checked in off',
    async (_name, envelope, redeemed, reason) => {
      const enforcing = openBots('enforce', redeemed);
      expect(await enforcing.judge(post, checked(envelope))).toEqual({ is: 'robot', reason });
      expect(enforcing.stats()).toEqual({
        mode: 'enforce',
        refused: 1,
        wouldHaveRefused: 0,
        reasons: { [reason]: 1 },
      });

      const observing = openBots('observe', redeemed);
      expect((await observing.judge(post, checked(envelope))).is).toBe('person');
      expect(observing.stats()).toEqual({
        mode: 'observe',
        refused: 0,
        wouldHaveRefused: 1,
        reasons: { [reason]: 1 },
      });
      expect(observing.lines()).toContain(reason);
      expect(observing.lines()).not.toMatch(/ada(@|%40)/);

      const off = openBots('off', redeemed);
      expect((await off.judge(post, checked(envelope))).is).toBe('person');
      expect(off.stats().reasons).toEqual({});
    },
  );

  it('with a good proof and several signs is still refused', async () => {
    const bots = openBots('enforce');
    const verdict = await bots.judge(post, checked({ proof: 'p', your_message: 'x' }, ['www.x.example']));
    expect(verdict).toEqual({ is: 'robot', reason: 'honeypot, link in a name' });
  });

  it('filled in at once by a password manager, the honeypot too, is a person’s', async () => {
    const bots = openBots('enforce', { is: 'good', id: 'a-proof', ageMs: 200 });
    expect((await bots.judge(post, checked({ proof: 'p', your_message: 'ada@example.com' }))).is).toBe(
      'person',
    );
    expect(bots.stats().reasons).toEqual({ honeypot: 1, 'faster than people': 1 });
  });
});

describe('a plain form', () => {
  const plain = { ...post, plain: true };

  async function pageFor(bots: ReturnType<typeof openBots>, envelope: object = {}) {
    const verdict = await bots.judge(plain, checked(envelope));
    if (verdict.is !== 'unconfirmed') throw new Error(verdict.is);
    return verdict;
  }

  it('is repeated on a page, and its click counts as a person’s', async () => {
    const bots = openBots('enforce');
    const { fields: repeated, token } = await pageFor(bots, { redirect: 'https://www.example.com/thanks' });
    expect(repeated).toEqual({ ...fields, id: 'made-here-1', redirect: 'https://www.example.com/thanks' });
    const { id, redirect } = repeated;
    expect((await bots.judge(plain, checked({ id, redirect, token }))).is).toBe('person');
  });

  it('keeps its id from page to page, since its click may have been received already', async () => {
    const bots = openBots('enforce');
    const { fields: repeated } = await pageFor(bots, { id: 'from-before', token: 'stale' });
    expect(repeated['id']).toBe('from-before');
  });

  it.each<[string, object, string]>([
    ['with other fields', { id: 'another-one' }, 'newsletter'],
    ['with one field more', { id: 'made-here-1', page: 'https://www.example.com' }, 'newsletter'],
    ['at another form', { id: 'made-here-1' }, 'another'],
  ])('is asked again %s than the token was made for', async (_name, envelope, form) => {
    const bots = openBots('enforce');
    const { token } = await pageFor(bots);
    const verdict = await bots.judge({ ...plain, form }, checked({ ...envelope, token }));
    expect(verdict.is).toBe('unconfirmed');
  });

  it('shows the page again when it was open for too long', async () => {
    let nowMs = Date.now();
    const bots = openBots('enforce', good, () => nowMs);
    const { token } = await pageFor(bots);
    nowMs += tokenLifeMs - 1000;
    expect((await bots.judge(plain, checked({ id: 'made-here-1', token }))).is).toBe('person');
    nowMs += 2000;
    expect((await bots.judge(plain, checked({ id: 'made-here-1', token }))).is).toBe('unconfirmed');
  });

  it('D1: counts when its page is old enough, and until then gets the same page again', async () => {
    let nowMs = Date.now();
    const bots = openBots('enforce', good, () => nowMs, 3000);
    const { fields: shown, token, isEarly } = await pageFor(bots);
    expect(isEarly).toBe(false);
    const click = () => bots.judge(plain, checked({ id: 'made-here-1', token }));
    nowMs += 2999;
    expect(await click()).toEqual({ is: 'unconfirmed', fields: shown, token, isEarly: true });
    nowMs += 1;
    expect((await click()).is).toBe('person');
  });

  it('D1: does not count where it is not sent as a plain form', async () => {
    const bots = openBots('enforce');
    const { token } = await pageFor(bots);
    const verdict = await bots.judge(post, checked({ id: 'made-here-1', token }));
    expect(verdict).toEqual({ is: 'robot', reason: 'no proof' });
  });

  it('needs no click when no sign-up is refused', async () => {
    expect((await openBots('observe').judge(plain, checked({}))).is).toBe('person');
    expect((await openBots('off').judge(plain, checked({}))).is).toBe('person');
  });
});
