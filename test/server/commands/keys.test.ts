import { writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { showKeys } from '../../../server/commands/keys.ts';
import { startKeyNotes } from '../../../server/accounts/keys/key-notes.ts';
import { Secret } from '../../../server/system/secret.ts';
import { runCommand } from '../../helpers/server/run-command.ts';
import { startSandbox } from '../../helpers/server/sandbox.ts';
import { credentialsFor, startService } from '../../helpers/server/service.ts';
import { openTestStore, quiet, testKey } from '../../helpers/server/store.ts';
import { directoryInMemory } from '../../helpers/server/temporary-dir.ts';

/** The command on a terminal of the test's. */
async function onTerminal(dataDir: string, host = hostname()) {
  const written = { out: '', err: '' };
  const code = await showKeys({
    database: await openTestStore({ dataDir }),
    host,
    process: {
      kill: process.kill.bind(process),
      stdout: { isTTY: true, columns: 160, write: (text: string) => (written.out += text) },
      stderr: { write: (text: string) => (written.err += text) },
    },
  });
  return { code, ...written };
}

describe('keys', () => {
  it(
    'shows which one is in use and which was refused, by fingerprint and source',
    { timeout: 30_000 },
    async () => {
      const sandbox = await startSandbox();
      const file = join(await directoryInMemory(), 'api-key');
      await writeFile(file, sandbox.credentials.apiKey ?? '', { mode: 0o600 });
      const service = await startService({
        ...credentialsFor(sandbox),
        RASA_API_KEY: 'a-wrong-key',
        RASA_API_KEY_2_FILE: file,
      });
      service.reload();
      const right = new Secret(sandbox.credentials.apiKey ?? '').fingerprint;
      await vi.waitFor(async () => {
        expect((await onTerminal(service.dataDir)).out).toContain('in use');
      }, 10_000);
      const { code, out } = await onTerminal(service.dataDir);
      expect(code).toBe(0);
      const [head, one, two, , summary, from] = out.split('\n');
      expect(head).toMatch(/^SET +FINGERPRINT +STATE +LAST USE +LAST REFUSAL +SOURCE$/);
      expect(one).toMatch(
        new RegExp(
          `^1 +${new Secret('a-wrong-key').fingerprint} +retired until \\d\\d:\\d\\d UTC +never +\\d+s ago \\(401\\) +RASA_API_KEY$`,
        ),
      );
      expect(two).toMatch(
        new RegExp(`^2 +${right} +in use +\\d+s ago +never +RASA_API_KEY_2_FILE: ${file}$`),
      );
      expect(summary).toBe('rasa.io accepts the set that is in use.');
      expect(from).toMatch(new RegExp(`^Written by process ${process.pid} on ${hostname()} \\d+s ago\\.$`));
      expect(out).not.toContain(sandbox.credentials.apiKey);

      const { code: piped, stdout } = await runCommand(['keys'], { DATA_DIR: service.dataDir });
      expect(piped).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject([
        {
          credentials: 'working',
          sets: [
            { number: 1, state: 'retired' },
            { number: 2, state: 'in use', fingerprint: right },
          ],
        },
      ]);
    },
  );

  it('reports that the proxy has stopped', async () => {
    const sandbox = await startSandbox();
    const service = await startService(credentialsFor(sandbox));
    await service.close();
    expect((await onTerminal(service.dataDir)).out).toContain('It is not running now.');
  });

  it('shows every proxy that runs on the store, and none that ran before', { timeout: 30_000 }, async () => {
    const sandbox = await startSandbox();
    const before = await startService(credentialsFor(sandbox));
    await before.close();
    const { dataDir } = before;
    const database = await openTestStore({ dataDir });
    const elsewhere = startKeyNotes({
      database,
      account: 'main',
      host: 'another-machine',
      pid: 77,
      api: 'v1',
      state: () => ({ credentials: 'refused', sets: [] }),
      log: quiet,
    });
    onTestFinished(() => elsewhere.close());
    const wide = { ...credentialsFor(sandbox), DATA_DIR: dataDir };
    const service = await startService(wide);
    await vi.waitFor(async () => {
      const { out } = await onTerminal(dataDir);
      const processes = [...out.matchAll(/Written by process (\d+) on (\S+) \d+s ago/g)].map(
        ([, pid, host]) => [pid, host],
      );
      expect(processes.sort()).toEqual(
        [
          ['77', 'another-machine'],
          [String(process.pid), hostname()],
        ].sort(),
      );
    }, 10_000);
    await service.close();
    await elsewhere.close();
    expect((await onTerminal(dataDir)).out.match(/Written by process/g)).toHaveLength(1);
  });

  it('shows each account by its name, where accounts have names', { timeout: 30_000 }, async () => {
    const dataDir = await directoryInMemory();
    const database = await openTestStore({ dataDir });
    for (const account of ['harbour', 'engine-room']) {
      const notes = startKeyNotes({
        database,
        account,
        host: 'another-machine',
        pid: 77,
        api: 'v1',
        state: () => ({ credentials: 'working', sets: [] }),
        log: quiet,
      });
      onTestFinished(() => notes.close());
    }
    await vi.waitFor(async () => {
      const { out } = await onTerminal(dataDir);
      expect(out).toContain('Account harbour\n');
      expect(out).toContain('Account engine-room\n');
    }, 10_000);
  });

  it('says in plain words that there is no database', async () => {
    const dataDir = await directoryInMemory();
    const { code, stdout, stderr } = await runCommand(['keys', '--json'], { DATA_DIR: dataDir });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(`There is no database in ${dataDir}.`);
  });

  it('says in plain words that nothing is noted yet', async () => {
    const { code, out, err } = await onTerminal(await directoryInMemory());
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain('No proxy has written notes of its keys yet.');
  });

  it('says so where what is noted was sealed with another key', async () => {
    const sandbox = await startSandbox();
    const service = await startService(credentialsFor(sandbox));
    await service.close();
    const written = { err: '' };
    const code = await showKeys({
      database: await openTestStore({ dataDir: service.dataDir, key: testKey }),
      host: hostname(),
      process: {
        kill: process.kill.bind(process),
        stdout: { write: () => undefined },
        stderr: { write: (text: string) => (written.err += text) },
      },
    });
    expect(code).toBe(1);
    expect(written.err).toContain('they were sealed with another OUTBOX_KEY');
  });

  it('needs no credentials, and reads none', async () => {
    const env = {
      DATA_DIR: await directoryInMemory(),
      NODE_ENV: 'production',
      RASA_API_KEY_FILE: '/nowhere',
    };
    expect((await runCommand(['keys'], env)).stderr).toContain('There is no database');
  });
});
