import { copyFile, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openSandbox } from '../../../server/sandbox/sandbox.ts';
import { StateFileError } from '../../../server/sandbox/state.ts';
import { builtDir, startSandbox } from '../../helpers/server/sandbox.ts';
import { temporaryDir } from '../../helpers/server/temporary-dir.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

it('creates a key at the very first start, and stores it in a file that only the owner can read', async () => {
  const { credentials, firstKey, dataDir } = await startSandbox();
  expect(firstKey).toBe('made');
  expect(credentials.apiKey).toMatch(uuid);
  expect(await readFile(join(dataDir, 'sandbox/api-key'), 'utf8')).toBe(`${credentials.apiKey}\n`);
  const mode = async (path: string): Promise<string> =>
    ((await stat(join(dataDir, path))).mode & 0o777).toString(8);
  expect([await mode('sandbox'), await mode('sandbox/api-key'), await mode('sandbox/state.json')]).toEqual([
    '700',
    '600',
    '600',
  ]);
});

it('keeps contacts and keys over a restart, but no tokens', async () => {
  const first = await startSandbox();
  const token = await first.token();
  await first.addPersons({ email: 'ada@example.com' });
  await first.close();

  const second = await startSandbox({ dataDir: first.dataDir });
  expect(second.firstKey).toBe('kept');
  expect(second.credentials).toEqual(first.credentials);
  expect(await second.page('/')).toContain('ada@example.com');
  expect((await second.mint()).status).toBe(201);
  expect((await second.api('GET', '/v1/persons', { token })).status).toBe(401);
});

it('never creates a second first key when the file is deleted', async () => {
  const first = await startSandbox();
  await first.close();
  await rm(join(first.dataDir, 'sandbox/api-key'));
  const second = await startSandbox({ dataDir: first.dataDir });
  expect([second.firstKey, second.credentials.apiKey]).toEqual(['kept', undefined]);
  expect((await second.mint(first.credentials.apiKey)).status).toBe(201);
});

it('adopts the key in the file when only the state is deleted', async () => {
  const first = await startSandbox();
  await first.close();
  await rm(join(first.dataDir, 'sandbox/state.json'));
  const second = await startSandbox({ dataDir: first.dataDir });
  expect([second.firstKey, second.credentials.apiKey]).toEqual(['kept', first.credentials.apiKey]);
  expect((await second.mint()).status).toBe(201);
});

it('accepts a given key, also at a later start, and creates no other', async () => {
  const first = await startSandbox({ apiKey: 'given-by-the-operator' });
  expect([first.firstKey, first.credentials.apiKey]).toEqual(['given', 'given-by-the-operator']);
  expect(await readdir(join(first.dataDir, 'sandbox'))).toEqual(['state.json']);
  await first.close();
  const second = await startSandbox({ dataDir: first.dataDir, apiKey: 'another' });
  expect((await second.mint('another')).status).toBe(201);
  expect((await second.mint('given-by-the-operator')).status).toBe(201);
});

it('never writes the text of a key into its state', async () => {
  const { credentials, dataDir, submit, token } = await startSandbox();
  const html = await (await submit('/settings/api-keys', { name: 'Website' })).text();
  const shown = /<code>([0-9a-f-]{36})<\/code>/.exec(html)?.[1] ?? '';
  const minted = await token();
  const state = await readFile(join(dataDir, 'sandbox/state.json'), 'utf8');
  expect(shown).toMatch(uuid);
  for (const secret of [shown, credentials.apiKey ?? '', minted]) expect(state).not.toContain(secret);
});

it.each([
  ['damaged', '{"persons": [{"email": "ada@example.com"', 'it is not JSON'],
  ['of another shape', '{"version":1,"persons":[],"apiKeys":{},"revocationKillsTokens":false}', 'apiKeys'],
])(
  'sets a state file that is %s aside, reports it, and starts empty next time',
  async (_, content, reason) => {
    const first = await startSandbox();
    await first.close();
    const path = join(first.dataDir, 'sandbox/state.json');
    await writeFile(path, content);

    const failure = await openSandbox({ port: 0, builtDir, dataDir: first.dataDir }).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(StateFileError);
    const { message, asidePath } = failure as StateFileError;
    for (const part of [path, asidePath, reason]) expect(message).toContain(part);
    expect(message).not.toContain('ada@example.com');
    expect(await readFile(asidePath, 'utf8')).toBe(content);

    const again = await startSandbox({ dataDir: first.dataDir });
    expect(await again.page('/')).toContain('Nobody has signed up yet');
  },
);

it('answers only after the data is on disk', async () => {
  const { addPersons, dataDir } = await startSandbox();
  await Promise.all([1, 2, 3].map((number) => addPersons({ email: `p${number}@example.com` })));
  // As if the sandbox were killed now.
  const copy = await temporaryDir();
  for (const name of ['sandbox.db', 'sandbox.db-wal']) await copyFile(join(dataDir, name), join(copy, name));
  const { page } = await startSandbox({ dataDir: copy });
  for (const number of [1, 2, 3]) expect(await page('/')).toContain(`p${number}@example.com`);
});

it("rejects with the system's error when the port is in use", async () => {
  const { port } = await startSandbox();
  await expect(openSandbox({ port, builtDir, dataDir: await temporaryDir() })).rejects.toMatchObject({
    code: 'EADDRINUSE',
  });
});

it('ends event streams and the delay of slow answers at once when it closes', async () => {
  const { events, putFaults, close, api, token } = await startSandbox();
  const minted = await token();
  await putFaults({ delayMs: 600_000 });
  const stream = await events();
  const slow = api('POST', '/v1/persons', { token: minted, body: { email: 'ada@example.com' } });
  await stream.next();

  const started = performance.now();
  await Promise.all([close(), close()]);
  expect(performance.now() - started).toBeLessThan(20_000);
  expect(await stream.next()).toBe('');
  expect((await slow).status).toBe(201);
});

it('makes one contact of what comes at once for one address', async () => {
  const { api, token } = await startSandbox();
  const minted = await token();
  const add = (number: number) =>
    api('POST', '/v1/persons', {
      token: minted,
      body: { email: 'Ada@example.com', [`answer${number}`]: number },
    });
  const statuses = (await Promise.all(Array.from({ length: 20 }, (_, number) => add(number)))).map(
    ({ status }) => status,
  );
  expect(statuses.filter((status) => status === 201)).toHaveLength(1);
  const { envelope } = await api('GET', '/v1/persons', { token: minted });
  expect(envelope.metadata.total_query_count).toBe(1);
  const id = (envelope.results[0] as { data: { id: string } }).data.id;
  const attributes = await api('GET', `/v1/persons/${id}/attributes`, { token: minted });
  expect(attributes.envelope.results).toHaveLength(20);
});
