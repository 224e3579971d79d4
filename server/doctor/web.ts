import { withAnySignal } from '../system/any-signal.ts';

/**
 * Bounded visits to addresses that the operator names: their own pages, their own proxy, rasa.io. Redirects are
 * followed and named; nothing here throws for the network's sake.
 */
export interface Web {
  get(address: string, headers?: Readonly<Record<string, string>>): Promise<Visit>;
}

export type Visit = Visited | { readonly is: 'fault'; readonly reason: string };

export interface Visited {
  readonly is: 'answer';
  /** The last one, after redirects. */
  readonly url: URL;
  /** Where it led on the way, the last one included; empty without a redirect. */
  readonly redirects: readonly string[];
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
  /** There was more than is read. */
  readonly isCut: boolean;
  /** Of the last request, from sending it to its headers. */
  readonly sentMs: number;
  readonly tookMs: number;
}

export interface WebOptions {
  readonly fetch?: typeof fetch | undefined;
  readonly now?: (() => number) | undefined;
  readonly stop?: AbortSignal;
  /** For all of it, redirects included. */
  readonly timeoutMs?: number;
  readonly maxBytes?: number;
}

const mostRedirects = 10;

export function createWeb({
  fetch: send = fetch,
  now = Date.now,
  stop = new AbortController().signal,
  timeoutMs = 10_000,
  maxBytes = 2 * 1024 * 1024,
}: WebOptions = {}): Web {
  return {
    async get(address, headers = {}) {
      const timeout = AbortSignal.timeout(timeoutMs);
      try {
        return await withAnySignal([timeout, stop], (either) => follow(address, headers, either));
      } catch (error) {
        return {
          is: 'fault',
          reason: timeout.aborted ? `no answer within ${timeoutMs} ms` : reasonOf(error),
        };
      }
    },
  };

  async function follow(
    address: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<Visit> {
    const redirects: string[] = [];
    const { username, password, origin } = new URL(address);
    const own = username === '' ? {} : { authorization: basic(username, password) };
    let url = withoutUser(address);
    for (;;) {
      const sentMs = now();
      const response = await send(url, {
        headers: { 'user-agent': 'rasa-signup doctor', ...headers, ...(url.origin === origin && own) },
        redirect: 'manual',
        signal,
      });
      const tookMs = now() - sentMs;
      const location = response.headers.get('location');
      if (response.status < 300 || response.status > 399 || location === null) {
        const read = await readBounded(response);
        const { status } = response;
        return { is: 'answer', url, redirects, status, headers: response.headers, ...read, sentMs, tookMs };
      }
      await response.body?.cancel();
      if (redirects.length === mostRedirects) return { is: 'fault', reason: 'it redirects without end' };
      url = withoutUser(new URL(location, url).href);
      redirects.push(url.href);
    }
  }

  async function readBounded(response: Response): Promise<{ body: Buffer; isCut: boolean }> {
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    const body: AsyncIterable<Uint8Array> | readonly Uint8Array[] = response.body ?? [];
    for await (const chunk of body) {
      chunks.push(chunk);
      bytes += chunk.byteLength;
      // Leaving the loop ends the connection.
      if (bytes > maxBytes) break;
    }
    return { body: Buffer.concat(chunks).subarray(0, maxBytes), isCut: bytes > maxBytes };
  }
}

/** Sites that are not public yet may ask for a password; it is sent to them and stands nowhere else. */
export function withoutUser(address: string): URL {
  return Object.assign(new URL(address), { username: '', password: '' });
}

function basic(username: string, password: string): string {
  const text = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${Buffer.from(text).toString('base64')}`;
}

/** `undefined` where the body is no JSON. */
export function jsonOf({ body }: Visited): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    // What was wanted of it is not there, and the caller says so.
    return undefined;
  }
}

/** `fetch` says that it failed; why stands in its cause, or in one of several where a name has several addresses. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const [first = cause] = cause instanceof AggregateError ? (cause.errors as unknown[]) : [];
  return first instanceof Error ? first.message : String(first);
}
