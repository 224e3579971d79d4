import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where package.json is: above the code, whether that is read from source or from any file of the build. */
export const productDir = above(dirname(fileURLToPath(import.meta.url)));

/** The version in package.json. */
export function readVersion(): string {
  const { version } = JSON.parse(readFileSync(join(productDir, 'package.json'), 'utf8')) as {
    readonly version: string;
  };
  return version;
}

function above(dir: string): string {
  if (existsSync(join(dir, 'package.json'))) return dir;
  const parent = dirname(dir);
  if (parent === dir) throw new Error('There is no package.json above the program.');
  return above(parent);
}
