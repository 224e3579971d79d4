import { hostname } from 'node:os';
import { join } from 'node:path';
import { writeFile } from 'node:fs/promises';
import { expect, it, onTestFinished, vi } from 'vitest';
import { openAccount, openKeys } from '../../../server/accounts/account.ts';
import { destinationOf } from '../../../server/config/accounts/destination.ts';
import { readConfig } from '../../../server/config/config.ts';
import { createCalls } from '../../../server/rasa/calls.ts';
import { createV1 } from '../../../server/rasa/client.ts';
import { defaultTimeouts } from '../../../server/rasa/http.ts';
import { createOutgoing } from '../../../server/system/network/outgoing.ts';
import { startSandbox } from '../../helpers/server/sandbox.ts';
import { credentialsFor, readContacts, startService } from '../../helpers/server/service.ts';
import { openTestStore, quiet } from '../../helpers/server/store.ts';
import { directoryInMemory } from '../../helpers/server/temporary-dir.ts';

const soon = { timeout: 20_000, interval: 50 };

const signUp = async (url: string, form: string, email: string) => {
  const body = new URLSearchParams({ email });
  expect((await fetch(`${url}/forms/${form}`, { method: 'POST', body })).status).toBe(202);
};

it('an account whose key is refused holds up no other', async () => {
  const sandbox = await startSandbox();
  const dataDir = await directoryInMemory();
  const file = join(dataDir, 'forms.json');
  const forms = {
    north: { account: 'harbour', fields: ['email'] },
    south: { account: 'engine-room', fields: ['email'] },
  };
  await writeFile(file, JSON.stringify({ forms }));
  const { RASA_BASE_URL, RASA_USERNAME, RASA_PASSWORD, RASA_API_KEY, ALLOWED_ORIGINS } =
    credentialsFor(sandbox);
  const service = await startService({
    RASA_BASE_URL,
    ALLOWED_ORIGINS,
    DATA_DIR: dataDir,
    FORMS_FILE: file,
    ACCOUNTS: 'harbour,engine-room',
    RASA_HARBOUR__USERNAME: RASA_USERNAME,
    RASA_HARBOUR__PASSWORD: RASA_PASSWORD,
    RASA_HARBOUR__API_KEY: RASA_API_KEY,
    RASA_ENGINE_ROOM__USERNAME: RASA_USERNAME,
    RASA_ENGINE_ROOM__PASSWORD: RASA_PASSWORD,
    RASA_ENGINE_ROOM__API_KEY: 'a-key-that-nobody-knows',
  });
  await signUp(service.url, 'south', 'ada@example.com');
  await vi.waitFor(() => {
    expect(service.figures().accounts).toMatchObject([
      { name: 'harbour' },
      { name: 'engine-room', credentials: { is: 'refused' } },
    ]);
  }, soon);
  await signUp(service.url, 'north', 'bob@example.com');
  await vi.waitFor(async () => {
    expect((await readContacts(sandbox)).map(({ email }) => email)).toEqual(['bob@example.com']);
  }, soon);
  expect(service.figures()).toMatchObject({ outbox: { waiting: 1, elsewhere: 0, deadLetters: 0 } });
  expect(service.log()).toContain('"account":"engine-room"');
}, 60_000);

it('two proxies and a third process call one at a time, and not at once after each other', async () => {
  const sandbox = await startSandbox();
  const env = {
    ...credentialsFor(sandbox),
    DATA_DIR: await directoryInMemory(),
    RASA_MIN_INTERVAL_MS: '200',
  };
  const proxies = [await startService(env), await startService(env)];
  // As a command does it, or another room.
  const database = await openTestStore({ dataDir: env.DATA_DIR });
  const [configured] = readConfig(env).accounts;
  const account = openAccount({
    destination: destinationOf(configured),
    baseUrl: sandbox.url,
    outgoing: createOutgoing({}),
    timeouts: defaultTimeouts,
    minIntervalMs: 200,
    database,
    owner: 'a third process',
    log: quiet,
  });
  onTestFinished(() => account.close());
  if (configured.upstream.is !== 'rasa') throw new Error('The account is not at rasa.io.');
  const keys = openKeys({
    account,
    name: 'main',
    api: 'v1',
    sets: configured.upstream.sets,
    sandboxUrl: undefined,
    owner: 'one',
    onOrder: () => undefined,
    onReload: () => undefined,
    database,
    host: hostname(),
    pid: process.pid,
    log: quiet,
  });
  onTestFinished(() => keys.close());
  const client = createV1(createCalls({ http: account.others, keyRing: keys.ring }));

  await sandbox.putFaults({ delayMs: 50 });
  const emails: string[] = [];
  for (let round = 0; round < 6; round++) {
    for (const [index, { url }] of proxies.entries()) {
      const email = `visitor-${round}-${index}@example.com`;
      emails.push(email);
      await signUp(url, 'newsletter', email);
    }
    await client.communities();
  }
  await vi.waitFor(() => {
    expect(proxies.map(({ figures }) => figures().outbox.waiting)).toEqual([0, 0]);
  }, soon);
  const traffic: unknown = await (await fetch(`${sandbox.url}/sandbox/traffic`)).json();
  expect(traffic).toMatchObject({ overlapping: 0, hasty: 0 });
  await sandbox.putFaults({});
  const arrived = (await readContacts(sandbox)).map(({ email }) => email);
  expect(arrived.toSorted()).toEqual(emails.toSorted());
}, 60_000);
