import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { createHangingDisk } from '../helpers/server/hanging-disk.ts';
import { mountLoopDisk } from '../helpers/server/loop-disk.ts';
import { startProduct } from '../helpers/server/product.ts';
import { startSandbox } from '../helpers/server/sandbox.ts';
import { credentialsFor, readContacts } from '../helpers/server/service.ts';
import { temporaryDir } from '../helpers/server/temporary-dir.ts';

const soon = { timeout: 30_000, interval: 100 };

/** The product with its data in this directory, and what it has accepted. */
async function openIn(dataDir: string, env: Readonly<Record<string, string>> = {}) {
  const sandbox = await startSandbox();
  const full = { ...credentialsFor(sandbox), DATA_DIR: dataDir, ...env };
  const product = await startProduct(full);
  const accepted: string[] = [];
  const signUp = async (email: string) => {
    const startedAt = performance.now();
    const body = new URLSearchParams({ email });
    const { status } = await fetch(`${product.url}/forms/newsletter`, { method: 'POST', body });
    if (status === 202) accepted.push(email);
    return { status, tookMs: performance.now() - startedAt };
  };
  return {
    product,
    signUp,
    many: (name: string, count: number) =>
      Promise.all(Array.from({ length: count }, (_, at) => signUp(`${name}-${at}@example.com`))),
    statusesOf: (...paths: string[]) =>
      Promise.all(paths.map(async (path) => (await fetch(product.url + path)).status)),
    startAgain: () => startProduct({ ...full, LD_PRELOAD: undefined }),
    allArrive: () =>
      vi.waitFor(async () => {
        const arrived = new Set((await readContacts(sandbox)).map(({ email }) => email));
        expect(accepted.filter((email) => !arrived.has(email))).toEqual([]);
      }, soon),
  };
}

const pages = ['/forms/newsletter', '/embed.js', '/healthz'];

it('a frozen file system refuses sign-ups in time, holds up nothing else, and loses nothing', async ({
  skip,
}) => {
  const disk = await mountLoopDisk();
  if (!disk) return skip();
  const dataDir = join(disk.dir, 'data');
  mkdirSync(dataDir);
  const { many, signUp, statusesOf, allArrive, product, startAgain } = await openIn(dataDir);
  expect((await many('before', 30)).map(({ status }) => status)).toEqual(Array(30).fill(202));

  disk.freeze();
  const refused = many('frozen', 30);
  for (let look = 0; look < 5; look++) expect(await statusesOf(...pages)).toEqual([200, 200, 200]);
  for (const { status, tookMs } of await refused) {
    expect(status).toBe(503);
    // Five, and what a busy machine takes for thirty answers.
    expect(tookMs).toBeLessThan(7000);
  }
  disk.thaw();
  await vi.waitFor(async () => {
    expect((await signUp('after@example.com')).status).toBe(202);
  }, soon);

  // A thread that waits for a frozen file system outlives even SIGKILL, until the thaw.
  disk.freeze();
  const late = many('late', 5).catch(() => undefined);
  product.signal('SIGTERM');
  await late;
  disk.thaw();
  await product.exited;
  await startAgain();
  await allArrive();
}, 120_000);

it('a process ends within twelve seconds when it is told to, also while its disk hangs', async ({ skip }) => {
  const dataDir = await temporaryDir();
  const disk = await createHangingDisk(dataDir);
  if (!disk) return skip();
  const { many, signUp, allArrive, product, startAgain } = await openIn(dataDir, disk.env);
  await many('before', 10);
  disk.hang();
  const late = signUp('late@example.com').catch(() => undefined);
  const startedAt = performance.now();
  expect(await product.stop('SIGTERM')).toBe('SIGKILL');
  expect(performance.now() - startedAt).toBeLessThan(12_500);
  expect(product.output()).toContain('could not be stopped in order');
  await late;
  disk.goOn();
  await startAgain();
  await allArrive();
}, 60_000);

it('files that may not be changed refuse sign-ups, hold up nothing else, and take them again afterwards', async ({
  skip,
}) => {
  const disk = await mountLoopDisk();
  if (!disk) return skip();
  const dataDir = join(disk.dir, 'data');
  mkdirSync(dataDir);
  const { many, signUp, statusesOf, allArrive, product } = await openIn(dataDir);
  await many('before', 5);
  // Not the index beside the log: the kernel ends a process that writes into a mapped file like that.
  const names = ['data', 'data/rasa-signup.db', 'data/rasa-signup.db-wal'];
  disk.protect(...names);
  onTestFinished(() => {
    disk.unprotect(...names);
  });
  for (const { status } of await many('protected', 5)) expect(status).toBe(503);
  expect(await statusesOf(...pages)).toEqual([200, 200, 200]);
  await vi.waitFor(() => {
    expect(product.output()).toContain('EPERM');
  }, soon);
  disk.unprotect(...names);
  await vi.waitFor(async () => {
    expect((await signUp('after@example.com')).status).toBe(202);
  }, soon);
  await allArrive();
}, 120_000);
