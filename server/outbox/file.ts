import { mkdir } from 'node:fs/promises';
import type { Logger } from 'pino';
import { OutboxFull, OutboxUnavailable, type Outbox, type Settlement, type Taken } from '../outbox.ts';
import type { Secret } from '../secret.ts';
import type { Signup } from '../signup.ts';
import { openDuplicates } from './duplicates.ts';
import { realFiles, type Files } from './files.ts';
import { openHead } from './head.ts';
import { openLedger } from './ledger.ts';
import { lockDirectory } from './lock.ts';
import { createRecords } from './records.ts';
import { openRetries } from './retries.ts';
import { openSegments } from './segments.ts';
import { openSetAside } from './set-aside.ts';

/**
 * The outbox in a directory of its own. A sign-up is appended to the newest segment and is safe from then on. The
 * courier works on the oldest segment, the head, which is the only one in memory; a sign-up that has to be tried
 * again moves to the ledger, one that is refused to `set-aside/`, so that the head is always settled soon, and
 * deleted with everything in it. So nothing that is written or held grows with what waits.
 */
export interface FileOutboxOptions {
  readonly dir: string;
  readonly log: Logger;
  readonly process: Pick<NodeJS.Process, 'pid' | 'kill'>;
  /** Told when another process has taken the directory away from us, say after this machine had slept. */
  readonly onLost: () => void;
  /** Encrypts what is written from now on: 32 bytes, as hex or base64. */
  readonly key?: Secret | undefined;
  /** How many may wait. */
  readonly max?: number;
  readonly duplicateWindowMs?: number;
  readonly files?: Files;
  readonly now?: () => number;
}

const recountMs = 5000;

export async function openFileOutbox({
  dir,
  log,
  process,
  onLost,
  key,
  max = 1_000_000,
  duplicateWindowMs = 600_000,
  files = realFiles,
  now = Date.now,
}: FileOutboxOptions): Promise<Outbox> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const lock = await lockDirectory({ dir, files, process, onLost });
  try {
    return await openLocked();
  } catch (error) {
    await lock.release();
    throw error;
  }

  async function openLocked(): Promise<Outbox> {
    const records = createRecords(key);
    const ledger = await openLedger(dir, files);
    checkKey(ledger.data.keyCheck, records.keyCheck, dir);
    ledger.data.keyCheck = records.keyCheck ?? ledger.data.keyCheck;
    const setAside = await openSetAside({ dir, files, records });
    const segments = await openSegments({ dir, files, firstId: Math.max(1, ledger.data.head) });
    const head = await openHead({ segments, ledger, records, log });
    const retries = openRetries({ ledger, records, setAside });
    for (const signup of head.interrupted) retries.add(signup, 1, 0);
    const duplicates = await openDuplicates({ dir, files, windowMs: duplicateWindowMs, now });
    for await (const signup of head.recent(now() - duplicates.keepMs, 50_000)) {
      duplicates.remember(signup);
    }
    await ledger.save();
    let counted = { setAside: await setAside.count(), atMs: now() };

    return {
      async add(signup) {
        const earlier = duplicates.find(signup);
        if (earlier) {
          await earlier;
          return 'duplicate';
        }
        if (head.waiting() + retries.size() >= max) {
          throw new OutboxFull(`${max} sign-ups wait already, which is OUTBOX_MAX`);
        }
        const stored = store(signup);
        duplicates.remember(signup, stored);
        await stored;
        return 'stored';
      },

      async take(batchSize, nowMs) {
        // Another process may replay and purge meanwhile.
        if (Math.abs(now() - counted.atMs) > recountMs) await recount();
        await retries.pickUpReplays(nowMs);
        const again = retries.take(batchSize, nowMs);
        // While as many wait for another attempt as the ledger can hold, nothing new joins them.
        const room = Math.min(batchSize - again.length, retries.room());
        const fresh = await head.take(Math.max(0, room));
        if (again.length + fresh.length === 0) return [];
        try {
          await ledger.save();
        } catch (error) {
          retries.untake();
          head.untake();
          throw unavailable(dir, error);
        }
        return [...again, ...fresh.map((signup): Taken => ({ signup, attempts: 1 }))];
      },

      async settle(settlements, circuit) {
        ledger.data.circuit = circuit;
        const gone: Signup[] = [];
        for (const settlement of settlements) {
          const taken = retries.release(settlement.id) ?? head.settle(settlement.id);
          if (taken) gone.push(...(await settleOne(taken, settlement)));
        }
        if (settlements.some(({ is }) => is === 'refused')) await recount();
        await duplicates.keepHashes(gone);
        await ledger.save();
        await head.advance();
      },

      circuit: () => ledger.data.circuit,

      counts: () => ({
        waiting: head.waiting() + retries.size(),
        setAside: counted.setAside,
        oldestMs: oldestOf(head.oldest(), retries.oldest()),
      }),

      async close() {
        await segments.close();
        await duplicates.close();
        await ledger.save();
        await lock.release();
      },
    };

    async function recount(): Promise<void> {
      counted = { setAside: await setAside.count(), atMs: now() };
    }

    async function store(signup: Signup): Promise<void> {
      try {
        const place = await segments.append(records.write(signup));
        head.added(place, signup);
      } catch (error) {
        throw unavailable(dir, error);
      }
    }

    /** Resolves with the sign-up where it has left the outbox. */
    async function settleOne({ signup, attempts }: Taken, settlement: Settlement): Promise<Signup[]> {
      switch (settlement.is) {
        case 'delivered':
          return [signup];
        case 'later':
          retries.add(signup, attempts, settlement.dueMs);
          return [];
        case 'refused':
          try {
            const refusedAt = new Date(now()).toISOString();
            await setAside.put({ signup, reason: settlement.reason, attempts, refusedAt });
            return [];
          } catch (error) {
            log.error({ err: error }, 'A refused sign-up cannot be written to disk; it is tried again.');
            retries.add(signup, attempts, now() + 60_000);
            return [];
          }
      }
    }
  }
}

function checkKey(kept: string | undefined, given: string | undefined, dir: string): void {
  if (kept === undefined || kept === given) return;
  throw new OutboxUnavailable(
    given === undefined
      ? `${dir} holds encrypted sign-ups, and OUTBOX_KEY is not set. Set it to the key that they were written with.`
      : `${dir} holds sign-ups that were encrypted with another key than OUTBOX_KEY. Set it to that one; nothing was changed.`,
  );
}

function unavailable(dir: string, cause: unknown): OutboxUnavailable {
  return new OutboxUnavailable(`Nothing can be written to ${dir}: ${String(cause)}`, { cause });
}

function oldestOf(...signups: readonly (Signup | undefined)[]): number | undefined {
  const times = signups.flatMap((signup) => (signup ? [Date.parse(signup.acceptedAt)] : []));
  return times.length > 0 ? Math.min(...times) : undefined;
}
