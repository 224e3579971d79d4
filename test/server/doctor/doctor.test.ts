import type * as fs from 'node:fs/promises';
import { chmod, mkdir, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Env } from '../../../server/config/config.ts';
import { readSetup } from '../../../server/doctor/configuration.ts';
import { checkDataDir } from '../../../server/doctor/data-dir.ts';
import { checkStore } from '../../../server/doctor/store.ts';
import { sameSql } from '../../../server/store/database.ts';
import { databaseFileName, openStore } from '../../../server/store/open-store.ts';
import { ServerSecrets } from '../../../server/store/secrets/server-secrets.ts';
import { loadDriver } from '../../../server/store/sqlite/driver.ts';
import { realFiles } from '../../../server/system/files.ts';
import { Secret } from '../../../server/system/secret.ts';
import { recordCalls } from '../../helpers/recorder.ts';
import { runCli } from '../../helpers/server/cli.ts';
import { complaintsIn, examine, wordsIn } from '../../helpers/server/doctor.ts';
import { testFiles } from '../../helpers/server/files.ts';
import { createKey, revokeKey } from '../../helpers/server/keys.ts';
import { openTestOutbox } from '../../helpers/server/outbox.ts';
import { startSandbox } from '../../helpers/server/sandbox.ts';
import { credentialsFor, startService } from '../../helpers/server/service.ts';
import { addSignup, openTestStore, quiet } from '../../helpers/server/store.ts';
import { temporaryDir } from '../../helpers/server/temporary-dir.ts';
import { serveOneAnswer } from '../../helpers/sites/one-answer.ts';

/** Credentials for a sandbox that records its calls, and an allowed origin that answers. */
async function account(): Promise<{
  readonly sandbox: Awaited<ReturnType<typeof startSandbox>>;
  readonly rasa: Awaited<ReturnType<typeof recordCalls>>;
  readonly env: Env;
}> {
  const sandbox = await startSandbox();
  const rasa = await recordCalls(sandbox);
  const env = {
    ...credentialsFor({ ...sandbox, url: rasa.url }),
    ALLOWED_ORIGINS: await serveOneAnswer(),
    DATA_DIR: await temporaryDir(),
  };
  return { sandbox, rasa, env };
}

