import type { Logger } from 'pino';
import type { Database, NewRow, Statement } from '../../store/database.ts';
import { ExpectationFailed } from '../../store/errors.ts';
import { createIds } from '../../store/ids.ts';
import { webhookAttempts } from '../../store/schema/webhooks.ts';
import { forgetOldest, mostForgotten } from '../../store/slices.ts';
import type { StoredEvent } from '../events.ts';
import { readAfter, readNumbers } from '../feed.ts';
import { progress, type Endpoint, type Endpoints, type Progress } from './endpoints.ts';
import { attemptRow, isWanted, messageOf } from './message.ts';
import { isDue, type Sender, type Sent } from './sender.ts';

export interface DispatcherOptions {
  readonly database: Database;
  readonly endpoints: Pick<Endpoints, 'list'>;
  readonly sender: Pick<Sender, 'send'>;
  readonly log: Logger;
  readonly now?: () => number;
  readonly random?: () => number;
}

/** So many events are read at once. */
const batch = 100;
/** What was delivered is written down at least so often, since a crash sends again what is not. */
const writeEveryMs = 2000;
const firstPauseMs = 5000;
const longestPauseMs = 60 * 60_000;
/** For so long one event is tried again before the next one has its turn. */
const givenUpAfterMs = 3 * 24 * 60 * 60_000;
/** How long attempts can be looked up. */
const attemptsKeptMs = 3 * 24 * 60 * 60_000;
const forgetEveryMs = 60 * 60_000;

/**
 * Sends events to endpoints: each in order, one at a time, and apart from all others, so that one that hangs
 * delays only itself. Only the holder of the lease sends. What an endpoint does not take is tried again after
 * pauses that grow to an hour, for three days; until then the events behind it wait in the database.
 */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #now: () => number;
  readonly #random: () => number;
  readonly #newId: () => string;
  readonly #stop = new AbortController();
  /** Endpoints that something is being sent to, by id. */
  readonly #running = new Map<string, Promise<void>>();
  /** Where each endpoint stood when it was reported that events behind that were deleted. */
  readonly #missedAt = new Map<string, number>();
  #forgotAtMs = -Infinity;

  constructor(options: DispatcherOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#random = options.random ?? Math.random;
    this.#newId = createIds(this.#now);
  }

  /** To be called about once a second. Resolves before anything is sent. */
  async look(fence: Statement): Promise<void> {
    const { database, endpoints, log } = this.#options;
    const numbers = await readNumbers(database);
    for (const endpoint of await endpoints.list()) {
      if (endpoint.state !== 'active' || !isDue(endpoint.dueMs, this.#now())) continue;
      if (endpoint.position >= numbers.last || this.#running.has(endpoint.id)) continue;
      this.#reportMissed(endpoint, numbers.swept);
      const turn = this.#turn(endpoint, fence)
        .catch((error: unknown) => {
          // Another process has taken over, or the store is away: what was sent is sent again.
          if (!(error instanceof ExpectationFailed)) log.warn({ err: error }, 'A webhook has to wait.');
        })
        .finally(() => this.#running.delete(endpoint.id));
      this.#running.set(endpoint.id, turn);
    }
    if (this.#now() - this.#forgotAtMs < forgetEveryMs) return;
    const old = forgetOldest(webhookAttempts, this.#now() - attemptsKeptMs);
    const [, forgotten] = await database.write([fence, old]);
    // The next look forgets more.
    if ((forgotten?.count ?? 0) < mostForgotten) this.#forgotAtMs = this.#now();
  }

  /** Abandons what is being sent: it is sent again later. */
  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#running.values());
  }

  async #turn(endpoint: Endpoint, fence: Statement): Promise<void> {
    const { database, sender } = this.#options;
    const { target } = endpoint;
    if (!target) return;
    const startedAtMs = performance.now();
    let at: Progress = endpoint;
    const attempts: NewRow[] = [];
    for (const event of await readAfter(database, endpoint.position, batch)) {
      if (!isWanted(event, endpoint)) {
        at = { ...at, position: event.seq };
        continue;
      }
      const message = await messageOf(database, event, endpoint);
      const sent = await sender.send(target, message, this.#stop.signal);
      if (this.#stop.signal.aborted) break;
      const attempt = { webhook: endpoint.id, event: event.id, sent, atMs: this.#now() };
      attempts.push(attemptRow(this.#newId(), attempt));
      at = this.#after(at, event, sent);
      if (at.dueMs > this.#now() || at.state === 'disabled') break;
      if (performance.now() - startedAtMs > writeEveryMs) break;
    }
    const written = attempts.length > 0 ? [{ into: webhookAttempts, rows: attempts }] : [];
    await database.write([fence, progress(endpoint.id, at, endpoint.position), ...written], {
      settling: true,
    });
    this.#report(endpoint, at, attempts);
  }

  #after(before: Progress, { seq }: StoredEvent, sent: Sent): Progress {
    const nowMs = this.#now();
    const done = { ...before, position: seq, failures: 0, failingSinceMs: 0, dueMs: 0 };
    if (sent.is === 'delivered') return done;
    if (sent.is === 'gone') return { ...before, state: 'disabled', reason: sent.result };
    const failingSinceMs = before.failingSinceMs === 0 ? nowMs : before.failingSinceMs;
    const pauseMs =
      Math.min(longestPauseMs, firstPauseMs * 3 ** before.failures) * (0.8 + 0.4 * this.#random());
    const dueMs = Math.ceil(nowMs + Math.max(pauseMs, sent.afterMs ?? 0));
    // The next one has three days too; the endpoint goes on taking nothing.
    if (nowMs - failingSinceMs > givenUpAfterMs) return { ...done, failingSinceMs: nowMs, dueMs };
    return { ...before, failures: before.failures + 1, failingSinceMs, dueMs };
  }

  /** Once, however often what is left is tried. */
  #reportMissed({ id, position }: Endpoint, swept: number): void {
    if (position >= swept || this.#missedAt.get(id) === position) return;
    this.#missedAt.set(id, position);
    this.#options.log.error(
      { webhook: id, missed: swept - position },
      'Events for a webhook were deleted unsent: they are kept for 30 days, and two million at most.',
    );
  }

  #report(before: Endpoint, after: Progress, attempts: readonly NewRow[]): void {
    const { log } = this.#options;
    const result = attempts.at(-1)?.['result'];
    const about = { webhook: before.id, result };
    const remedy = `rasa-signup webhooks log ${before.id}`;
    if (after.state === 'disabled')
      log.warn({ ...about, remedy }, 'A webhook wants nothing more; it is disabled.');
    else if (before.failingSinceMs === 0 && after.failingSinceMs > 0) {
      log.warn({ ...about, remedy }, 'A webhook does not take events now; they wait for it.');
    } else if (before.failingSinceMs > 0 && after.failingSinceMs === 0) {
      log.info(about, 'A webhook takes events again.');
    } else if (before.failures > 0 && after.failures === 0) {
      log.error(
        { ...about, remedy },
        'A webhook has not taken an event for three days; the next one has its turn.',
      );
    }
  }
}
