import { z } from 'zod';

/**
 * rasa.io's envelope, read tolerantly. Its documentation and its live answers differ, so a value is looked
 * for in every place where one of its known clients looks for it, and values of the wrong type count as
 * absent.
 */
const item = z.looseObject({}).catch({});
const envelope = z
  .looseObject({
    results: z.array(item).catch([]),
    metadata: z
      .looseObject({ errors: z.union([z.string(), z.array(z.unknown())]) })
      .optional()
      .catch(undefined),
  })
  .catch({ results: [], metadata: undefined });

const ownAnswer = z.looseObject({
  code: z.number().optional(),
  status_code: z.number().optional(),
  metadata: z.looseObject({ errors: z.unknown() }).partial().optional(),
  results: z.array(z.unknown()).optional(),
});

type Item = Readonly<Record<string, unknown>>;

/**
 * Whether a body has the shape of rasa.io's own answers, errors included (section "Response envelope" of its
 * API). Gateways in front of it, and pages during maintenance, answer with other shapes: their words say
 * nothing about a contact or a key.
 */
export function isOwnAnswer(body: unknown): boolean {
  const { success, data } = ownAnswer.safeParse(body);
  if (!success) return false;
  const { metadata, code, status_code: statusCode, results } = data;
  return (
    metadata?.errors !== undefined ||
    (results !== undefined && (metadata ?? code ?? statusCode) !== undefined)
  );
}

/** The entries of `results`, unwrapped from `data` if they are wrapped. */
export function readResults(body: unknown): readonly Item[] {
  return envelope.parse(body).results.map(unwrap);
}

/**
 * Reads the token from the answer to a mint. It is documented at `results[0]["rasa-token"]`; other clients
 * also accept the other names. `undefined` if there is none.
 */
export function readToken(body: unknown): string | undefined {
  const places = [...readResults(body).slice(0, 1), item.parse(body)];
  return places
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
    return z.object({ exp: z.number().positive() }).parse(claims).exp * 1000;
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
  const places = [...readResults(body).slice(0, 1), item.parse(body)];
  const seconds = places
    .map((place) => place['expires_in'])
    .find((value) => typeof value === 'number' && value > 0);
  return typeof seconds === 'number' ? seconds * 1000 : undefined;
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
  const { success, data } = item.safeParse(body);
  return isOwnAnswer(body) || (success && (hasId(data) || hasId({ id: data['contact_id'] })));
}

/**
 * rasa.io's error text, from an entry or from the envelope, at most 500 characters. It may quote an address:
 * never log it.
 */
export function readErrorText(body: unknown, entry?: Item): string | undefined {
  const own = ['error', 'errors', 'message', 'status_message'].map((name) => entry?.[name]);
  return [...own, envelope.parse(body).metadata?.errors]
    .map((value) =>
      Array.isArray(value) ? value.filter((part) => typeof part === 'string').join('; ') : value,
    )
    .find((value): value is string => typeof value === 'string' && value !== '')
    ?.slice(0, 500);
}

function unwrap(entry: Item): Item {
  const data = entry['data'];
  return typeof data === 'object' && data !== null && !Array.isArray(data) ? (data as Item) : entry;
}
