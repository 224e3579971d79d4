import type { Logger } from 'pino';
import type { DeadLetters } from '../../outbox/dead-letters.ts';
import { pause } from '../../system/pause.ts';

export interface ReplayAllOptions {
  readonly deadLetters: Pick<DeadLetters, 'replayAll'>;
  readonly log: Logger;
  /** All are sent again, after the answer was given. */
  readonly onLateEnd: () => void;
  /** Default: 5000. Web servers give up on an answer after 30 s and more. */
  readonly longestWaitMs?: number;
}

/**
 * Sends all again that was set aside, once at a time. What is not done within seconds goes on behind the
 * answer. Resolves with what to log.
 */
export function createReplayAll({
  deadLetters,
  log,
  onLateEnd,
  longestWaitMs = 5000,
}: ReplayAllOptions): () => Promise<object> {
  let running: Promise<number> | undefined;
  return async () => {
    running ??= deadLetters.replayAll().finally(() => {
      running = undefined;
    });
    const ended = running;
    const enough = new AbortController();
    const replayed = await Promise.race([ended, pause(longestWaitMs, enough.signal)]);
    enough.abort();
    if (replayed !== undefined) return { replayed };
    ended.then(
      (count) => {
        log.info({ replayed: count }, 'All that was set aside is sent again.');
        onLateEnd();
      },
      (err: unknown) => {
        log.error({ err }, 'Not all that was set aside is sent again.');
      },
    );
    return { replayed: 'not all yet' };
  };
}
