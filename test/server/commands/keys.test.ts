import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { showKeys } from '../../../server/commands/keys.ts';
import { Secret } from '../../../server/system/secret.ts';
import { runCli } from '../../helpers/server/cli.ts';
import { startProduct } from '../../helpers/server/product.ts';
import { startSandbox } from '../../helpers/server/sandbox.ts';
import { credentialsFor, startService } from '../../helpers/server/service.ts';
import { temporaryDir } from '../../helpers/server/temporary-dir.ts';

/** The command on a simulated terminal. */
async function onTerminal(dataDir: string, columns = 160) {
  const written = { out: '', err: '' };
  const code = await showKeys({
    dataDir,
    process: {
      pid: process.pid,
      kill: process.kill.bind(process),
      stdout: { isTTY: true, columns, write: (text: string) => (written.out += text) },
      stderr: { write: (text: string) => (written.err += text) },
    },
  });
  return { code, ...written };
}

describe('keys', () => {
  it('shows which one is in use and which was refused, by fingerprint and source', async () => {
    const sandbox = await startSandbox();
    const file = join(await temporaryDir(), 'api-key');
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
    });
    const { code, out } = await onTerminal(service.dataDir);
    expect(code).toBe(0);
    const [head, one, two, , summary, from] = out.split('\n');
    expect(head).toMatch(/^SET +FINGERPRINT +STATE +LAST USE +LAST REFUSAL +SOURCE$/);
    expect(one).toMatch(
      new RegExp(
        `^1 +${new Secret('a-wrong-key').fingerprint} +retired until \\d\\d:\\d\\d UTC +never +\\d+s ago \\(401\\) +RASA_API_KEY$`,
      ),
    );
    expect(two).toMatch(new RegExp(`^2 +${right} +in use +\\d+s ago +never +RASA_API_KEY_2_FILE: ${file}$`));
    expect(summary).toBe('rasa.io accepts the set that is in use.');
    expect(from).toMatch(new RegExp(`^Written by process ${process.pid} \\d+s ago, at the last change\\.$`));
    expect(out).not.toContain(sandbox.credentials.apiKey);

    const { code: piped, stdout } = await runCli(['keys'], { DATA_DIR: service.dataDir });
    expect(piped).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      version: 1,
      credentials: 'working',
      sets: [
        { number: 1, state: 'retired' },
        { number: 2, state: 'in use', fingerprint: right },
      ],
    });
  });

  it('reports that the proxy has stopped', async () => {
    const sandbox = await startSandbox();
    const { dataDir, stop } = await startProduct(credentialsFor(sandbox));
    await stop();
    expect((await onTerminal(dataDir)).out).toContain('No proxy runs on this directory just now.');
  });

  it.each([
    ['no file', undefined],
    ['half a file', '{"version":1,'],
    ['a file of another version', '{"version":2}'],
  ])('explains that there is no usable keys.json: %s', async (_name, content) => {
    const dataDir = await temporaryDir();
    if (content !== undefined) await writeFile(join(dataDir, 'keys.json'), content);
    const { code, stdout, stderr } = await runCli(['keys', '--json'], { DATA_DIR: dataDir });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(`There is no readable keys.json in ${dataDir}.`);
  });

  it('needs no credentials, and reads none', async () => {
    const env = { DATA_DIR: await temporaryDir(), NODE_ENV: 'production', RASA_API_KEY_FILE: '/nowhere' };
    expect((await runCli(['keys'], env)).stderr).toContain('There is no readable keys.json');
  });
});
