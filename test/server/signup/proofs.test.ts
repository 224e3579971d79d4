import { solveChallenge, verifySolution } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2';
import { describe, expect, it } from 'vitest';
import {
  attemptsAt,
  challengeKeys,
  challengeLifeMs,
  createProofs,
  mostWork,
  type Proofs,
} from '../../../server/signup/proofs.ts';
import { bucketMs } from '../../../server/store/seen.ts';
import { solve } from '../../helpers/sites/visitor.ts';

const secret = 'a secret of the tests, long enough to be one';

const openProofs = (now?: () => number, own = secret) =>
  createProofs({ secret: own, work: 2, ...(now && { now }) });

const proofFor = async (proofs: Proofs, form = 'newsletter') => solve(await proofs.issue(form, 0));

const read = (proof: string) =>
  JSON.parse(Buffer.from(proof, 'base64').toString()) as {
    challenge: { parameters: Record<string, unknown> };
    solution: { counter: number; derivedKey: string };
  };
const write = (proof: object) => Buffer.from(JSON.stringify(proof)).toString('base64');

describe('a proof of work', () => {
  it('says how long the form has been touched, and by what name it counts once', async () => {
    let nowMs = Date.now();
    const proofs = openProofs(() => nowMs);
    const proof = await proofFor(proofs);
    nowMs += 7000;
    const first = proofs.redeem(proof, 'newsletter');
    expect(first).toMatchObject({
      is: 'good',
      ageMs: 7000,
      id: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
    });
    expect(proofs.redeem(proof, 'newsletter')).toEqual(first);
    expect(proofs.redeem(await proofFor(proofs), 'newsletter')).not.toMatchObject({
      id: Reflect.get(first, 'id') as string,
    });
  });

  it('D16: that replaces another one goes on from the first time that the form was touched', async () => {
    let nowMs = Date.now();
    const proofs = openProofs(() => nowMs);
    const first = await proofs.issue('newsletter', 0);
    nowMs += 20 * 60_000;
    const next = await proofs.issue('newsletter', 0, first.since);
    nowMs += 300;
    const proof = await solve(await proofs.issue('newsletter', 0, next.since));
    expect(proofs.redeem(proof, 'newsletter')).toMatchObject({ is: 'good', ageMs: 20 * 60_000 + 300 });
  });

  it.each<[string, (since: string) => string, string]>([
    ['another time', (since) => `1${since.slice(1)}`, 'newsletter'],
    [
      'another signature',
      (since) => since.replace(/..$/, (end) => (end === '00' ? '11' : '00')),
      'newsletter',
    ],
    ['more behind it', (since) => `${since}0`, 'newsletter'],
    ['nothing', () => '', 'newsletter'],
    ['that of another form', (since) => since, 'another'],
  ])('D16: does not believe that somebody has been there longer by %s', async (_name, change, form) => {
    let nowMs = 2_000_000_000_000;
    const proofs = openProofs(() => nowMs);
    const { since } = await proofs.issue('newsletter', 0);
    nowMs += 60_000;
    const proof = await solve(await proofs.issue(form, 0, change(since)));
    expect(proofs.redeem(proof, form)).toMatchObject({ is: 'good', ageMs: 0 });
  });

  it('is good at every proxy that has the same secret', async () => {
    expect(openProofs().redeem(await proofFor(openProofs()), 'newsletter').is).toBe('good');
  });

  it('is stale after ten minutes', async () => {
    let nowMs = Date.now();
    const proofs = openProofs(() => nowMs);
    const [early, late] = [await proofFor(proofs), await proofFor(proofs)];
    nowMs += 9 * 60_000;
    expect(proofs.redeem(early, 'newsletter').is).toBe('good');
    nowMs += 60_000;
    expect(proofs.redeem(late, 'newsletter')).toEqual({ is: 'bad', reason: 'stale' });
  });

  it('lives no longer than the store is sure to remember that it was used', () => {
    expect(challengeLifeMs).toBeLessThanOrEqual(bucketMs);
  });

  it('is for one form', async () => {
    const proofs = openProofs();
    expect(proofs.redeem(await proofFor(proofs, 'another'), 'newsletter')).toEqual({
      is: 'bad',
      reason: 'wrong',
    });
  });

  it.each<[string, (proof: ReturnType<typeof read>) => unknown]>([
    ['another expiry', (proof) => (proof.challenge.parameters['expiresAt'] = 9_999_999_999)],
    [
      'another form',
      (proof) => (proof.challenge.parameters['data'] = { form: 'x', issuedAt: 1, touchedAt: 1 }),
    ],
    ['less work', (proof) => (proof.challenge.parameters['cost'] = 1)],
    ['one more parameter', (proof) => (proof.challenge.parameters['admin'] = true)],
    ['another signature', (proof) => Object.assign(proof.challenge, { signature: 'ab'.repeat(32) })],
    ['a short signature', (proof) => Object.assign(proof.challenge, { signature: 'ab' })],
    [
      'half the solution',
      (proof) => (proof.solution.derivedKey = String(proof.challenge.parameters['keyPrefix'])),
    ],
    ['no solution', (proof) => Object.assign(proof, { solution: null })],
    ['a solution that is no hex', (proof) => (proof.solution.derivedKey = 'zz')],
  ])('is wrong with %s', async (_name, change) => {
    const proofs = openProofs();
    const proof = read(await proofFor(proofs));
    change(proof);
    expect(proofs.redeem(write(proof), 'newsletter')).toEqual({ is: 'bad', reason: 'wrong' });
  });

  it.each(['', 'x', '{}', write([]), write({ challenge: 1 }), 'a'.repeat(3000)])(
    'is wrong when it is none: %s',
    (text) => {
      const proofs = openProofs();
      expect(proofs.redeem(text, 'newsletter')).toEqual({ is: 'bad', reason: 'wrong' });
    },
  );

  it('is wrong when another proxy made it', async () => {
    const there = openProofs(undefined, 'another secret, that nobody else has');
    expect(openProofs().redeem(await proofFor(there), 'newsletter').is).toBe('bad');
  });

  it("is checked as altcha-lib's own verification would", async () => {
    const proofs = openProofs();
    const { signatureKey, solutionKey } = challengeKeys(secret);
    for (let i = 0; i < 20; i++) {
      const challenge = await proofs.issue('newsletter', i / 20);
      const solution = await solveChallenge({ challenge, deriveKey });
      if (!solution) throw new Error('not solved');
      // Every second one has one digit of the solution changed.
      if (i % 2 === 1)
        solution.derivedKey = solution.derivedKey.replace(/.$/, (digit) => (digit === '0' ? '1' : '0'));
      const theirs = await verifySolution({
        challenge,
        solution,
        deriveKey,
        hmacSignatureSecret: signatureKey,
        hmacKeySignatureSecret: solutionKey,
      });
      expect(proofs.redeem(write({ challenge, solution }), 'newsletter').is === 'good').toBe(theirs.verified);
    }
  });
});

