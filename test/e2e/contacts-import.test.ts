import { randomInt } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { storePlaceOf } from '../../server/commands/store.ts';
import type { Env } from '../../server/config/config.ts';
import { openPlace } from '../../server/outbox/place.ts';
import { sameSql } from '../../server/store/database.ts';
import { runCli, startCli } from '../helpers/server/cli.ts';
import { useEngines, type Engine } from '../helpers/server/engines.ts';
import { startProduct } from '../helpers/server/product.ts';
import { runCommand } from '../helpers/server/run-command.ts';
import { startSandbox, type TestSandbox } from '../helpers/server/sandbox.ts';
import { credentialsFor, readContacts } from '../helpers/server/service.ts';
import { directoryInMemory } from '../helpers/server/temporary-dir.ts';
import { waitingIn } from '../helpers/server/waiting.ts';

const { engines, server } = useEngines();
const isSoak = process.env['SOAK'] !== undefined;

interface Report {
  readonly plan: boolean;
  readonly rows: number;
  readonly created: { readonly count: number; readonly examples: readonly object[] };
  readonly changed: { readonly count: number };
  readonly left_alone: { readonly count: number; readonly examples: readonly object[] };
  readonly refused: { readonly count: number; readonly examples: readonly object[] };
  readonly repeated: number;
  readonly rejects: string | null;
  readonly stored: number;
  readonly stored_before: number;
  readonly waiting: number;
}

async function open(engine: Engine = 'sqlite') {
  const sandbox = await startSandbox();
  const dir = await directoryInMemory();
  const env: Env = {
    ...credentialsFor(sandbox),
    DATA_DIR: await directoryInMemory(),
    RASA_MIN_INTERVAL_MS: '0',
    ...(engine === 'postgres' && {
      DATABASE_URL: await server().createDatabase(),
      OUTBOX_KEY: 'ab'.repeat(32),
    }),
  };
  const list = async (text: string, name = 'list.csv') => {
    const path = join(dir, name);
    await writeFile(path, text);
    return path;
  };
  const run = async (args: readonly string[], input = '') => {
    const { code, stdout, stderr } = await runCommand(['contacts', 'import', ...args], env, input);
    return { code, stderr, stdout, report: (stdout === '' ? {} : JSON.parse(stdout)) as Report };
  };
  return { sandbox, env, dir, list, run };
}

async function unsubscribe(sandbox: TestSandbox, email: string): Promise<void> {
  const person = (await readContacts(sandbox)).find((one) => one['email'] === email);
  const token = await sandbox.token();
  await sandbox.api('PUT', `/v1/persons/${String(person?.['id'])}`, { token, body: { is_subscribed: 0 } });
}

const parsed = (text: unknown) => JSON.parse(String(text)) as object;

const arrived = async (sandbox: TestSandbox) =>
  new Map((await readContacts(sandbox)).map((one) => [String(one['email']), one]));

