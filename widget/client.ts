import type { FormDefinition, VisibleProblem } from '../shared/form.ts';
import type { Challenge, IssueCode, Problem } from '../shared/signup.ts';

/**
 * The results of the widget's requests to the proxy. No function here throws; every failure is one of these
 * results.
 */
export type Loaded =
  { readonly is: 'loaded'; readonly definition: FormDefinition } | { readonly is: 'unavailable' };

export type Challenged = { readonly is: 'challenged'; readonly challenge: Challenge } | Refused;

export type Submitted = { readonly is: 'accepted' } | Refused;

export type Sent = Submitted | Impossible;

/** No proof of work can be made on this page. Submitting as a plain form still works. */
export interface Impossible {
  readonly is: 'impossible';
}

export interface Refused {
  readonly is: 'refused';
  readonly problem: VisitorProblem;
}

/** The part of a problem that matters to a visitor. */
export interface VisitorProblem {
  readonly code: VisibleProblem;
  readonly issues: Readonly<Record<string, IssueCode>>;
}

/**
 * Long enough for a phone on a slow connection, short enough that a visitor does not wait on an unresponsive
 * button.
 */
const timeoutMs = 15_000;

/**
 * Loads the form definition at `src`, in the language that `src` names, else in `lang`, else in the
 * visitor's. An abort through `abort` counts as unavailable.
 */
export async function loadDefinition(
  src: string,
  lang: string | undefined,
  abort: AbortController,
): Promise<Loaded> {
  try {
    const url = new URL(src, document.baseURI);
    if (lang && !url.searchParams.has('lang')) url.searchParams.set('lang', lang);
    const response = await send(url.href, {}, abort);
    if (!response.ok) return { is: 'unavailable' };
    return { is: 'loaded', definition: (await response.json()) as FormDefinition };
  } catch {
    // Offline, blocked, an origin that is not allowed, or not our server: the visitor's options are the same
    // for each.
    return { is: 'unavailable' };
  }
}

/**
 * Requests the challenge that a sign-up at `src` has to solve. `since` is that of the challenge before, if
 * there was one.
 */
export async function getChallenge(
  src: string,
  since: string | undefined,
  abort: AbortController,
): Promise<Challenged> {
  try {
    const query = since ? `?since=${encodeURIComponent(since)}` : '';
    const response = await send(below(src, `challenge${query}`), {}, abort);
    if (!response.ok) return await readRefusal(response);
    return { is: 'challenged', challenge: (await response.json()) as Challenge };
  } catch {
    return unreachable;
  }
}

/**
 * Sends a sign-up as a plain form would, so that no preflight is needed, and asks for JSON. The request
 * continues if the visitor leaves the page meanwhile.
 */
export async function submit(src: string, fields: Readonly<Record<string, string>>): Promise<Submitted> {
  try {
    const response = await send(src, { method: 'POST', body: new URLSearchParams(fields), keepalive: true });
    return response.ok ? { is: 'accepted' } : await readRefusal(response);
  } catch {
    return unreachable;
  }
}

/**
 * A URL at the proxy, relative to the form's. `src` may itself be relative, and may end with a slash or a
 * query.
 */
export function below(src: string, path: string): string {
  const url = new URL(src, document.baseURI);
  url.pathname = url.pathname.replace(/\/*$/, '/');
  return new URL(path, url).href;
}

/**
 * Imports a part of the script that not every visitor needs, from the proxy of `src`. Rejects if the part is
 * blocked or missing.
 */
export function loadPart<T>(src: string, name: string): Promise<T> {
  return import(/* @vite-ignore */ below(src, `../../${name}.js`)) as Promise<T>;
}

/** Offline, blocked, too slow, or an answer that is not ours. */
export const unreachable: Refused = { is: 'refused', problem: { code: 'unreachable', issues: {} } };

async function readRefusal(response: Response): Promise<Refused> {
  const { code = 'internal', issues = {} } = (await response.json()) as Partial<Problem>;
  return { is: 'refused', problem: { code, issues } };
}

/**
 * Fetches with a time limit that covers the time until the response's headers arrive. (`AbortSignal.any` and
 * `.timeout` are too recent for the supported browsers.)
 */
async function send(src: string, init: RequestInit, abort = new AbortController()): Promise<Response> {
  const timer = setTimeout(() => {
    abort.abort();
  }, timeoutMs);
  try {
    return await fetch(src, {
      ...init,
      headers: { accept: 'application/json' },
      credentials: 'omit',
      signal: abort.signal,
    });
  } finally {
    clearTimeout(timer);
  }
}
