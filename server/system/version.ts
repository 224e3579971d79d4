import { readFileSync } from 'node:fs';

/** The version in package.json, for programs that run from `dist/server/` or from source. */
export function readVersion(): string {
  const path = import.meta.url.endsWith('.ts') ? '../../package.json' : '../../../package.json';
  const { version } = JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as {
    readonly version: string;
  };
  return version;
}