describe('the work', () => {
  it('rises with the load, up to six times and never above what a phone can do', () => {
    expect(attemptsAt(50, 0)).toBe(50);
    expect(attemptsAt(50, 0.5)).toBe(175);
    expect(attemptsAt(50, 1)).toBe(300);
    expect(attemptsAt(10, 1)).toBe(60);
    expect(attemptsAt(200, 1)).toBe(mostWork);
  });

  it('is what the challenge asks for', async () => {
    const attempts = await drawAttempts(40);
    // Twelve at work 2 and full load.
    expect(Math.max(...attempts)).toBeLessThanOrEqual(12);
    expect(Math.max(...attempts)).toBeGreaterThan(2);
  });

  it('D7: of an honest visitor is at most 1.2 times that of the cheapest attacker', async () => {
    const attempts = await drawAttempts(600);
    const honest = attempts.reduce((sum, n) => sum + n, 0) / attempts.length;
    const most = Math.max(...attempts);
    // An attacker knows the source: he begins anywhere, and gives up anywhere to ask for another challenge.
    const costs = range(1, most).flatMap((first) =>
      range(first, most).map((last) => costOf(attempts, first, last)),
    );
    expect(honest / Math.min(...costs)).toBeLessThanOrEqual(1.2);
  });
});

/** How many attempts each of so many challenges at work 2 and full load takes, counted from the first. */
async function drawAttempts(count: number): Promise<readonly number[]> {
  const proofs = openProofs();
  const attempts = [];
  for (let i = 0; i < count; i++) {
    const { solution } = read(await solve(await proofs.issue('newsletter', 1)));
    attempts.push(solution.counter + 1);
  }
  return attempts;
}

/** The attempts per solved challenge of somebody who tries from the `first` to the `last` one only. */
function costOf(attempts: readonly number[], first: number, last: number): number {
  const solved = attempts.filter((n) => n >= first && n <= last);
  const spent = solved.reduce((sum, n) => sum + n - first + 1, 0);
  return (spent + (attempts.length - solved.length) * (last - first + 1)) / solved.length;
}

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
