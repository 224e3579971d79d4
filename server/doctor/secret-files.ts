import { join } from 'node:path';
import { ageOf } from '../config/setting-schemas.ts';
import { isCode, type Files } from '../system/files.ts';
import { fault, fine, note, warning, type Finding } from './finding.ts';

/** How old each file with a secret is, and whether only those can read it who should. */
export async function checkSecretFiles(
  given: readonly string[],
  dataDir: string,
  { files, nowMs }: { readonly files: Files; readonly nowMs: number },
): Promise<readonly Finding[]> {
  // What the product has made for itself, where it has.
  const own = ['store-key', 'sandbox/api-key'].map((name) => join(dataDir, name));
  const found = await Promise.all([...new Set([...given, ...own])].map((path) => check(path, files, nowMs)));
  return found.some((findings) => findings.length > 0) ? found.flat() : [note('There are none.')];
}

async function check(path: string, files: Files, nowMs: number): Promise<readonly Finding[]> {
  try {
    const { mode, mtimeMs } = await files.stat(path);
    const age = `${path}: last changed ${ageOf(new Date(mtimeMs).toISOString(), nowMs)} ago`;
    if ((mode & 0o004) === 0) return [fine(`${age}.`)];
    return [
      warning(
        `${age}; every user of this machine can read it.`,
        'Run chmod 600 on it, as the user that the proxy runs as; where it is mounted, set its mode there ' +
          '(defaultMode: 0400).',
      ),
    ];
  } catch (error) {
    // Where somebody has named it, the configuration says so.
    if (isCode(error, 'ENOENT')) return [];
    return [fault(`${path}: ${String(error)}.`, "Run the doctor as the proxy's user, and see its rights.")];
  }
}
