import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Env } from '../../server/config/config.ts';
import { sameSql } from '../../server/store/database.ts';
import { freePort } from '../helpers/server/free-port.ts';
import { openTestOutbox } from '../helpers/server/outbox.ts';
import { startPostgres, whyNoPostgres } from '../helpers/server/postgres.ts';
import { startProduct } from '../helpers/server/product.ts';
import { startSandbox } from '../helpers/server/sandbox.ts';
import { credentialsFor, readContacts } from '../helpers/server/service.ts';
import { directoryInMemory } from '../helpers/server/temporary-dir.ts';
import { waitingIn } from '../helpers/server/waiting.ts';

const signUp = (url: string, email: string) =>
  fetch(`${url}/forms/newsletter`, { method: 'POST', body: new URLSearchParams({ email }) });

describe('starting', () => {
  it('says that the sandbox replaces rasa.io, where to look, and prints its key once', async () => {
    const dataDir = await directoryInMemory();
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
      /has 6 faults:\n(?: {2}- RASA_(?:USERNAME|PASSWORD|API_KEY).*\n){3} {2}- ALLOWED_ORIGINS.*\n {2}- PUBLIC_URL.*\n {2}- PORT: found "http"/,
    );
  });

  it('reads an env file only on request; the environment takes precedence', async () => {
    const path = join(await directoryInMemory(), 'production.env');
    writeFileSync(path, 'LOG_LEVEL=debug\nPORT=http\nNODE_ENV=production\nSANDBOX=on\n');
    const { output } = await startProduct({}, ['--env-file', path]);
    expect(output()).not.toContain('Your form');
    expect(output()).toContain('Sandbox: sign-ups do not reach rasa.io.');
    await expect(startProduct({ SANDBOX: 'off' }, ['--env-file', path])).rejects.toThrow(
      'RASA_API_KEY: found nothing',
    );
    writeFileSync(path, 'NODE_ENV=production\nRASA_API_KEY: the key\n');
    await expect(startProduct({}, ['--env-file', path])).rejects.toThrow(
      /RASA_API_KEY: found[^]*Line 2 of .* is not read/,
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

  it.each<[string, Env, RegExp]>([
    ['a host of another machine', { HOST: '192.0.2.1' }, /192\.0\.2\.1.*has no such address.*Set HOST/],
    ['a host that is a URL', { HOST: 'http://localhost' }, /http:\/\/localhost.*Set HOST.*without http/],
    [
      'a socket in no directory',
      { PORT: '/nowhere/proxy.sock' },
      /\/nowhere\/proxy\.sock.*Set PORT to a path/,
    ],
    ['a directory that is a file', { DATA_DIR: 'package.json' }, /package\.json.*DATA_DIR is a directory/],
  ])('says what to set where it cannot start: %s', async (_name, env, words) => {
    await expect(startProduct(env)).rejects.toThrow(words);
  });
});

describe('one directory', () => {
  it('can have two processes, and what one accepts is delivered when only the other is left', async () => {
    const sandbox = await startSandbox();
    const first = await startProduct(credentialsFor(sandbox));
    const second = await startProduct({ ...credentialsFor(sandbox), DATA_DIR: first.dataDir });
    expect((await signUp(second.url, 'second@example.com')).status).toBe(202);
    await first.stop('SIGKILL');
    expect((await signUp(second.url, 'orphan@example.com')).status).toBe(202);
    await vi.waitFor(
      async () => {
        const emails = (await readContacts(sandbox)).map(({ email }) => email);
        expect(emails.sort()).toEqual(['orphan@example.com', 'second@example.com']);
      },
      { timeout: 60_000, interval: 100 },
    );
  });

  it('takes a retry at the other process as one sign-up', async () => {
    const sandbox = await startSandbox();
    const first = await startProduct(credentialsFor(sandbox));
    const second = await startProduct({ ...credentialsFor(sandbox), DATA_DIR: first.dataDir });
    const body = () => new URLSearchParams({ email: 'ada@example.com', id: 'one-and-the-same' });
    const answers = await Promise.all(
      [first, second, first].map(({ url }) =>
        fetch(`${url}/forms/newsletter`, { method: 'POST', body: body() }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
    await vi.waitFor(async () => {
      expect(await waitingIn(first)).toEqual({ waiting: 0, deadLetters: 0 });
    }, 60_000);
    const traffic: unknown = await (await fetch(`${sandbox.url}/sandbox/traffic`)).json();
    expect(traffic).toMatchObject({ calls: 1 });
  });

  it('with sign-ups of an earlier version, in files, stops the start and says what to do', async () => {
    const dataDir = await directoryInMemory();
    mkdirSync(join(dataDir, 'outbox/set-aside'), { recursive: true });
    const empty = await startProduct({ DATA_DIR: dataDir });
    await empty.stop();
    writeFileSync(join(dataDir, 'outbox/set-aside/ada.json'), '{}');
    await expect(startProduct({ DATA_DIR: dataDir })).rejects.toThrow(
      /Sign-ups of an earlier version wait in .*outbox, which this version does not read: run the earlier version until/,
    );
  });

  it('whose key is missing stops the start, and says which key it wants', async () => {
    const key = 'ab'.repeat(32);
    const first = await startProduct({ OUTBOX_KEY: key });
    await first.stop();
    await expect(startProduct({ DATA_DIR: first.dataDir, OUTBOX_KEY: 'cd'.repeat(32) })).rejects.toThrow(
      /give that one as OUTBOX_KEY_PREVIOUS/,
    );
    await startProduct({ DATA_DIR: first.dataDir, OUTBOX_KEY: 'cd'.repeat(32), OUTBOX_KEY_PREVIOUS: key });
  });
});

describe('a database that cannot be used', () => {
  it('from a newer version stops the start, and names that version', async () => {
    const dataDir = await directoryInMemory();
    const { database, close } = await openTestOutbox({ place: { dataDir } });
    await database.write([
      { sql: sameSql(`insert into migrations (version, name, applied_at) values (99, 'of the future', 0)`) },
    ]);
    await close();
    await expect(startProduct({ DATA_DIR: dataDir })).rejects.toThrow(
      /The database is from a newer version of rasa-signup: its schema is 99 \(of the future\)/,
    );
  });

  it('because it is not one stops the start, in one sentence', async () => {
    const dataDir = await directoryInMemory();
    writeFileSync(join(dataDir, 'rasa-signup.db'), 'This is not a database.\n'.repeat(1000));
    const error = await startProduct({ DATA_DIR: dataDir }).catch((error: unknown) => String(error));
    expect(error).toContain('The database is damaged');
    expect(error).not.toMatch(/^ +at /m);
  });

  it('because nobody answers at DATABASE_URL stops the start, and the password is not shown', async () => {
    const DATABASE_URL = `postgres://user:a-password@127.0.0.1:${await freePort()}/x`;
    const error = await startProduct({ DATABASE_URL, OUTBOX_KEY: 'ab'.repeat(32) }).catch((error: unknown) =>
      String(error),
    );
    expect(error).toContain('There is no connection to the database');
    expect(error).not.toContain('a-password');
  });

  it('any more, while the product runs, gets sign-ups 503 and lets everything else go on', async () => {
    const { url, dataDir, stop } = await startProduct();
    expect((await signUp(url, 'before@example.com')).status).toBe(202);
    renameSync(join(dataDir, 'rasa-signup.db'), join(dataDir, 'elsewhere.db'));
    const refused = await signUp(url, 'after@example.com');
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('30');
    expect(await refused.json()).toMatchObject({ code: 'unavailable' });
    for (const path of ['/forms/newsletter', '/embed.js', '/healthz']) {
      expect((await fetch(url + path)).status, path).toBe(200);
    }
    renameSync(join(dataDir, 'elsewhere.db'), join(dataDir, 'rasa-signup.db'));
    await vi.waitFor(async () => {
      expect((await signUp(url, 'again@example.com')).status).toBe(202);
    }, 60_000);
    expect(await stop()).toBe(0);
  });
});

describe.skipIf(whyNoPostgres() !== undefined)('several proxies on one PostgreSQL database', () => {
  it('take each other’s sign-ups and challenges, and deliver everything once', async () => {
    const server = await startPostgres();
    onTestFinished(() => server.close());
    const sandbox = await startSandbox();
    const env = {
      ...credentialsFor(sandbox),
      DATABASE_URL: await server.createDatabase(),
      OUTBOX_KEY: 'ab'.repeat(32),
      RASA_MIN_INTERVAL_MS: '0',
    };
    const proxies = [await startProduct(env), await startProduct(env), await startProduct(env)];
    const emails = Array.from({ length: 90 }, (_, at) => `visitor-${at}@example.com`);
    const answers = await Promise.all(
      emails.map((email, at) => signUp(proxies[at % proxies.length]?.url ?? '', email)),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    await proxies[0]?.stop('SIGKILL');
    await vi.waitFor(
      async () => {
        const arrived = (await readContacts(sandbox)).map(({ email }) => String(email));
        expect(arrived.sort()).toEqual([...emails].sort());
      },
      { timeout: 60_000, interval: 200 },
    );
  }, 90_000);
});

describe('a start with other settings', () => {
  it('never sends what waits for rasa.io to the sandbox, says so, and delivers it with the right ones', async () => {
    const sandbox = await startSandbox();
    await sandbox.putFaults({ answer: { status: 503, on: 'all' } });
    const first = await startProduct(credentialsFor(sandbox));
    for (const name of ['ada', 'bob', 'cyd']) {
      expect((await signUp(first.url, `${name}@example.com`)).status).toBe(202);
    }
    await first.stop();

    const forgotten = await startProduct({ DATA_DIR: first.dataDir });
    expect((await signUp(forgotten.url, 'of-the-sandbox@example.com')).status).toBe(202);
    await vi.waitFor(async () => {
      // Its own one has left, the others are still there.
      expect(await waitingIn(forgotten)).toEqual({ waiting: 3, deadLetters: 0 });
    }, 60_000);
    expect(forgotten.output()).toMatch(
      /"waiting":3,"upstream":"v1 http.*Sign-ups wait for another upstream or account/,
    );
    await forgotten.stop();

    await sandbox.putFaults({});
    await startProduct({ ...credentialsFor(sandbox), DATA_DIR: first.dataDir });
    await vi.waitFor(
      async () => {
        const emails = (await readContacts(sandbox)).map(({ email }) => email);
        expect(emails.sort()).toEqual(['ada@example.com', 'bob@example.com', 'cyd@example.com']);
      },
      { timeout: 60_000, interval: 100 },
    );
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
      { timeout: 60_000, interval: 100 },
    );
  });

  it('over a crash and a restart: the sign-up arrives', async () => {
    const [dataDir, port] = [await directoryInMemory(), await freePort()];
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
      { timeout: 60_000, interval: 100 },
    );
  });
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
  });
});

describe('under npm', () => {
  it('stops with `npm start`, though npm ends only its shell', async () => {
    const dataDir = await directoryInMemory();
    // `exec` would hide the effect of npm's shell. The trailing `:` keeps the shell from replacing itself.
    const shell = spawn('sh', ['-c', 'node dist/server/main.js; :'], {
      env: {
        PATH: process.env['PATH'],
        PORT: '0',
        SANDBOX_PORT: '0',
        DATA_DIR: dataDir,
        npm_lifecycle_event: 'start',
        npm_lifecycle_script: 'node dist/server/main.js',
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
      { timeout: 60_000 },
    );
    shell.kill('SIGTERM');
    await closed;
    expect(output).toContain('Stopped.');
  });
});
