import type { Logger } from 'pino';
import type { Claimed } from '../outbox.ts';
import type { Signup } from '../signup.ts';
import type { Ledger } from './ledger.ts';
import { type Records, signupSchema } from './records.ts';
import type { Place, Segments } from './segments.ts';

/**
 * The oldest segment, which the delivery worker works on: the only one whose sign-ups are in memory. Each of its lines is
 * taken once and then settled here, whatever becomes of it; when all are, the segment is deleted and the next one
 * loaded. Lines that cannot be read count as settled, but their segment is kept under `damaged/`.
 */
export interface Head {
  /** A line is on disk. Only where it stands in the head is it kept in memory too. */
  added(place: Place, signup: Signup): void;
  claim(max: number): Promise<readonly Signup[]>;
  /** Takes back the last `take`, whose attempts will not be made. */
  untake(): void;
  /** One that was taken is done with here. */
  acknowledge(id: string): Claimed | undefined;
  /** Deletes the head when all of it is settled. Whoever calls has the ledger that says so on disk. */
  advance(): Promise<void>;
  /** How many lines of all segments are not settled. */
  waiting(): number;
  oldest(): Signup | undefined;
  /** What an earlier process was attempting when it ended. They are settled here; the caller takes them over. */
  readonly interrupted: readonly Signup[];
  /** The sign-ups accepted since then that still wait, oldest first; of more than about `max` the newest. */
  recent(sinceMs: number, max: number): AsyncIterable<Signup>;
}

export interface HeadOptions {
  readonly segments: Segments;
  readonly ledger: Ledger;
  readonly records: Records;
  readonly log: Logger;
}

export async function openHead({ segments, ledger, records, log }: HeadOptions): Promise<Head> {
  const { data } = ledger;
  /** The segment that is loaded; none has this number while there is nothing to load. */
  let current = data.head;
  let signups: (Signup | undefined)[] = [];
  let settled = new Set(data.settled);
  let isDamaged = false;
  /** Lines before this one were taken. */
  let next = 0;
  /** The lines that are being attempted, by the sign-up's id. */
  const taken = new Map<string, number>();

  for (const { id } of segments.list()) if (id < data.head) await segments.remove(id, 'settled');
  await load();
  const interrupted = data.attempting.flatMap((line) => (settled.has(line) ? [] : (signups[line] ?? [])));
  for (const line of data.attempting) settled.add(line);
  note();

  return {
    added({ segment, line }, signup) {
      if (segment === current) signups[line] = signup;
    },

    async claim(max) {
      await advance();
      for (; next < signups.length && taken.size < max; next++) {
        if (settled.has(next)) continue;
        const signup = signups[next];
        // Its line is on disk, and `added` is about to say so.
        if (!signup) break;
        taken.set(signup.id, next);
      }
      note();
      return [...taken.values()].flatMap((line) => signups[line] ?? []);
    },

    untake() {
      next = Math.min(next, ...taken.values());
      taken.clear();
      note();
    },

    acknowledge(id) {
      const line = taken.get(id);
      if (line === undefined) return undefined;
      taken.delete(id);
      settled.add(line);
      note();
      const signup = signups[line];
      return signup && { signup, attempts: 1 };
    },

    advance,
    waiting: () => Math.max(0, segments.lines() - settled.size),
    oldest: () => signups.find((signup, line) => signup && !settled.has(line)),
    interrupted,

    async *recent(sinceMs, max) {
      let count = 0;
      const newest = segments.list().findLastIndex(({ lines }) => (count += lines) >= max);
      for (const { id, lines } of segments.list().slice(Math.max(0, newest))) {
        for (const signup of await read(id, lines)) {
          if (signup && Date.parse(signup.acceptedAt) >= sinceMs) yield signup;
        }
      }
    },
  };

  async function advance(): Promise<void> {
    for (;;) {
      const segment = segments.list().find(({ id }) => id === current);
      if (segment && settled.size < segment.lines) return;
      if (segment && !segments.retire(current)) return;
      const following = segments.list().find(({ id }) => id > current)?.id;
      if (!segment && following === undefined) return;
      const head = following ?? current + 1;
      if (segment) await remove(segment.id, head);
      data.head = current = head;
      [signups, settled, isDamaged, next] = [[], new Set(), false, 0];
      await load();
      note();
    }
  }

  /**
   * A segment is deleted after the ledger says on disk that it is done with, so that a crash in between costs
   * nothing. A damaged one is put away before that, since whatever lies before the head is deleted at the next start.
   */
  async function remove(id: number, following: number): Promise<void> {
    if (isDamaged) {
      await segments.remove(id, 'damaged');
      log.error({ segment: id }, 'The damaged segment is kept in damaged/, as it was found.');
    }
    Object.assign(data, { head: following, settled: [], attempting: [] });
    try {
      await ledger.save();
    } catch (error) {
      data.head = current;
      note();
      throw error;
    }
    if (!isDamaged) await segments.remove(id, 'settled');
  }

  /** Fills in what stands on disk; lines that are appended meanwhile come by `added`. */
  async function load(): Promise<void> {
    const segment = segments.list().find(({ id }) => id === current);
    if (!segment) {
      settled.clear();
      return;
    }
    const found = await read(current, segment.lines);
    found.forEach((signup, line) => (signups[line] ??= signup));
    const unreadable = found.flatMap((signup, line) => (signup || settled.has(line) ? [] : [line]));
    isDamaged = found.includes(undefined);
    for (const line of unreadable) settled.add(line);
    if (unreadable.length > 0) {
      log.error(
        { segment: current, lines: unreadable.length, of: segment.lines },
        'A segment of the outbox is damaged. What can be read of it is delivered; it will be kept in damaged/.',
      );
    }
  }

  async function read(id: number, lines: number): Promise<(Signup | undefined)[]> {
    // One that holds nothing may be deleted at any time.
    const texts = lines > 0 ? await segments.read(id) : [];
    return Array.from(
      { length: lines },
      (_, line) => signupSchema.safeParse(records.read(texts[line] ?? '')).data,
    );
  }

  function note(): void {
    data.settled = [...settled];
    data.attempting = [...taken.values()];
  }
}
