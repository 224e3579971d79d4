import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { createOutboxCommands } from '../../../server/commands/outbox.ts';
import { openStoreCommands } from '../../../server/commands/store.ts';
import { DeadLetters } from '../../../server/outbox/dead-letters.ts';
import { openPlace } from '../../../server/outbox/place.ts';
import { sameSql } from '../../../server/store/database.ts';
import { databaseFileName, openStore } from '../../../server/store/open-store.ts';
import { loadDriver } from '../../../server/store/sqlite/driver.ts';
import { Secret } from '../../../server/system/secret.ts';
import { hasTerminal, runCli, runCliOnTerminal } from '../../helpers/server/cli.ts';
import { namesOf, openTestOutbox, setAside, type Refused } from '../../helpers/server/outbox.ts';
import { runCommand } from '../../helpers/server/run-command.ts';
import { quiet } from '../../helpers/server/store.ts';
import { directoryInMemory, placeInMemory, temporaryDir } from '../../helpers/server/temporary-dir.ts';

const hourMs = 3_600_000;
const hexKey = 'ab'.repeat(32);

const three: readonly Refused[] = [
  { id: 'ada-0001', reason: 'no such segment', hoursAgo: 24 * 10 },
  { id: 'grace-0002', reason: 'Blocked Address', hoursAgo: 3, form: 'events' },
  { id: 'edsger-0003', reason: 'blocked address', hoursAgo: 1 },
];

const made = new Map<string, Promise<string>>();
afterAll(async () => {
  for (const dir of made.values()) await rm(await dir, { recursive: true });
});

/** A DATA_DIR where rasa.io has refused these: a copy of the one that was made first. */
async function refusedDir(refused: readonly Refused[] = three, key?: Secret): Promise<string> {
  const name = JSON.stringify([refused, key?.reveal()]);
  const first = made.get(name) ?? makeRefused(refused, key);
  made.set(name, first);
  const dataDir = await directoryInMemory();
  await cp(await first, dataDir, { recursive: true });
  return dataDir;
}

async function makeRefused(refused: readonly Refused[], key?: Secret): Promise<string> {
  const dataDir = await mkdtemp(join(placeInMemory, 'rasa-signup-'));
  const { database, close } = await openTestOutbox({ place: { dataDir, key } });
  await setAside(database, refused);
  await close();
  return dataDir;
}

async function setAsideIn(dataDir: string, key?: Secret): Promise<string[]> {
  const database = await openStore({ dataDir, key, log: quiet });
  const rows = await database.read({ sql: sameSql('select id from dead_letters order by id') });
  await database.close();
  return rows.map((row) => String(row['id']));
}

/** One byte of what is sealed becomes another one. */
async function damage(dataDir: string, id: string): Promise<void> {
  const database = await openStore({ dataDir, log: quiet });
  await database.write([
    { sql: sameSql(`update dead_letters set payload = ? where id = ?`), params: [new Uint8Array(60), id] },
  ]);
  await database.close();
}

/** `rasa-signup outbox …` with its output in pipes. */
const outboxCli = (dataDir: string, ...args: readonly string[]) =>
  runCommand(['outbox', ...args], { DATA_DIR: dataDir });

const listedIds = (json: string) => (JSON.parse(json) as { readonly id: string }[]).map(({ id }) => id);

/** The commands with a simulated terminal. Its input is `typed`, then the end of input. */
async function atTerminal(dataDir: string, typed = '', columns = 120) {
  const written = { out: '', err: '' };
  const stdin = Object.assign(new PassThrough(), { isTTY: true });
  stdin.end(typed);
  const database = await openStore({ dataDir, log: quiet });
  onTestFinished(() => database.close());
  const commands = createOutboxCommands({
    deadLetters: new DeadLetters({ database }),
    streams: {
      stdin,
      stdout: { isTTY: true, columns, write: (text: string) => (written.out += text) },
      stderr: { isTTY: true, write: (text: string) => (written.err += text) },
    },
  });
  return { commands, written };
}

