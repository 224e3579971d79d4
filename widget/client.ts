import type { FormDefinition, VisibleProblem } from '../shared/form.ts';
import type { Challenge, IssueCode, Problem } from '../shared/signup.ts';

/** The widget's side of the wire. Nothing here throws: whatever happens comes back as an outcome. */
export type Loaded =
  { readonly is: 'loaded'; readonly definition: FormDefinition } | { readonly is: 'unavailable' };

export type Challenged = { readonly is: 'challenged'; readonly challenge: Challenge } | Refused;

export type Submitted = { readonly is: 'accepted' } | Refused;

export type Sent = Submitted | Impossible;

/** Nobody can prove anything on this page; the plain form's way is still open. */
export interface Impossible {
  readonly is: 'impossible';
}

export interface Refused {
  readonly is: 'refused';
  readonly problem: VisitorProblem;
}

/** As much of a problem as a visitor can use. */
export interface VisitorProblem {
  readonly code: VisibleProblem;
  readonly issues: Readonly<Record<string, IssueCode>>;
}

/** Long enough for a phone on a bad line, short enough that nobody stares at a dead button for ever. */
const timeoutMs = 15_000;

/**
 * Gets the form that `src` names, in the language that `src` asks for, else in `lang`, else in the visitor's. Giving
 * up through `abort` counts as unavailable.
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
    // Offline, blocked, not on the list of origins, or not our server: the visitor can do the same about each.
    return { is: 'unavailable' };
  }
}

/** Gets the challenge that a sign-up at `src` has to answer. */
export async function getChallenge(src: string, abort: AbortController): Promise<Challenged> {
  try {
    const response = await send(below(src, 'challenge'), {}, abort);
    if (!response.ok) return await readRefusal(response);
    return { is: 'challenged', challenge: (await response.json()) as Challenge };
  } catch {
    return unreachable;
  }
}

/**
 * Sends a sign-up the way a plain form would (so that no preflight is needed), and asks for JSON. The request goes
 * on when the visitor leaves the page meanwhile.
 */
export async function submit(src: string, fields: Readonly<Record<string, string>>): Promise<Submitted> {
  try {
    const response = await send(src, { method: 'POST', body: new URLSearchParams(fields), keepalive: true });
    return response.ok ? { is: 'accepted' } : await readRefusal(response);
  } catch {
    return unreachable;
  }
}

/** An address at the proxy, relative to the form's: `src` may be relative itself, and end in a slash or a query. */
export function below(src: string, path: string): string {
  const url = new URL(src, document.baseURI);
  url.pathname = url.pathname.replace(/\/*$/, '/');
  return new URL(path, url).href;
}

/** A part of the script that not every visitor needs, from the proxy that `src` is at. Rejects where it is blocked, or gone. */
export function loadPart<T>(src: string, name: string): Promise<T> {
  return import(/* @vite-ignore */ below(src, `../../${name}.js`)) as Promise<T>;
}

/** Offline, blocked, too slow, or an answer that is not ours. */
export const unreachable: Refused = { is: 'refused', problem: { code: 'unreachable', issues: {} } };

async function readRefusal(response: Response): Promise<Refused> {
  const { code = 'internal', issues = {} } = (await response.json()) as Partial<Problem>;
  return { is: 'refused', problem: { code, issues } };
}

/** The time limit holds until the answer's head is there. (`AbortSignal.any` and `.timeout` are too young for it.) */
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
