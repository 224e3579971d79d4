import type { Browser, Page } from 'playwright-core';
import { expect } from 'vitest';
import { complaintsOf } from '../browser/browser.ts';
import { servePage } from './one-answer.ts';
import { serveStub } from './serve-stub.ts';

/**
 * Browser arguments that map other host names to this machine. Their pages over plain http are not secure
 * contexts.
 */
export const otherNames = ['--host-resolver-rules=MAP *.example 127.0.0.1'];

export const connections = [
  ['that is a secure context', true],
  ['over plain http', false],
] as const;

interface Seen {
  readonly posts: readonly Record<string, string>[];
  readonly proofs: readonly string[];
  readonly asked: readonly string[];
}

interface Setting {
  readonly behaviour: string;
  readonly secure: boolean;
  readonly policy?: string;
}

/** A page with the form on its own origin, with its own proxy. */
export async function openInFront(browser: Browser, { behaviour, secure, policy = '' }: Setting) {
  const host = (name: string) => (secure ? 'localhost' : name);
  const port = await serveStub();
  const proxy = `http://${host('signup.example')}:${port}`;
  const base = `${proxy}/stub/${behaviour}/room`;
  const origin = await servePage(
    `<!doctype html><html lang="en"><title>A page</title>
      <body><rasa-signup src="${base}/forms/newsletter"></rasa-signup>
      <script async src="${base}/embed.js"></script></body></html>`,
    policy === '' ? {} : { 'content-security-policy': policy.replaceAll('PROXY', proxy) },
  );
  const context = await browser.newContext();
  const page = await context.newPage();
  const complaints = complaintsOf(page);
  await page.addInitScript(watchPage);
  await page.goto(origin.replace('localhost', host('www.example')));
  await page.getByLabel('Email address').waitFor();
  expect(await page.evaluate(() => isSecureContext)).toBe(secure);
  const seen = async () =>
    (await (await fetch(`http://127.0.0.1:${port}/stub/${behaviour}/room/seen`)).json()) as Seen;
  return { page, context, complaints, seen, base };
}

/** Runs in the page: records every request, and whether it was sent in the same turn as the last click. */
function watchPage(): void {
  const requests: string[] = [];
  Object.assign(globalThis, { requests });
  let turn = 'before the click';
  addEventListener(
    'click',
    () => {
      turn = 'in the same turn';
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => (turn = 'later');
      port2.postMessage(undefined);
    },
    { capture: true },
  );
  const { fetch } = globalThis;
  globalThis.fetch = (...args) => {
    const [url, init] = args;
    const path = new URL(url instanceof Request ? url.url : url).pathname.split('/').pop() ?? '';
    requests.push(`${init?.method ?? 'GET'} ${path} ${turn}`);
    return fetch(...args);
  };
}

export const requestsOf = (page: Page) =>
  page.evaluate(() => (globalThis as unknown as { readonly requests: readonly string[] }).requests);
