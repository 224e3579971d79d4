import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { openAccountReads } from '../../../server/accounts/reads.ts';
import { addDays } from '../../../server/analytics/days.ts';
import { pull, shapeOf, usualLookbackDays, type Pulled } from '../../../server/analytics/pulling/pull.ts';
import { readState, singerMessages } from '../../../server/analytics/pulling/singer.ts';
import { readQuery } from '../../../server/analytics/query.ts';
import type { ReportName, ReportSource, Row } from '../../../server/analytics/reports/report.ts';
import { reports } from '../../../server/analytics/reports/reports.ts';
import { createRasaHttp, defaultTimeouts } from '../../../server/rasa/http.ts';
import { createOutgoing } from '../../../server/system/network/outgoing.ts';
import { Secret } from '../../../server/system/secret.ts';
import { useEngines } from '../../helpers/server/engines.ts';
import { startSandbox } from '../../helpers/server/sandbox.ts';
import { loadInto } from '../../helpers/server/singer-target.ts';
import { directoryInMemory } from '../../helpers/server/temporary-dir.ts';

const { engines, server } = useEngines();

const firstDay = '2026-10-01';
/** A year in the soak tests. */
const isSoak = process.env['SOAK'] !== undefined;
const nights = isSoak ? 365 : 30;
/** One of so many nights it is the process of the command that is killed. */
const killedCommands = isSoak ? 3 : 15;
const names: readonly ReportName[] = ['activities', 'actions', ...(isSoak ? (['articles'] as const) : [])];

async function openNewsletter() {
  let now = Date.UTC(2026, 8, 30, 12);
  const sandbox = await startSandbox({ now: () => now });
  await sandbox.addPersons(
    ...Array.from({ length: 40 }, (_, index) => ({
      email: `p${index}@personal.example`,
      external_id: `m-${index}`,
    })),
  );
  const { username, password, apiKey = '' } = sandbox.credentials;
  const secrets = { password: new Secret(password), apiKey: new Secret(apiKey) };
  const outgoing = createOutgoing({});
  const http = createRasaHttp({ baseUrl: sandbox.url, outgoing, timeouts: defaultTimeouts });
  const reads = openAccountReads(http, [
    { number: 1, source: { variable: 'test' }, credentials: { api: 'v1', username, ...secrets } },
  ]);
  const sourceAt = (nowMs: number): ReportSource => {
    now = nowMs;
    const query = readQuery({ from: firstDay }, { nowMs, withEmail: false });
    if (!('from' in query)) throw new Error(query.join(' '));
    return { reads, query, signal: new AbortController().signal, pageSize: 1000, note: () => undefined };
  };
  const env = {
    PATH: process.env['PATH'],
    RASA_BASE_URL: sandbox.url,
    RASA_USERNAME: username,
    RASA_PASSWORD: password,
    RASA_API_KEY: apiKey,
    RASA_MIN_INTERVAL_MS: '0',
    DATA_DIR: await directoryInMemory(),
  };
  return { sourceAt, env };
}

/** The lines of the command itself, whose process is killed by SIGKILL after so many. */
async function* commandKilledAfter(
  lines: number,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): AsyncGenerator<string> {
  const child = spawn(process.execPath, ['dist/server/cli.js', 'analytics', ...args], {
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const exited = once(child, 'exit');
  let left = lines;
  try {
    for await (const line of createInterface({ input: child.stdout, crlfDelay: Infinity })) {
      if (left-- <= 0) return;
      yield line;
    }
  } finally {
    child.kill('SIGKILL');
    await exited;
  }
}

/** The lines of a tap that is killed after so many. */
async function* killedAfter(lines: number, texts: AsyncIterable<string>): AsyncGenerator<string> {
  let left = lines;
  for await (const text of texts) {
    for (const line of text.split('\n').filter((each) => each !== '')) {
      if (left-- <= 0) return;
      yield line;
    }
  }
}

describe.runIf(engines.includes('postgres'))(
  'a pull each night into PostgreSQL, killed every third night',
  () => {
    it.each(names)(
      '%s: every row is what rasa.io says in the end, and none is there twice',
      async (name) => {
        const { sourceAt, env } = await openNewsletter();
        const stateFile = join(env.DATA_DIR, 'state.jsonl');
        const database = await server().createDatabase();
        const report = reports[name];
        let state = '';
        for (let night = 0; night <= nights; night++) {
          const day = addDays(firstDay, night);
          const source = sourceAt(Date.parse(`${day}T23:30:00Z`));
          const isKilled = night % 3 === 2 && night < nights;
          const lines = isKilled ? 2 + (night % 7) * 5 : Infinity;
          // The target may be killed too, between what it has kept and the state that it passes on.
          const isLost = night % 7 === 4 && night < nights;
          const keep = (kept: string) => {
            if (!isLost) state = kept;
          };
          if (isKilled && night % killedCommands === killedCommands - 1) {
            await writeFile(stateFile, state);
            const period = ['--from', firstDay, '--to', day];
            const args = [name, ...period, '--format', 'singer', '--state', stateFile];
            await loadInto(database, commandKilledAfter(lines, args, env), keep);
            continue;
          }
          const before = readState(state) ?? { bookmarks: {} };
          const pulled: AsyncIterable<Pulled> = pull(report, source, {
            bookmark: before.bookmarks[name],
            lookbackDays: usualLookbackDays(report),
          });
          const shape = shapeOf(report, false);
          const messages = singerMessages(name, shape, { pulled, state: before });
          await loadInto(database, killedAfter(lines, messages), keep);
        }
        const source = sourceAt(Date.parse(`${addDays(firstDay, nights)}T23:30:00Z`));
        const said: Row[] = [];
        for await (const each of pull(report, source, { bookmark: undefined, lookbackDays: 0 })) {
          if (each.is === 'row') said.push(each.row);
        }
        const columns = shapeOf(report, false).columns.map(({ name: column, type }) => {
          if (type === 'percent') return `"${column}"::float8`;
          if (type === 'integer') return `"${column}"::int`;
          if (type !== 'time') return `"${column}"::text`;
          return `to_char("${column}" at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "${column}"`;
        });
        const all = await server().query(
          `select ${columns.join(', ')} from "${name}"`,
          new URL(database).pathname.slice(1),
        );
        // The first look-back goes beyond the first day.
        const kept = (all as Row[]).filter(({ start, day }) => String(start ?? day ?? firstDay) >= firstDay);
        const keyOf = (row: Readonly<Record<string, unknown>>) =>
          shapeOf(report, false)
            .keys.map((key) => String(row[key]))
            .join(' ');
        const sorted = <T extends Readonly<Record<string, unknown>>>(rows: readonly T[]) =>
          [...rows].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
        expect(kept.length).toBe(said.length);
        expect(said.length).toBeGreaterThan(nights);
        expect(sorted(kept)).toEqual(sorted(said));
      },
      isSoak ? 1_800_000 : 60_000,
    );
  },
);
