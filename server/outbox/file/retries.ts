import type { Logger } from 'pino';
import type { Claimed } from '../outbox.ts';
import type { Signup } from '../signup.ts';
import type { Ledger } from './ledger.ts';
import { type Records, signupSchema } from './records.ts';
import type { SetAside } from './set-aside.ts';

/** The sign-ups that were tried before: held in the ledger, each with its own time, bounded in number. */
export interface Retries {
  add(signup: Signup, attempts: number, dueMs: number): void;
  /** Up to `max` that are due, the least tried first, and one at most that was tried; this attempt is counted. */
  claim(max: number, nowMs: number): readonly Claimed[];
  /** Takes back the last `take`, whose attempts will not be made. */
  untake(): void;
  /** One that was taken leaves, whatever becomes of it. */
  release(id: string): Claimed | undefined;
  /** Adds those that the operator wants to have sent again. */
  pickUpReplays(nowMs: number): Promise<void>;
  size(): number;
  /** How many more may come. */
  room(): number;
  oldest(): Signup | undefined;
}

interface Entry {
  readonly signup: Signup;
  readonly record: string;
  attempts: number;
  readonly dueMs: number;
}

export interface RetriesOptions {
  readonly ledger: Ledger;
  readonly records: Records;
  readonly setAside: SetAside;
  readonly log: Logger;
  readonly max?: number;
}

export function openRetries({ ledger, records, setAside, log, max = 1000 }: RetriesOptions): Retries {
  const entries = new Map<string, Entry>();
  const taken = new Set<string>();
  for (const { record, attempts, dueMs } of ledger.data.retries) {
    const signup = signupSchema.safeParse(records.read(record)).data;
    if (signup) entries.set(signup.id, { signup, record, attempts, dueMs });
    else ledger.data.unreadable.push(record);
  }
  if (ledger.data.unreadable.length > 0) {
    log.error({ count: ledger.data.unreadable.length }, 'Sign-ups in the ledger are damaged; it keeps them.');
  }
  const changed = () => {
    ledger.data.retries = [...entries.values()].map(({ record, attempts, dueMs }) => ({
      record,
      attempts,
      dueMs,
    }));
  };

  const add = (signup: Signup, attempts: number, dueMs: number) => {
    entries.set(signup.id, { signup, record: records.write(signup), attempts, dueMs });
    changed();
  };

  return {
    add,

    claim(count, nowMs) {
      const due = [...entries.values()]
        .filter(({ signup, dueMs }) => isDue(dueMs, nowMs) && !taken.has(signup.id))
        .sort((a, b) => a.attempts - b.attempts || a.dueMs - b.dueMs);
      const untried = due.filter(({ attempts }) => attempts === 0);
      const chosen = due.slice(0, Math.min(count, untried.length + 1));
      for (const entry of chosen) {
        entry.attempts++;
        taken.add(entry.signup.id);
      }
      if (chosen.length > 0) changed();
      return chosen.map(({ signup, attempts }) => ({ signup, attempts }));
    },

    untake() {
      for (const id of taken) {
        const entry = entries.get(id);
        if (entry) entry.attempts--;
      }
      taken.clear();
      changed();
    },

    release(id) {
      if (!taken.delete(id)) return undefined;
      const entry = entries.get(id);
      entries.delete(id);
      changed();
      return entry;
    },

    async pickUpReplays(nowMs) {
      const room = max - entries.size;
      if (room <= 0) return;
      for (const { signup } of await setAside.replays(room)) {
        add(signup, 0, nowMs);
        await ledger.save();
        await setAside.taken(signup.id);
      }
    },

    size: () => entries.size,
    room: () => max - entries.size,

    oldest() {
      let oldest: Signup | undefined;
      for (const { signup } of entries.values()) {
        if (!oldest || signup.acceptedAt < oldest.acceptedAt) oldest = signup;
      }
      return oldest;
    },
  };
}

/** Nobody asks for more than an hour: a time further away was set by a clock that was wrong. */
function isDue(dueMs: number, nowMs: number): boolean {
  return dueMs <= nowMs || dueMs > nowMs + 2 * 3_600_000;
}
