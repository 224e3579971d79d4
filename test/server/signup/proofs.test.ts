import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { solveChallenge, verifySolution } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { attemptsAt, createProofs, type Proofs, mostWork } from '../../../server/signup/proofs.ts';
import { openUsedProofs } from '../../../server/signup/used-proofs.ts';
import { realFiles } from '../../../server/system/files.ts';
import { openServerSecret } from '../../../server/system/server-secret.ts';
import { recordLog } from '../../helpers/server/outbox.ts';
import { temporaryDir } from '../../helpers/server/temporary-dir.ts';
import { solve } from '../../helpers/sites/visitor.ts';

async function openProofs(dataDir?: string, now?: () => number) {
  const dir = dataDir ?? (await temporaryDir());
  const secret = await openServerSecret({ dataDir: dir, files: realFiles, given: undefined });
  const used = await openUsedProofs({
    path: join(dir, 'used-proofs.ndjson'),
    files: realFiles,
    log: recordLog().log,
    ...(now && { now }),
  });
  onTestFinished(() => used.close());
  const proofs = createProofs({ secret, used, work: 2, ...(now && { now }) });
  return { dir, secret, used, proofs };
}

const proofFor = async (proofs: Proofs, form = 'newsletter') => solve(await proofs.issue(form, 0));

const read = (proof: string) =>
  JSON.parse(Buffer.from(proof, 'base64').toString()) as {
    challenge: { parameters: Record<string, unknown> };
    solution: { counter: number; derivedKey: string };
  };
const write = (proof: object) => Buffer.from(JSON.stringify(proof)).toString('base64');

describe('a proof of work', () => {
  it('is good once, and shows how long ago the form was first touched', async () => {
    let nowMs = Date.now();
    const { proofs } = await openProofs(undefined, () => nowMs);
    const proof = await proofFor(proofs);
    nowMs += 7000;
    expect(proofs.redeem(proof, 'newsletter')).toMatchObject({ is: 'good', ageMs: 7000 });
    expect(proofs.redeem(proof, 'newsletter')).toEqual({ is: 'bad', reason: 'used' });
  });

  it('is good again when it was released', async () => {
    const { proofs } = await openProofs();
    const proof = await proofFor(proofs);
    const redeemed = proofs.redeem(proof, 'newsletter');
    if (redeemed.is !== 'good') throw new Error(redeemed.reason);
    redeemed.release();
    expect(proofs.redeem(proof, 'newsletter').is).toBe('good');
  });

  it('stays good, and stays used, across a restart', async () => {
    const first = await openProofs();
    const [used, fresh] = [await proofFor(first.proofs), await proofFor(first.proofs)];
    first.proofs.redeem(used, 'newsletter');
    await first.used.close();
    const { proofs } = await openProofs(first.dir);
    expect(proofs.redeem(used, 'newsletter')).toEqual({ is: 'bad', reason: 'used' });
    expect(proofs.redeem(fresh, 'newsletter').is).toBe('good');
  });

  it('is stale after twenty minutes', async () => {
    let nowMs = Date.now();
    const { proofs } = await openProofs(undefined, () => nowMs);
    const [early, late] = [await proofFor(proofs), await proofFor(proofs)];
    nowMs += 19 * 60_000;
    expect(proofs.redeem(early, 'newsletter').is).toBe('good');
    nowMs += 60_000;
    expect(proofs.redeem(late, 'newsletter')).toEqual({ is: 'bad', reason: 'stale' });
  });

  it('is for one form', async () => {
    const { proofs } = await openProofs();
    expect(proofs.redeem(await proofFor(proofs, 'another'), 'newsletter')).toEqual({
      is: 'bad',
      reason: 'wrong',
    });
  });

  it.each<[string, (proof: ReturnType<typeof read>) => unknown]>([
    ['another expiry', (proof) => (proof.challenge.parameters['expiresAt'] = 9_999_999_999)],
    ['another form', (proof) => (proof.challenge.parameters['data'] = { form: 'x', issuedAt: 1 })],
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
    const { proofs } = await openProofs();
    const proof = read(await proofFor(proofs));
    change(proof);
    expect(proofs.redeem(write(proof), 'newsletter')).toEqual({ is: 'bad', reason: 'wrong' });
  });

  it.each(['', 'x', '{}', write([]), write({ challenge: 1 }), 'a'.repeat(3000)])(
    'is wrong when it cannot be parsed: %s',
    async (text) => {
      const { proofs } = await openProofs();
      expect(proofs.redeem(text, 'newsletter')).toEqual({ is: 'bad', reason: 'wrong' });
    },
  );

  it('is wrong when another proxy made it', async () => {
    const [here, there] = [await openProofs(), await openProofs()];
    expect(here.proofs.redeem(await proofFor(there.proofs), 'newsletter').is).toBe('bad');
  });

  it("is checked as altcha-lib's own verification would", async () => {
    const { proofs, secret } = await openProofs();
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
        hmacSignatureSecret: secret.derive('challenge'),
        hmacKeySignatureSecret: secret.derive('challenge solution'),
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
    const { proofs } = await openProofs();
    const counters = [];
    for (let i = 0; i < 20; i++) {
      const { solution } = read(await solve(await proofs.issue('newsletter', 1)));
      counters.push(solution.counter);
    }
    // Twelve attempts at work 2 and full load, and never less than half of that.
    expect(Math.min(...counters)).toBeGreaterThanOrEqual(6);
    expect(Math.max(...counters)).toBeLessThanOrEqual(12);
  });
});

