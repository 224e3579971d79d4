import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Env } from '../../../server/config/config.ts';
import { en } from '../../../shared/messages/en.ts';
import { guardedIntake, startService } from '../../helpers/server/service.ts';
import { hiddenFields, post, prove, signUp } from '../../helpers/sites/visitor.ts';

/** One trusted proxy in front, which names the visitor's network. */
const start = (env: Env = {}) =>
  startService({ ...guardedIntake, PROOF_WORK: '1', TRUST_PROXY: '1', ...env });

let people = 0;
const somebody = () => ({ email: `plain-${++people}@example.com` });
const from = (network: number) => ({ 'x-forwarded-for': `10.0.${network >> 8}.${network & 255}` });

afterEach(() => {
  vi.useRealTimers();
});

/** A plain sign-up whose click waits until it counts. The clock of the test has to be a fake one. */
async function patiently(url: string, fields: Record<string, string>, network: number) {
  const page = await post(url, 'plain', fields, from(network));
  if (page.status !== 200) return page;
  vi.setSystemTime(Date.now() + 3000);
  return post(url, 'plain', hiddenFields(page.body), from(network));
}

const useFakeClock = () => vi.useFakeTimers({ toFake: ['Date'] });

describe('D1: a plain sign-up', () => {
  it('is not accepted at once, and shows a page that says what to do', async () => {
    useFakeClock();
    const { url } = await start();
    const page = await post(url, 'plain', somebody());
    const soon = await post(url, 'plain', hiddenFields(page.body));
    expect(soon.status).toBe(200);
    expect(soon.body).toContain(en.confirm.tooSoon);
    expect(hiddenFields(soon.body)).toEqual(hiddenFields(page.body));
    vi.setSystemTime(Date.now() + 3000);
    expect((await post(url, 'plain', hiddenFields(soon.body))).status).toBe(202);
  });

  it('cannot take its click to the way of those who prove work', async () => {
    useFakeClock();
    const { url } = await start();
    const fields = hiddenFields((await post(url, 'plain', somebody())).body);
    vi.setSystemTime(Date.now() + 3000);
    for (const way of ['urlencoded', 'json'] as const)
      expect((await post(url, way, fields)).status).toBe(403);
  });

  it('has three places a minute for each network, which a proven one of the same network does not need', async () => {
    useFakeClock();
    const { url } = await start();
    for (let i = 0; i < 3; i++) expect((await patiently(url, somebody(), 1)).status).toBe(202);
    const over = await patiently(url, somebody(), 1);
    expect(over.status).toBe(429);
    expect(over.body).toContain(en.texts.problems.rate_limited);
    expect(over.body).toContain(en.confirm.useScripts);
    expect(over.body).toContain('href="/forms/newsletter?lang=en"');
    expect((await signUp(url, 'urlencoded', somebody(), from(1))).status).toBe(202);
    expect((await patiently(url, somebody(), 2)).status).toBe(202);
    vi.setSystemTime(Date.now() + 60_000);
    expect((await patiently(url, somebody(), 1)).status).toBe(202);
  });

  it.each<[string, Env]>([
    ['form', { RATE_FORM: '20/1d' }],
    ['service', { RATE_SERVICE: '20/1d' }],
  ])('has a tenth of the quota of a %s, and leaves the whole to proven ones', async (_name, env) => {
    useFakeClock();
    const { url } = await start(env);
    const statuses = [];
    for (let i = 0; i < 8; i++) statuses.push((await patiently(url, somebody(), i)).status);
    expect(statuses).toEqual([202, 202, 429, 429, 429, 429, 429, 429]);
    for (let i = 0; i < 20; i++)
      expect((await signUp(url, 'urlencoded', somebody(), from(i))).status, `${i}`).toBe(202);
    expect((await signUp(url, 'urlencoded', somebody(), from(99))).status).toBe(429);
  });

  it('cannot keep somebody from signing up with a proof', async () => {
    useFakeClock();
    const { url } = await start();
    const { email } = somebody();
    const statuses = [];
    for (let i = 0; i < 4; i++)
      statuses.push((await patiently(url, { email, first_name: `Ada ${i}` }, i)).status);
    expect(statuses).toEqual([202, 202, 202, 429]);
    expect((await signUp(url, 'urlencoded', { email }, from(9))).status).toBe(202);
  });

  it('does not make the work of others harder', async () => {
    useFakeClock();
    const { url } = await start({ RATE_FORM: '10/1d', RATE_NETWORK: '4/10m', PROOF_WORK: '1' });
    for (let i = 0; i < 4; i++) await patiently(url, somebody(), 1);
    for (let i = 0; i < 30; i++) await post(url, 'plain', somebody(), from(1));
    // Without load one attempt is all that this work allows.
    for (let i = 0; i < 6; i++) {
      const proof = JSON.parse(Buffer.from(await prove(url, from(1)), 'base64').toString()) as {
        readonly solution: { readonly counter: number };
      };
      expect(proof.solution.counter).toBe(0);
    }
  });

  it('can be closed, and be given its share and its pace', async () => {
    useFakeClock();
    const closed = await start({ PLAIN_SHARE: '0' });
    expect((await patiently(closed.url, somebody(), 1)).status).toBe(429);
    const open = await start({ RATE_NETWORK: 'off', RATE_PLAIN: '5/1m', PLAIN_LEAST_AGE: 'off' });
    const statuses = [];
    for (let i = 0; i < 6; i++) statuses.push((await signUp(open.url, 'plain', somebody(), from(1))).status);
    expect(statuses).toEqual([202, 202, 202, 202, 202, 429]);
  });
});

