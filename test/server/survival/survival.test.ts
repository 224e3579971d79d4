import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { openAccount } from '../../../server/accounts/account.ts';
import { openContacts } from '../../../server/accounts/contacts.ts';
import { runSurvival } from '../../../server/commands/handover/survival.ts';
import { destinationOf } from '../../../server/config/accounts/destination.ts';
import { readConfig, type Env } from '../../../server/config/config.ts';
import { defaultTimeouts } from '../../../server/rasa/http.ts';
import { createKeyRing } from '../../../server/rasa/key-ring.ts';
import { createTokenApi } from '../../../server/rasa/token-api.ts';
import { startChecks, type Finding } from '../../../server/doctor/doctor.ts';
import { readAfter } from '../../../server/events/feed.ts';
import { sameSql } from '../../../server/store/database.ts';
import { readArchivedSince } from '../../../server/survival/delivered-contacts.ts';
import { SurvivalWatch } from '../../../server/survival/watch.ts';
import { createOutgoing } from '../../../server/system/network/outgoing.ts';
import { runCli } from '../../helpers/server/cli.ts';
import { recordLog } from '../../helpers/server/outbox.ts';
import { builtDir, startSandbox, type TestSandbox } from '../../helpers/server/sandbox.ts';
import { credentialsFor, startService } from '../../helpers/server/service.ts';
import { countRows, openTestStore, quiet } from '../../helpers/server/store.ts';
import { directoryInMemory } from '../../helpers/server/temporary-dir.ts';
import { waitingIn } from '../../helpers/server/waiting.ts';

const dayMs = 24 * 60 * 60_000;

interface Person {
  readonly id: string;
  readonly email: string;
}

