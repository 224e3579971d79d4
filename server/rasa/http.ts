/**
 * One call to rasa.io, limited in time and size. Answers and failures are returned as values: a call never
 * throws and never follows a redirect.
 */
export interface RasaHttp {
  call(request: RasaRequest): Promise<RasaAnswer>;
}

export interface RasaRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** The path below the base URL, including the API version: `/v1/persons`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  /** Aborts the call, which then counts as a fault. */
  readonly stop: AbortSignal;
}

export type RasaAnswer =
  | {
      readonly is: 'answer';
      readonly status: number;
      /** `undefined` if the body was empty or not JSON: gateway errors have bodies in other formats. */
      readonly body: unknown;
      readonly retryAfterMs?: number;
    }
  /** No answer: a network failure, the time limit, a body over 1 MiB, or `stop`. */
  | { readonly is: 'fault'; readonly reason: string; readonly cause: unknown };

export interface RasaHttpOptions {
  readonly baseUrl: string;
  readonly fetch?: typeof fetch;
  readonly now?: () => number;
  /**
   * Time limit of one call, in ms; 10,000 by default. rasa.io's own client waits 28 s for reads. No visitor
   * waits for this call, but only one is in flight at a time.
   */
  readonly timeoutMs?: number;
}

const maxBodyBytes = 1024 * 1024;
const maxRetryAfterMs = 3_600_000;

export function createRasaHttp({
  baseUrl,
  fetch: send = fetch,
  now = Date.now,
  timeoutMs = 10_000,
}: RasaHttpOptions): RasaHttp {
  const base = baseUrl.replace(/\/+$/, '');

  return {
    async call({ method, path, headers, json, stop }) {
      const timeout = AbortSignal.timeout(timeoutMs);
      try {
        const response = await send(base + path, {
          method,
          headers: {
            accept: 'application/json',
            ...(json !== undefined && { 'content-type': 'application/json' }),
            ...headers,
          },
          ...(json !== undefined && { body: JSON.stringify(json) }),
          // Following a redirect would send the credentials to another address.
          redirect: 'manual',
          signal: AbortSignal.any([timeout, stop]),
        });
        const body = parseJson(await readBounded(response));
        const retryAfterMs = readRetryAfter(response.headers.get('retry-after'), now());
        return {
          is: 'answer',
          status: response.status,
          body,
          ...(retryAfterMs !== undefined && { retryAfterMs }),
        };
      } catch (cause) {
        const reason = timeout.aborted ? `no answer within ${timeoutMs} ms` : 'the connection failed';
        return { is: 'fault', reason, cause };
      }
    },
  };
}

async function readBounded(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let bytes = 0;
  let text = '';
  const chunks: AsyncIterable<Uint8Array> | readonly Uint8Array[] = response.body ?? [];
  for await (const chunk of chunks) {
    bytes += chunk.byteLength;
    if (bytes > maxBodyBytes) throw new Error(`the answer is longer than ${maxBodyBytes} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Whether that is a fault depends on the status, which the caller knows.
    return undefined;
  }
}

/** Reads Retry-After: seconds or an HTTP date (RFC 9110 10.2.3), as ms from now, at most one hour. */
function readRetryAfter(value: string | null, nowMs: number): number | undefined {
  if (value === null) return undefined;
  const ms = /^\d+$/.test(value.trim()) ? Number(value) * 1000 : Date.parse(value) - nowMs;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), maxRetryAfterMs);
}