describe('the list of used proofs', () => {
  it('forgets expired entries, on disk too', async () => {
    let nowMs = 1_000_000;
    const path = join(await temporaryDir(), 'used.ndjson');
    const open = () => openUsedProofs({ path, files: realFiles, log: recordLog().log, now: () => nowMs });
    const first = await open();
    expect(first.claim('early', 1_001_000)).toBe(true);
    expect(first.claim('late', 9_000_000)).toBe(true);
    nowMs = 1_001_000;
    expect(first.claim('early', 9_000_000)).toBe(true);
    await first.close();
    nowMs = 9_000_000;
    await (await open()).close();
    expect(await readFile(path, 'utf8')).toBe('');
  });

  it('does not fill the disk', async () => {
    let nowMs = 0;
    const path = join(await temporaryDir(), 'used.ndjson');
    const used = await openUsedProofs({ path, files: realFiles, log: recordLog().log, now: () => nowMs });
    for (let i = 0; i < 40_000; i++) {
      nowMs += 10;
      used.claim(`proof-${i}`, nowMs + 1000);
      if (i % 1000 !== 0) continue;
      // As fast as the disk accepts them, since proofs do not arrive faster than that for long.
      await vi.waitFor(async () => {
        expect(await readFile(path, 'utf8')).toContain(`"proof-${i}"`);
      }, 10_000);
    }
    await used.close();
    expect((await readFile(path, 'utf8')).split('\n').length).toBeLessThan(15_000);
  });

  it('works without a disk, and logs that once', async () => {
    const { log, lines } = recordLog();
    const path = join(await temporaryDir(), 'used.ndjson');
    const open: typeof realFiles.open = (...args) =>
      args[1] === 'a' ? Promise.reject(new Error('ENOSPC')) : realFiles.open(...args);
    const used = await openUsedProofs({ path, files: { ...realFiles, open }, log });
    const later = Date.now() + 9000;
    expect(used.claim('a', later)).toBe(true);
    expect(used.claim('a', later)).toBe(false);
    await vi.waitFor(() => {
      expect(lines()).toContain('cannot be written to disk');
    });
    expect(used.claim('b', later)).toBe(true);
    await used.close();
    expect(lines().match(/cannot be written to disk/g)).toHaveLength(1);
  });
});
