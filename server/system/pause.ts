import { setTimeout as timeout } from 'node:timers/promises';

/** Resolves after `ms`, or as soon as `until` aborts; never rejects. */
export async function pause(ms: number, until: AbortSignal): Promise<void> {
  await timeout(ms, undefined, { signal: until }).catch(() => {
    // Aborted: the caller checks its own signal.
  });
}
