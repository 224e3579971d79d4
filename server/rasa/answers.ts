import { z } from 'zod';

/**
 * rasa.io's envelope, read tolerantly: its documentation and its live answers differ, so every place where one of
 * its known clients looks for a value is looked at, and whatever does not fit reads as absent.
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

type Item = Readonly<Record<string, unknown>>;

/** The entries of `results`, each taken out of its `data` where it is wrapped in one. */
export function readResults(body: unknown): readonly Item[] {
  return envelope.parse(body).results.map(unwrap);
}

/** The token of a mint: documented at `results[0]["rasa-token"]`; other clients also look for the other names. */
export function readToken(body: unknown): string | undefined {
  const places = [...readResults(body).slice(0, 1), item.parse(body)];
  return places
    .flatMap((place) => ['rasa-token', 'token', 'jwt', 'access_token'].map((name) => place[name]))
    .find((value): value is string => typeof value === 'string' && value !== '');
}

/** When a token expires, from its JWT `exp` claim (RFC 7519 4.1.4), in ms since 1970; `undefined` where it has none. */
export function readExpiry(token: string): number | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    return z.object({ exp: z.number().positive() }).parse(claims).exp * 1000;
  } catch {
    // Not a JWT after all: the caller has a lifetime for that.
    return undefined;
  }
}

/** How long a token lives, where the answer to the mint says so as OAuth 2.0 does (RFC 6749 5.1), in ms. */
export function readLifetimeMs(body: unknown): number | undefined {
  const places = [...readResults(body).slice(0, 1), item.parse(body)];
  const seconds = places
    .map((place) => place['expires_in'])
    .find((value) => typeof value === 'number' && value > 0);
  return typeof seconds === 'number' ? seconds * 1000 : undefined;
}

/** A person was taken when its entry has an id; the status word beside it is not documented well enough to use. */
export function hasId(entry: Item | undefined): boolean {
  const id = entry?.['id'];
  return (typeof id === 'string' && id !== '') || typeof id === 'number';
}

/** rasa.io's words for a failure, from an entry or from the envelope. They may quote an address: never log them. */
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
