import type { Logger } from 'pino';
import { isSame, keyOf, type CredentialSet } from '../../rasa/credentials.ts';
import { watchFiles } from '../../system/watch-files.ts';
import type { CredentialsFound } from '../credential-sets.ts';
import { ConfigError } from '../env.ts';
import { warnOfReadable } from '../secret-files.ts';

/**
 * Keeps the credentials in step with the operator's files while the product runs. If they do not parse,
 * nothing changes: the previous credentials stay in use, and the log lists the faults.
 */
export interface Rotation {
  /** Reads all credentials again and retries refused ones, whether or not anything has changed. */
  reload(): void;
  close(): Promise<void>;
}

export interface RotationOptions {
  /** The credentials read at start-up. */
  readonly found: CredentialsFound;
  /** Reads the credentials again. Throws a ConfigError if they do not parse. */
  readonly read: () => CredentialsFound;
  /**
   * Puts other sets into use; with `again`, refused sets are retried too. Resolves once it is known whether
   * the sets work.
   */
  readonly onReload: (sets: readonly CredentialSet[], again: boolean, stop: AbortSignal) => Promise<void>;
  readonly log: Logger;
  /**
   * Time between two checks of the files, in ms; default 1000. A change takes effect at the second check that
   * finds it.
   */
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
      log.error({ err: error }, 'Internal error while trying the credentials.');
    });
  }

  function readOrComplain(): CredentialsFound | undefined {
    try {
      return read();
    } catch (error) {
      // Anything but a ConfigError is a bug, which must not end a process that delivers.
      const what = error instanceof ConfigError ? { faults: error.faults } : { err: error };
      log.error(what, 'The credentials cannot be read again; the previous ones stay in use.');
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
