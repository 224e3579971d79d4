import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { readConfig, type Env } from '../../../server/config/config.ts';
import type { Impatience } from '../../../server/http/request-limits.ts';
import type { Sandbox } from '../../../server/sandbox/sandbox.ts';
import { openService, type Service } from '../../../server/service.ts';
import { checkContract } from '../openapi/contract.ts';
import { recordLog } from './outbox.ts';
import { builtDir } from './sandbox.ts';
import { directoryInMemory, placeInMemory } from './temporary-dir.ts';

/** An intake that accepts everything readable, for tests of the parts behind it. */
export const openIntake: Env = {
  BOT_MODE: 'off',
  RATE_NETWORK: 'off',
  RATE_ADDRESS: 'off',
  RATE_FORM: 'off',
  RATE_SERVICE: 'off',
  RATE_PLAIN: 'off',
  PLAIN_LEAST_AGE: 'off',
};

/** Calls to rasa.io for what a test does, and no others, without pauses. */
export const apart: Env = { RASA_MIN_INTERVAL_MS: '0', CONTACTS_REFRESH: 'off' };

/** The intake with its default settings. */
export const guardedIntake: Env = Object.fromEntries(
  Object.keys(openIntake).map((name) => [name, undefined]),
);

export interface TestService extends Service {
  readonly log: () => string;
  readonly dataDir: string;
}

/**
 * The whole product in this process, on free ports, with an open intake and no pause between its calls to
 * rasa.io, with its own sandbox unless `env` says otherwise.
 */
export async function startService(
  env: Env = {},
  impatience: Partial<Impatience> = {},
): Promise<TestService> {
  const service = await open(env['DATA_DIR'] ?? (await directoryInMemory()), env, impatience);
  onTestFinished(() => service.close());
  return service;
}

/**
 * The same, one for all tests of a file or a `describe`: for tests that leave no trace for others to meet.
 * `env` is a function where it is known before the first test only, such as the place of a sandbox. `forms`
 * are those of its forms file.
 */
export function serviceForAll(
  env: Env | (() => Env) = {},
  forms?: Readonly<Record<string, object>>,
): () => TestService {
  let service: TestService | undefined;
  let dataDir: string | undefined;
  beforeAll(async () => {
    dataDir = await mkdtemp(join(placeInMemory, 'rasa-signup-'));
    const file = join(dataDir, 'forms.json');
    if (forms) await writeFile(file, JSON.stringify({ forms }));
    const settings = typeof env === 'function' ? env() : env;
    service = await open(dataDir, { ...(forms && { FORMS_FILE: file }), ...settings });
  });
  afterAll(async () => {
    await service?.close();
    if (dataDir) await rm(dataDir, { recursive: true, force: true });
  });
  return () => {
    if (!service) throw new Error('It is started before the first test, not before that.');
    return service;
  };
}

async function open(dataDir: string, env: Env, impatience: Partial<Impatience> = {}): Promise<TestService> {
  const { log, lines } = recordLog();
  const places = { PORT: '0', SANDBOX_PORT: '0', DATA_DIR: dataDir };
  const full = { ...places, ...apart, ...openIntake, ...env };
  const service = await openService({
    config: readConfig(full),
    readEnv: () => full,
    log,
    builtDir,
    process,
    watchIntervalMs: 20,
    impatience,
  });
  const publicUrl = new URL(env['PUBLIC_URL'] ?? service.url);
  checkContract(service.url, publicUrl.pathname.replace(/\/$/, ''));
  return { ...service, log: lines, dataDir };
}

/** The environment that points the product at a sandbox as it would at rasa.io. */
export function credentialsFor({ url, credentials }: Pick<Sandbox, 'url' | 'credentials'>): Env {
  return {
    RASA_BASE_URL: url,
    RASA_USERNAME: credentials.username,
    RASA_PASSWORD: credentials.password,
    RASA_API_KEY: credentials.apiKey,
    ALLOWED_ORIGINS: 'https://www.example.com',
  };
}

/** Every contact in a sandbox, read like any client of rasa.io: with a token minted from the key. */
export async function readContacts(
  sandbox: Pick<Sandbox, 'url' | 'credentials'>,
): Promise<Record<string, unknown>[]> {
  const token = await mint(sandbox);
  const contacts: Record<string, unknown>[] = [];
  for (;;) {
    const page = await fetch(`${sandbox.url}/v1/persons?skip=${contacts.length}`, {
      headers: { 'rasa-token': token },
    });
    const { results } = (await page.json()) as { results: { data: Record<string, unknown> }[] };
    if (results.length === 0) return contacts;
    contacts.push(...results.map(({ data }) => data));
  }
}

/** One contact with its custom attributes, which the list omits. */
export async function readContact(
  sandbox: Pick<Sandbox, 'url' | 'credentials'>,
  id: unknown,
): Promise<Record<string, unknown>> {
  const answer = await fetch(`${sandbox.url}/v1/persons/${String(id)}`, {
    headers: { 'rasa-token': await mint(sandbox) },
  });
  const { results } = (await answer.json()) as { results: { data: Record<string, unknown> }[] };
  return results[0]?.data ?? {};
}

async function mint({
  url,
  credentials: { username, password, apiKey },
}: Pick<Sandbox, 'url' | 'credentials'>): Promise<string> {
  const minted = await fetch(`${url}/v1/tokens`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ key: apiKey }),
  });
  const { results: tokens } = (await minted.json()) as { results: { 'rasa-token': string }[] };
  return tokens[0]?.['rasa-token'] ?? '';
}
