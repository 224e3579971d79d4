import { mkdir } from 'node:fs/promises';
import type { Logger } from 'pino';
import { realFiles, type Files } from '../../system/files.ts';
import type { Secret } from '../../system/secret.ts';
import { OutboxFull, OutboxUnavailable, type Outbox, type Acknowledgement, type Claimed } from '../outbox.ts';
import type { Signup } from '../signup.ts';
import { maxRemembered, openDuplicates } from './duplicates.ts';
import { openHead } from './head.ts';
import { openLedger } from './ledger.ts';
import { lockDirectory } from './lock.ts';
import { checkKey, createRecords } from './records.ts';
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
    const ledger = await openLedger(dir, files, log);
    const setAside = await openSetAside({ dir, files, records });
    const segments = await openSegments({ dir, files, firstId: Math.max(1, ledger.data.head) });
    const { retries: kept, unreadable } = ledger.data;
    const isEmpty = segments.lines() + kept.length + unreadable.length === 0 && (await setAside.isEmpty());
    // Where nothing is left that another key would be needed for, any key will do.
    if (!isEmpty) checkKey(ledger.data.keyCheck, records.keyCheck, dir);
    ledger.data.keyCheck = records.keyCheck ?? (isEmpty ? undefined : ledger.data.keyCheck);
    const head = await openHead({ segments, ledger, records, log });
    const retries = openRetries({ ledger, records, setAside, log });
    for (const signup of head.interrupted) retries.add(signup, 1, 0);
    const duplicates = await openDuplicates({ dir, files, windowMs: duplicateWindowMs, now });
    for await (const signup of head.recent(now() - duplicates.keepMs, maxRemembered)) {
      duplicates.remember(signup);
    }
    await ledger.save();
    let isRefusing = false;
    let counted = { setAside: await setAside.count(), atMs: now() };

    return {
      add: (signup) => duplicates.claim(signup, (as) => store(signup, as)),

      async claim(batchSize, nowMs) {
        try {
          // Another process may replay and purge meanwhile.
          if (Math.abs(now() - counted.atMs) > recountMs) await recount();
          await retries.pickUpReplays(nowMs);
          // While rasa.io is in trouble, what was never tried goes ahead: it cannot be what rasa.io stumbles over.
          const isProbing = ledger.data.circuit.failures > 0 && head.waiting() > 0 && retries.room() > 0;
          const again = isProbing ? [] : retries.claim(batchSize, nowMs);
          // While as many wait for another attempt as the ledger can hold, nothing new joins them.
          const room = Math.min(batchSize - again.length, retries.room());
          const fresh = await head.claim(Math.max(0, room));
          if (again.length + fresh.length > 0) await ledger.save();
          return [...again, ...fresh.map((signup): Claimed => ({ signup, attempts: 1 }))];
        } catch (error) {
          retries.untake();
          head.untake();
          throw unavailable(dir, error);
        }
      },

      async acknowledge(acknowledgements, circuit) {
        ledger.data.circuit = circuit;
        const gone: Signup[] = [];
        let leftLedger = false;
        for (const acknowledgement of acknowledgements) {
          const again = retries.release(acknowledgement.id);
          const taken = again ?? head.acknowledge(acknowledgement.id);
          if (taken) gone.push(...(await settleOne(taken, acknowledgement)));
          leftLedger ||= again !== undefined;
        }
        if (acknowledgements.some(({ is }) => is === 'refused')) await recount();
        await ledger.save();
        // Once more, so that the previous copy does not hold it either.
        if (leftLedger) await ledger.save();
        await duplicates.keepHashes(gone);
        await head.advance();
      },

      circuit: () => ledger.data.circuit,

      counts: () => ({
        waiting: head.waiting() + retries.size(),
        deadLetters: counted.setAside,
        oldestMs: oldestOf(head.oldest(), retries.oldest()),
      }),

      async close() {
        try {
          await segments.close();
          await duplicates.close();
          await ledger.save();
        } finally {
          await lock.release();
        }
      },
    };

    async function recount(): Promise<void> {
      counted = { setAside: await setAside.count(), atMs: now() };
    }

    // Not an async function: at fifty thousand a second each promise counts.
    function store(signup: Signup, as: 'stored' | 'duplicate'): Promise<void> {
      if (head.waiting() + retries.size() >= max) {
        const full = new OutboxFull(`${max} sign-ups wait already, which is OUTBOX_MAX`);
        tellOnce(full);
        return Promise.reject(full);
      }
      const line = records.write(signup);
      const written = as === 'stored' ? segments.append(line) : segments.pad(line);
      return written.then(
        (place) => {
          if (place) head.added(place, signup);
          if (isRefusing) tellOnce(undefined);
        },
        (error: unknown) => {
          const refusal = unavailable(dir, error);
          tellOnce(refusal);
          throw refusal;
        },
      );
    }

    /** One line when no more can be accepted, and one when it can again. */
    function tellOnce(refusal: OutboxUnavailable | undefined): void {
      const was = isRefusing;
      isRefusing = refusal !== undefined;
      if (refusal && !was)
        log.error({ err: refusal }, 'No more sign-ups can be accepted; visitors are told to come back.');
      if (!refusal && was) log.info('Sign-ups are accepted again.');
    }

    /** Resolves with the sign-up where it has left the outbox. */
    async function settleOne(
      { signup, attempts }: Claimed,
      acknowledgement: Acknowledgement,
    ): Promise<Signup[]> {
      switch (acknowledgement.is) {
        case 'delivered':
          return [signup];
        case 'later':
          retries.add(signup, attempts, acknowledgement.dueMs);
          return [];
        case 'refused':
          try {
            const refusedAt = new Date(now()).toISOString();
            await setAside.put({ signup, reason: acknowledgement.reason, attempts, refusedAt });
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

function unavailable(dir: string, cause: unknown): OutboxUnavailable {
  return new OutboxUnavailable(`Nothing can be written to ${dir}: ${String(cause)}`, { cause });
}

function oldestOf(...signups: readonly (Signup | undefined)[]): number | undefined {
  const times = signups.flatMap((signup) => (signup ? [Date.parse(signup.acceptedAt)] : []));
  return times.length > 0 ? Math.min(...times) : undefined;
}
