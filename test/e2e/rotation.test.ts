import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as until } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { Secret } from '../../server/system/secret.ts';
import { recordCalls } from '../helpers/recorder.ts';
import { createKey, revokeKey } from '../helpers/server/keys.ts';
import type { Product } from '../helpers/server/launch.ts';
import { startProduct } from '../helpers/server/product.ts';
import { startSandbox, type TestSandbox } from '../helpers/server/sandbox.ts';
import { credentialsFor, readContacts } from '../helpers/server/service.ts';
import { temporaryDir } from '../helpers/server/temporary-dir.ts';
import { waitingIn } from '../helpers/server/waiting.ts';

/** `SOAK=1` applies the load for a minute and keeps ten thousand sign-ups waiting. */
const isSoak = process.env['SOAK'] !== undefined;
const perSecond = 200;
const loadS = isSoak ? 60 : 5;
const backlog = isSoak ? 10_000 : 1000;

describe('a key that is exchanged under load', () => {
  it('by its file: every sign-up arrives', async () => {
    const { sandbox, rasa, first, env } = await prepare();
    const keyFile = join(await temporaryDir(), 'api-key');
    await replace(keyFile, first);
    const product = await startProduct({ ...env, RASA_API_KEY_FILE: keyFile });
    await underLoad(product, sandbox, async () => {
      await isInUse(product, first);
      const second = await createKey(sandbox, 'second');
      await replace(keyFile, second);
      await isInUse(product, second);
      await revokeKey(sandbox, 'first');
    });
    expectFewFailedMints(rasa.mints);
  }, 300_000);

  it('by its file, after it was revoked: every sign-up arrives', async () => {
    const { sandbox, rasa, first, env } = await prepare();
    const keyFile = join(await temporaryDir(), 'api-key');
    await replace(keyFile, first);
    const product = await startProduct({ ...env, RASA_API_KEY_FILE: keyFile });
    await underLoad(product, sandbox, async () => {
      await isInUse(product, first);
      await revokeKey(sandbox, 'first');
      await vi.waitFor(
        () => {
          expect(product.output()).toContain('Sign-ups are accepted and wait');
        },
        { timeout: 30_000 },
      );
      await replace(keyFile, await createKey(sandbox, 'second'));
    });
    expectFewFailedMints(rasa.mints);
    expect(rasa.mints.get(first)).toEqual([201, 401]);
  }, 300_000);

  it('by SIGHUP: every sign-up arrives', async () => {
    const { sandbox, rasa, first, env } = await prepare();
    const envFile = join(await temporaryDir(), 'production.env');
    await replace(envFile, `RASA_API_KEY=${first}`);
    const product = await startProduct(env, ['--env-file', envFile]);
    await underLoad(product, sandbox, async () => {
      await isInUse(product, first);
      const second = await createKey(sandbox, 'second');
      await replace(envFile, `RASA_API_KEY=${second}`);
      product.signal('SIGHUP');
      await isInUse(product, second);
      await revokeKey(sandbox, 'first');
    });
    expectFewFailedMints(rasa.mints);
  }, 300_000);

  it('by revoking the first of two: every sign-up arrives without intervention', async () => {
    const { sandbox, rasa, first, env } = await prepare();
    const second = await createKey(sandbox, 'second');
    const product = await startProduct({ ...env, RASA_API_KEY: first, RASA_API_KEY_2: second });
    await underLoad(product, sandbox, async () => {
      await isInUse(product, first);
      await revokeKey(sandbox, 'first');
      await isInUse(product, second);
    });
    expect(rasa.mints.get(first)).toEqual([201, 401]);
    expect(rasa.mints.get(second)).toEqual([201]);
  }, 300_000);
});

