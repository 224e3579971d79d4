import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { freePort } from '../helpers/server/free-port.ts';
import { startProduct } from '../helpers/server/product.ts';
import { startSandbox } from '../helpers/server/sandbox.ts';
import { credentialsFor, readContacts } from '../helpers/server/service.ts';
import { temporaryDir } from '../helpers/server/temporary-dir.ts';

const signUp = (url: string, email: string) =>
  fetch(`${url}/forms/newsletter`, { method: 'POST', body: new URLSearchParams({ email }) });

describe('starting', () => {
  it('says that the sandbox replaces rasa.io, where to look, and prints its key once', async () => {
    const dataDir = await temporaryDir();
    const first = await startProduct({ DATA_DIR: dataDir });
    expect(first.output()).toContain('No rasa.io credentials are set, so a sandbox stands in for rasa.io');
    expect(first.output()).toContain(first.url);
    expect(first.output()).toMatch(/Sandbox API key +[0-9a-f-]{36} \(shown once\)/);
    expect(first.output()).toContain('Sandbox: sign-ups do not reach rasa.io.');
    await first.stop();

    const second = await startProduct({ DATA_DIR: dataDir });
    expect(second.output()).not.toContain('Sandbox API key');
  });

  it('leads to the form itself without a builder', async () => {
    const { output, url } = await startProduct({ BUILDER: 'off' });
    expect(output()).toContain(`Your form          ${url}/forms/newsletter\n`);
    expect((await fetch(`${url}/forms/newsletter`)).status).toBe(200);
  });

  it('does not start on a wrong configuration, and lists every fault', async () => {
    await expect(startProduct({ PORT: 'http', NODE_ENV: 'production' })).rejects.toThrow(
      /has 4 faults:\n {2}- RASA_USERNAME.*\n {2}- RASA_PASSWORD.*\n {2}- RASA_API_KEY.*\n {2}- PORT: found "http"/,
    );
  });

  it('reads an env file only on request; the environment takes precedence', async () => {
    const path = join(await temporaryDir(), 'production.env');
    writeFileSync(path, 'LOG_LEVEL=debug\nPORT=http\nNODE_ENV=production\nSANDBOX=on\n');
    const { output } = await startProduct({}, ['--env-file', path]);
    expect(output()).not.toContain('Your form');
    expect(output()).toContain('Sandbox: sign-ups do not reach rasa.io.');
    await expect(startProduct({ SANDBOX: 'off' }, ['--env-file', path])).rejects.toThrow(
      'RASA_API_KEY: found nothing',
    );
  });

  it('does not start without the requested env file, and names it', async () => {
    await expect(startProduct({}, ['--env-file', '/nowhere/production.env'])).rejects.toThrow(
      '/nowhere/production.env',
    );
  });

  it('accepts no secret on the command line, nor any other setting', async () => {
    await expect(startProduct({}, ['--api-key', 'x'])).rejects.toThrow("Unknown option '--api-key'");
  });

  it('names the port that is taken', async () => {
    const { url } = await startProduct();
    const { port } = new URL(url);
    await expect(startProduct({ PORT: port })).rejects.toThrow(`Port ${port} is already in use`);
  });
});

describe('one directory', () => {
  it('belongs to one process: a second one does not start, and names the first', async () => {
    const first = await startProduct();
    await expect(startProduct({ DATA_DIR: first.dataDir })).rejects.toThrow(
      /outbox belongs to process \d+ on .+, which is running\. Stop it, or give this one a DATA_DIR of its own/,
    );
    expect((await signUp(first.url, 'still@example.com')).status).toBe(202);
  });

  it('is free again at once after its process was killed', async () => {
    const first = await startProduct();
    await first.stop('SIGKILL');
    const second = await startProduct({ DATA_DIR: first.dataDir });
    expect((await signUp(second.url, 'next@example.com')).status).toBe(202);
  });
});

