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

const { engines, server } = useEngines();

const firstDay = '2026-10-01';
/** A year in the soak tests. */
const isSoak = process.env['SOAK'] !== undefined;
const nights = isSoak ? 365 : 30;
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
  return { sourceAt };
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
        const { sourceAt } = await openNewsletter();
        const database = await server().createDatabase();
        const report = reports[name];
        let state = '';
        for (let night = 0; night <= nights; night++) {
          const source = sourceAt(Date.parse(`${addDays(firstDay, night)}T23:30:00Z`));
          const before = readState(state) ?? { bookmarks: {} };
          const pulled: AsyncIterable<Pulled> = pull(report, source, {
            bookmark: before.bookmarks[name],
            lookbackDays: usualLookbackDays(report),
          });
          const shape = shapeOf(report, false);
          const lines = night % 3 === 2 && night < nights ? 2 + (night % 7) * 5 : Infinity;
          const messages = singerMessages(name, shape, { pulled, state: before });
          await loadInto(database, killedAfter(lines, messages), (kept) => (state = kept));
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
