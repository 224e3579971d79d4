import type { Logger } from 'pino';
import { isSame, keyOf, type CredentialSet } from '../rasa/credentials.ts';
import { watchFiles } from '../system/watch-files.ts';
import type { CredentialsFound } from './credential-sets.ts';
import { ConfigError } from './env.ts';
import { warnOfReadable } from './secret-files.ts';

/**
 * Keeps the credentials as the operator's files have them while the product runs. What does not parse changes nothing:
 * the credentials from before stay in use, and the log says what is wrong.
 */
export interface Rotation {
  /** Reads everything again and gives refused credentials another chance, changed or not. */
  reload(): void;
  close(): Promise<void>;
}

export interface RotationOptions {
  /** What was read at the start. */
  readonly found: CredentialsFound;
  /** Reads it again; throws a ConfigError where it does not parse. */
  readonly read: () => CredentialsFound;
  /** Takes up other sets; `again` also tries those that were refused. Resolves when it is known whether they work. */
  readonly onReload: (sets: readonly CredentialSet[], again: boolean, stop: AbortSignal) => Promise<void>;
  readonly log: Logger;
  /** Between two looks at the files; a change counts at the second look that finds it. */
  readonly intervalMs?: number | undefined;
}

export function startRotation({ found, read, onReload, log, intervalMs = 1000 }: RotationOptions): Rotation {
  const closing = new AbortController();
  let current = found;
  let trying = Promise.resolve();
  const watching = watchFiles({
    paths: () => current.files,
    onChange: () => {
      reload(false);
    },
    intervalMs,
    stop: closing.signal,
  });

  return {
    reload() {
      reload(true);
    },
    async close() {
      closing.abort();
      await Promise.all([watching, trying]);
    },
  };

  function reload(isAsked: boolean): void {
    const next = readOrComplain();
    if (!next) return;
    const isNews = !areSame(current.sets, next.sets);
    current = next;
    if (!isNews && !isAsked) return;
    const sets = next.sets.map(({ number, source, credentials }) => ({
      number,
      ...source,
      fingerprint: keyOf(credentials).fingerprint,
    }));
    log.info({ sets, changed: isNews }, 'The credentials were read again.');
    void warnOfReadable(next.files, log);
    trying = onReload(next.sets, isAsked, closing.signal).catch((error: unknown) => {
      log.error({ err: error }, 'Trying the credentials met a bug.');
    });
  }

  function readOrComplain(): CredentialsFound | undefined {
    try {
      return read();
    } catch (error) {
      // Anything but a ConfigError is a bug, which must not end a process that delivers.
      const what = error instanceof ConfigError ? { faults: error.faults } : { err: error };
      log.error(what, 'The credentials cannot be read again; those from before stay in use.');
      return undefined;
    }
  }
}

function areSame(some: readonly CredentialSet[], others: readonly CredentialSet[]): boolean {
  const key = ({ number, source }: CredentialSet) => JSON.stringify([number, source]);
  return (
    some.length === others.length &&
    some.every((set, index) => {
      const other = others[index];
      return other && key(set) === key(other) && isSame(set.credentials, other.credentials);
    })
  );
}
