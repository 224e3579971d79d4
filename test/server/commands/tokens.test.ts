import { describe, expect, it } from 'vitest';
import { Tokens } from '../../../server/contacts/tokens.ts';
import { sameSql, type Database } from '../../../server/store/database.ts';
import { Secret } from '../../../server/system/secret.ts';
import { hasTerminal, runCliOnTerminal } from '../../helpers/server/cli.ts';
import { useEngines, type Engine } from '../../helpers/server/engines.ts';
import { runCommand } from '../../helpers/server/run-command.ts';
import { openTestStore } from '../../helpers/server/store.ts';

const key = 'ab'.repeat(32);
const { engines, newPlace } = useEngines();

/** A store that is in use, as a running proxy has it open, and what a command needs to reach it too. */
async function usedStore(engine: Engine) {
  const place = { ...(await newPlace(engine)), key: new Secret(key) };
  const database = await openTestStore(place);
  const env = {
    DATA_DIR: place.dataDir,
    OUTBOX_KEY: key,
    ...(place.databaseUrl && { DATABASE_URL: place.databaseUrl.reveal() }),
  };
  const cli = (args: readonly string[], more = {}) => runCommand(['tokens', ...args], { ...env, ...more });
  return { database, tokens: new Tokens({ database }), cli, env };
}

async function everythingIn(database: Database): Promise<string> {
  return JSON.stringify(await database.read({ sql: sameSql('select * from tokens') }), (_, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
  );
}

describe.each(engines)('tokens on %s', (engine) => {
  it('are made, used, listed and revoked beside a running proxy', async () => {
    const { database, tokens, cli } = await usedStore(engine);
    const made = await cli(['create', 'shop', '--scope', 'contacts:write,contacts:read', '--expires', '90d']);
    expect(made).toMatchObject({ code: 0, stderr: expect.stringContaining('not shown again') as string });
    const token = made.stdout.trim();
    expect(token).toMatch(/^rst_[\w-]{43}$/);
    expect(await tokens.find(token)).toMatchObject({
      name: 'shop',
      account: 'main',
      scopes: ['contacts:write', 'contacts:read'],
    });
    expect(await everythingIn(database)).not.toContain(token.slice(4));

    const listed = await cli(['list']);
    expect(listed.stdout).not.toContain(token.slice(4));
    expect(JSON.parse(listed.stdout)).toMatchObject([
      { name: 'shop', state: 'valid', account: 'main', scopes: ['contacts:write', 'contacts:read'] },
    ]);

    expect(await cli(['revoke', 'shop'])).toMatchObject({ code: 0 });
    expect(await tokens.find(token)).toBeUndefined();
    expect(await cli(['revoke', 'shop'])).toMatchObject({
      code: 1,
      stderr: 'No valid token is called "shop".\n',
    });
  });

  it('have names of which only one is valid', async () => {
    const { tokens, cli } = await usedStore(engine);
    const create = () => cli(['create', 'shop', '--scope', 'contacts:write', '--json']);
    const { token } = JSON.parse((await create()).stdout) as { token: string };
    const again = await create();
    expect(again).toMatchObject({ code: 1, stdout: '' });
    expect(again.stderr).toContain('There is a token shop already.');
    expect(await tokens.find(token)).toMatchObject({ name: 'shop' });
    await cli(['revoke', 'shop']);
    expect(JSON.parse((await create()).stdout)).toMatchObject({
      name: 'shop',
      account: 'main',
      scopes: ['contacts:write'],
      expires: null,
    });
    expect(await tokens.list()).toHaveLength(2);
  });
});

it('a token is valid until it expires, and nothing near it ever is', async () => {
  const place = await newPlace('sqlite');
  let nowMs = Date.UTC(2026, 10, 26);
  const tokens = new Tokens({ database: await openTestStore(place), now: () => nowMs });
  const token =
    (await tokens.create({ name: 'a', account: 'main', scopes: ['contacts:read'], validForMs: 1000 })) ?? '';
  const last = token.endsWith('A') ? 'B' : 'A';
  for (const wrong of ['', 'rst_', token.slice(0, -1), `${token.slice(0, -1)}${last}`, `${token} `]) {
    expect(await tokens.find(wrong), wrong).toBeUndefined();
  }
  nowMs += 999;
  expect(await tokens.find(token)).toMatchObject({ name: 'a' });
  nowMs += 1;
  expect(await tokens.find(token)).toBeUndefined();
});

it('the last use of a token is written at most once a minute', async () => {
  const database = await openTestStore(await newPlace('sqlite'));
  let nowMs = Date.UTC(2026, 10, 26);
  let writes = 0;
  const counting: Pick<Database, 'read' | 'write'> = {
    read: (statement) => database.read(statement),
    write: (...args) => {
      writes++;
      return database.write(...args);
    },
  };
  const tokens = new Tokens({ database: counting, now: () => nowMs });
  const validForMs = undefined;
  const token = (await tokens.create({ name: 'a', account: 'main', scopes: [], validForMs })) ?? '';
  writes = 0;
  const use = async () => {
    await tokens.find(token);
    // A write of the same database that comes later ends later.
    await database.write([{ sql: sameSql('delete from pauses') }]);
    return (await tokens.list())[0]?.usedMs;
  };
  expect(await use()).toBe(nowMs);
  nowMs += 59_000;
  expect(await use()).toBe(nowMs - 59_000);
  nowMs += 1000;
  expect(await use()).toBe(nowMs);
  expect(writes).toBe(2);
});

it('the account of a token is one of ACCOUNTS, and must be named where there are several', async () => {
  const { cli } = await usedStore('sqlite');
  const accounts = { ACCOUNTS: 'harbour,engine-room' };
  const args = ['create', 'shop', '--scope', 'contacts:write', '--json'];
  expect(await cli(args, accounts)).toMatchObject({
    code: 1,
    stderr: 'Found no --account, wanted one of ACCOUNTS: harbour, engine-room.\n',
  });
  expect(await cli([...args, '--account', 'harbor'], accounts)).toMatchObject({
    code: 1,
    stderr: 'Found the account "harbor", wanted one of ACCOUNTS: harbour, engine-room.\n',
  });
  const { stdout } = await cli([...args, '--account', 'harbour'], accounts);
  expect(JSON.parse(stdout)).toMatchObject({ account: 'harbour' });
});

it('what cannot be a token’s name, scope or time is said', async () => {
  const { cli } = await usedStore('sqlite');
  const refused: readonly (readonly [args: readonly string[], words: string])[] = [
    [['create', 'shop'], 'required option'],
    [['create', 'a b', '--scope', 'contacts:write'], 'Wanted 1 to 64 letters'],
    [['create', 'shop', '--scope', 'contacts:write,persons:write'], 'not "persons:write"'],
    [['create', 'shop', '--scope', ''], 'not ""'],
    [['create', 'shop', '--scope', 'contacts:write', '--expires', 'soon'], 'Wanted a time'],
  ];
  for (const [args, words] of refused) {
    const { code, stderr } = await cli(args);
    expect({ code, says: stderr.includes(words) }, args.join(' ')).toEqual({ code: 1, says: true });
  }
});

it.skipIf(!hasTerminal)('a terminal gets a table', async () => {
  const { cli, env } = await usedStore('sqlite');
  await cli(['create', 'shop', '--scope', 'contacts:write']);
  const { screen, code } = await runCliOnTerminal(['tokens', 'list'], env);
  expect(code).toBe(0);
  expect(screen).toMatch(/NAME +STATE +ACCOUNT +LAST USE +EXPIRES +SCOPES/);
  expect(screen).toMatch(/shop +valid +main +never +never +contacts:write/);
});