describe('rasa.io is down', () => {
  it('at first and back later: the sign-up arrives without intervention', async () => {
    const port = await freePort();
    const apiKey = 'a-key-that-is-known-beforehand';
    const credentials = { username: 'sandbox@example.com', password: 'sandbox', apiKey };
    const { url, output } = await startProduct(
      credentialsFor({ url: `http://localhost:${port}`, credentials }),
    );
    expect((await signUp(url, 'early@example.com')).status).toBe(202);
    await vi.waitFor(() => {
      expect(output()).toContain('rasa.io does not take sign-ups now');
    });

    const sandbox = await startSandbox({ port, apiKey });
    await vi.waitFor(
      async () => {
        expect(await readContacts(sandbox)).toMatchObject([{ email: 'early@example.com' }]);
      },
      { timeout: 20_000, interval: 100 },
    );
  }, 30_000);

  it('over a crash and a restart: the sign-up arrives', async () => {
    const [dataDir, port] = [await temporaryDir(), await freePort()];
    const apiKey = 'a-key-that-is-known-beforehand';
    const credentials = { username: 'sandbox@example.com', password: 'sandbox', apiKey };
    const env = { ...credentialsFor({ url: `http://localhost:${port}`, credentials }), DATA_DIR: dataDir };
    const first = await startProduct(env);
    expect((await signUp(first.url, 'survivor@example.com')).status).toBe(202);
    expect(await first.stop('SIGKILL')).toBe('SIGKILL');

    const sandbox = await startSandbox({ port, apiKey });
    await startProduct(env);
    await vi.waitFor(
      async () => {
        expect(await readContacts(sandbox)).toMatchObject([{ email: 'survivor@example.com' }]);
      },
      { timeout: 20_000, interval: 100 },
    );
  }, 30_000);
});

describe('stopping', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'on %s finishes the answer in progress, accepts no new connection, and exits with 0',
    async (signal) => {
      const { url, stop, output } = await startProduct();
      const port = Number(new URL(url).port);
      const body = 'email=late%40example.com';
      const socket = connect(port, '127.0.0.1');
      let answer = '';
      socket.on('data', (chunk) => (answer += chunk.toString()));
      const closed = once(socket, 'close');
      socket.write(
        `POST /forms/newsletter HTTP/1.1\r\nHost: localhost:${port}\r\nContent-Length: ${body.length}\r\n` +
          'Content-Type: application/x-www-form-urlencoded\r\nExpect: 100-continue\r\n\r\n',
      );
      await vi.waitFor(() => {
        expect(answer).toContain('100 Continue');
      });
      const exit = stop(signal);
      await vi.waitFor(() => {
        expect(output()).toContain('Stopping');
      });
      await vi.waitFor(async () => {
        await expect(fetch(`${url}/healthz`)).rejects.toThrow();
      });
      socket.write(body);
      await closed;
      expect(answer).toContain('HTTP/1.1 202');
      expect(await exit).toBe(0);
    },
  );

  it('does not wait for a visitor who never finishes', async () => {
    const { url, stop } = await startProduct();
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.write('POST /forms/newsletter HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n');
    const started = performance.now();
    expect(await stop()).toBe(0);
    expect(performance.now() - started).toBeLessThan(10_000);
  }, 15_000);
});

describe('under npm', () => {
  it('stops with `npm start`, though npm ends only its shell', async () => {
    const dataDir = await temporaryDir();
    // `exec` would hide the effect of npm's shell. The trailing `:` keeps the shell from replacing itself.
    const shell = spawn('sh', ['-c', 'node dist/server/main.js; :'], {
      env: {
        PATH: process.env['PATH'],
        PORT: '0',
        SANDBOX_PORT: '0',
        DATA_DIR: dataDir,
        npm_lifecycle_event: 'start',
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    shell.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const closed = once(shell.stdout, 'close');
    await vi.waitFor(
      () => {
        expect(output).toContain('Listening.');
      },
      { timeout: 10_000 },
    );
    shell.kill('SIGTERM');
    await closed;
    expect(output).toContain('Stopped.');
  }, 15_000);
});
