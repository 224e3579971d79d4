import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { runCli, startCli } from '../helpers/server/cli.ts';
import { startProduct } from '../helpers/server/product.ts';
import { startSandbox } from '../helpers/server/sandbox.ts';
import { credentialsFor, guardedIntake } from '../helpers/server/service.ts';
import { temporaryDir } from '../helpers/server/temporary-dir.ts';

/** Runs Node until it ends, or until the test does. */
async function runNode(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, args, { env: { PATH: process.env['PATH'], ...env } });
  onTestFinished(() => void child.kill('SIGKILL'));
  const code = once(child, 'close').then(([ended]) => ended as number | null);
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await code, stdout, stderr };
}

async function statusAt(
  socketPath: string,
  path = '/readyz',
  visitor = '192.0.2.1',
): Promise<number | undefined> {
  const asked = request({ socketPath, path, headers: { 'x-forwarded-for': visitor } }).end();
  const [response] = (await once(asked, 'response')) as [{ statusCode?: number; resume: () => void }];
  response.resume();
  return response.statusCode;
}

describe('O6: hosts with an application server', () => {
  it('listens on a Unix socket, also where a killed process has left its file', async () => {
    const path = join(await temporaryDir(), 'signup.sock');
    const first = await startProduct({ PORT: path });
    expect(first.url).toBe(`unix:${path}`);
    expect(await statusAt(path)).toBe(200);
    await expect(startProduct({ PORT: path })).rejects.toThrow(`${path} is already in use`);
    await first.stop('SIGKILL');
    expect(existsSync(path)).toBe(true);
    const second = await startProduct({ PORT: path });
    expect(await statusAt(path)).toBe(200);
    expect(await second.stop()).toBe(0);
    expect(existsSync(path)).toBe(false);
  });

  it('never removes a file that is no socket', async () => {
    const path = join(await temporaryDir(), 'a-file');
    writeFileSync(path, 'precious');
    await expect(startProduct({ PORT: path })).rejects.toThrow('already in use');
    expect(existsSync(path)).toBe(true);
  });

  it('can be loaded with require(), as Passenger does', async () => {
    const child = spawn(process.execPath, ['-e', "require('./dist/server/main.js')"], {
      env: { PATH: process.env['PATH'], PORT: '0', SANDBOX_PORT: '0', DATA_DIR: await temporaryDir() },
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => (output += String(chunk)));
    await vi.waitFor(
      () => {
        expect(output).toContain('"msg":"Listening."');
      },
      { timeout: 60_000 },
    );
  });
});

it('D6: tells visitors apart behind a web server on a Unix socket, with networks in TRUST_PROXY too', async () => {
  const path = join(await temporaryDir(), 'signup.sock');
  await startProduct({
    ...guardedIntake,
    PORT: path,
    TRUST_PROXY: '127.0.0.1,10.0.0.0/8',
    RATE_NETWORK: '1/10m',
  });
  const challenge = (visitor: string) => statusAt(path, '/forms/newsletter/challenge', visitor);
  for (let times = 0; times < 4; times++) expect(await challenge('203.0.113.1, 10.0.0.4')).toBe(200);
  expect(await challenge('203.0.113.1')).toBe(429);
  expect(await challenge('203.0.113.2')).toBe(200);
});

it('O5: a command whose output cannot be written says so', async () => {
  const env = { PATH: process.env['PATH'], DATA_DIR: await temporaryDir() };
  const full = openSync('/dev/full', 'w');
  const args = ['--', 'dist/server/cli.js', 'forms', 'show'];
  const { status, stderr } = spawnSync(process.execPath, args, { env, stdio: ['ignore', full, 'pipe'] });
  closeSync(full);
  expect([status, stderr.toString()]).toEqual([
    1,
    'The output cannot be written: ENOSPC: no space left on device, write\n',
  ]);
});

describe('O9: the entry points', () => {
  it.each(['main', 'cli'])('%s says its version and its options', async (name) => {
    const path = `dist/server/${name}.js`;
    expect(await runNode([path, '--version'])).toMatchObject({ code: 0, stdout: '0.1.0\n', stderr: '' });
    const help = await runNode([path, '--help']);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toMatch(/^Usage: rasa-signup[^]*--version[^]*--env-file <path>/);
    const wrong = await runNode([path, '--api-key', 'x']);
    expect(wrong).toMatchObject({ code: 1, stdout: '' });
    expect(wrong.stderr).toMatch(/unknown option '--api-key'[^]*--help/i);
    expect(wrong.stderr).not.toContain('at ');
    const missing = await runNode(['--', path, '--env-file', '/nix', ...(name === 'cli' ? ['keys'] : [])]);
    expect(missing.code).toBe(1);
    expect(missing.stderr).toContain('--env-file: found "/nix", wanted a file that can be read');
  });
});

describe('O10: the sandbox alone', () => {
  it('prints lines that a shell takes, and JSON', async () => {
    const dataDir = await temporaryDir();
    const env = { DATA_DIR: dataDir, SANDBOX_PORT: '0' };
    const read = async (args: readonly string[], last: RegExp) => {
      const cli = startCli(args, env);
      await vi.waitFor(
        () => {
          expect(cli.output()).toMatch(last);
        },
        { timeout: 60_000 },
      );
      await cli.stop();
      return cli.output();
    };
    const first = await read(['sandbox'], /RASA_API_KEY.*\n/);
    const exported = first.split('\n').filter((line) => line.startsWith('export '));
    const shell = spawn('sh', ['-c', `${exported.join('\n')}\nprintf %s "$RASA_USERNAME $RASA_API_KEY"`]);
    expect(await text(shell.stdout)).toMatch(/^sandbox@example\.com [0-9a-f-]{36}$/);

    const later = JSON.parse(await read(['sandbox', '--json'], /\}\n/)) as Record<string, string>;
    expect(later).toMatchObject({
      RASA_BASE_URL: expect.stringMatching(/^http:/) as string,
      RASA_PASSWORD: 'sandbox',
      RASA_API_KEY_FILE: join(dataDir, 'sandbox/api-key'),
    });
  });
});