describe('rasa-signup contacts import', { timeout: 240_000 }, () => {
  it('plans: says what would be created, changed, left alone and refused, and sends nothing', async () => {
    const { sandbox, env, list, run } = await open();
    await (await startProduct(env)).stop('SIGTERM');
    await sandbox.addPersons({ email: 'ada@example.com' }, { email: 'gone@example.com' });
    await unsubscribe(sandbox, 'gone@example.com');
    const path = await list(
      'email;first_name;unsubscribed\nADA@example.com;Ada;\nnew@example.com;Neu;no\nnew@example.com;Neu;no\n' +
        'gone@example.com;Gone;\nopted@example.com;Out;yes\nnope;Nope;\n',
    );
    const { code, report, stderr } = await run([path, '--plan']);
    expect(code).toBe(0);
    expect(report).toMatchObject({
      plan: true,
      rows: 6,
      created: { count: 1, examples: [{ line: 3, email: 'new@example.com' }] },
      changed: { count: 1, examples: [{ line: 2, email: 'ADA@example.com' }] },
      left_alone: {
        count: 2,
        examples: [
          { line: 6, email: 'opted@example.com', why: 'unsubscribed in the file' },
          { line: 5, email: 'gone@example.com', why: 'unsubscribed at rasa.io' },
        ],
      },
      refused: { count: 1, examples: [{ line: 7, why: 'email is not valid' }] },
      repeated: 1,
      rejects: null,
      stored: 0,
    });
    expect(stderr).toContain('semicolons; 3 columns');
    expect(stderr).toContain('Reading the list at rasa.io first: 2 contacts, at most 1 s.');
    expect(stderr).not.toContain('@');
    expect((await readContacts(sandbox)).map(({ email }) => email)).toEqual([
      'ada@example.com',
      'gone@example.com',
    ]);
  });

  it('plans where no proxy has run, from the list at rasa.io, and writes nothing', async () => {
    const { sandbox, env, list, run } = await open();
    await sandbox.addPersons({ email: 'ada@example.com' }, { email: 'gone@example.com' });
    await unsubscribe(sandbox, 'gone@example.com');
    const path = await list('email\nADA@example.com\nnew@example.com\ngone@example.com\n');
    const { code, report, stderr } = await run([path, '--plan']);
    expect(code).toBe(0);
    expect(report).toMatchObject({
      created: { count: 1, examples: [{ email: 'new@example.com' }] },
      changed: { count: 1, examples: [{ email: 'ADA@example.com' }] },
      left_alone: { count: 1, examples: [{ email: 'gone@example.com', why: 'unsubscribed at rasa.io' }] },
    });
    expect(stderr).toContain('There is no database here; the list is only read.');
    expect(await readdir(env['DATA_DIR'] ?? '')).toEqual([]);
    const refused = await run([path, '--yes']);
    expect([refused.code, refused.stdout]).toEqual([1, '']);
    expect(await readdir(env['DATA_DIR'] ?? '')).toEqual([]);
  });

  it('brings back only rows with consent, and only from the states that --resubscribe names', async () => {
    const { sandbox, env, list, run } = await open();
    const people = ['agreed@example.com', 'silent@example.com', 'agreed-too@example.com'];
    await sandbox.addPersons(...people.map((email) => ({ email })));
    for (const email of people) await unsubscribe(sandbox, email);
    await startProduct(env);
    const file = (name: string, first: string) =>
      list(
        `email,consent_text,consent_at\n${first},Yes please,2026-11-01T10:00:00Z\nsilent@example.com,,\n`,
        name,
      );
    const one = await file('one.csv', 'agreed@example.com');
    const subscribed = async () =>
      [...(await arrived(sandbox)).values()]
        .filter((each) => each['is_subscribed'] === 1)
        .map((each) => each['email']);
    for (const states of [[], ['--resubscribe', 'archived,bounced']]) {
      const { report } = await run([one, '--yes', '--again', ...states]);
      expect(report).toMatchObject({ left_alone: { count: 2 }, stored: 0 });
    }
    const plan = await run([one, '--plan', '--resubscribe', 'unsubscribed']);
    expect(plan.report).toMatchObject({ changed: { count: 1 }, left_alone: { count: 1 } });
    expect(await subscribed()).toEqual([]);
    const { report } = await run([one, '--yes', '--again', '--resubscribe', 'unsubscribed,archived']);
    expect(report).toMatchObject({ changed: { count: 1 }, left_alone: { count: 1 }, stored: 1, waiting: 0 });
    expect(await subscribed()).toEqual(['agreed@example.com']);
    const wrong = await run([one, '--resubscribe', 'everybody']);
    expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('Wanted unsubscribed, bounced')]);
  });

  it('goes on where rasa.io answers 503 in the middle', async () => {
    const { sandbox, env, list } = await open();
    const product = await startProduct({ ...env, RASA_MIN_INTERVAL_MS: '100' });
    const rows = Array.from({ length: 500 }, (_, at) => `p${at}@example.com\n`);
    const path = await list(`email\n${rows.join('')}`);
    const importing = startCli(['contacts', 'import', path, '--yes'], env);
    await vi.waitFor(
      async () => {
        expect((await readContacts(sandbox)).length).toBeGreaterThan(20);
      },
      { timeout: 90_000, interval: 20 },
    );
    await sandbox.putFaults({ answer: { on: 'persons', status: 503, times: 3 } });
    expect((await waitingIn(product, env)).waiting).toBeGreaterThan(0);
    await vi.waitFor(
      async () => {
        expect(await waitingIn(product, env)).toEqual({ waiting: 0, deadLetters: 0 });
      },
      { timeout: 90_000, interval: 250 },
    );
    expect((await readContacts(sandbox)).length).toBe(500);
    expect(product.output()).toContain('503');
    await importing.stop();
  });

  it('delivers through the running proxy, leaves alone who has left, and writes rejects that can be fed in', async () => {
    const { sandbox, env, list, run } = await open();
    await sandbox.addPersons({ email: 'gone@example.com', first_name: 'Before' });
    await unsubscribe(sandbox, 'gone@example.com');
    const product = await startProduct(env);
    const path = await list(
      'email,first_name\nada@example.com,Ada\ngone@example.com,After\nzoe-zoe.example,=HYPERLINK("x")\n',
    );
    const { code, report, stderr } = await run([path, '--yes']);
    expect(code).toBe(1);
    expect(report).toMatchObject({ stored: 1, waiting: 0, refused: { count: 1 } });
    const contacts = await arrived(sandbox);
    expect(contacts.get('ada@example.com')).toMatchObject({ first_name: 'Ada', is_subscribed: 1 });
    expect(contacts.get('gone@example.com')).toMatchObject({ first_name: 'Before', is_subscribed: 0 });
    expect(stderr + product.output()).not.toContain('@example.com');

    const rejects = report.rejects ?? '';
    expect(await readFile(rejects, 'utf8')).toBe(
      '\ufeffemail,first_name,line,why\r\nzoe-zoe.example,"\'=HYPERLINK(""x"")",4,email is not valid\r\n',
    );
    await writeFile(rejects, (await readFile(rejects, 'utf8')).replace('zoe-zoe', 'zoe@zoe'));
    expect(await run([rejects, '--yes'])).toMatchObject({ code: 0, report: { stored: 1, waiting: 0 } });
    expect((await arrived(sandbox)).get('zoe@zoe.example')).toMatchObject({ first_name: '=HYPERLINK("x")' });

    expect(await run([path, '--yes'])).toMatchObject({ report: { stored_before: 1, stored: 1, waiting: 0 } });
  });

  it('stores without a proxy, and says so; reads standard input', async () => {
    const { env, sandbox, run } = await open();
    // Once, so that there is a database.
    await (await startProduct(env)).stop('SIGTERM');
    const { code, report, stderr } = await run(
      ['-', '--yes'],
      '\ufeffE-Mail\tVorname\nada@example.com\tAda\n',
    );
    expect([code, report.waiting]).toEqual([0, 1]);
    expect(stderr).toContain('1 contacts wait in the database');
    const product = await startProduct(env);
    await vi.waitFor(
      async () => {
        expect(await waitingIn(product, env)).toEqual({ waiting: 0, deadLetters: 0 });
      },
      { timeout: 60_000, interval: 250 },
    );
    expect((await arrived(sandbox)).get('ada@example.com')).toMatchObject({ first_name: 'Ada' });
  });

  it('stores nothing where something is missing or wrong, and says what', async () => {
    const { env, list, run } = await open();
    await (await startProduct(env)).stop('SIGTERM');
    const path = await list('email\nada@example.com\nzoe@example.com\n');
    for (const [args, words] of [
      [['--expect-rows', '3'], 'The file has 2 rows, not 3'],
      [['--map', 'Mail=email'], 'No column is called "Mail"'],
      [['--map', 'Mail'], '--map: found "Mail"'],
      [['--account', 'harbour'], '--account: found "harbour"'],
      [['--form', 'fair'], '--form: found "fair"'],
      [[], 'confirm with --yes'],
    ] as const) {
      const { code, stdout, stderr } = await run([path, ...args]);
      expect([code, stdout, stderr], args.join(' ')).toEqual([1, '', expect.stringContaining(words)]);
    }
  });

  it.each([
    ['within an address', 'zoe@exam', 'not valid'],
    ['within a quote', 'zoe@example.com,"Zo', 'A quote opens in line 3'],
    ['where nobody can see it', 'zoe@example.com,Zo', 'The file has 2 rows, not 3'],
  ])('a file that is cut %s is never imported in silence', async (_, last, words) => {
    const { sandbox, env, list, run } = await open();
    await startProduct(env);
    const path = await list(`email,first_name\nada@example.com,Ada\n${last}`);
    const { code, stdout, stderr } = await run([path, '--yes', '--expect-rows', '3']);
    expect([code, stdout, (await arrived(sandbox)).size]).toEqual([1, '', 0]);
    expect(stderr).toContain(last.includes('"') ? words : 'The file has 2 rows, not 3');
    const lax = await run([path, '--yes']);
    expect(lax.stderr).toContain(last.includes('"') ? words : 'the last line has no end');
    if (last === 'zoe@exam') {
      expect(lax).toMatchObject({ code: 1, report: { stored: 1, refused: { count: 1 } } });
      expect(await readFile(lax.report.rejects ?? '', 'utf8')).toContain('zoe@exam');
    }
  });

  it('does not hold up a visitor', async () => {
    const { env, list, sandbox } = await open();
    const product = await startProduct({ ...env, RASA_MIN_INTERVAL_MS: '200' });
    const path = await list(
      `email\n${Array.from({ length: 3000 }, (_, at) => `p${at}@example.com\n`).join('')}`,
    );
    const importing = startCli(['contacts', 'import', path, '--yes'], env);
    await vi.waitFor(
      async () => {
        expect((await waitingIn(product, env)).waiting).toBeGreaterThan(1000);
      },
      { timeout: 90_000, interval: 50 },
    );
    const answer = await fetch(`${product.url}/forms/newsletter`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ email: 'visitor@example.com' }),
    });
    expect(answer.status).toBe(202);
    await vi.waitFor(
      async () => {
        expect((await arrived(sandbox)).has('visitor@example.com')).toBe(true);
      },
      { timeout: 60_000, interval: 50 },
    );
    expect((await waitingIn(product, env)).waiting).toBeGreaterThan(500);
    await importing.stop();
  });
});

