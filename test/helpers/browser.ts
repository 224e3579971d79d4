import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { chromium, type Browser, type Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
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

/** Serves one page, the same at every path, on an origin of its own; resolves with that origin. */
export async function servePage(html: string, headers: Record<string, string> = {}): Promise<string> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', ...headers }).end(html);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://localhost:${(server.address() as AddressInfo).port}`;
}

/** What a page complained about: script errors, blocked requests, violated policies. */
export function complaintsOf(page: Page): readonly string[] {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // The test's own page has no icon.
    if (!message.location().url.endsWith('/favicon.ico')) complaints.push(message.text());
  });
  return complaints;
}
