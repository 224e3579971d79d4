import { StoreUnavailable } from '../errors.ts';

/** The promise, or `timed_out` where it takes longer. What it does goes on; its result is dropped. */
export async function withinTime<T>(promise: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new StoreUnavailable('timed_out', { outcome: 'unknown' }));
    }, timeoutMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
