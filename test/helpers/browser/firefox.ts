import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import puppeteer, { type Browser } from 'puppeteer-core';
import { afterAll, beforeAll } from 'vitest';

/**
 * `FIREFOX_PATH`, else an installed Firefox. `undefined` if there is none, since no npm package contains one.
 */
function findFirefox(): string | undefined {
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

const path = findFirefox();

/** For `describe.skipIf`. */
export const isFirefoxMissing = path === undefined;

/** Firefox for the tests of one `describe`, which calls it. Says so where they are skipped. */
export function useFirefox(): () => Browser {
  let browser: Browser | undefined;
  if (isFirefoxMissing) {
    process.stdout.write('No Firefox is installed, and FIREFOX_PATH names none: its tests are skipped.\n');
  }
  beforeAll(async () => {
    browser = await puppeteer.launch({
      browser: 'firefox',
      headless: true,
      ...(path && { executablePath: path }),
    });
    process.stdout.write(`${await browser.version()}, ${path ?? ''}\n`);
  }, 60_000);
  afterAll(() => browser?.close());
  return () => {
    if (!browser) throw new Error('Firefox is started before the first test.');
    return browser;
  };
}
