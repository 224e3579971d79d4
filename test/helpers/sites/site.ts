import { extname } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { complaintsOf } from '../browser/browser.ts';
import { serveStub } from './serve-stub.ts';
import { serve } from './serve.ts';

const types: Readonly<Record<string, string>> = {
  '': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
};

/**
 * Serves a site on its own origin, with the given content at each path, until the test is over. Resolves with
 * the origin.
 */
export function serveSite(
  files: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<string> {
  return serve((request, response) => {
    const path = request.url?.replace(/\?.*/, '') ?? '';
    const body = files[path];
    const type = types[extname(path)] ?? 'application/octet-stream';
    response
      .writeHead(body === undefined ? 404 : 200, { 'content-type': type, ...headers })
      .end(body ?? 'Nothing is here.');
  });
}

/** A minimal page. */
export const pageOf = (body: string, head = ''): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A page</title>${head}</head><body>${body}</body></html>`;

export interface StubbedProxy {
  /** URL of the proxy, below which `embed.js` and the forms are. */
  readonly base: string;
  /** URL of the form. */
  readonly form: string;
  readonly seen: () => Promise<Seen>;
  readonly release: () => Promise<void>;
}

interface Seen {
  readonly posts: readonly Readonly<Record<string, string>>[];
  readonly loads: number;
}

/** A stub of the proxy on its own origin, with a behaviour of `stub-proxy.ts`. */
export async function stubbedProxy(behaviour = 'accepting'): Promise<StubbedProxy> {
  const base = `http://localhost:${await serveStub()}/stub/${behaviour}/room`;
  return {
    base,
    form: `${base}/forms/newsletter`,
    seen: async () => (await (await fetch(`${base}/seen`)).json()) as Seen,
    release: async () => {
      await fetch(`${base}/release`);
    },
  };
}

/** Opens a page and records its complaints. The page is closed after the test. */
export async function openPage(
  browser: Browser,
  url: string,
): Promise<{ readonly page: Page; readonly complaints: readonly string[] }> {
  // Without a locale a headless browser sends no accepted language, unlike every real browser.
  const page = await browser.newPage({ locale: 'en-GB' });
  onTestFinished(() => page.close());
  page.setDefaultTimeout(30_000);
  const complaints = complaintsOf(page);
  await page.goto(url);
  return { page, complaints };
}

/** Signs up like a visitor, and waits for the thanks. */
export async function signUp(form: Locator | Page, email = 'ada@example.com'): Promise<void> {
  await form.getByLabel('Email address').fill(email);
  await form.getByRole('button', { name: 'Subscribe' }).click();
  await form.getByText('Thank you.').waitFor();
}
