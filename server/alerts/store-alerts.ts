import type { Logger } from 'pino';
import { judge } from '../operator/verdict.ts';
import { createIds } from '../store/ids.ts';
import { beganNote, overNote } from './alert-notes.ts';
import type { Note } from './notes.ts';
import { pauseAfter, type Post, type Target } from './targets.ts';

export interface StoreAlertsOptions {
  readonly post: Post;
  readonly targets: readonly Target[];
  /** Why the store takes no writes now. */
  readonly fault: () => 'disk' | 'store' | undefined;
  readonly page?: string | undefined;
  readonly log: Logger;
  readonly now?: () => number;
}

interface Faulty {
  readonly fault: 'disk' | 'store';
  readonly sinceMs: number;
  /** Since when it takes writes again; `undefined` while it does not. */
  wellMs: number | undefined;
  isTold: boolean;
}

interface Unsent {
  readonly id: string;
  readonly note: Note;
  failures: number;
  dueMs: number;
  isRunning: boolean;
}

/** A write that fails now and then is none of the operator's business. */
const faultyForMs = 10_000;
/** It takes writes for so long before that is over: a disk may be full again with the next one. */
const settledMs = 60_000;
/** For a target that takes nothing while the disk is full again and again. */
const mostUnsent = 100;

/**
 * Tells that the store takes no writes, and that it does again: what cannot be written down is kept in
 * memory, and sent at once. To be called about once a second, whatever the disk does.
 */
export class StoreAlerts {
  readonly #options: StoreAlertsOptions;
  readonly #now: () => number;
  readonly #newId: () => string;
  readonly #stop = new AbortController();
  readonly #unsent = new Map<Target, Unsent[]>();
  readonly #running = new Set<Promise<void>>();
  #faulty: Faulty | undefined;

  constructor(options: StoreAlertsOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#newId = createIds(this.#now);
  }

  /** `isOurs`: of the processes that share the store this one tells. */
  look(isOurs: boolean): void {
    const fault = this.#options.fault();
    const before = this.#faulty;
    if (fault === undefined) {
      if (before) this.#lookAtEnd(before);
    } else if (isOurs) {
      // A full disk may be called one thing by a write and another by the next: it is one cause.
      this.#faulty = before ?? { fault, sinceMs: this.#now(), wellMs: undefined, isTold: false };
      this.#faulty.wellMs = undefined;
      const { sinceMs, isTold } = this.#faulty;
      if (!isTold && this.#now() - sinceMs >= faultyForMs) {
        this.#faulty.isTold = true;
        this.#tell(beganNote(alertOf(this.#faulty.fault), { nowMs: this.#now(), page: this.#options.page }));
      }
    }
    for (const [target, unsent] of this.#unsent) {
      const [first] = unsent;
      if (first && !first.isRunning && first.dueMs <= this.#now()) this.#send(target, unsent, first);
    }
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#running);
  }

  #lookAtEnd(before: Faulty): void {
    before.wellMs ??= this.#now();
    if (!before.isTold) this.#faulty = undefined;
    else if (this.#now() - before.wellMs >= settledMs) {
      this.#faulty = undefined;
      this.#tell(overNote({ ...alertOf(before.fault), beganMs: before.sinceMs }, this.#now()));
    }
  }

  #tell(note: Note): void {
    for (const target of this.#options.targets) {
      const unsent = this.#unsent.get(target) ?? [];
      unsent.push({ id: this.#newId(), note, failures: 0, dueMs: 0, isRunning: false });
      // Not the first one, which is being sent.
      if (unsent.length > mostUnsent) unsent.splice(1, 1);
      this.#unsent.set(target, unsent);
    }
  }

  #send(target: Target, unsent: Unsent[], first: Unsent): void {
    const { post, log } = this.#options;
    first.isRunning = true;
    const turn = post(target, first.id, first.note, this.#stop.signal).then((posted) => {
      first.isRunning = false;
      if (posted.is !== 'later') unsent.shift();
      else first.dueMs = this.#now() + pauseAfter(first.failures++, posted.afterMs);
      if (posted.is !== 'sent' && first.failures <= 1) {
        log.warn(
          { target: target.is, note: first.note.type, reason: posted.reason },
          'A note to the operator could not be sent yet.',
        );
      }
    });
    this.#running.add(turn);
    void turn.finally(() => this.#running.delete(turn));
  }
}

/** As the operator page says it. */
function alertOf(storeFault: 'disk' | 'store') {
  const nothing = { delivered: 0, setAside: 0, unreadable: 0, accounts: [], refused: [] };
  const [cause] = judge({
    ...nothing,
    nowMs: 0,
    storeFault,
    survival: { delivered: 0, archived: 0 },
  }).causes;
  return cause ?? { id: storeFault, what: storeFault, remedy: '' };
}
