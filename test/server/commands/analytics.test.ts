import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Env } from '../../../server/config/config.ts';
import { hasTerminal, runCliOnTerminal } from '../../helpers/server/cli.ts';
import { openReaders } from '../../helpers/server/readers.ts';
import { runCommand } from '../../helpers/server/run-command.ts';
import { startService } from '../../helpers/server/service.ts';
import { directoryInMemory } from '../../helpers/server/temporary-dir.ts';

const week = ['--from', '2026-10-25', '--to', '2026-10-31'];

async function openCommands(more: readonly object[] = []) {
  const { sandbox, env } = await openReaders(more);
  const run = (...args: readonly string[]) => runCommand(['analytics', ...args], env);
  return { sandbox, env, run };
}

const linesOf = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('rasa-signup analytics', () => {
  it('prints JSON in a pipe, and says that suspect clicks are left out', async () => {
    const { run } = await openCommands();
    const { code, stdout, stderr } = await run('activities', ...week);
    expect(code).toBe(0);
    const rows = JSON.parse(stdout) as Record<string, unknown>[];
    expect(rows.map(({ start }) => start)).toEqual(
      [25, 26, 27, 28, 29, 30, 31].map((day) => `2026-10-${day}`),
    );
    expect(rows[0]).toMatchObject({ delivered: 60 });
    expect(stderr).toContain('Suspect clicks, which machines made, are left out');
    const every = await run('activities', ...week, '--include-suspect-clicks');
    expect(every.stderr).toBe('');
    expect(every.stdout).not.toBe(stdout);
  });

  it.runIf(hasTerminal)('prints a table with sparklines on a terminal', async () => {
    const { env } = await openCommands();
    const { code, screen } = await runCliOnTerminal(['analytics', 'activities', ...week], env);
    expect(code).toBe(0);
    expect(screen).toMatch(/START +DELIVERED +OPENS/);
    expect(screen).toMatch(/^2026-10-25 +60 /m);
    expect(screen).toMatch(/^opens +\d+ to \d+ +[▁▂▃▄▅▆▇█]{7}$/m);
  });

  it('writes CSV that Excel reads and that runs nothing', async () => {
    const { run } = await openCommands([
      { email: 'evil@personal.example', external_id: '=HYPERLINK("http://evil.example";"x")' },
      { email: 'umlaut@personal.example', external_id: 'Müller; "Söhne"' },
    ]);
    const { stdout } = await run('members', '--to', '2026-10-31', '--format', 'csv', '--delimiter', ';');
    expect(stdout).toMatch(/^\ufeffexternal_id;person_id;subscribed;/);
    const lines = stdout.split('\r\n');
    expect(lines).toHaveLength(64);
    expect(stdout).toContain(`"'=HYPERLINK(""http://evil.example"";""x"")";`);
    expect(stdout).toContain('"Müller; ""Söhne""";');
    expect(stdout).not.toContain('@personal');
    const plain = await run('members', '--to', '2026-10-31', '--format', 'csv', '--no-bom', '--with-email');
    expect(plain.stdout).toMatch(/^external_id,person_id,email,subscribed,/);
    expect(plain.stdout).toContain('p1@personal.example');
  });

  it.each([
    [['activities', '--from', 'yesterday'], 'from: found "yesterday", wanted a day'],
    [['activities', '--preset', 'today', '--to', '2026-10-31'], 'preset: found beside from or to'],
    [['activities', '--state', 'x'], '--state: found without --format singer'],
    [['activities', '--lookback', '7d'], '--lookback: found without --cursor'],
    [['activities', '--cursor', 'warehouse', '--format', 'csv'], '--cursor: found no database here'],
    [['activities', '--format', 'xml'], 'Allowed choices are table, csv, json, ndjson, singer'],
    [['members', '--active'], "unknown option '--active'"],
  ])('says what is wrong: %j', async (args, words) => {
    const { run } = await openCommands();
    const { code, stderr, stdout } = await run(...args);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(words);
  });

  it('says that rasa.io has analytics in version 1 only', async () => {
    const { env } = await openCommands();
    const v2: Env = {
      RASA_API: 'v2',
      RASA_BASE_URL: env['RASA_BASE_URL'],
      RASA_CLIENT_ID: 'c',
      RASA_CLIENT_SECRET: 's',
    };
    const { code, stderr } = await runCommand(['analytics', 'summary'], {
      ...v2,
      DATA_DIR: await directoryInMemory(),
    });
    expect([code, stderr]).toEqual([1, expect.stringContaining('version 1 of its API only')]);
  });

  it('says why rasa.io gave no answer, and leaves no token behind', async () => {
    const { run, sandbox } = await openCommands();
    await sandbox.putFaults({ answer: { status: 403, on: 'analytics', times: 9 } });
    expect(await run('summary')).toMatchObject({ code: 1, stderr: 'rasa.io answered 403\n' });
  });
});