describe('O11: a start in production', () => {
  it('says where it listens, its public address, upstream and account, how many wait, and what is wrong', async () => {
    const sandbox = await startSandbox();
    const product = await startProduct({
      ...credentialsFor(sandbox),
      NODE_ENV: 'production',
      PUBLIC_URL: 'https://signup.example.com',
      TRUST_PROXY: '1',
    });
    await vi.waitFor(() => {
      expect(product.output()).toMatch(/Nothing is wrong|Wrong: /);
    });
    const messages = [...product.output().matchAll(/"msg":"([^"]*)"/g)].map(([, words]) => words);
    expect(messages).toEqual(
      expect.arrayContaining([
        'Listening.',
        'Public address: https://signup.example.com',
        expect.stringMatching(/^Upstream: http.*account Sandbox newsletter .*takes the credentials\.$/),
        'Waiting: 0 sign-ups, set aside: 0.',
        'Nothing is wrong.',
      ]),
    );
  });

  it('says at once that the credentials are refused', async () => {
    const sandbox = await startSandbox();
    const product = await startProduct({
      ...credentialsFor(sandbox),
      RASA_API_KEY: 'wrong',
      NODE_ENV: 'production',
      PUBLIC_URL: 'http://localhost',
    });
    await vi.waitFor(() => {
      expect(product.output()).toMatch(
        /Wrong: PUBLIC_URL is not set, or leads to this machine.*; rasa\.io refuses the credentials/,
      );
    });
    expect(product.output()).toContain('Upstream: ');
  });
});

it('the command says "refused" for what rasa.io did not take, as the documents do', async () => {
  const { stdout } = await runCli(['outbox', '--help'], {});
  expect(stdout).toContain('refused');
  expect(stdout).not.toContain('reject');
});