describe('the configuration', () => {
  it('is fine, like everything else, if nothing is wrong', async () => {
    const { env } = await account();
    const found = await examine({ env });
    expect(Object.values(found).flatMap(complaintsIn)).toEqual([]);
    expect(wordsIn(found['Configuration'])).toContain('Nothing is wrong with it');
  });

  it('has all its faults reported, and its valid parts are checked all the same', async () => {
    const { env } = await account();
    const found = await examine({
      env: { ...env, PORT: 'http', RASA_BATCH: '99', RASA_PASSWORD_3: 'x', OUTBOX_KEY: 'short' },
    });
    expect(complaintsIn(found['Configuration'])).toEqual([
      expect.stringContaining('RASA_API_KEY_3: found nothing'),
      expect.stringContaining(
        'PORT: found "http", wanted a port number, 0 to 65535, or the path of a socket',
      ),
      expect.stringContaining('OUTBOX_KEY: found a value (not shown)'),
      expect.stringContaining('RASA_BATCH: found "99"'),
    ]);
    expect(wordsIn(found['Credentials'])).toMatch(/fine: Set 1 .*rasa\.io takes it/);
    expect(wordsIn(found['rasa.io'])).toContain('The clocks agree');
  });

  it('with an incomplete set of credentials has the other sets tried', async () => {
    const { env } = await account();
    const found = await examine({
      env: { ...env, RASA_API_KEY: undefined, RASA_API_KEY_2: env['RASA_API_KEY'] },
    });
    expect(complaintsIn(found['Configuration'])).toEqual([
      expect.stringContaining('RASA_API_KEY: found nothing, wanted the API key'),
    ]);
    expect(wordsIn(found['Credentials'])).toMatch(/fine: Set 2 \(RASA_API_KEY_2, .*takes it/);
  });

  it('has an unknown variable reported by name, without its value', async () => {
    const found = await examine({ env: { RASA_APIKEY: 'a-secret', DATA_DIR: await temporaryDir() } });
    expect(complaintsIn(found['Configuration'])).toEqual([
      'warning: RASA_APIKEY is set, and nothing reads a variable of that name. → Is it meant to be RASA_API_KEY?',
    ]);
  });

  it('may name an env file that is missing: the doctor reports it and continues', async () => {
    const found = await examine({
      envFile: '/nowhere/production.env',
      env: { DATA_DIR: await temporaryDir() },
    });
    expect(complaintsIn(found['Configuration'])).toEqual([
      expect.stringContaining('--env-file: found "/nowhere/production.env"'),
    ]);
    expect(wordsIn(found['rasa.io'])).toContain('sandbox');
  });
});

describe('the credentials', () => {
  it('are all tried and named by number, source and fingerprint, and no token is left behind', async () => {
    const { sandbox, rasa, env } = await account();
    const file = join(await temporaryDir(), 'api-key');
    const second = await createKey(sandbox, 'second');
    await writeFile(file, second, { mode: 0o600 });
    await revokeKey(sandbox, 'First key');
    const found = await examine({ env: { ...env, RASA_API_KEY_2_FILE: file, RASA_API_KEY_3: 'wrong' } });
    const first = new Secret(env['RASA_API_KEY'] ?? '').fingerprint;
    const [one, two, three, community] = (found['Credentials'] ?? []).map(({ is, what }) => `${is}: ${what}`);
    expect(one).toBe(`warning: Set 1 (RASA_API_KEY, fingerprint ${first}): rasa.io refuses it (401).`);
    expect(two).toBe(
      `fine: Set 2 (RASA_API_KEY_2_FILE, ${file}, fingerprint ${new Secret(second).fingerprint}): rasa.io takes it.`,
    );
    expect(three).toContain('Set 3 (RASA_API_KEY_3');
    expect(community).toBe(
      'note: Account "Sandbox newsletter", id 00000000-0000-4000-8000-000000000001 (set 2).',
    );
    const ended = rasa.calls.filter((call) => call.startsWith('DELETE /v1/tokens/'));
    expect(ended).toHaveLength(1);
  });

  it('are a fault if rasa.io accepts none of them', async () => {
    const { env } = await account();
    const found = await examine({ env: { ...env, RASA_PASSWORD: 'wrong' } });
    expect(complaintsIn(found['Credentials'])).toEqual([
      expect.stringMatching(
        /^fault: Set 1 .* refuses it \(401\)\. → Make a key at rasa\.io \(Settings → API Keys\)/,
      ),
    ]);
  });

  it('cause a warning if two sets have the same key', async () => {
    const { env } = await account();
    const found = await examine({ env: { ...env, RASA_API_KEY_2: env['RASA_API_KEY'] } });
    expect(complaintsIn(found['Credentials'])).toEqual([
      expect.stringContaining('Sets 1 and 2 have the same key'),
    ]);
  });

  it('are tried in version 2 too', async () => {
    const { sandbox, env } = await account();
    const v2 = {
      DATA_DIR: env['DATA_DIR'],
      ALLOWED_ORIGINS: env['ALLOWED_ORIGINS'],
      RASA_BASE_URL: sandbox.url,
      RASA_API: 'v2',
      RASA_CLIENT_ID: sandbox.clientId,
      RASA_CLIENT_SECRET: sandbox.credentials.apiKey,
    };
    const found = await examine({ env: v2 });
    expect(wordsIn(found['Credentials'])).toMatch(/^fine: Set 1 \(RASA_CLIENT_SECRET, .*takes it\.$/);
    const wrong = await examine({ env: { ...v2, RASA_CLIENT_SECRET: 'wrong' } });
    expect(complaintsIn(wrong['Credentials'])).toEqual([expect.stringContaining('refuses it (401)')]);
  });

  it('cannot be tried with the webhook, and no sign-up is sent to test it', async () => {
    const { sandbox, rasa } = await account();
    const found = await examine({
      env: {
        DATA_DIR: await temporaryDir(),
        ALLOWED_ORIGINS: await serveOneAnswer(),
        RASA_API: 'webhook',
        RASA_PUBLIC_BASE_URL: rasa.url,
        RASA_SIGNUP_GUID: sandbox.signupGuid,
      },
    });
    expect(wordsIn(found['Credentials'])).toContain('shows only when somebody signs up');
    expect(rasa.calls).toEqual(['GET /']);
  });

  it.each([
    ['answers with 500', { answer: { status: 500, on: 'tokens' } }, 'rasa.io answered 500'],
    ['drops the connection', { drop: { on: 'tokens', when: 'before' } }, 'the connection was cut'],
  ])('are not blamed if rasa.io %s', async (_name, faults, words) => {
    const { sandbox, env } = await account();
    await sandbox.putFaults(faults);
    const found = await examine({ env });
    expect(wordsIn(found['Credentials'])).toContain(`could not be tried, ${words}`);
  });
});

describe('files with secrets', () => {
  it('are listed with their age, and with chmod if every user can read them', async () => {
    const { env } = await account();
    const file = join(await temporaryDir(), 'api-key');
    await writeFile(file, env['RASA_API_KEY'] ?? '', { mode: 0o600 });
    const tenDaysAgo = Date.now() / 1000 - 10 * 86_400 - 60;
    await utimes(file, tenDaysAgo, tenDaysAgo);
    const inFile = { ...env, RASA_API_KEY: undefined, RASA_API_KEY_FILE: file };
    expect(wordsIn((await examine({ env: inFile }))['Files with secrets'])).toBe(
      `fine: ${file}: last changed 10d ago.`,
    );
    await chmod(file, 0o644);
    const [complaint] = complaintsIn((await examine({ env: inFile }))['Files with secrets']);
    expect(complaint).toMatch(/every user of this machine can read it\. → Run chmod 600 on it/);
  });

  it('include the env file and the files that the proxy creates', async () => {
    const { env } = await account();
    const envFile = join(await temporaryDir(), 'production.env');
    await writeFile(envFile, 'LOG_LEVEL=warn\n');
    await chmod(envFile, 0o644);
    await writeFile(join(env['DATA_DIR'] ?? '', 'store-key'), 'ab'.repeat(32), { mode: 0o600 });
    const found = (await examine({ env, envFile }))['Files with secrets'];
    expect(complaintsIn(found)).toEqual([expect.stringContaining(envFile)]);
    expect(wordsIn(found)).toContain('store-key: last changed');
  });
});

describe('rasa.io', () => {
  it('is reported as unreachable, with the reason', async () => {
    const { env } = await account();
    const found = await examine({ env: { ...env, RASA_BASE_URL: 'http://127.0.0.1:9' } });
    const [complaint] = complaintsIn(found['rasa.io']);
    expect(complaint).toMatch(/^fault: http:\/\/127\.0\.0\.1:9 cannot be reached: .+ → Let this machine/);
  });

  it.each([
    ['behind', 120, /^warning: This machine's clock is 1(19|2[01]) s behind rasa\.io's\. → Set it by NTP/],
    ['ahead', -3600, /^warning: This machine's clock is (3599|360[01]) s ahead of rasa\.io's/],
  ])('is compared with this machine, whose clock is %s', async (_name, seconds, words) => {
    const { env } = await account();
    const date = new Date(Date.now() + seconds * 1000).toUTCString();
    const found = await examine({ env: { ...env, RASA_BASE_URL: await serveOneAnswer({ date }, 401) } });
    expect(complaintsIn(found['rasa.io'])).toEqual([expect.stringMatching(words)]);
  });

  it('is reported if it answers with an error', async () => {
    const { env } = await account();
    const found = await examine({ env: { ...env, RASA_BASE_URL: await serveOneAnswer({}, 503) } });
    expect(complaintsIn(found['rasa.io'])).toEqual([expect.stringContaining('with 503')]);
  });
});

describe('the data directory', () => {
  const examineDir = async (env: Env, options: Partial<Parameters<typeof checkDataDir>[1]> = {}) =>
    checkDataDir(readSetup(env), { files: realFiles, process, ...options });

  it('is not made by looking at it', async () => {
    const dataDir = join(await temporaryDir(), 'not', 'yet');
    expect(wordsIn(await examineDir({ DATA_DIR: dataDir }))).toContain(
      'does not exist yet; the proxy makes it',
    );
    await expect(readdir(dataDir)).rejects.toThrow('ENOENT');
  });

  it('is a fault with the reason if it cannot be written to', async () => {
    const files = testFiles();
    files.fault = { did: 'create', code: 'EROFS' };
    const broken = { ...files, open: () => Promise.reject(new Error('EROFS: read-only file system')) };
    const found = await examineDir({ DATA_DIR: await temporaryDir() }, { files: broken });
    expect(complaintsIn(found)[0]).toMatch(
      /^fault: Nothing can be written to .*EROFS.* → Give the proxy's user/,
    );
  });

  it('causes a warning if it is nearly full', async () => {
    const statfs = () => Promise.resolve({ bavail: 99 * 256, bsize: 4096 });
    const found = await examineDir(
      { DATA_DIR: await temporaryDir() },
      { statfs: statfs as unknown as typeof fs.statfs },
    );
    expect(complaintsIn(found)).toEqual([
      'warning: Only 99 MiB are free there. → Make room: on a full disk nobody can sign up.',
    ]);
  });

  it.each([
    ['ephemeral', /^warning: It is on a disk that a restart or a redeploy empties.* → Mount a volume/],
    ['network', /^warning: It is on a network file system.* → Use a local disk/],
  ] as const)('on a disk that is %s is warned of, unless the database is elsewhere', async (kind, words) => {
    const env = { DATA_DIR: await temporaryDir() };
    const diskKind = () => Promise.resolve(kind);
    expect(complaintsIn(await examineDir(env, { diskKind }))).toEqual([expect.stringMatching(words)]);
    const elsewhere = { ...env, DATABASE_URL: 'postgres://db.example/x', OUTBOX_KEY: 'ab'.repeat(32) };
    expect(complaintsIn(await examineDir(elsewhere, { diskKind }))).toEqual([]);
  });

  it('of somebody else is warned of', async () => {
    const other = { getuid: () => 4711 };
    const found = await examineDir({ DATA_DIR: await temporaryDir() }, { process: other });
    expect(complaintsIn(found)).toEqual([expect.stringContaining('belongs to another user')]);
  });
});

describe('the database', () => {
  const examineStore = async (env: Env) => checkStore(readSetup(env), realFiles);

  it('has the proxy named that delivers from it', async () => {
    const service = await startService();
    const words = wordsIn(await examineStore({ DATA_DIR: service.dataDir }));
    expect(words).toContain(`fine: A proxy delivers from it: process ${process.pid} on`);
    expect(words).toContain('Waiting for rasa.io: 0. Set aside: 0.');
    await service.close();
    expect(wordsIn(await examineStore({ DATA_DIR: service.dataDir }))).toContain('No proxy delivers from it');
  });

  it('has counted right what waits, what is to be tried again, and what is set aside', async () => {
    const dataDir = await temporaryDir();
    const { add, due, settle, close } = await openTestOutbox({ place: { dataDir } });
    for (const name of ['ada', 'grace', 'edsger', 'barbara']) await add(name);
    const [ada, grace, edsger] = await due(3);
    if (!ada || !grace || !edsger) throw new Error('nothing is due');
    await settle([
      { waiting: ada, is: 'delivered' },
      { waiting: grace, is: 'refused', code: 'refused', reason: 'no' },
      { waiting: edsger, is: 'later', lane: 'retry', dueMs: Date.now() + 60_000 },
    ]);
    await close();
    const found = await examineStore({ DATA_DIR: dataDir });
    expect(wordsIn(found)).toContain('Waiting for rasa.io: 2. Set aside: 1.');
    expect(complaintsIn(found)).toEqual([
      'warning: rasa.io has refused sign-ups. → See rasa-signup outbox list.',
    ]);
  });

  it('in which sign-ups wait for another upstream has said for which, and what to do', async () => {
    const dataDir = await temporaryDir();
    const destination = { upstream: 'v1 https://api.rasa.io', account: 'abc' };
    const { add, close } = await openTestOutbox({ place: { dataDir }, destination });
    for (const name of ['ada', 'grace']) await add(name);
    await close();
    const found = await examineStore({ DATA_DIR: dataDir });
    expect(wordsIn(found)).toContain('Waiting for rasa.io: 0.');
    expect(complaintsIn(found)).toEqual([
      expect.stringMatching(
        /^warning: 2 sign-ups wait for v1 https:\/\/api\.rasa\.io \(account abc\).* → Run the proxy with the RASA_ settings/,
      ),
    ]);
  });

  it('has said what is damaged, and that it is sound where nothing is', async () => {
    const dataDir = await temporaryDir();
    const database = await openTestStore({ dataDir });
    await addSignup(database);
    expect(wordsIn(await examineStore({ DATA_DIR: dataDir }))).toContain('fine: The database is sound.');
    await database.write([{ sql: sameSql(`update signups set payload = x'0102'`) }]);
    expect(wordsIn(await examineStore({ DATA_DIR: dataDir }))).toContain(
      'fault: The database is damaged: signups: the contents of 1 rows are damaged.',
    );
  });

  it('that takes no writes, though it can be read, is a fault', async () => {
    const dataDir = await temporaryDir();
    const database = await openStore({ dataDir, log: quiet });
    // As in every database that was in use; the doctor would make it.
    await new ServerSecrets({ database }).get('seen');
    await database.close();
    const holder = loadDriver()(join(dataDir, databaseFileName));
    holder.exec('begin immediate');
    try {
      expect(complaintsIn(await examineStore({ DATA_DIR: dataDir }))).toEqual([
        expect.stringMatching(
          /^fault: Nothing can be stored\. Another process holds the database for too long/,
        ),
      ]);
    } finally {
      holder.exec('rollback');
      holder.close();
    }
    expect(complaintsIn(await examineStore({ DATA_DIR: dataDir }))).toEqual([]);
  });

  it('that is gone, while its reserve is there, is a fault', async () => {
    const dataDir = await temporaryDir();
    await (await openStore({ dataDir, log: quiet })).close();
    await rm(join(dataDir, databaseFileName));
    expect(wordsIn(await examineStore({ DATA_DIR: dataDir }))).toMatch(/^fault: .* is missing or empty/m);
  });

  it('is left as it was, and is not made by looking at it', async () => {
    const dataDir = await temporaryDir();
    expect(wordsIn(await examineStore({ DATA_DIR: dataDir }))).toContain('there is no database');
    expect(await readdir(dataDir)).toEqual([]);
    const { close } = await openTestOutbox({ place: { dataDir } });
    await close();
    const before = await readdir(dataDir, { recursive: true });
    await examine({ env: { DATA_DIR: dataDir } });
    expect(await readdir(dataDir, { recursive: true })).toEqual(before);
  });

  it('whose key is not given is a fault that says which key it wants', async () => {
    const dataDir = await temporaryDir();
    const key = new Secret('ab'.repeat(32));
    const { add, close } = await openTestOutbox({ place: { dataDir, key } });
    await add('ada');
    await close();
    expect(complaintsIn(await examineStore({ DATA_DIR: dataDir, OUTBOX_KEY: 'cd'.repeat(32) }))).toEqual([
      expect.stringMatching(
        /^fault: The secret seen .* sealed with the key [0-9a-f]{12}: give that one as OUTBOX_KEY_PREVIOUS/,
      ),
    ]);
    expect(complaintsIn(await examineStore({ DATA_DIR: dataDir }))).toEqual([
      expect.stringMatching(/^fault: The key file store-key is missing/),
    ]);
    expect(complaintsIn(await examineStore({ DATA_DIR: dataDir, OUTBOX_KEY: 'ab'.repeat(32) }))).toEqual([]);
  });

  it('of an earlier version, in files in which something waits, is a fault', async () => {
    const dataDir = await temporaryDir();
    await mkdir(join(dataDir, 'outbox'));
    await writeFile(join(dataDir, 'outbox/0000000001.ndjson'), '{}\n');
    expect(complaintsIn(await examineStore({ DATA_DIR: dataDir }))).toEqual([
      expect.stringMatching(
        /^fault: Sign-ups of an earlier version wait in .*outbox, .* run the earlier version until/,
      ),
    ]);
  });
});

describe('the allowed origins', () => {
  it('cause a warning if no server answers there, or if they redirect elsewhere', async () => {
    const { env } = await account();
    const end = await serveOneAnswer();
    const found = await examine({
      env: {
        ...env,
        ALLOWED_ORIGINS: `http://127.0.0.1:9,${await serveOneAnswer({ location: `${end}/home` }, 301)}`,
      },
    });
    const [away, elsewhere] = complaintsIn(found['Allowed origins']);
    expect(away).toContain('http://127.0.0.1:9 cannot be reached');
    expect(elsewhere).toContain(`leads to ${end}, which is not on the list`);
    expect(elsewhere).toMatch(new RegExp(`ALLOWED_ORIGINS=.*,${end}$`));
  });
});

describe('the proxy from outside', () => {
  it('is fine if it answers with its script and its form for each origin', async () => {
    const { env } = await account();
    const service = await startService(env);
    const found = await examine({ env, publicUrl: service.url });
    const words = wordsIn(found['The proxy from outside']);
    expect(words).toContain(`fine: ${service.url}/healthz answers.`);
    expect(words).toContain('embed.js is there');
    expect(words).toContain(`newsletter answers to pages on ${env['ALLOWED_ORIGINS'] ?? ''}.`);
    expect(complaintsIn(found['The proxy from outside'])).toEqual([]);
  });

  it('is asked for each origin, and refused origins are faults', async () => {
    const { env } = await account();
    const service = await startService(env);
    const other = await serveOneAnswer();
    const found = await examine({
      env: { ...env, ALLOWED_ORIGINS: `${env['ALLOWED_ORIGINS'] ?? ''},${other}` },
      publicUrl: service.url,
    });
    expect(complaintsIn(found['The proxy from outside'])).toEqual([
      `fault: The proxy refuses pages on ${other}, which is not in its ALLOWED_ORIGINS. → Add ${other} to ALLOWED_ORIGINS and start the proxy again.`,
    ]);
  });

  it.each([
    [
      'is another one',
      { 'content-type': 'text/html' },
      200,
      '<h1>Welcome to nginx!</h1>',
      'does not answer as the proxy does (status 200)',
    ],
    ['is a gateway without it', {}, 502, 'Bad Gateway', 'does not answer as the proxy does (status 502)'],
  ])('is a fault if the server that answers %s', async (_name, headers, status, body, words) => {
    const { env } = await account();
    const found = await examine({ env, publicUrl: await serveOneAnswer(headers, status, body) });
    expect(complaintsIn(found['The proxy from outside'])).toEqual([expect.stringContaining(words)]);
  });

  it('causes a warning if its sandbox receives the sign-ups, or rasa.io refuses its keys', async () => {
    const { env } = await account();
    const sandboxed = await startService();
    const found = await examine({ env, publicUrl: sandboxed.url });
    expect(complaintsIn(found['The proxy from outside'])[0]).toContain('to its sandbox, not to rasa.io');
    const health = JSON.stringify({ status: 'degraded', reasons: ['credentials'], upstream: 'rasa.io' });
    const refused = await examine({ env, publicUrl: await serveOneAnswer({}, 200, health) });
    expect(complaintsIn(refused['The proxy from outside'])[0]).toContain('rasa.io refuses its credentials');
  });

  it('needs TRUST_PROXY behind a web server', async () => {
    const { env } = await account();
    const off = await examine({ env: { ...env, NODE_ENV: 'production' } });
    expect(complaintsIn(off['The proxy from outside'])).toEqual([
      expect.stringMatching(/^warning: TRUST_PROXY is off\..* → Set TRUST_PROXY to the number of servers/),
    ]);
    const on = await examine({ env: { ...env, NODE_ENV: 'production', TRUST_PROXY: '1' } });
    expect(complaintsIn(on['The proxy from outside'])).toEqual([]);
  });
});

describe('the command', () => {
  it('gives a script one JSON object, and ends with 0 if all is well', async () => {
    const { env } = await account();
    const { code, stdout, stderr } = await runCli(['doctor'], env);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { healthy, faults, warnings, checks } = JSON.parse(stdout) as Record<string, unknown>;
    expect({ healthy, faults, warnings }).toEqual({ healthy: true, faults: 0, warnings: 0 });
    expect((checks as { about: string }[]).map(({ about }) => about)).toEqual([
      'Configuration',
      'Credentials',
      'Files with secrets',
      'rasa.io',
      `Data directory ${env['DATA_DIR'] ?? ''}`,
      'Database',
      'Delivered sign-ups',
      'Alerts',
      'Mail',
      'Webhooks',
      'Allowed origins',
      'The proxy from outside',
    ]);
  });

  it('ends with 0 on warnings, and with 1 on a fault', async () => {
    const { env } = await account();
    expect(await runCli(['doctor'], { ...env, RASA_APIKEY: 'x' })).toMatchObject({ code: 0 });
    const { code, stdout } = await runCli(['doctor'], { ...env, PORT: 'http' });
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ healthy: false, faults: 1 });
  });

  it('reads an env file, before and after its name', async () => {
    const { env } = await account();
    const path = join(await temporaryDir(), 'production.env');
    const text = Object.entries(env).map(([name, value]) => `${name}=${value ?? ''}\n`);
    await writeFile(path, text.join(''), { mode: 0o600 });
    for (const args of [
      ['--env-file', path, 'doctor'],
      ['doctor', '--env-file', path],
    ]) {
      const { code, stdout } = await runCli(args, {});
      expect(code, stdout).toBe(0);
      expect(stdout).toContain(path);
    }
  });

  it('shows no secret, whatever is wrong', async () => {
    const dir = await temporaryDir();
    await mkdir(join(dir, 'data'));
    const { stdout, stderr } = await runCli(['doctor', 'http://someone:pa55word@127.0.0.1:9/page'], {
      DATA_DIR: join(dir, 'data'),
      RASA_BASE_URL: 'http://127.0.0.1:9',
      RASA_USERNAME: 'a',
      RASA_PASSWORD: 'MARK-password',
      RASA_API_KEY: 'MARK-key',
      RASA_API_KEY_2: 'MARK-second',
      OUTBOX_KEY: 'MARK-outbox',
    });
    expect(stdout).toContain('OUTBOX_KEY: found a value (not shown)');
    expect(stdout + stderr).not.toMatch(/MARK|pa55word/);
  });
});