describe('rasa-signup analytics --format singer', () => {
  it('prints a schema, records with keys, and states; the next pull begins with the look-back', async () => {
    const { run } = await openCommands();
    const first = linesOf((await run('activities', ...week, '--format', 'singer')).stdout);
    expect(first[0]).toMatchObject({
      type: 'SCHEMA',
      stream: 'activities',
      key_properties: ['interval', 'segment', 'start'],
      schema: {
        properties: {
          start: { type: ['string'] },
          opens: { type: ['null', 'integer'] },
          open_rate: { type: ['null', 'number'] },
        },
      },
    });
    expect(first[1]).toMatchObject({
      type: 'RECORD',
      stream: 'activities',
      record: { interval: 'day', segment: 'All', start: '2026-10-25' },
    });
    expect(first.at(-1)).toEqual({
      type: 'STATE',
      value: { bookmarks: { activities: { until: '2026-10-31' } } },
    });

    const state = join(await directoryInMemory(), 'state.jsonl');
    const other = { orders: { until: '2026-01-01' } };
    await writeFile(
      state,
      `${JSON.stringify({ bookmarks: {} })}\n${JSON.stringify({ bookmarks: { ...other, activities: { until: '2026-10-31' } } })}\n`,
    );
    const pull = ['activities', '--to', '2026-10-31', '--format', 'singer', '--state', state];
    const again = linesOf((await run(...pull, '--lookback', '2d')).stdout);
    expect(
      again.filter(({ type }) => type === 'RECORD').map(({ record }) => (record as { start: string }).start),
    ).toEqual(['2026-10-29', '2026-10-30', '2026-10-31']);
    // Bookmarks of other taps in the same file stay.
    expect(again.at(-1)).toMatchObject({ value: { bookmarks: other } });
    expect(linesOf((await run(...pull)).stdout)).toHaveLength(1 + 8 + 1);
    expect(await readFile(state, 'utf8')).toContain('orders');
    await writeFile(state, 'not a state');
    expect(await run(...pull)).toMatchObject({ code: 1, stdout: '' });
  });

  it('keeps bookmarks in the database: one line of cron is all', async () => {
    const { run, env, sandbox } = await openCommands();
    const service = await startService({
      ...env,
      RASA_BASE_URL: sandbox.url,
      ALLOWED_ORIGINS: 'https://www.example.com',
      DATA_DIR: env['DATA_DIR'],
    });
    const csv = ['actions', ...week, '--cursor', 'crm', '--format', 'ndjson'];
    const first = linesOf((await run(...csv)).stdout);
    // From the last day, and one day before it.
    const second = linesOf((await run(...csv)).stdout);
    expect(second.length).toBeGreaterThan(0);
    expect(second).toEqual(first.filter(({ created }) => String(created) >= '2026-10-30'));

    const target = `{"bookmarks":{"actions":{"until":"2026-10-27"}}}\n{"bookmarks":{"actions":{"until":"2026-10-28"}}}\n`;
    expect(await runCommand(['analytics', 'cursor', 'save', 'warehouse'], env, target)).toMatchObject({
      code: 0,
    });
    const pulled = await run('actions', '--to', '2026-10-31', '--cursor', 'warehouse', '--format', 'singer');
    const records = linesOf(pulled.stdout).filter(({ type }) => type === 'RECORD');
    expect(records.map(({ record }) => record)).toEqual(
      first.filter(({ created }) => String(created) >= '2026-10-27'),
    );
    expect(await runCommand(['analytics', 'cursor', 'save', 'warehouse'], env, '')).toMatchObject({
      code: 1,
    });
    await service.close();
  });
});
