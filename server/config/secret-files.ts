import { stat } from 'node:fs/promises';
import type { Logger } from 'pino';

/** Warns of files with secrets that every user of the machine can read; where there are no such rights, of none. */
export async function warnOfReadable(paths: readonly string[], log: Logger): Promise<void> {
  for (const file of new Set(paths)) {
    const mode = await stat(file).then(
      (stats) => stats.mode,
      // Whoever reads it says so.
      () => 0,
    );
    if ((mode & 0o004) === 0) continue;
    log.warn(
      { file },
      'Every user of this machine can read this file with a secret. Run chmod 600 on it, as the user that the proxy ' +
        'runs as; where it is mounted, set its mode there (defaultMode: 0400).',
    );
  }
}
