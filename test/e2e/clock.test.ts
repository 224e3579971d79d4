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