describe.each(engines)('an import that is killed, on %s', (engine) => {
  const isShort = engine === 'postgres' && !isSoak;
  const rows = isSoak ? 100_000 : isShort ? 1500 : 3500;
  const kills = isSoak ? 10 : isShort ? 3 : 6;
  it(
    `of ${rows} rows, ${kills} times, adds each valid row once, and brings nobody back`,
    async () => {
      const { sandbox, env, list } = await open(engine);
      const gone = Array.from({ length: 40 }, (_, at) => `gone-${at}@example.com`);
      for (let at = 0; at < gone.length; at += 20) {
        await sandbox.addPersons(
          ...gone.slice(at, at + 20).map((email) => ({ email, first_name: 'Before' })),
        );
      }
      for (const email of gone) await unsubscribe(sandbox, email);
      const lines = Array.from({ length: rows }, (_, at) => {
        if (at % 100 === 50) return `faulty-${at},Nobody`;
        return at % 125 === 7 && at / 125 < gone.length
          ? `gone-${Math.floor(at / 125)}@example.com,After`
          : `person-${at}@example.com,Name ${at}`;
      });
      const path = await list(`email,first_name\n${lines.join('\n')}\n`);
      // So little room that one batch after the other waits until it is delivered.
      const tight = { ...env, OUTBOX_MAX: '1100' };
      const product = await startProduct(tight);
      const database = await openPlace(storePlaceOf(env), { log: pino({ level: 'silent' }) });
      onTestFinished(() => database.close());
      const rowsStored = async () => {
        const [row] = await database.read({ sql: sameSql('select rows from imports') });
        return Number(row?.['rows'] ?? 0);
      };
      let midway = 0;
      for (let kill = 0; kill < kills; kill++) {
        const before = await rowsStored();
        const running = startCli(['contacts', 'import', path, '--yes'], tight);
        await vi.waitFor(
          async () => {
            expect(await rowsStored()).toBeGreaterThan(before === rows ? -1 : before);
          },
          { timeout: 60_000, interval: 20 },
        );
        await sleep(randomInt(0, 50));
        await running.stop('SIGKILL');
        if ((await rowsStored()) < rows) midway++;
      }
      expect(midway).toBeGreaterThan(kills / 2);
      const last = await runCli(['contacts', 'import', path, '--yes'], tight);
      const report = JSON.parse(last.stdout) as Report;
      const valid = lines.filter((line) => line.startsWith('person-'));
      expect(report).toMatchObject({
        rows,
        stored: valid.length,
        waiting: 0,
        refused: { count: rows / 100 },
      });
      expect(await waitingIn(product, env)).toEqual({ waiting: 0, deadLetters: 0 });
      const finished = await database.read({
        sql: sameSql(`select account, data from events where type = 'import.finished'`),
      });
      expect(finished.map(({ account, data }) => ({ account, ...parsed(data) }))).toEqual([
        { account: 'main', id: expect.any(String) as string, rows, stored: valid.length },
      ]);

      const contacts = await readContacts(sandbox);
      const names = contacts.map(({ email, first_name }) => `${String(email)},${String(first_name)}`).sort();
      expect(names).toEqual([...valid, ...gone.map((email) => `${email},Before`)].sort());
      for (const { email, is_subscribed } of contacts) {
        expect(is_subscribed, String(email)).toBe(String(email).startsWith('gone-') ? 0 : 1);
      }
    },
    isSoak ? 7_200_000 : 900_000,
  );
});
