import { isItem, readNumber, type Item } from './values.ts';

/**
 * rasa.io's envelope, read tolerantly. Its documentation and its live answers differ, so a value is looked
 * for in every place where one of its known clients looks for it, and values of the wrong type count as
 * absent. Nothing here copies an item: an attribute may have any name, `__proto__` included.
 */

const nothing: Item = {};

/**
 * Whether a body has the shape of rasa.io's own answers, errors included (section "Response envelope" of its
 * API). Gateways in front of it, and pages during maintenance, answer with other shapes: their words say
 * nothing about a contact or a key.
 */
export function isOwnAnswer(body: unknown): body is Item {
  if (!isItem(body)) return false;
  const { metadata, results, code, status_code: statusCode } = body;
  const isNumber = (value: unknown) => value === undefined || typeof value === 'number';
  if (!isNumber(code) || !isNumber(statusCode)) return false;
  if (metadata !== undefined && !isItem(metadata)) return false;
  if (results !== undefined && !Array.isArray(results)) return false;
  return (
    (isItem(metadata) && metadata['errors'] !== undefined) ||
    (results !== undefined && (metadata ?? code ?? statusCode) !== undefined)
  );
}

/** The entries of `results`, unwrapped from `data` if they are wrapped; what is no object counts as empty. */
export function readResults(body: unknown): readonly Item[] {
  return unwrapped(isItem(body) ? body['results'] : undefined);
}

/**
 * The same for version 2, of which nobody has published an answer: also a bare list, a list in `data` or
 * `items`, and one object alone.
 */
export function readResultsOfV2(body: unknown): readonly Item[] {
  if (Array.isArray(body)) return unwrapped(body);
  if (!isItem(body)) return [];
  const list = ['results', 'data', 'items'].map((name) => body[name]).find((value) => Array.isArray(value));
  if (list !== undefined) return unwrapped(list);
  return [body['data'], body].filter(isItem).slice(0, 1);
}

function unwrapped(list: unknown): readonly Item[] {
  return Array.isArray(list) ? list.map((entry: unknown) => (isItem(entry) ? unwrap(entry) : nothing)) : [];
}

/** What may stand beside the `data` of a wrapped item. A flat item can have an attribute named `data`. */
const besideData = ['data', 'links', 'meta', 'type', 'id'];

function unwrap(entry: Item): Item {
  const data = entry['data'];
  return isItem(data) && Object.keys(entry).every((name) => besideData.includes(name)) ? data : entry;
}

/** What the envelope says about a page of results. */
export interface PageInfo {
  /** Present even past the end, by reports of rasa.io's clients. */
  readonly nextLink: string | undefined;
  /** Of all pages; rasa.io may cap it, or leave it out. */
  readonly total: number | undefined;
}

export function readPageInfo(body: unknown): PageInfo {
  const metadata = metadataOf(body);
  const link = metadata['next_link'];
  return {
    nextLink: typeof link === 'string' && link !== '' ? link : undefined,
    total: readNumber(metadata['total_query_count']),
  };
}

/**
 * Reads the token from the answer to a mint. It is documented at `results[0]["rasa-token"]`; other clients
 * also accept the other names. `undefined` if there is none.
 */
export function readToken(body: unknown): string | undefined {
  return tokenPlaces(body)
    .flatMap((place) => ['rasa-token', 'token', 'jwt', 'access_token'].map((name) => place[name]))
    .find((value): value is string => typeof value === 'string' && value !== '');
}

/**
 * When a token expires, from its JWT `exp` claim (RFC 7519 4.1.4), in ms since 1970; `undefined` if it has
 * none.
 */
export function readExpiry(token: string): number | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    const exp = isItem(claims) ? claims['exp'] : undefined;
    return typeof exp === 'number' && exp > 0 ? exp * 1000 : undefined;
  } catch {
    // Not a JWT: the caller assumes a lifetime instead.
    return undefined;
  }
}

/**
 * A token's lifetime in ms, if the answer to the mint states it as OAuth 2.0 does (`expires_in`, RFC 6749
 * 5.1).
 */
export function readLifetimeMs(body: unknown): number | undefined {
  const seconds = tokenPlaces(body)
    .map((place) => place['expires_in'])
    .find((value) => typeof value === 'number' && value > 0);
  return typeof seconds === 'number' ? seconds * 1000 : undefined;
}

function tokenPlaces(body: unknown): readonly Item[] {
  return [...readResults(body).slice(0, 1), ...(isItem(body) ? [body] : [])];
}

/**
 * Whether rasa.io took a person: its entry then has an id. The status word beside the id is not documented
 * well enough to rely on.
 */
export function hasId(entry: Item | undefined): boolean {
  const id = entry?.['id'];
  return (typeof id === 'string' && id !== '') || typeof id === 'number';
}

/** Whether an answer of an API without documented answers says that it took a person. */
export function isTaken(status: number, body: unknown): boolean {
  if (status !== 200) return status > 200 && status < 300;
  return isOwnAnswer(body) || (isItem(body) && (hasId(body) || hasId({ id: body['contact_id'] })));
}

/**
 * rasa.io's error text, from an entry or from the envelope, at most 500 characters. It may quote an address:
 * never log it.
 */
export function readErrorText(body: unknown, entry?: Item): string | undefined {
  const own = ['error', 'errors', 'message', 'status_message'].map((name) => entry?.[name]);
  return [...own, metadataOf(body)['errors']]
    .map(textOf)
    .find((text) => text !== '')
    ?.slice(0, 500);
}

/** Errors are typed as text, and may be a list of texts, or of objects that have one. */
function textOf(errors: unknown): string {
  if (typeof errors === 'string') return errors;
  if (Array.isArray(errors)) {
    return errors
      .map(textOf)
      .filter((text) => text !== '')
      .join('; ');
  }
  if (!isItem(errors)) return '';
  const text = errors['message'] ?? errors['error'];
  return typeof text === 'string' ? text : '';
}

function metadataOf(body: unknown): Item {
  const metadata = isItem(body) ? body['metadata'] : undefined;
  return isItem(metadata) ? metadata : nothing;
}