describe('the only key, revoked', () => {
  it(`keeps ${backlog} sign-ups waiting; a new key in the file sends them all without a restart`, async () => {
    const { sandbox, rasa, first, env } = await prepare();
    const keyFile = join(await temporaryDir(), 'api-key');
    await replace(keyFile, first);
    const product = await startProduct({ ...env, RASA_API_KEY_FILE: keyFile });
    await signUp(product, 'before@example.com');
    await delivered(product);
    await revokeKey(sandbox, 'first');

    const emails = Array.from({ length: backlog }, (_, index) => `waiting-${index}@example.com`);
    for (let next = 0; next < emails.length; next += 50) {
      await Promise.all(emails.slice(next, next + 50).map((email) => signUp(product, email)));
    }
    expect(await (await fetch(`${product.url}/readyz`)).json()).toEqual({
      status: 'degraded',
      reasons: ['credentials'],
    });
    expect(await waitingIn(product)).toEqual({ waiting: backlog, deadLetters: 0 });
    expect(product.output().match(/Sign-ups are accepted and wait/g)).toHaveLength(1);

    await replace(keyFile, await createKey(sandbox, 'second'));
    await haveArrived(product, sandbox, ['before@example.com', ...emails]);
    expect(rasa.mints.get(first)).toEqual([201, 401]);
  }, 300_000);
});

/** A sandbox in which a revoked key also loses its tokens, behind a recorder, with a first key. */
async function prepare() {
  const sandbox = await startSandbox();
  await sandbox.putFaults({ revocationKillsTokens: true });
  const rasa = await recordCalls(sandbox);
  const first = await createKey(sandbox, 'first');
  const env = {
    ...credentialsFor({ ...sandbox, url: rasa.url }),

    RASA_API_KEY: undefined,
    RASA_MIN_INTERVAL_MS: '0',
  };
  return { sandbox, rasa, first, env };
}

/** Replaces the file atomically, like secret managers. */
async function replace(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, `${text}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
}

/**
 * Runs `doMeanwhile` while many visitors sign up. Then waits until every sign-up has arrived and none is set
 * aside.
 */
async function underLoad(
  product: Product,
  sandbox: TestSandbox,
  doMeanwhile: () => Promise<void>,
): Promise<void> {
  const emails = Array.from({ length: perSecond * loadS }, (_, index) => `visitor-${index}@example.com`);
  const start = performance.now();
  await Promise.all([
    until(1000).then(doMeanwhile),
    ...emails.map(async (email, index) => {
      await until(Math.max(0, start + (index * 1000) / perSecond - performance.now()));
      await signUp(product, email);
    }),
  ]);
  await haveArrived(product, sandbox, emails);
}

async function signUp({ url }: Product, email: string): Promise<void> {
  const { status } = await fetch(`${url}/forms/newsletter`, {
    method: 'POST',
    body: new URLSearchParams({ email }),
  });
  expect(status).toBe(202);
}

async function delivered(product: Product): Promise<void> {
  await vi.waitFor(
    async () => {
      expect(await waitingIn(product)).toEqual({ waiting: 0, deadLetters: 0 });
    },
    { timeout: 90_000, interval: 100 },
  );
}

/** Checks rasa.io's side, because the proxy's count of waiting sign-ups may be too low for a moment. */
async function haveArrived(product: Product, sandbox: TestSandbox, emails: readonly string[]): Promise<void> {
  await delivered(product);
  await vi.waitFor(
    async () => {
      const arrived = new Set((await readContacts(sandbox)).map(({ email }) => email));
      expect(emails.filter((email) => !arrived.has(email))).toEqual([]);
    },
    { timeout: 90_000, interval: 1000 },
  );
  await delivered(product);
}

async function isInUse(product: Product, key: string): Promise<void> {
  const words = new RegExp(`"fingerprint":"${new Secret(key).fingerprint}".*they are in use`);
  await vi.waitFor(
    () => {
      expect(product.output()).toMatch(words);
    },
    { timeout: 30_000 },
  );
}

/**
 * At most one for each set: each of these tests reloads once, and refused credentials are tried again only
 * after minutes.
 */
function expectFewFailedMints(mints: ReadonlyMap<string, readonly number[]>): void {
  expect(mints.size).toBe(2);
  for (const statuses of mints.values()) {
    expect(statuses.filter((status) => status !== 201).length).toBeLessThanOrEqual(1);
  }
}
