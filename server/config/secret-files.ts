import { stat } from 'node:fs/promises';
import type { Logger } from 'pino';

/**
 * Logs a warning for each file with secrets that every user of the machine can read. On systems without such
 * permissions it logs nothing.
 */
export async function warnOfReadable(paths: readonly string[], log: Logger): Promise<void> {
  for (const file of new Set(paths)) {
    const mode = await stat(file).then(
      (stats) => stats.mode,
      // A file that is missing or unreadable is reported where its content is read.
      () => 0,
    );
    if ((mode & 0o004) === 0) continue;
    log.warn(
      { file },
      'Every user of this machine can read this file, which contains a secret. Run chmod 600 on it as the user that ' +
        'runs the proxy. For a mounted file set the mode in the mount (defaultMode: 0400).',
    );
  }
}