describe('D15: work that costs is charged', () => {
  it('to the network whose plain forms never come to their click', async () => {
    const { url } = await start();
    const statuses = [];
    for (let i = 0; i < 200; i++) statuses.push((await post(url, 'plain', somebody(), from(1))).status);
    // Four requests for each of three places.
    expect(statuses.filter((status) => status === 200)).toHaveLength(12);
    expect(statuses.filter((status) => status === 429)).toHaveLength(188);
    expect((await post(url, 'plain', somebody(), from(2))).status).toBe(200);
    expect((await signUp(url, 'urlencoded', somebody(), from(1))).status).toBe(202);
  });

  const names = Object.fromEntries(Array.from({ length: 99 }, (_, index) => [`name_${index}`, 'x']));
  it.each<[string, (url: string) => Promise<{ status: number }>, number]>([
    ['hundred unknown names', (url) => post(url, 'json', { ...names, email: 'ada@' }, from(1)), 422],
    ['a typing error', (url) => post(url, 'urlencoded', { email: 'ada@' }, from(1)), 422],
  ])('to the network that sends %s again and again', async (_name, send, first) => {
    const { url } = await start({ RATE_NETWORK: '5/10m' });
    const statuses = [];
    for (let i = 0; i < 30; i++) statuses.push((await send(url)).status);
    expect(statuses.filter((status) => status === first)).toHaveLength(20);
    expect(statuses.slice(20)).toEqual(Array<number>(10).fill(429));
    expect((await signUp(url, 'urlencoded', somebody(), from(2))).status).toBe(202);
  });

  it('to the network that sends one good proof for an address that is used up', async () => {
    const { url } = await start({ RATE_NETWORK: '5/10m', RATE_ADDRESS: '1/1d' });
    const { email } = somebody();
    expect((await signUp(url, 'urlencoded', { email }, from(2))).status).toBe(202);
    const proof = await prove(url, from(2));
    const details = [];
    for (let i = 0; i < 30; i++) {
      const { body } = await post(url, 'urlencoded', { email, id: randomUUID(), proof }, from(1));
      details.push((JSON.parse(body) as { detail: string }).detail);
    }
    expect(details.filter((detail) => detail.includes('with this address'))).toHaveLength(20);
    expect(details.filter((detail) => detail.startsWith('Too many requests'))).toHaveLength(10);
  });

  it('not to the whole service: what is refused leaves its quota to others', async () => {
    const { url } = await start({ RATE_SERVICE: '10/1d', PROOF_WORK: '1' });
    for (let i = 0; i < 40; i++)
      expect((await post(url, 'urlencoded', { ...somebody(), proof: 'made up' }, from(i))).status).toBe(403);
    expect((await signUp(url, 'urlencoded', somebody(), from(99))).status).toBe(202);
  });
});
