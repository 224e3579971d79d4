import { vi } from 'vitest';

/**
 * How long a test waits for what has to become true. It only decides how late a failure is seen, so it is set
 * for a machine that also runs other work. `vi.waitFor` has no setting for it, and one second by default.
 */
const patienceMs = 20_000;

/** Files of one process share `vi`, and each runs this. */
if (!Object.hasOwn(vi, 'isPatient')) {
  const { waitFor } = vi;
  Object.assign(vi, {
    isPatient: true,
    waitFor: (callback: () => unknown, options: number | { timeout?: number; interval?: number } = {}) =>
      waitFor(callback, typeof options === 'number' ? options : { timeout: patienceMs, ...options }),
  });
}
