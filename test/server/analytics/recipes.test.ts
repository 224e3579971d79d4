import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it } from 'vitest';
import { readmeBlocks } from '../../helpers/documents.ts';
import { useEngines } from '../../helpers/server/engines.ts';
import { runCommand } from '../../helpers/server/run-command.ts';
import { startService } from '../../helpers/server/service.ts';
import { directoryInMemory } from '../../helpers/server/temporary-dir.ts';
import { openShell } from '../../helpers/shell.ts';
import { openReaders } from '../../helpers/server/readers.ts';

/** The recipes of docs/analytics.md, run as a reader runs them. */
const [firstSteps = '', funnel = '', charts = '', links = '', ...pulls] = readmeBlocks(
  'docs/analytics.md',
  'sh',
);
const [byState = '', byCursor = ''] = pulls;
const [monthly = ''] = readmeBlocks('docs/analytics.md', 'sql');

const { engines, server } = useEngines();

/** A shell in which `target-postgres` is on the path, and files are in a directory of the test. */
async function openReader() {
  const { env, sandbox } = await openReaders();
  const dir = await directoryInMemory();
  const bin = join(dir, 'bin');
  await mkdir(bin);
  await writeFile(
    join(bin, 'target-postgres'),
    `#!/bin/sh\nexec ${process.execPath} --import tsx test/helpers/server/singer-target-child.ts "$@"\n`,
  );
  await chmod(join(bin, 'target-postgres'), 0o755);
  const shell = await openShell({
    ...(env as Record<string, string>),
    PATH: `${bin}:${process.env['PATH'] ?? ''}`,
  });
  const here = (script: string) =>
    script
      .replaceAll(
        /\b(members\.csv|activities\.jsonl|activities\.svg|funnel\.html|target\.json)/g,
        `${dir}/$1`,
      )
      .replaceAll(/(?<!funnel )--preset past_month/g, '--from 2026-10-25 --to 2026-10-31')
      .replaceAll('--from 2026-10-01', '--from 2026-10-01 --to 2026-10-31');
  return { ...shell, env, sandbox, dir, here };
}

describe('docs/analytics.md', () => {
  it('First steps', async () => {
    const { run, here, dir } = await openReader();
    expect(await run(here(firstSteps))).toContain('"start"');
    expect((await readFile(join(dir, 'members.csv'), 'utf8')).split('\r\n')).toHaveLength(62);
  });

  it('The funnel, and charts', async () => {
    const { run, here, dir, env, sandbox } = await openReader();
    const pages = 'https://www.example.com';
    const service = await startService({ ...env, ALLOWED_ORIGINS: pages, RASA_BASE_URL: sandbox.url });
    expect((await fetch(`${service.url}/forms/newsletter`)).status).toBe(200);
    await service.close();
    const [row] = JSON.parse(await run(`export ALLOWED_ORIGINS=${pages}\n${funnel}`)) as unknown[];
    expect(row).toMatchObject({ form: 'newsletter', fetched: 1, accepted: 0 });

    // Charts
    await run(`export ALLOWED_ORIGINS=${pages}\n${here(charts)}`);
    expect(await readFile(join(dir, 'activities.svg'), 'utf8')).toMatch(/^<svg .*Delivered, opened, clicked/);
    expect(await readFile(join(dir, 'funnel.html'), 'utf8')).toMatch(/^<!doctype html>.*Fetched/s);
  });

  it('Links, as Google Sheets asks them', async () => {
    const { run, env, sandbox } = await openReader();
    const service = await startService({
      ...env,
      ALLOWED_ORIGINS: 'https://www.example.com',
      RASA_BASE_URL: sandbox.url,
    });
    const [create = '', list = '', revoke = ''] = links.split('\n');
    const link = (
      await run(create.replace('--preset past_quarter', '--from 2026-10-25 --to 2026-10-31'))
    ).trim();
    const path = new URL(link).pathname;
    expect(path).toMatch(/^\/api\/analytics\/links\/rsl_/);
    // IMPORTDATA sends no header of ours, and reads CSV.
    const answer = await fetch(`${service.url}${path}`);
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect((await answer.text()).split('\r\n')).toHaveLength(9);
    expect(await run(list)).toContain('"board"');
    await run(revoke);
    expect((await fetch(`${service.url}${path}`)).status).toBe(404);
    await service.close();
  }, 30_000);

  it('Grafana: the root of the data is rows, and the token is a header', async () => {
    const { env, sandbox } = await openReader();
    const service = await startService({
      ...env,
      ALLOWED_ORIGINS: 'https://www.example.com',
      RASA_BASE_URL: sandbox.url,
    });
    const made = await runCommand(['tokens', 'create', 'grafana', '--scope', 'analytics:read'], env);
    const headers = { Authorization: `Bearer ${made.stdout.trim()}`, accept: 'application/json, */*' };
    const url = `${service.url}/api/analytics/activities?from=2026-10-25&to=2026-10-31`;
    const { rows } = (await (await fetch(url, { headers })).json()) as { readonly rows: readonly object[] };
    expect(rows).toHaveLength(7);
    expect(rows[0]).toMatchObject({ start: '2026-10-25', delivered: 60 });
    await service.close();
  }, 30_000);

  it.runIf(engines.includes('postgres'))(
    'Singer into PostgreSQL, by a file and by the database',
    async () => {
      const { run, here, dir, env, sandbox } = await openReader();
      const database = await server().createDatabase();
      await writeFile(join(dir, 'target.json'), JSON.stringify({ databaseUrl: database }));
      for (let night = 0; night < 2; night++) await run(here(byState));
      const name = new URL(database).pathname.slice(1);
      expect(
        await server().query('select count(*)::int as n, sum(delivered)::int as d from activities', name),
      ).toEqual([{ n: 31, d: 31 * 60 }]);
      const service = await startService({
        ...env,
        RASA_BASE_URL: sandbox.url,
        ALLOWED_ORIGINS: 'https://www.example.com',
      });
      for (let night = 0; night < 2; night++) await run(here(byCursor));
      await service.close();
      const [{ n } = { n: 0 }] = (await server().query('select count(*)::int as n from actions', name)) as {
        n: number;
      }[];
      const all = await runCommand(
        ['analytics', 'actions', '--from', '2026-10-01', '--to', '2026-10-31'],
        env,
      );
      expect(n).toBe((JSON.parse(all.stdout) as unknown[]).length);
      expect(n).toBeGreaterThan(500);
    },
    60_000,
  );

  it('DuckDB over the CSV', async () => {
    const { env, dir } = await openReader();
    const { stdout } = await runCommand(
      ['analytics', 'activities', '--from', '2026-10-01', '--to', '2026-10-31', '--format', 'csv'],
      env,
    );
    const path = join(dir, 'activities.csv');
    expect(stdout.startsWith('\ufeff')).toBe(true);
    await writeFile(path, stdout);
    const connection = await (await DuckDBInstance.create()).connect();
    const result = await connection.runAndReadAll(monthly.replaceAll('activities.csv', path));
    const [month] = result.getRowObjectsJson();
    expect(month).toMatchObject({ month: '2026-10-01', delivered: String(31 * 60) });
    connection.closeSync();
  });
});
