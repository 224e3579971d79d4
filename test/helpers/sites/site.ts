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

/** A site on an origin of its own, with what lies at each path, until the test is over; resolves with its origin. */
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

/** A page that is as plain as a page can be. */
export const pageOf = (body: string, head = ''): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A page</title>${head}</head><body>${body}</body></html>`;

export interface StubbedProxy {
  /** The proxy: `embed.js` and the forms lie below it. */
  readonly base: string;
  /** The form's address. */
  readonly form: string;
  readonly seen: () => Promise<Seen>;
  readonly release: () => Promise<void>;
}

interface Seen {
  readonly posts: readonly Readonly<Record<string, string>>[];
  readonly loads: number;
}

/** A stand-in for the proxy on an origin of its own, which behaves as `stub-proxy.ts` says. */
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

/** Opens a page and notes what it complains about; it is closed when the test is over. */
export async function openPage(
  browser: Browser,
  url: string,
): Promise<{ readonly page: Page; readonly complaints: readonly string[] }> {
  // Without a language a headless browser says of none that it accepts it, as no real one does.
  const page = await browser.newPage({ locale: 'en-GB' });
  onTestFinished(() => page.close());
  page.setDefaultTimeout(8_000);
  const complaints = complaintsOf(page);
  await page.goto(url);
  return { page, complaints };
}

/** Signs up as a visitor would, and waits for the thanks. */
export async function signUp(form: Locator | Page, email = 'ada@example.com'): Promise<void> {
  await form.getByLabel('Email address').fill(email);
  await form.getByRole('button', { name: 'Subscribe' }).click();
  await form.getByText('Thank you.').waitFor();
}
