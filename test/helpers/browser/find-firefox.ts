import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * `FIREFOX_PATH`, else an installed Firefox. `undefined` if there is none, since no npm package contains one.
 */
export function findFirefox(): string | undefined {
  const { FIREFOX_PATH, PATH = '' } = process.env;
  if (FIREFOX_PATH) {
    if (!existsSync(FIREFOX_PATH)) throw new Error(`FIREFOX_PATH is ${FIREFOX_PATH}, and no file is there.`);
    return FIREFOX_PATH;
  }
  const places = [
    ...PATH.split(delimiter).flatMap((dir) => [join(dir, 'firefox'), join(dir, 'firefox-esr')]),
    '/Applications/Firefox.app/Contents/MacOS/firefox',
  ];
  return places.find((path) => existsSync(path));
}
