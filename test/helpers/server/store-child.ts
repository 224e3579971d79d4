/*
 * A process that does with a store what its parent asks for, started as `store-child.ts DATA_DIR`. Each
 * answer says how long the main thread had stood still at the longest since the one before.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { pino } from 'pino';
import { StoreUnavailable } from '../../../server/store/errors.ts';
import { openStore } from '../../../server/store/open-store.ts';
import { signups } from '../../../server/store/tables.ts';
import { signupRow } from './signup-row.ts';

export interface Asked {
  readonly number: number;
  readonly do: 'add' | 'close' | 'look';
}

export interface Answered {
  readonly number: number;
  /** Of the sign-up that was to be added. */
  readonly id: string;
  readonly reason: string | undefined;
  readonly outcome: string | undefined;
  readonly longestStillMs: number;
}

const store = await openStore({ dataDir: process.argv[2] ?? '', log: pino({ level: 'silent' }) });
const delay = monitorEventLoopDelay({ resolution: 10 });
delay.enable();

process.on('message', (asked: Asked) => {
  void answer(asked);
});

async function answer({ number, do: what }: Asked): Promise<void> {
  const row = signupRow();
  const failure = await carryOut(what, row).catch((error: unknown) => error);
  const longestStillMs = delay.max / 1e6;
  delay.reset();
  const known = failure instanceof StoreUnavailable ? failure : undefined;
  const answered: Answered = {
    number,
    id: row.id,
    longestStillMs,
    reason: failure === undefined ? undefined : (known?.reason ?? 'bug'),
    outcome: known?.outcome,
  };
  process.send?.(answered);
  // Nothing is left then that keeps the process, but for a disk that does not answer.
  if (what === 'close') process.disconnect();
}

async function carryOut(what: Asked['do'], row: ReturnType<typeof signupRow>): Promise<void> {
  switch (what) {
    case 'add':
      await store.write([{ into: signups, rows: [row] }]);
      break;
    case 'close':
      await store.close();
      break;
    case 'look':
      break;
  }
}
