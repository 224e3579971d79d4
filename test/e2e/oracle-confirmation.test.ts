import { expect, it, vi } from 'vitest';
import { apart } from '../helpers/ranks.ts';
import { startDoubleOptIn } from '../helpers/server/double-opt-in.ts';
import { readContacts } from '../helpers/server/service.ts';
import { ask, seenBy, type Answered } from '../helpers/sites/visitor.ts';

/** Times are compared in the soak test alone: a handful of rounds says nothing about them. */
const isSoak = process.env['SOAK'] !== undefined;
const rounds = isSoak ? 60 : 2;
const soon = { timeout: 60_000, interval: 50 };

/** What may have become of an address before a stranger sends it. The names have one length. */
const kinds = ['unknown', 'waiting', 'already', 'refused'] as const;
type Kind = (typeof kinds)[number];
const addressOf = (kind: Kind, round: number) => `${kind}.${100 + round}@example.com`;

const page = { accept: 'text/html', 'sec-fetch-mode': 'navigate', 'user-agent': 'Mozilla/5.0' };
const program = { accept: 'application/json' };
type Fields = Readonly<Record<string, string>>;

/** The product with people who wait for their click, have clicked, or want no mail, at both of its forms. */
async function start() {
  const product = await startDoubleOptIn(
    { fields: ['email'] },
    {},
    { plain: { fields: ['email'], confirm: 'plain' } },
  );
  const send = (path: string, fields: Fields, headers: Fields = program) =>
    ask(product.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: product.url, ...headers },
      body: String(new URLSearchParams(fields)),
    });
  const prepare = async (kind: Kind, form: 'letter' | 'plain', round: number) => {
    const email = addressOf(kind, round).replace('@', form === 'plain' ? '@plain.' : '@');
    expect((await send(`/forms/${form}`, { email }, page)).status).toBe(202);
    const { link, unsubscribe } = await product.letterTo(email);
    if (kind === 'already') await fetch(link, { method: 'POST' });
    if (kind === 'refused') await fetch(unsubscribe, { method: 'POST' });
  };
  for (let round = 0; round < rounds; round++) {
    for (const form of ['letter', 'plain'] as const)
      await Promise.all(kinds.slice(1).map((kind) => prepare(kind, form, round)));
  }
  await vi.waitFor(async () => {
    expect(await readContacts(product.sandbox)).toHaveLength(2 * rounds);
  }, soon);
  return { ...product, send };
}

const ticketIn = ({ body }: Answered) =>
  /"ticket":"([\w-]{43})"/.exec(body)?.[1] ?? /name="ticket"[^>]*value="([\w-]{43})"/.exec(body)?.[1] ?? '';

it('nothing that a stranger sees tells an address that waits, is in, or wants no mail from an unknown one', async () => {
  const { url, send } = await start();
  const answers = new Map<string, Map<string, Kind[]>>();
  const tookMs = new Map<string, Map<Kind, number[]>>();
  let id = 0;

  const visit = async (kind: Kind, round: number) => {
    const email = addressOf(kind, round);
    const note = async (step: string, asked: () => Promise<Answered>, shown = email) => {
      const startMs = performance.now();
      const answer = await asked();
      const times = tookMs.get(step) ?? new Map<Kind, number[]>();
      tookMs.set(step, times.set(kind, [...(times.get(kind) ?? []), performance.now() - startMs]));
      const known = answers.get(step) ?? new Map<string, Kind[]>();
      const seen = seenBy(answer, shown);
      answers.set(step, known.set(seen, [...(known.get(seen) ?? []), kind]));
      return answer;
    };
    const one = `stranger-${String(id++).padStart(6, '0')}`;
    const first = await note('sign-up', () => send('/forms/letter', { email, id: one }));
    const ticket = ticketIn(first);
    const waits = (fields: Fields, headers?: Fields) => () =>
      send('/forms/letter/confirmation', { ticket, ...fields }, headers);
    await note('sent again', () => send('/forms/letter', { email }));
    await note('sent again with its id', () => send('/forms/letter', { email, id: one }));
    await note('as a page', () => send('/forms/letter', { email }, page));
    await note('as a page with its id', () => send('/forms/letter', { email, id: one }, page));
    await note('how it stands', waits({}));
    await note('how it stands, as a page', waits({}, page));
    await note('another mail', waits({ again: '1' }));
    for (let tries = 1; tries <= 6; tries++) await note(`code ${tries}`, waits({ code: 'x' }));
    await note('code, as a page', waits({ code: 'x' }, page));
    for (const path of ['confirm', 'not-me', 'leave']) {
      await note(`${path} with a ticket`, () => ask(`${url}/${path}/${ticket}`));
      await note(`press ${path} with a ticket`, () => send(`/${path}/${ticket}`, { erase: 'yes' }, page));
    }
    await note('ask for a link to leave', () => send('/leave', { email }, page));
    await note('ask for it again', () => send('/leave', { email }, page));

    // A form that asks people without scripts alone: nothing is held for a stranger who has some.
    const other = email.replace('@', '@plain.');
    const plain = `stranger-${String(id++).padStart(6, '0')}`;
    await note('unheld', () => send('/forms/plain', { email: other, id: plain }), other);
    const asked = [
      await note('unheld, again', () => send('/forms/plain', { email: other, id: plain }), other),
      await note('unheld, as a page', () => send('/forms/plain', { email: other, id: plain }, page), other),
    ];
    for (const answer of asked) {
      const given = ticketIn(answer) || ticket;
      await note('how the unheld stands', () => send('/forms/plain/confirmation', { ticket: given }), other);
    }
  };
  for (let round = 0; round < rounds; round++) {
    const shuffled = kinds.map((kind) => ({ kind, place: Math.random() }));
    for (const { kind } of shuffled.sort((a, b) => a.place - b.place)) await visit(kind, round);
  }

  const told = [...answers].filter(([, known]) => known.size > 1);
  expect(told.map(([step, known]) => [step, ...known.entries()])).toEqual([]);
  if (!isSoak) return;
  for (const [step, times] of tookMs) {
    for (const kind of kinds.slice(1)) {
      const z = apart(times.get('unknown') ?? [], times.get(kind) ?? []);
      // By chance one of these is beyond it in ten thousand runs.
      expect.soft([step, kind, Math.round(z * 10) / 10], `${step}: ${kind}`).toSatisfy(() => Math.abs(z) < 5);
    }
  }
}, 300_000);
