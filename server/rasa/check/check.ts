import type { Answered, Calls } from '../calls.ts';
import { isRasaError, type RasaError } from '../errors.ts';
import { readPageInfo, readResults, readResultsOfV2 } from '../reading/answers.ts';
import { readId, type Item } from '../reading/values.ts';
import { documentedV1, documentedV2, type DocumentedRead, type Known } from './documented-reads.ts';
import { shapeOf, type Kind, type Shape } from './shape.ts';

/**
 * What an account answers to one documented read. Contains names, kinds of values and counts, and no value
 * that rasa.io sent: it can be given to others.
 */
export interface ReadReport {
  readonly route: string;
  /** Of rasa.io's last answer; `undefined` if none came, or the read was not tried. */
  readonly status: number | undefined;
  readonly ms: number | undefined;
  /** Why there is nothing to compare. */
  readonly problem?: string;
  readonly shape?: Shape;
  /** What differs from docs/rasa-api.md, one sentence each. */
  readonly differences: readonly string[];
  /** What was seen where nothing is documented. */
  readonly notes: readonly string[];
}

const wrongVerb: readonly number[] = [400, 404, 405, 415];

/**
 * Tries every documented read once, in their order, and yields what came. Reads only: POST is sent to
 * analytics and insights where GET does not work, as some clients do. Stops at refused credentials.
 */
export async function* checkAccount(
  calls: Calls,
  api: 'v1' | 'v2',
  signal?: AbortSignal,
): AsyncGenerator<ReadReport> {
  let known: Known = {};
  for (const read of api === 'v1' ? documentedV1 : documentedV2) {
    const path = read.path(known);
    if (path === undefined) {
      const problem = 'not tried: an earlier answer did not have what its path needs';
      yield { route: read.route, status: undefined, ms: undefined, problem, differences: [], notes: [] };
      continue;
    }
    const began = performance.now();
    const tried = await tryRead(calls, read, path, signal);
    const ms = Math.round(performance.now() - began);
    if (!isRasaError(tried)) known = learn(known, read, itemsIn(tried, api));
    yield { route: read.route, ms, ...reportOf(read, tried, api) };
    if (isRasaError(tried) && tried.code === 'credentials_refused') return;
  }
  if (api === 'v1') yield* checkLimits(calls, signal);
}

type Tried = (Answered & { readonly isPosted?: boolean }) | RasaError;

async function tryRead(
  calls: Calls,
  { isAlsoPosted }: DocumentedRead,
  path: string,
  signal: AbortSignal | undefined,
): Promise<Tried> {
  const got = await attempt(calls, { method: 'GET', path, signal });
  const isWrong = isRasaError(got) && 'status' in got && wrongVerb.includes(got.status);
  if (!isWrong || !isAlsoPosted) return got;
  const posted = await attempt(calls, { method: 'POST', path, json: {}, signal });
  return isRasaError(posted) ? got : { ...posted, isPosted: true };
}

async function attempt(calls: Calls, ask: Parameters<Calls['ask']>[0]): Promise<Answered | RasaError> {
  try {
    return await calls.ask({ ...ask, ...(ask.path.startsWith('/v2/') && { isSuccess: () => true }) });
  } catch (error) {
    if (isRasaError(error)) return error;
    throw error;
  }
}

function reportOf(
  { items, fields, hasAttributes = false }: DocumentedRead,
  tried: Tried,
  api: 'v1' | 'v2',
): Omit<ReadReport, 'route' | 'ms'> {
  if (isRasaError(tried)) {
    const status = 'status' in tried ? tried.status : undefined;
    // Not its text, which may quote something.
    const differences = [`${tried.message}; documented is an answer`];
    return { status, problem: tried.message, differences, notes: [] };
  }
  const shape = shapeOf(tried.body, { documented: fields, hasAttributes, api });
  // Attributes are the account's own.
  const hasOthers = shape.undocumented.length > 0 && !hasAttributes;
  const others = hasOthers ? [`also with ${shape.undocumented.join(', ')}`] : [];
  const differences = [
    ...(tried.isPosted ? ['it answers to POST, not to GET'] : []),
    ...(api === 'v1' && tried.status !== 200 ? [`it answers with ${tried.status}, not 200`] : []),
    ...(shape.items !== 'none' && shape.items !== items ? [`items are ${shape.items}, not ${items}`] : []),
    ...(shape.missing.length > 0 ? [`without ${shape.missing.join(', ')}`] : []),
    ...(api === 'v1' ? otherKinds(shape) : []),
    ...(fields.length > 0 ? others : []),
  ];
  return { status: tried.status, shape, differences, notes: fields.length > 0 ? [] : others };
}

/** Values of another kind than the one in which version 1 documents them. `null` is none. */
function otherKinds({ errors, kinds }: Shape): readonly string[] {
  const wrong = Object.entries(kinds).flatMap(([name, found]) => {
    const wanted = kindsOf(name);
    return found
      .filter((kind) => wanted.length > 0 && kind !== 'null' && !wanted.includes(kind))
      .map((kind) => `${name} is ${kind}, not ${wanted.join(' or ')}`);
  });
  const isText = errors === 'absent' || errors === 'text' || errors === 'null';
  return [...(isText ? [] : [`metadata.errors is ${errors}, not text`]), ...wrong];
}

/** Where the name says it; none for names of which sources differ. */
function kindsOf(name: string): readonly Kind[] {
  if (name.startsWith('is_')) return ['number', 'true or false'];
  if (/^(total|unique)_/.test(name)) return ['number'];
  return dates.test(name) ? ['YYYY-MM-DD HH:MM:SS'] : [];
}

const dates = /^(created|updated|last_open|last_click|archived_date)$/;

/** How pages end, and whether they are cut: sources differ. */
async function* checkLimits(calls: Calls, signal: AbortSignal | undefined): AsyncGenerator<ReadReport> {
  const pages = [
    ['GET /v1/persons?limit=1000', '/v1/persons?limit=1000'],
    ['GET /v1/persons, past the end', '/v1/persons?limit=50&skip=100000000'],
  ] as const;
  for (const [route, path] of pages) {
    const began = performance.now();
    const tried = await attempt(calls, { method: 'GET', path, signal });
    const ms = Math.round(performance.now() - began);
    if (isRasaError(tried)) {
      const status = 'status' in tried ? tried.status : undefined;
      yield { route, status, ms, problem: tried.message, differences: [tried.message], notes: [] };
      continue;
    }
    const { nextLink, total } = readPageInfo(tried.body);
    const count = readResults(tried.body).length;
    const words =
      `${count} came, the total is ${total ?? 'not said'}, ` +
      (nextLink === undefined ? 'there is no next_link' : 'next_link is there');
    yield { route, status: tried.status, ms, differences: [], notes: [words] };
  }
}

function itemsIn({ body }: Answered, api: 'v1' | 'v2'): readonly Item[] {
  return api === 'v1' ? readResults(body) : readResultsOfV2(body);
}

function learn(known: Known, { route }: DocumentedRead, [first = {}]: readonly Item[]): Known {
  const [id, identifier] = [readId(first['id']), readId(first['identifier'])];
  if (route === 'GET /v1/persons' && id !== undefined) return { ...known, personId: id };
  if (route !== 'GET /v1/communities' || identifier === undefined) return known;
  return { ...known, community: identifier };
}
