import { expect, it } from 'vitest';
import { printReport } from '../../../server/commands/analytics/print-report.ts';
import { exportContacts } from '../../../server/commands/contacts/export.ts';
import { openRasaCommands } from '../../../server/commands/rasa/rasa.ts';
import type { Env } from '../../../server/config/config.ts';
import { openReaders } from '../../helpers/server/readers.ts';

/** A reader that takes one piece in a turn of the event loop, and the most that waited for it. */
function slowReader() {
  let waiting = 0;
  let most = 0;
  let text = '';
  return {
    most: () => most,
    text: () => text,
    write(piece: string, taken?: (error?: Error | null) => void): boolean {
      text += piece;
      most = Math.max(most, ++waiting);
      setImmediate(() => {
        waiting--;
        taken?.();
      });
      return false;
    },
  };
}

type Command = (env: Env, stdout: ReturnType<typeof slowReader>) => Promise<unknown>;
const stderr = { write: () => true };
const { signal: stop } = new AbortController();
const streams = (stdout: ReturnType<typeof slowReader>) => ({ stdout, stderr, stdin: process.stdin });

const report =
  (name: 'actions' | 'members', format: 'csv' | 'json' | 'ndjson' | 'singer'): Command =>
  (env, stdout) =>
    printReport(
      name,
      { from: '2026-10-01', to: '2026-10-31', format, pageSize: 20 },
      { env, streams: streams(stdout), stop, now: () => Date.UTC(2026, 10, 1) },
    );

const commands: readonly (readonly [string, Command])[] = [
  ['analytics actions as CSV', report('actions', 'csv')],
  ['analytics actions as NDJSON', report('actions', 'ndjson')],
  ['analytics actions for Singer', report('actions', 'singer')],
  ['analytics members as JSON', report('members', 'json')],
  ['contacts export', (env, stdout) => exportContacts({}, { env, streams: streams(stdout), stop })],
  [
    'contacts export as NDJSON',
    (env, stdout) => exportContacts({ ndjson: true }, { env, streams: streams(stdout), stop }),
  ],
  [
    'rasa get --all',
    async (env, stdout) => {
      const rasa = await openRasaCommands({ env, account: undefined, streams: streams(stdout), stop });
      await rasa.get('/v1/persons', { all: true, ndjson: true });
      await rasa.close();
    },
  ],
];

it.each(commands)('a slow reader is waited for by %s, so that memory holds one piece', async (_, run) => {
  const { env } = await openReaders();
  const stdout = slowReader();
  await run(env, stdout);
  expect(stdout.text().trim().split('\n').length).toBeGreaterThan(50);
  expect(stdout.most()).toBe(1);
});
