import { decoded } from '../system/urls.ts';
import { withAnySignal } from '../system/any-signal.ts';
import type { NetworkFault } from '../system/network/network-fault.ts';
import { createOutgoing, type Outgoing } from '../system/network/outgoing.ts';

/**
 * Requests, limited in time and size, to URLs that the operator names: their pages, their proxy, rasa.io.
 * Redirects are followed and reported. Network failures are results, not exceptions.
 */
export interface Web {
  get(address: string, headers?: Readonly<Record<string, string>>): Promise<Visit>;
}

export type Visit =
  Visited | { readonly is: 'fault'; readonly reason: string; readonly fault?: NetworkFault['is'] };

export interface Visited {
  readonly is: 'answer';
  /** The final URL, after redirects. */
  readonly url: URL;
  /** The URLs of the redirects, including the final one; empty without a redirect. */
  readonly redirects: readonly string[];
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
  /** The body was longer than the limit and was cut. */
  readonly isCut: boolean;
  /** For the last request: when it was sent, and the time until its headers arrived. */
  readonly sentMs: number;
  readonly tookMs: number;
}

export interface WebOptions {
  /** The way out, by a proxy if one is set. */
  readonly outgoing?: Outgoing;
  readonly fetch?: typeof fetch | undefined;
  readonly now?: (() => number) | undefined;
  readonly stop?: AbortSignal;
  /** For the whole visit, including redirects. */
  readonly timeoutMs?: number;
  readonly maxBytes?: number;
}

const mostRedirects = 10;

export function createWeb({
  outgoing = createOutgoing(),
  fetch: send = outgoing.fetch,
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
        if (timeout.aborted) return { is: 'fault', reason: `no answer within ${timeoutMs} ms` };
        const { is, reason } = outgoing.faultOf(error, address);
        return { is: 'fault', reason, fault: is };
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
      // Leaving the loop closes the connection.
      if (bytes > maxBytes) break;
    }
    return { body: Buffer.concat(chunks).subarray(0, maxBytes), isCut: bytes > maxBytes };
  }
}

/**
 * The URL without user name and password. Sites that are not public yet may require a password; it is sent to
 * them but appears nowhere else.
 */
export function withoutUser(address: string): URL {
  return Object.assign(new URL(address), { username: '', password: '' });
}

function basic(username: string, password: string): string {
  const text = `${decoded(username)}:${decoded(password)}`;
  return `Basic ${Buffer.from(text).toString('base64')}`;
}

/** The body parsed as JSON; `undefined` if it is not JSON. */
export function jsonOf({ body }: Visited): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    // The expected content is missing, and the caller reports it.
    return undefined;
  }
}