describe('outbox list', () => {
  it('gives a script all refused sign-ups, oldest first, as one JSON array', async () => {
    const { code, stdout, stderr } = await outboxCli(await refusedDir(), 'list');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const entries = JSON.parse(stdout) as Record<string, unknown>[];
    expect(entries[0]).toEqual({
      id: 'ada-0001',
      form: 'newsletter',
      email: 'ada-0001@example.com',
      reason: 'no such segment',
      attempts: 1,
      refusedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as unknown,
    });
    expect(listedIds(stdout)).toEqual(['ada-0001', 'grace-0002', 'edsger-0003']);
  });

  it.each([
    ['of one form', { form: 'events' }, ['grace-0002']],
    ['refused for a reason, in whatever case', { reason: 'BLOCKED' }, ['grace-0002', 'edsger-0003']],
    ['refused longer ago than a time', { olderThan: 2 * hourMs }, ['ada-0001', 'grace-0002']],
    ['that match all filters', { olderThan: 2 * hourMs, reason: 'block' }, ['grace-0002']],
    ['that do not exist', { olderThan: 11 * 24 * hourMs }, []],
  ])('lists those %s', async (_name, filter, ids) => {
    const { commands, written } = await atTerminal(await refusedDir());
    expect(await commands.list({ ...filter, json: true })).toBe(0);
    expect(listedIds(written.out)).toEqual(ids);
  });

  it('accepts every filter on the command line', async () => {
    const args = ['--older-than', '2h', '--reason', 'BLOCKED', '--form', 'events'];
    const { code, stdout } = await outboxCli(await refusedDir(), 'list', ...args);
    expect(code).toBe(0);
    expect(listedIds(stdout)).toEqual(['grace-0002']);
  });

  it('is a table on a terminal, with long reasons on several lines', async () => {
    const reason = 'this address has been blocked by the administrator of the newsletter';
    const dataDir = await refusedDir([{ id: 'ada-0001', reason, hoursAgo: 73 }]);
    const { commands, written } = await atTerminal(dataDir, '', 100);
    expect(await commands.list({})).toBe(0);
    const [head, first, second] = written.out.split('\n');
    expect(head).toMatch(/^ID +FORM +ADDRESS +TRIES +REFUSED +REASON$/);
    expect(first).toMatch(/^ada-0001 +newsletter +ada-0001@example\.com +1 +3d ago +this address has/);
    expect(second).toMatch(/^ +\w/);
    expect(Math.max(...written.out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  it('explains on a terminal that there are none, or that none match', async () => {
    const empty = await atTerminal(await refusedDir([]));
    expect(await empty.commands.list({})).toBe(0);
    expect(empty.written.out).toBe('No sign-up is set aside.\n');

    const other = await atTerminal(await refusedDir());
    expect(await other.commands.list({ form: 'none' })).toBe(0);
    expect(other.written.out).toBe('None of the 3 sign-ups set aside matches.\n');
  });

  it('gives a script an empty array when there is none', async () => {
    expect(await outboxCli(await refusedDir([]), 'list')).toEqual({ code: 0, stdout: '[]\n', stderr: '' });
  });

  it('is JSON on a terminal too if requested', async () => {
    const { commands, written } = await atTerminal(await refusedDir());
    await commands.list({ json: true });
    expect(listedIds(written.out)).toHaveLength(3);
  });

  it('names those that cannot be read, and lists the others', async () => {
    const dataDir = await refusedDir();
    await damage(dataDir, 'ada-0001');
    const { code, stdout, stderr } = await outboxCli(dataDir, 'list');
    expect(code).toBe(1);
    expect(listedIds(stdout)).toEqual(['grace-0002', 'edsger-0003']);
    expect(stderr).toBe('Cannot be read, and was left alone: ada-0001\n');
  });

  it('does not let text from others control the terminal', async () => {
    const reason = 'no \u001b[2Jsuch\u009b31m segment\u202e';
    const dataDir = await refusedDir([{ id: 'ada-0001', reason }]);
    const { commands, written } = await atTerminal(dataDir);
    await commands.list({});
    await commands.show('ada-0001', {});
    await commands.list({ json: true });
    expect(written.out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    const last = written.out.trimEnd().split('\n').at(-1) ?? '';
    expect(JSON.parse(last)).toMatchObject([{ reason }]);
  });
});

describe('outbox show', () => {
  const contact = { email: 'ada@example.com', first_name: 'Ada', favourite_topic: 'engines' };

  it('gives a script all details of one, including fields that only its form has', async () => {
    const dataDir = await refusedDir([{ id: 'ada-0001', reason: 'no such segment', contact }]);
    const { code, stdout } = await outboxCli(dataDir, 'show', 'ada-0001');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      id: 'ada-0001',
      form: 'newsletter',
      contact,
      acceptedAt: expect.any(String) as unknown,
      reason: 'no such segment',
      attempts: 1,
      refusedAt: expect.any(String) as unknown,
    });
  });

  it('is aligned text on a terminal', async () => {
    const dataDir = await refusedDir([{ id: 'ada-0001', reason: 'no such segment', contact, hoursAgo: 2 }]);
    const { commands, written } = await atTerminal(dataDir);
    expect(await commands.show('ada-0001', {})).toBe(0);
    expect(written.out).toContain(
      'id               ada-0001\nform             newsletter\nemail            ada@example.com\n' +
        'first_name       Ada\nfavourite_topic  engines\n',
    );
    expect(written.out).toMatch(/refused {10}\S+Z \(2h ago\)\nattempts {9}1\nreason {11}no such segment\n$/);
  });

  it('reports that there is none with that id', async () => {
    expect(await outboxCli(await refusedDir(), 'show', 'nobody-0009')).toEqual({
      code: 1,
      stdout: '',
      stderr: 'No sign-up "nobody-0009" is set aside.\n',
    });
  });

  it('says of a damaged one that it cannot be read', async () => {
    const dataDir = await refusedDir();
    await damage(dataDir, 'ada-0001');
    const { code, stderr } = await outboxCli(dataDir, 'show', 'ada-0001');
    expect(code).toBe(1);
    expect(stderr).toContain(
      '"ada-0001" cannot be read: it was sealed with a key that is not given, or is damaged',
    );
  });
});

describe('outbox replay', () => {
  it('makes the running proxy send them again', async () => {
    const dataDir = await refusedDir();
    const running = await openTestOutbox({ place: { dataDir } });
    const { code, stdout } = await outboxCli(dataDir, 'replay', 'ada-0001', 'grace-0002');
    expect(code).toBe(0);
    expect(stdout).toBe(
      'Moved 2 sign-ups back: they are sent by the running proxy within a few seconds, or at its next start.\n',
    );
    expect(namesOf(await running.due())).toEqual(['ada-0001', 'grace-0002']);
    expect(await setAsideIn(dataDir)).toEqual(['edsger-0003']);
  });

  it('makes the next proxy that starts send them again', async () => {
    const dataDir = await refusedDir();
    await outboxCli(dataDir, 'replay', '--all');
    const { drain } = await openTestOutbox({ place: { dataDir } });
    expect([...(await drain())].sort()).toEqual(['ada-0001', 'edsger-0003', 'grace-0002']);
  });

  it('accepts a filter, and lists the replayed ids as JSON', async () => {
    const dataDir = await refusedDir();
    const { stdout } = await outboxCli(dataDir, 'replay', '--reason', 'blocked', '--json');
    expect(stdout).toBe('{"replayed":["grace-0002","edsger-0003"]}\n');
    expect(await setAsideIn(dataDir)).toEqual(['ada-0001']);
  });

  it('reports unknown ids, and replays the others', async () => {
    const dataDir = await refusedDir();
    const args = ['nobody-0009', 'ada-0001', 'ada-0001', '../ledger', ''];
    const { code, stdout, stderr } = await outboxCli(dataDir, 'replay', '--json', ...args);
    expect(code).toBe(1);
    expect(stdout).toBe('{"replayed":["ada-0001"]}\n');
    expect(stderr).toBe(
      'No sign-up "nobody-0009" is set aside.\nNo sign-up "../ledger" is set aside.\nNo sign-up "" is set aside.\n',
    );
  });

  it('leaves a damaged one where it is', async () => {
    const dataDir = await refusedDir();
    await damage(dataDir, 'ada-0001');
    const byId = await outboxCli(dataDir, 'replay', 'ada-0001');
    expect(byId).toMatchObject({ code: 1, stdout: 'Nothing was sent again.\n' });
    expect(byId.stderr).toContain('"ada-0001" cannot be read');
    const all = await outboxCli(dataDir, 'replay', '--all', '--json');
    expect(all).toMatchObject({ code: 1, stdout: '{"replayed":["grace-0002","edsger-0003"]}\n' });
    expect(await setAsideIn(dataDir)).toEqual(['ada-0001']);
  });
});

describe('outbox purge', () => {
  it('O13: asks for a selection first, then for --yes', async () => {
    const env = { DATA_DIR: await refusedDir() };
    const { code, stderr } = await runCommand(['outbox', 'purge'], env);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^purge needs to know which sign-ups/);
    expect(stderr).not.toContain('--yes');
    const chosen = await runCommand(['outbox', 'purge', '--all'], env);
    expect(chosen.stderr).toContain('confirm with --yes');
  });

  it.each([
    [['--form', 'another']],
    [['--reason', 'nothing like it']],
    [['nobody-0009']],
    [['--all', 'ada-0001']],
  ])('O13: has nothing to confirm where nothing is chosen: %j', async (args) => {
    const dataDir = await refusedDir();
    const { stderr } = await outboxCli(dataDir, 'purge', ...args);
    expect(stderr).not.toContain('--yes');
    expect(await setAsideIn(dataDir)).toHaveLength(3);
  });

  it('deletes permanently, and the running proxy counts fewer', async () => {
    const dataDir = await refusedDir();
    expect(await outboxCli(dataDir, 'purge', '--older-than', '7d', '--yes')).toEqual({
      code: 0,
      stdout: 'Deleted 1 sign-up.\n',
      stderr: '',
    });
    expect(await setAsideIn(dataDir)).toEqual(['edsger-0003', 'grace-0002']);
    const { stdout } = await outboxCli(dataDir, 'purge', '--all', '--yes', '--json');
    expect(stdout).toBe('{"purged":["grace-0002","edsger-0003"]}\n');
    const { outbox } = await openTestOutbox({ place: { dataDir } });
    expect(outbox.counts()).toMatchObject({ waiting: 0, deadLetters: 0 });
  });

  it.each(['y\n', 'YES\n'])('asks on a terminal, and deletes after %j', async (typed) => {
    const dataDir = await refusedDir();
    const { commands, written } = await atTerminal(dataDir, typed);
    expect(await commands.purge(['ada-0001', 'grace-0002'], {})).toBe(0);
    expect(written).toEqual({ out: 'Deleted 2 sign-ups.\n', err: 'Delete 2 sign-ups permanently? [y/N] ' });
    expect(await setAsideIn(dataDir)).toEqual(['edsger-0003']);
  });

  it.each(['n\n', '\n', 'yesterday\n', ''])('asks on a terminal, and keeps all after %j', async (typed) => {
    const dataDir = await refusedDir();
    const { commands, written } = await atTerminal(dataDir, typed);
    expect(await commands.purge([], { all: true })).toBe(1);
    expect(written.out).toBe('Nothing was deleted.\n');
    expect(await setAsideIn(dataDir)).toHaveLength(3);
  });

  it('needs --yes without a terminal, whatever is piped in', async () => {
    const dataDir = await refusedDir();
    const { code, stderr } = await runCli(['outbox', 'purge', '--all'], { DATA_DIR: dataDir }, 'y\n');
    expect(code).toBe(1);
    expect(stderr).toContain('confirm with --yes');
    expect(await setAsideIn(dataDir)).toHaveLength(3);
  });

  it('is the way to be rid of a damaged one, by its id alone', async () => {
    const dataDir = await refusedDir();
    await damage(dataDir, 'ada-0001');
    expect(await outboxCli(dataDir, 'purge', '--all', '--yes')).toMatchObject({ code: 1 });
    expect(await setAsideIn(dataDir)).toEqual(['ada-0001']);
    expect(await outboxCli(dataDir, 'purge', 'ada-0001', '--yes')).toMatchObject({ code: 0 });
    expect(await setAsideIn(dataDir)).toEqual([]);
  });

  it('deletes nothing else, whatever the id', async () => {
    const dataDir = await refusedDir();
    const ids = ['%', "' or 1=1 --", '*', '../ada-0001', 'ADA-0001', 'a\0b', 'x'.repeat(200)];
    const { commands, written } = await atTerminal(dataDir);
    expect(await commands.purge(ids, { yes: true })).toBe(1);
    expect(written).toEqual({
      out: 'Nothing was deleted.\n',
      err: ids.map((id) => `No sign-up ${JSON.stringify(id)} is set aside.\n`).join(''),
    });
    expect(await setAsideIn(dataDir)).toHaveLength(3);
  });

  it('accepts an id that looks like an option after --', async () => {
    const dataDir = await refusedDir([{ id: '--reason' }, { id: 'ada-0001' }]);
    expect(await outboxCli(dataDir, 'purge', '--yes', '--', '--reason')).toMatchObject({ code: 0 });
    expect(await setAsideIn(dataDir)).toEqual(['ada-0001']);
  });
});

describe('beside a proxy that holds the database for longer than a sign-up may wait', () => {
  it('a command waits for it', async () => {
    const dataDir = await refusedDir();
    const place = { dataDir, databaseUrl: undefined, poolSize: 1, key: undefined, previousKey: undefined };
    const proxy = await openPlace(place, { log: quiet, isHurried: true });
    const commands = await openStoreCommands({
      place,
      streams: { stdout: { write: () => true }, stderr: { write: () => true } },
    });
    onTestFinished(async () => {
      await commands.close();
      await proxy.close();
    });
    const holder = loadDriver()(join(dataDir, databaseFileName));
    holder.exec('begin immediate');
    try {
      const purged = commands.deadLetters().purge('ada-0001');
      await expect(new DeadLetters({ database: proxy }).purge('grace-0002')).rejects.toMatchObject({
        reason: 'locked',
      });
      holder.exec('rollback');
      expect(await purged).toBe(true);
    } finally {
      holder.close();
    }
    expect(await setAsideIn(dataDir)).toEqual(['edsger-0003', 'grace-0002']);
  }, 60_000);
});

describe('everything at once', () => {
  it.each([
    ['neither ids nor a filter', [], {}, 'needs to know which sign-ups'],
    ['ids beside --all', ['ada-0001'], { all: true }, 'needs one of these, not several'],
    ['a filter beside --all', [], { form: 'newsletter', all: true }, 'needs one of these, not several'],
    ['a filter beside ids', ['ada-0001'], { olderThan: 1 }, 'needs one of these, not several'],
  ])('is never meant by %s', async (_name, ids, selection, words) => {
    const dataDir = await refusedDir();
    const { commands, written } = await atTerminal(dataDir, 'y\n');
    expect(await commands.replay(ids, selection)).toBe(1);
    expect(await commands.purge(ids, { ...selection, yes: true })).toBe(1);
    expect(written.out).toBe('');
    expect(written.err).toContain(`replay ${words}`);
    expect(written.err).toContain(`purge ${words}`);
    expect(written.err).toContain('--form, --reason, --older-than');
    expect(await setAsideIn(dataDir)).toHaveLength(3);
  });

  it('is never selected by a command without arguments', async () => {
    const dataDir = await refusedDir();
    expect(await outboxCli(dataDir, 'replay')).toMatchObject({ code: 1, stdout: '' });
    expect(await outboxCli(dataDir, 'purge', '--yes')).toMatchObject({ code: 1, stdout: '' });
    expect(await setAsideIn(dataDir)).toHaveLength(3);
  });

  it.each(['--reason', '--form'])('is never selected by an empty %s', async (option) => {
    const dataDir = await refusedDir();
    const { code, stderr } = await outboxCli(dataDir, 'purge', '--yes', option, '');
    expect(code).toBe(1);
    expect(stderr).toContain('Wanted a text that is not empty.');
    expect(await setAsideIn(dataDir)).toHaveLength(3);
  });
});

describe('encrypted sign-ups', () => {
  const env = async () => ({ DATA_DIR: await refusedDir(three, new Secret(hexKey)) });

  it('are shown with the key', async () => {
    const { code, stdout } = await runCommand(['outbox', 'list'], { ...(await env()), OUTBOX_KEY: hexKey });
    expect(code).toBe(0);
    expect(listedIds(stdout)).toHaveLength(3);
  });

  it('are shown with the key in a file', async () => {
    const path = join(await temporaryDir(), 'key');
    await writeFile(path, `${hexKey}\n`);
    const { stdout } = await runCommand(['outbox', 'show', 'ada-0001'], {
      ...(await env()),
      OUTBOX_KEY_FILE: path,
    });
    expect(JSON.parse(stdout)).toMatchObject({ contact: { email: 'ada-0001@example.com' } });
  });

  it.each([
    ['no key', {}, 'OUTBOX_KEY is not set'],
    ['no key at all, but a word', { OUTBOX_KEY: 'secret' }, 'OUTBOX_KEY: found a value (not shown)'],
  ])('are left unchanged with %s, and the reason is given', async (_name, key, words) => {
    const given = { ...(await env()), ...key };
    for (const command of ['list', 'show ada-0001', 'replay --all', 'purge --all --yes']) {
      const { code, stdout, stderr } = await runCommand(['outbox', ...command.split(' ')], given);
      expect({ code, stdout }, command).toEqual({ code: 1, stdout: '' });
      expect(stderr, command).toContain(words);
      expect(stderr, command).not.toMatch(/^ +at /m);
    }
    expect(await setAsideIn(given.DATA_DIR, new Secret(hexKey))).toHaveLength(3);
  });

  it('are named with another key, and the reason is said', async () => {
    const given = { ...(await env()), OUTBOX_KEY: 'cd'.repeat(32) };
    const { code, stdout, stderr } = await runCommand(['outbox', 'list'], given);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '[]\n' });
    expect(stderr).toContain('Cannot be read, and was left alone: ada-0001');
    const shown = await runCommand(['outbox', 'show', 'ada-0001'], given);
    expect(shown.stderr).toContain('Give that key as OUTBOX_KEY_PREVIOUS');
  });

  it('are shown while the key is exchanged', async () => {
    const given = { ...(await env()), OUTBOX_KEY: 'cd'.repeat(32), OUTBOX_KEY_PREVIOUS: hexKey };
    expect(listedIds((await runCommand(['outbox', 'list'], given)).stdout)).toHaveLength(3);
  });
});

