import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { z } from 'zod';
import { openSandbox, type Sandbox, type SandboxOptions } from '../../../server/sandbox/sandbox.ts';
import { directoryInMemory, placeInMemory } from './temporary-dir.ts';

const envelope = z.object({
  code: z.number(),
  status_code: z.number(),
  metadata: z.looseObject({
    errors: z.union([z.string(), z.array(z.string())]),
    next_link: z.string().nullable(),
    record_count: z.number(),
    total_query_count: z.number().nullable(),
    token_expiration: z.number().nullable(),
  }),
  results: z.array(z.record(z.string(), z.unknown())),
});

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /**
   * The body in the form of section "Response envelope" of rasa.io's API. Reading it fails the test if it has
   * another form.
   */
  readonly envelope: z.infer<typeof envelope>;
}

export interface ApiCall {
  readonly token?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface TestSandbox extends Sandbox {
  readonly dataDir: string;
  readonly basic: string;
  readonly close: () => Promise<void>;
  readonly api: (method: string, path: string, call?: ApiCall) => Promise<ApiAnswer>;
  /** Requests a token with the account and this key, by default the first one. */
  readonly mint: (key?: string) => Promise<ApiAnswer>;
  readonly token: () => Promise<string>;
  readonly addPersons: (...persons: readonly object[]) => Promise<ApiAnswer>;
  readonly page: (path: string) => Promise<string>;
  /** The live stream of the pages. `next` waits for its next piece and returns '' at the end. */
  readonly events: () => Promise<{ readonly next: () => Promise<string> }>;
  readonly submit: (
    path: string,
    fields?: Readonly<Record<string, string>>,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<Response>;
  readonly putFaults: (faults: unknown) => Promise<{ readonly status: number; readonly body: unknown }>;
}

/** The folder where `npm test` has built the browser's files. */
export const builtDir = 'dist/widget';

/** The sandbox on a free port with its own folder, closed after the test. */
export async function startSandbox(options: Partial<SandboxOptions> = {}): Promise<TestSandbox> {
  const sandbox = await open(options.dataDir ?? (await directoryInMemory()), options);
  onTestFinished(() => sandbox.close());
  return sandbox;
}

/** The same, one for all tests of a file or a `describe`. */
export function sandboxForAll(): () => TestSandbox {
  let sandbox: TestSandbox | undefined;
  beforeAll(async () => {
    sandbox = await open(await mkdtemp(join(placeInMemory, 'rasa-signup-')));
  });
  afterAll(async () => {
    await sandbox?.close();
    if (sandbox) await rm(sandbox.dataDir, { recursive: true, force: true });
  });
  return () => {
    if (!sandbox) throw new Error('It is started before the first test, not before that.');
    return sandbox;
  };
}

async function open(dataDir: string, options: Partial<SandboxOptions> = {}): Promise<TestSandbox> {
  const sandbox = await openSandbox({ port: 0, builtDir, ...options, dataDir });
  const { url, credentials } = sandbox;
  const basic = `Basic ${btoa(`${credentials.username}:${credentials.password}`)}`;

  const api: TestSandbox['api'] = async (method, path, { token, body, headers = {} } = {}) => {
    const response = await fetch(url + path, {
      method,
      headers: {
        'content-type': 'application/json',
        ...(token !== undefined && { 'rasa-token': token }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      text,
      get envelope() {
        return envelope.parse(JSON.parse(text));
      },
    };
  };
  const mint: TestSandbox['mint'] = (key = credentials.apiKey) =>
    api('POST', '/v1/tokens', { headers: { authorization: basic }, body: { key } });
  const token: TestSandbox['token'] = async () => tokenIn(await mint());

  return {
    ...sandbox,
    close: () => sandbox.close(),
    dataDir,
    basic,
    api,
    mint,
    token,
    addPersons: async (...persons) => api('POST', '/v1/persons', { token: await token(), body: persons }),
    page: async (path) => (await fetch(url + path)).text(),
    async events() {
      const response = await fetch(`${url}/sandbox/events`);
      const reader = response.body?.getReader();
      onTestFinished(() => reader?.cancel());
      return { next: async () => new TextDecoder().decode((await reader?.read())?.value) };
    },
    submit: (path, fields = {}, headers = {}) =>
      fetch(url + path, { method: 'POST', body: new URLSearchParams(fields), headers, redirect: 'manual' }),
    async putFaults(faults) {
      const response = await fetch(`${url}/sandbox/faults`, { method: 'PUT', body: JSON.stringify(faults) });
      return { status: response.status, body: await response.json() };
    },
  };
}

/** Where rasa.io's clients read the token: `results[0]["rasa-token"]`. */
export function tokenIn({ envelope }: ApiAnswer): string {
  return z.string().parse(envelope.results[0]?.['rasa-token']);
}

/** A token of version 2, for the first key. */
export async function v2Token({ api, clientId, credentials }: TestSandbox): Promise<string> {
  const { text } = await api('POST', '/v2/tokens', {
    body: { grant_type: 'client_credentials', client_id: clientId, client_secret: credentials.apiKey },
  });
  return z.object({ access_token: z.string() }).parse(JSON.parse(text)).access_token;
}

/** The fields of each item of a read, whether it is wrapped or not. */
export function fieldsIn({ envelope }: ApiAnswer): readonly Readonly<Record<string, unknown>>[] {
  return fieldsOf(envelope);
}

export function fieldsOf(body: unknown): readonly Readonly<Record<string, unknown>>[] {
  const { results } = z.object({ results: z.array(z.record(z.string(), z.unknown())) }).parse(body);
  return results.map((item) => {
    const { data } = item;
    return typeof data === 'object' && data !== null ? (data as Record<string, unknown>) : item;
  });
}
