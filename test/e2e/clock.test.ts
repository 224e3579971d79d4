import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { useEngines } from '../helpers/server/engines.ts';
import { startProduct } from '../helpers/server/product.ts';
import { startSandbox } from '../helpers/server/sandbox.ts';
import { credentialsFor, readContacts } from '../helpers/server/service.ts';
import { temporaryDir } from '../helpers/server/temporary-dir.ts';

const { engines, server } = useEngines();
const soon = { timeout: 60_000, interval: 100 };

/** Of Debian's `faketime`: moves the clock of one process while it runs, and not its monotonic one. */
const library = findLibrary();
if (library === undefined) process.stderr.write('Skipped: libfaketime is not installed under /usr/lib.\n');

function findLibrary(): string | undefined {
  if (!existsSync('/usr/lib')) return undefined;
  return readdirSync('/usr/lib')
    .map((name) => join('/usr/lib', name, 'faketime/libfaketimeMT.so.1'))
    .find((path) => existsSync(path));
}

describe.skipIf(library === undefined).each(engines)('a clock that is wrong, on %s', (engine) => {
  it.each([
    ['a day ahead and then right', '+1d', '+0'],
    ['right and then a day ahead', '+0', '+1d'],
    ['right and then set back by five hours', '+0', '-5h'],
    ['set back by five hours and then right', '-5h', '+0'],
  ])(
    'neither holds up what waits nor lets quotas last: %s',
    async (_name, during, afterwards) => {
      const sandbox = await startSandbox();
      const file = join(await temporaryDir(), 'time');
      const setClock = (offset: string) => {
        writeFileSync(file, `${offset}\n`);
      };
      setClock(during);
      const { url } = await startProduct({
        ...credentialsFor(sandbox),
        LD_PRELOAD: library,
        FAKETIME_TIMESTAMP_FILE: file,
        FAKETIME_NO_CACHE: '1',
        FAKETIME_DONT_FAKE_MONOTONIC: '1',
        RATE_ADDRESS: '1/5s',
        ...(engine === 'postgres' && {
          DATABASE_URL: await server().createDatabase(),
          OUTBOX_KEY: 'ab'.repeat(32),
        }),
      });
      const signUp = async (email: string) => {
        const body = new URLSearchParams({ email });
        return (await fetch(`${url}/forms/newsletter`, { method: 'POST', body })).status;
      };
      // Pauses and times of a next try are written by the wrong clock.
      await sandbox.putFaults({ answer: { status: 503, on: 'persons', times: 2 } });
      expect(await signUp('during@example.com')).toBe(202);
      await vi.waitFor(async () => {
        const { calls } = (await (await fetch(`${sandbox.url}/sandbox/traffic`)).json()) as { calls: number };
        expect(calls).toBeGreaterThan(0);
      }, soon);
      setClock(afterwards);
      expect(await signUp('afterwards@example.com')).toBe(202);
      await vi.waitFor(async () => {
        const arrived = (await readContacts(sandbox)).map(({ email }) => email).sort();
        expect(arrived).toEqual(['afterwards@example.com', 'during@example.com']);
      }, soon);
      await vi.waitFor(async () => {
        expect(await signUp('during@example.com')).toBe(202);
      }, soon);
    },
    120_000,
  );
});

it.skipIf(library === undefined)(
  'the operator page tells the time whatever the clock does, and a guess too many is forgiven in time',
  async () => {
    const sandbox = await startSandbox();
    const file = join(await temporaryDir(), 'time');
    const setClock = (offset: string) => {
      writeFileSync(file, `${offset}\n`);
    };
    setClock('+1d');
    const password = 'correct horse battery';
    const { url } = await startProduct({
      ...credentialsFor(sandbox),
      TZ: 'Europe/Berlin',
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      OPERATOR_PASSWORD: password,
    });
    const send = async (shown: string) => {
      const body = new URLSearchParams({ password: shown });
      const { status, headers } = await fetch(`${url}/operator/log-in`, {
        method: 'POST',
        body,
        redirect: 'manual',
      });
      return { status, headers, cookie: headers.get('set-cookie')?.split(';')[0] ?? '' };
    };
    const look = async (cookie: string, period = '24h') =>
      (await fetch(`${url}/operator?period=${period}`, { headers: { cookie } })).text();
    // Delivered a day ahead.
    const body = new URLSearchParams({ email: 'ada@example.com' });
    expect((await fetch(`${url}/forms/newsletter`, { method: 'POST', body })).status).toBe(202);
    const early = await send(password);
    await vi.waitFor(async () => {
      expect(await look(early.cookie)).toMatch(/\d+ s ago/);
    }, soon);
    for (const clock of [
      '+0',
      // The clocks of Berlin are set back, and forward; a year ends, and one with a leap day.
      ...['@2026-10-25 01:30:00', '@2027-03-28 01:30:00', '@2026-12-31 23:59:58', '@2028-03-01 00:30:00'],
    ]) {
      setClock(clock);
      if (clock === '+0')
        expect(await look(early.cookie), 'a session of tomorrow').toContain('type="password"');
      const { cookie } = await send(password);
      for (const [period, rows] of [
        ['24h', 24],
        ['7d', 28],
        ['30d', 30],
      ] as const) {
        const page = await look(cookie, period);
        const [table = ''] = /<details id="hours-table".*?<\/details>/s.exec(page) ?? [];
        const labels = [...table.matchAll(/<th scope="row">(.*?)<\/th>/gs)].map(([, text]) => text);
        expect(new Set(labels).size, `${clock} ${period}`).toBe(rows);
        const words = page.replaceAll(/<[^>]*>/g, ' ');
        expect(words, `${clock} ${period}`).not.toMatch(/NaN|Invalid|undefined|[-−]\d+ (s|min|h|days)\b/);
      }
    }
    // Too many, by a clock that is a day ahead: its correction does not make the wait a day longer.
    setClock('+1d');
    for (let guess = 0; guess < 5; guess++) expect((await send('wrong')).status).toBe(403);
    setClock('+0');
    const late = await send(password);
    expect(late.status).toBe(429);
    expect(Number(late.headers.get('retry-after'))).toBeLessThanOrEqual(15 * 60);
  },
  180_000,
);