/** The product beside a sandbox, whose time is that of the test. */
async function start(env: Env = {}) {
  const sandbox = await startSandbox();
  const dataDir = await directoryInMemory();
  const all = { ...credentialsFor(sandbox), DATA_DIR: dataDir, RASA_MIN_INTERVAL_MS: '0', ...env };
  const service = await startService(all);
  const database = await openTestStore({ dataDir });
  const signUp = async (...names: readonly string[]) => {
    const answers = await Promise.all(
      names.map((name) =>
        fetch(`${service.url}/forms/newsletter`, {
          method: 'POST',
          body: new URLSearchParams({ email: `${name}@example.com` }),
        }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(names.map(() => 202));
    await vi.waitFor(async () => {
      expect(await waitingIn({ dataDir })).toEqual({ waiting: 0, deadLetters: 0 });
    }, 20_000);
  };
  /** What the command prints. */
  const survival = async (
    options: { readonly json?: boolean; readonly csv?: string } = {},
    now = Date.now,
  ) => {
    let stdout = '';
    let stderr = '';
    const code = await runSurvival({
      database,
      config: readConfig(all),
      streams: {
        stdout: { write: (text) => (stdout += text) },
        stderr: { write: (text) => (stderr += text) },
      },
      stop: new AbortController().signal,
      now,
      ...options,
    });
    return { code, stdout, stderr };
  };
  return { sandbox, service, database, signUp, survival, env: all };
}

async function put(sandbox: TestSandbox, path: string, body: object): Promise<void> {
  const response = await fetch(sandbox.url + path, { method: 'PUT', body: JSON.stringify(body) });
  expect(response.status).toBe(200);
}

/** The next night at 01:00 UTC a list replaces everybody but those who match. */
async function passNight(sandbox: TestSandbox, keep: readonly string[]): Promise<void> {
  await put(sandbox, '/sandbox/faults', { nightly: { at: '01:00', keep } });
  await put(sandbox, '/sandbox/clock', { byS: 24 * 60 * 60 });
}

async function livePersons({ api, token }: TestSandbox): Promise<readonly Person[]> {
  const { envelope } = await api('GET', '/v1/persons?limit=1000', { token: await token() });
  return envelope.results.map(({ data }) => data as Person);
}

/** What the doctor says of it. */
async function doctorSays(env: Env): Promise<readonly Finding[]> {
  const checks = startChecks({ env, pages: [], builtDir, process });
  const about = checks.find((check) => check.about === 'Delivered sign-ups');
  // All of them use the same files.
  await Promise.all(checks.map(({ findings }) => findings));
  return (await about?.findings) ?? [];
}

describe('a list replacement', () => {
  it('is told with its hour, and the ids of those it has archived', async () => {
    const { sandbox, signUp, survival, database, env } = await start();
    await sandbox.putFaults({ variants: { writeOrder: 'reversed' } });
    await signUp('ada', 'bob', 'cleo', 'dora', 'emil', 'fritz');
    const persons = await livePersons(sandbox);
    await passNight(sandbox, ['ada@example.com', 'member*']);
    expect(await doctorSays(env)).toMatchObject([{ is: 'note' }]);

    expect(await survival()).toMatchObject({
      code: 0,
      stdout:
        '5 of 6 sign-ups of the last 30 days were archived, all of them between 01:00 and 02:00 UTC: ' +
        'a list replacement or CRM sync does that; add them there too.\n',
    });
    expect(await doctorSays(env)).toMatchObject([
      { is: 'warning', what: expect.stringContaining('5 of 6 sign-ups') as string },
    ]);
    const csv = join(await directoryInMemory(), 'archived.csv');
    expect((await survival({ csv })).stderr).toContain('5 contacts that are archived');
    const [head, ...lines] = (await readFile(csv, 'utf8')).trim().split('\r\n');
    expect(head).toBe('id,rasa_id,account,form,delivered_at,archived_at,email');
    const archived = persons.filter(({ email }) => email !== 'ada@example.com');
    expect(lines.map((line) => line.split(',')[1]).sort()).toEqual(archived.map(({ id }) => id).sort());
    for (const line of lines) expect(line).toMatch(/,main,newsletter,.*T01:00:00\.000Z,$/);

    const events = await readAfter(database, 0, 1000);
    const told = events.filter(({ type }) => type === 'signup.archived');
    expect(told.map(({ data }) => data['id']).sort()).toEqual(lines.map((text) => text.split(',')[0]).sort());
    for (const { data, timestamp } of told) {
      expect(data).toMatchObject({ account: 'main', form: 'newsletter' });
      expect(timestamp).toMatch(/T01:00:00\.000Z$/);
    }
    await survival();
    expect((await readAfter(database, 0, 1000)).length).toBe(events.length);

    const [line = ''] = lines;
    expect(await readArchivedSince(database, line.split(',')[0] ?? '')).toBe(
      Date.parse(line.split(',')[5] ?? ''),
    );
  }, 60_000);

  it('leaves nothing to say of those who come back', async () => {
    const { sandbox, signUp, survival } = await start();
    await signUp('ada', 'bob');
    await passNight(sandbox, ['nobody@example.com']);
    expect((await survival()).stdout).toContain('2 of 2 sign-ups');
    await passNight(sandbox, ['*']);
    expect((await survival()).stdout).toBe(
      'None of 2 sign-ups of the last 30 days was archived at rasa.io.\n',
    );
  }, 60_000);

  it('is found out where nobody was asked before it, and only some of a batch are gone', async () => {
    const { sandbox, signUp, survival } = await start();
    await signUp('ada', 'bob', 'cleo', 'dora', 'emil', 'fritz');
    await passNight(sandbox, ['ada@example.com', 'bob@example.com']);
    // Nothing of the batch is listed as changed any more: only asking for each id tells whose is whose.
    const { stdout } = await survival({ json: true }, () => Date.now() + 2 * dayMs);
    expect(JSON.parse(stdout)).toMatchObject({
      accounts: [{ watched: true, delivered: 6, archived: 4, unsubscribed: 0, unknown: 0 }],
    });
  }, 60_000);

  it('knows nothing more of somebody who is erased', async () => {
    const { signUp, database, env } = await start({ KEEP_FOR_HANDOVER: '30d' });
    await signUp('ada', 'bob');
    const erased = await runCli(['contacts', 'erase', 'ada@example.com', '--yes'], env);
    expect(erased).toMatchObject({ code: 0 });
    for (const table of ['handover_addresses', 'delivered_contacts']) {
      expect(await countRows(database, table)).toBe(1);
    }
  });

  it('names addresses only where KEEP_FOR_HANDOVER keeps them, sealed, and not for longer', async () => {
    const { sandbox, signUp, survival, database, env } = await start({ KEEP_FOR_HANDOVER: '30d' });
    await signUp('ada', 'bob');
    await passNight(sandbox, ['ada@example.com']);
    const csv = join(await directoryInMemory(), 'archived.csv');
    await survival({ csv });
    expect(await readFile(csv, 'utf8')).toContain(',bob@example.com\r\n');
    const count = sameSql('select count(*) as n from handover_addresses');
    expect(await database.read({ sql: count })).toMatchObject([{ n: 2 }]);
    const watch = new SurvivalWatch({
      database,
      owner: 'a test',
      log: recordLog().log,
      accounts: [],
      keptForHandoverMs: readConfig(env).outbox.keptForHandoverMs,
      now: () => Date.now() + 31 * dayMs,
    });
    onTestFinished(() => watch.close());
    await vi.waitFor(async () => {
      expect(await database.read({ sql: count })).toMatchObject([{ n: 0 }]);
    }, 20_000);
  }, 60_000);
});

it('somebody who unsubscribes is not archived', async () => {
  const { sandbox, signUp, survival } = await start();
  await signUp('ada', 'bob');
  await fetch(`${sandbox.url}/sandbox/unsubscribe`, {
    method: 'POST',
    body: JSON.stringify({ email: 'ada@example.com' }),
  });
  const { stdout } = await survival({ json: true });
  expect(JSON.parse(stdout)).toMatchObject({ accounts: [{ archived: 0, unsubscribed: 1, delivered: 2 }] });
}, 60_000);

it('somebody who was deleted is gone too', async () => {
  const { sandbox, signUp, survival } = await start();
  await signUp('ada');
  const [ada] = await livePersons(sandbox);
  await sandbox.api('DELETE', `/v1/persons/${ada?.id ?? ''}`, { token: await sandbox.token() });
  const { stdout } = await survival({ json: true });
  expect(JSON.parse(stdout)).toMatchObject({ accounts: [{ archived: 1 }] });
}, 60_000);

it('says so where rasa.io cannot be asked, and finds it the next time', async () => {
  const { sandbox, signUp, survival } = await start();
  await signUp('ada');
  await passNight(sandbox, ['nobody@example.com']);
  await sandbox.putFaults({ answer: { on: 'persons', status: 400 } });
  const failed = await survival();
  expect(failed).toMatchObject({ code: 1, stdout: expect.stringContaining('None of 1 sign-up ') as string });
  expect(failed.stderr).toContain('It could not be compared now: ');
  await fetch(`${sandbox.url}/sandbox/faults`, { method: 'DELETE' });
  expect((await survival()).stdout).toContain(
    '1 of 1 sign-up of the last 30 days was archived, between 01:00 and 02:00 UTC',
  );
}, 60_000);

it('the webhook cannot be watched', async () => {
  const { database } = await start();
  let stdout = '';
  const config = readConfig({
    RASA_API: 'webhook',
    RASA_SIGNUP_GUID: 'a-guid',
    ALLOWED_ORIGINS: 'https://a.example',
  });
  const code = await runSurvival({
    database,
    config,
    streams: { stdout: { write: (text) => (stdout += text) }, stderr: { write: () => undefined } },
    stop: new AbortController().signal,
  });
  expect({ code, stdout }).toEqual({
    code: 0,
    stdout: expect.stringContaining('cannot be watched') as string,
  });
}, 60_000);

it('is compared a day after the first delivery by one process, and told in the log without an address', async () => {
  const { sandbox, signUp, database, env } = await start();
  await signUp('ada', 'bob');
  await passNight(sandbox, ['nobody@example.com']);
  const [configured] = readConfig(env).accounts;
  const destination = destinationOf(configured);
  const account = openAccount({
    destination,
    baseUrl: sandbox.url,
    outgoing: createOutgoing({}),
    timeouts: defaultTimeouts,
    minIntervalMs: 0,
    database,
    owner: 'a test',
    log: quiet,
  });
  onTestFinished(() => account.close());
  const sets = configured.upstream.is === 'rasa' ? configured.upstream.sets : [];
  const keyRing = createKeyRing({ tokens: createTokenApi(account.others), sets });
  const contacts = openContacts(account.others, keyRing, 'v1');
  const watchAt = (now: () => number) => {
    const recorded = recordLog();
    const watch = new SurvivalWatch({
      database,
      owner: 'a test',
      log: recorded.log,
      accounts: [{ name: 'harbour', account: 'harbour', destination, contacts }],
      keptForHandoverMs: undefined,
      lookEveryMs: 20,
      now,
    });
    onTestFinished(() => watch.close());
    return recorded.lines;
  };
  const early = watchAt(() => Date.now() + dayMs / 2);
  const logs = [watchAt(() => Date.now() + dayMs * 1.1), watchAt(() => Date.now() + dayMs * 1.1)];
  await vi.waitFor(() => {
    expect(logs.map((lines) => lines()).join('')).toContain(
      '2 of 2 sign-ups of the last 30 days were archived',
    );
  }, 20_000);
  const said = logs.flatMap((lines) => lines().match(/sign-ups of the last/g) ?? []);
  expect(said).toHaveLength(1);
  expect(logs.map((lines) => lines()).join('')).toContain('"account":"harbour"');
  expect(logs.map((lines) => lines()).join('')).not.toContain('@example.com');
  expect(early()).not.toContain('archived');
}, 60_000);
