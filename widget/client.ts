import type { FormDefinition, VisibleProblem } from '../shared/form.ts';
import type { Challenge, IssueCode, Pending, Problem } from '../shared/signup.ts';

/**
 * The results of the widget's requests to the proxy. No function here throws; every failure is one of these
 * results.
 */
export type Challenged = { readonly is: 'challenged'; readonly challenge: Challenge } | Refused;

export type Submitted = { readonly is: 'accepted'; readonly waiting: Partial<Pending> } | Refused;

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
 * visitor's. `undefined` if it is unavailable.
 */
export async function loadDefinition(src: string, lang?: string): Promise<FormDefinition | undefined> {
  try {
    const url = fresh(lang ? inLanguage(src, lang).href : src);
    const { status, text } = await send(url.href);
    const definition = JSON.parse(text, bare) as Partial<FormDefinition>;
    // A page of another server, or of a service worker, can have the status 200 too.
    if (status === 200 && definition.fields) return definition as FormDefinition;
  } catch {
    // Offline, blocked, an origin that is not allowed, or not our server: the visitor's options are the same
    // for each.
  }
  return undefined;
}

/** Each object without a prototype: a page may have given all others more properties. */
function bare(_key: string, value: unknown): unknown {
  return value?.constructor === Object ? { __proto__: null, ...value } : value;
}

/** The URL for an answer in `lang`, unless it names another language already. */
export function inLanguage(src: string, lang: string): URL {
  const url = new webkitURL(src, document.baseURI);
  if (!url.searchParams.has('lang')) url.searchParams.set('lang', lang);
  return url;
}

/**
 * Requests the challenge that a sign-up at `src` has to solve. `since` is that of the challenge before, if
 * there was one.
 */
export async function getChallenge(src: string, since: string | undefined): Promise<Challenged> {
  try {
    const url = fresh(below(src, 'challenge'));
    if (since) url.searchParams.set('since', since);
    const answer = await send(url.href);
    const challenge = read(answer.text) as Partial<Challenge>;
    return challenge.parameters
      ? { is: 'challenged', challenge: challenge as Challenge }
      : readRefusal(answer);
  } catch {
    return unreachable;
  }
}

/**
 * Sends a sign-up as a plain form would, so that no preflight is needed, and asks for JSON. The request
 * continues if the visitor leaves the page meanwhile. Only the proxy's own answer counts as accepted: a
 * service worker or a maintenance page can answer with a success too.
 */
export async function submit(src: string, fields: Readonly<Record<string, string>>): Promise<Submitted> {
  try {
    const answer = await send(src, { method: 'POST', body: new URLSearchParams(fields), keepalive: true });
    const waiting = read(answer.text) as Partial<Pending>;
    return answer.status === 202 && waiting.status === 'accepted'
      ? { is: 'accepted', waiting }
      : readRefusal(answer);
  } catch {
    return unreachable;
  }
}

/**
 * A URL at the proxy, relative to the form's. `src` may itself be relative, and may end with a slash or a
 * query. The alias of the standard, because pages have variables of their own that are called `URL`.
 */
export function below(src: string, path: string): string {
  const url = new webkitURL(src, document.baseURI);
  url.pathname = url.pathname.replace(/\/*$/, '/');
  return new webkitURL(path, url).href;
}

/**
 * Imports a part of the script that not every visitor needs, from the proxy of `src`. Rejects if the part is
 * blocked or missing, or does not arrive in time.
 */
export async function loadPart<T>(src: string, name: string): Promise<T> {
  const url = below(src, `../../${name}.js`);
  try {
    return await inTime(import(/* @vite-ignore */ url + (again[url] ?? '')) as Promise<T>);
  } catch (error) {
    again[url] = `${again[url] ?? '?'}1`;
    throw error;
  }
}

/** Queries for parts that have failed: browsers do not load a module again that they could not load. */
const again: Record<string, string> = {};

/** Shows what is wrong with a form, or with a script tag, if it or the URL of the page asks for that. */
export async function explain(element: HTMLElement, src: string): Promise<void> {
  if (!element.hasAttribute('debug') && !/[?&]debug\b/.test(location.search)) return;
  try {
    const { showDebug } = await loadPart<{ showDebug: (element: HTMLElement) => void }>(src, 'debug');
    showDebug(element);
  } catch {
    element.dataset['debug'] = 'blocked';
  }
}

/** Offline, blocked, too slow, or an answer that is not ours. */
export const unreachable: Refused = { is: 'refused', problem: { code: 'unreachable', issues: {} } };

/**
 * The URL with a parameter that no request had before. The service worker of a page may answer from its
 * cache, whatever the headers say.
 */
function fresh(src: string): URL {
  const url = new webkitURL(src, document.baseURI);
  url.searchParams.set('fresh', String(Date.now() + Math.random()));
  return url;
}

/** An object without a prototype: a page may have given all others more properties. */
function read(text: string): unknown {
  return { __proto__: null, ...(JSON.parse(text) as object) };
}

function readRefusal({ text }: Answer): Refused {
  const { code, issues = {} } = read(text) as Partial<Problem>;
  return code ? { is: 'refused', problem: { code, issues } } : unreachable;
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

function send(src: string, init?: RequestInit): Promise<Answer> {
  return inTime(
    fetch(src, {
      __proto__: null,
      ...init,
      headers: { accept: 'application/json' },
      credentials: 'omit',
      cache: 'no-store',
    } as RequestInit).then(async (response) => ({ status: response.status, text: await response.text() })),
  );
}

/**
 * Rejects if the work takes longer than the time limit. It goes on then, and nothing waits for it:
 * `AbortController` is one more built-in that a page may have replaced.
 */
function inTime<T>(work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    work.then(resolve, reject);
    setTimeout(reject, timeoutMs);
  });
}