describe('the command line', () => {
  it('asks for no credentials, not even in production', async () => {
    const DATA_DIR = await refusedDir();
    const env = { DATA_DIR, NODE_ENV: 'production', RASA_USERNAME: 'half a configuration' };
    expect(await runCommand(['outbox', 'list'], env)).toMatchObject({ code: 0 });
  });

  it('says so where DATA_DIR holds no database, and makes none', async () => {
    const dataDir = await temporaryDir();
    const { code, stderr } = await outboxCli(dataDir, 'list');
    expect(code).toBe(1);
    expect(stderr).toContain(`There is no database in ${dataDir}. Set DATA_DIR`);
    expect(await readdir(dataDir)).toEqual([]);
  });

  it.each([
    ['outbox lst', /unknown command 'lst'[^]*Did you mean list\?/],
    ['outbx', /unknown command 'outbx'[^]*Did you mean outbox\?/],
    ['outbox purge --al', /unknown option '--al'[^]*Did you mean --all\?/],
    ['outbox list --older-than soon', /'soon' is invalid\. Wanted a time such as 7d/],
    ['outbox show', /missing required argument 'id'/],
    ['outbox show ada-0001 grace-0002', /too many arguments/],
  ])('refuses `%s` and helps', async (line, words) => {
    const { code, stdout, stderr } = await runCommand(line.split(' '), { DATA_DIR: await temporaryDir() });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(words);
    expect(stderr).toContain('Use --help for details');
  });
});

describe.skipIf(!hasTerminal)('on a real terminal', () => {
  it('shows a table, asks before it deletes, and ends', async () => {
    const dataDir = await refusedDir();
    const env = { DATA_DIR: dataDir };
    const listed = await runCliOnTerminal(['outbox', 'list', '--form', 'events'], env);
    expect(listed.code).toBe(0);
    expect(listed.screen).toMatch(/^ID +FORM +ADDRESS.*\ngrace-0002 +events +grace-0002@example\.com/);

    const kept = await runCliOnTerminal(['outbox', 'purge', '--all'], env, { '[y/N]': 'n\n' });
    expect(kept.code).toBe(1);
    expect(await setAsideIn(dataDir)).toHaveLength(3);

    const purged = await runCliOnTerminal(['outbox', 'purge', '--all'], env, { '[y/N]': 'y\n' });
    expect(purged.screen).toMatch(/Delete 3 sign-ups permanently\? \[y\/N\] y\nDeleted 3 sign-ups\.\n$/);
    expect(purged.code).toBe(0);
    expect(await setAsideIn(dataDir)).toEqual([]);
  }, 60_000);
});
