import { chmod, mkdir, readFile, rename, symlink, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { Env } from '../../../server/config/config.ts';
import { readKeyNotes } from '../../../server/accounts/keys/key-notes.ts';
import { Secret } from '../../../server/system/secret.ts';
import { recordCalls } from '../../helpers/recorder.ts';
import { createKey, revokeKey } from '../../helpers/server/keys.ts';
import { startSandbox, type TestSandbox } from '../../helpers/server/sandbox.ts';
import { credentialsFor, readContacts, startService } from '../../helpers/server/service.ts';
import { openTestStore } from '../../helpers/server/store.ts';
import { directoryInMemory } from '../../helpers/server/temporary-dir.ts';

/** The product in front of a sandbox, with the key "first" in a file. */
async function serviceWithKeyFile(env: Env = {}, sandboxUrl?: string, running?: TestSandbox) {
  const sandbox = running ?? (await startSandbox());
  const first = await createKey(sandbox, 'first');
  const keyFile = join(await directoryInMemory(), 'api-key');
  await writeFile(keyFile, `${first}\n`, { mode: 0o600 });
  const service = await startService({
    ...credentialsFor({ ...sandbox, ...(sandboxUrl !== undefined && { url: sandboxUrl }) }),

    RASA_API_KEY: undefined,
    RASA_API_KEY_FILE: keyFile,
    RASA_MIN_INTERVAL_MS: '0',
    ...env,
  });
  const signUp = async (name: string) => {
    const body = new URLSearchParams({ email: `${name}@example.com` });
    const { status } = await fetch(`${service.url}/forms/newsletter`, { method: 'POST', body });
    expect(status).toBe(202);
  };
  return {
    sandbox,
    service,
    first,
    keyFile,
    signUp,
    /** Of the one account. */
    health: () => {
      const { accounts, ...figures } = service.figures();
      return Promise.resolve({ ...figures, credentials: accounts[0]?.credentials });
    },
    ready: async () => (await (await fetch(`${service.url}/readyz`)).json()) as unknown,
    /** Replaced as editors and secret managers replace files: with a rename. */
    writeKey: async (key: string) => {
      await writeFile(`${keyFile}.new`, `${key}\n`, { mode: 0o600 });
      await rename(`${keyFile}.new`, keyFile);
    },
    arrived: (...names: string[]) =>
      vi.waitFor(
        async () => {
          const emails = (await readContacts(sandbox)).map(({ email }) => email);
          expect(emails.sort()).toEqual(names.map((name) => `${name}@example.com`).sort());
          expect(service.figures().outbox).toMatchObject({ waiting: 0, deadLetters: 0 });
        },
        { timeout: 20_000, interval: 50 },
      ),
  };
}

describe('a key in a file', () => {
  it('is exchanged while the proxy runs: the next sign-up goes with the new one', async () => {
    const { sandbox, service, signUp, writeKey, arrived } = await serviceWithKeyFile();
    await signUp('ada');
    await arrived('ada');
    const second = await createKey(sandbox, 'second');
    await writeKey(second);
    await vi.waitFor(() => {
      expect(service.log()).toMatch(new RegExp(`${new Secret(second).fingerprint}.*they are in use`));
    });
    await revokeKey(sandbox, 'first');
    await signUp('bob');
    await arrived('ada', 'bob');
    expect(service.log()).not.toContain('refuses');
    for (const key of [second, sandbox.credentials.password]) expect(service.log()).not.toContain(`"${key}"`);
  });

  it('is exchanged together with the others when a directory of secrets is swapped by a link', async () => {
    const sandbox = await startSandbox();
    const dir = await directoryInMemory();
    // As Kubernetes mounts a secret: the names are links through `..data`, and `..data` is a link that is
    // swapped.
    const place = async (version: string, key: string, password: string) => {
      await mkdir(join(dir, version));
      await writeFile(join(dir, version, 'key'), key, { mode: 0o600 });
      await writeFile(join(dir, version, 'password'), password, { mode: 0o600 });
      await symlink(version, join(dir, '..new'));
      await rename(join(dir, '..new'), join(dir, '..data'));
    };
    await place('..1', 'an old key', 'an old password');
    for (const name of ['key', 'password']) await symlink(`..data/${name}`, join(dir, name));
    const { signUp, health, arrived } = await serviceWithKeyFile(
      {
        RASA_API_KEY_FILE: join(dir, 'key'),
        RASA_PASSWORD: undefined,
        RASA_PASSWORD_FILE: join(dir, 'password'),
      },
      undefined,
      sandbox,
    );
    await signUp('ada');
    await vi.waitFor(async () => {
      expect((await health()).credentials?.is).toBe('refused');
    });
    await place('..2', await createKey(sandbox, 'new'), sandbox.credentials.password);
    await arrived('ada');
  });

  it.each([
    ['is empty', ''],
    ['cannot be found', undefined],
  ])('that %s after a change leaves the old key in use, and the fault is logged', async (_name, content) => {
    const { service, keyFile, signUp, arrived, first } = await serviceWithKeyFile();
    await signUp('ada');
    await arrived('ada');
    if (content === undefined) await rename(keyFile, `${keyFile}.gone`);
    else await writeFile(keyFile, content);
    await vi.waitFor(() => {
      expect(service.log()).toContain('cannot be read again; the previous ones stay in use');
    });
    expect(service.log()).toContain(`RASA_API_KEY_FILE: found`);
    await signUp('bob');
    await arrived('ada', 'bob');
    expect(service.log()).not.toContain(first);
  });

  it('is warned of, with its path and a remedy, if every user can read it', async () => {
    const { service, keyFile, writeKey, first } = await serviceWithKeyFile();
    expect(service.log()).not.toContain('chmod');
    await chmod(keyFile, 0o644);
    service.reload();
    await vi.waitFor(() => {
      expect(service.log()).toMatch(new RegExp(`"file":"${keyFile}".*chmod 600`));
    });
    const another = await startService({
      RASA_API_KEY_FILE: keyFile,
      RASA_USERNAME: 'a',
      RASA_PASSWORD: 'b',
      ALLOWED_ORIGINS: 'https://www.example.com',
    });
    await vi.waitFor(() => {
      expect(another.log()).toContain('chmod 600');
    });
    await writeKey(first);
  });
});

describe('a key that is revoked', () => {
  it('keeps working until its token expires, if rasa.io lets the token live', async () => {
    const { sandbox, signUp, arrived, health } = await serviceWithKeyFile();
    await signUp('ada');
    await arrived('ada');
    await revokeKey(sandbox, 'first');
    await signUp('bob');
    await arrived('ada', 'bob');
    expect((await health()).credentials?.is).toBe('working');
  });

  it('with no other key makes all sign-ups wait, and a new key in the file delivers them at once', async () => {
    const { sandbox, service, signUp, writeKey, arrived, health, ready } = await serviceWithKeyFile();
    await sandbox.putFaults({ revocationKillsTokens: true });
    await signUp('ada');
    await arrived('ada');
    await revokeKey(sandbox, 'first');
    for (const name of ['bob', 'cleo', 'dan']) await signUp(name);
    await vi.waitFor(async () => {
      expect(await health()).toMatchObject({
        outbox: { waiting: 3, deadLetters: 0 },
        delivery: { circuit: 'open' },
        credentials: { is: 'refused', sets: [{ state: 'retired' }] },
      });
    });
    expect(await ready()).toEqual({ status: 'degraded', reasons: ['credentials'] });
    await writeKey(await createKey(sandbox, 'second'));
    await arrived('ada', 'bob', 'cleo', 'dan');
    expect(await ready()).toEqual({ status: 'ok', reasons: [] });
    expect(service.log().match(/Sign-ups are accepted and wait/g)).toHaveLength(1);
  });

  it('between the mint and the post loses no sign-up', async () => {
    const sandbox = await startSandbox();
    await sandbox.putFaults({ revocationKillsTokens: true });
    let isRevoked = false;
    const recorder = await recordCalls(sandbox, async () => {
      if (!isRevoked) await revokeKey(sandbox, 'first');
      isRevoked = true;
    });
    const { signUp, health, writeKey, arrived } = await serviceWithKeyFile({}, recorder.url, sandbox);
    await signUp('ada');
    await vi.waitFor(async () => {
      expect(await health()).toMatchObject({ outbox: { waiting: 1 }, credentials: { is: 'refused' } });
    });
    await writeKey(await createKey(sandbox, 'second'));
    await arrived('ada');
  });

  it('is replaced by the second one in the same delivery, and is tried only once', async () => {
    const sandbox = await startSandbox();
    await sandbox.putFaults({ revocationKillsTokens: true });
    const recorder = await recordCalls(sandbox);
    const second = await createKey(sandbox, 'second');
    const { first, signUp, arrived, health } = await serviceWithKeyFile(
      { RASA_API_KEY_2: second },
      recorder.url,
      sandbox,
    );
    await signUp('ada');
    await arrived('ada');
    await revokeKey(sandbox, 'first');
    await signUp('bob');
    await arrived('ada', 'bob');
    expect(recorder.mints).toEqual(
      new Map([
        [first, [201, 401]],
        [second, [201]],
      ]),
    );
    expect(await health()).toMatchObject({
      delivery: { attempts: 2, circuit: 'closed' },
      credentials: { is: 'working', sets: [{ state: 'retired' }, { state: 'in use' }] },
    });
  });
});

describe('what rasa.io may answer to a mint', () => {
  it('is not repeated in the log: it may quote what was sent', async () => {
    const { sandbox, service, signUp, health } = await serviceWithKeyFile();
    for (const answer of [
      { status: 500, on: 'persons', times: 1 },
      { status: 422, on: 'persons', times: 1 },
      { status: 401, on: 'tokens' },
    ]) {
      await sandbox.putFaults({ answer: { ...answer, error: 'words of rasa.io' }, tokenLifetimeS: 0 });
      await signUp(`status-${answer.status}`);
      await vi.waitFor(() => {
        expect(service.log()).toMatch(/answered 500/);
      });
    }
    await vi.waitFor(async () => {
      expect((await health()).credentials?.is).toBe('refused');
    });
    expect(service.log()).not.toContain('words of rasa.io');
  });

  it.each([400, 401, 403])(
    '%i refuses the credentials: all sign-ups wait until the credentials change',
    async (status) => {
      const { sandbox, signUp, health, writeKey, arrived } = await serviceWithKeyFile();
      await sandbox.putFaults({ answer: { status, on: 'tokens' } });
      await signUp('ada');
      await vi.waitFor(async () => {
        expect(await health()).toMatchObject({
          outbox: { waiting: 1, deadLetters: 0 },
          credentials: { is: 'refused' },
        });
      });
      await sandbox.putFaults({});
      await writeKey(await createKey(sandbox, 'second'));
      await arrived('ada');
    },
  );

  it('500 is a temporary fault: no credentials are refused, and deliveries recover', async () => {
    const { sandbox, signUp, health, arrived } = await serviceWithKeyFile();
    await sandbox.putFaults({ answer: { status: 500, on: 'tokens', times: 2 } });
    await signUp('ada');
    await vi.waitFor(async () => {
      expect(await health()).toMatchObject({
        delivery: { circuit: 'open' },
        credentials: { is: 'untried', sets: [{ state: 'standby' }] },
      });
    });
    await arrived('ada');
    expect((await health()).credentials?.is).toBe('working');
  });
});

it('a requested reload also retries refused credentials that have not changed', async () => {
  const { sandbox, service, signUp, health, arrived } = await serviceWithKeyFile();
  await sandbox.putFaults({ answer: { status: 403, on: 'tokens' } });
  await signUp('ada');
  await vi.waitFor(async () => {
    expect((await health()).credentials?.is).toBe('refused');
  });
  await sandbox.putFaults({});
  service.reload();
  await arrived('ada');
});

it('a restart with another key delivers at once the sign-ups that waited', async () => {
  const { sandbox, service, signUp, health, writeKey, keyFile } = await serviceWithKeyFile();
  await revokeKey(sandbox, 'first');
  await signUp('ada');
  await vi.waitFor(async () => {
    expect((await health()).credentials?.is).toBe('refused');
  });
  await service.close();
  await writeKey(await createKey(sandbox, 'second'));
  await startService({
    ...credentialsFor(sandbox),
    RASA_API_KEY: undefined,
    RASA_API_KEY_FILE: keyFile,
    DATA_DIR: service.dataDir,
  });
  await vi.waitFor(async () => {
    expect(await readContacts(sandbox)).toMatchObject([{ email: 'ada@example.com' }]);
  });
});

it('the store says how each set stands, and holds no secret', async () => {
  const sandbox = await startSandbox();
  const second = await createKey(sandbox, 'second');
  const { service, first, keyFile, signUp, arrived } = await serviceWithKeyFile(
    { RASA_API_KEY_2: second },
    undefined,
    sandbox,
  );
  await revokeKey(sandbox, 'first');
  await signUp('ada');
  await arrived('ada');
  const time = expect.stringMatching(/^\d{4}-.*Z$/) as string;
  const database = await openTestStore({ dataDir: service.dataDir });
  await vi.waitFor(async () => {
    expect((await readKeyNotes(database)).notes[0]).toEqual({
      account: 'main',
      host: hostname(),
      pid: process.pid,
      writtenAt: time,
      api: 'v1',
      credentials: 'working',
      sets: [
        {
          number: 1,
          source: { variable: 'RASA_API_KEY_FILE', file: keyFile },
          fingerprint: new Secret(first).fingerprint,
          state: 'retired',
          retiredUntil: time,
          lastRefusal: { at: time, status: 401 },
        },
        {
          number: 2,
          source: { variable: 'RASA_API_KEY_2' },
          fingerprint: new Secret(second).fingerprint,
          state: 'in use',
          lastUse: time,
        },
      ],
    });
  });
  const { notes } = await readKeyNotes(database);
  const stored = await Promise.all(
    ['rasa-signup.db', 'rasa-signup.db-wal'].map((name) => readFile(join(service.dataDir, name), 'latin1')),
  );
  for (const secret of [first, second, 'sandbox"']) {
    expect(JSON.stringify(notes)).not.toContain(secret);
    expect(stored.join('')).not.toContain(secret);
  }
});
