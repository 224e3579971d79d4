import { chromium, type Browser, type Page } from 'playwright-core';
import { findBrowser } from './find-browser.ts';

export async function launchBrowser(more: readonly string[] = []): Promise<Browser> {
  const { path, args, env } = await findBrowser();
  const inherited = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return chromium.launch({
    executablePath: path,
    args: [...args, ...more],
    env: { ...Object.fromEntries(inherited), ...env },
  });
}

/** The page's complaints: script errors, blocked requests and policy violations. */
export function complaintsOf(page: Page): readonly string[] {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // The test's own page has no icon.
    if (!message.location().url.endsWith('/favicon.ico')) complaints.push(message.text());
  });
  return complaints;
}
