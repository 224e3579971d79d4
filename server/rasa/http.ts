import { withAnySignal } from '../system/any-signal.ts';
import { readRetryAfter } from './retry-after.ts';

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
      /** How long rasa.io asks to wait, where it does. */
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

export function createRasaHttp({
  baseUrl,
  fetch: send = fetch,
  now = Date.now,
  timeoutMs = 10_000,
}: RasaHttpOptions): RasaHttp {
  const base = baseUrl.replace(/\/+$/, '');

  return {
    async call(request) {
      const timeout = AbortSignal.timeout(timeoutMs);
      try {
        return await withAnySignal([timeout, request.stop], (either) => call(request, either));
      } catch (cause) {
        const reason = timeout.aborted ? `no answer within ${timeoutMs} ms` : 'the connection failed';
        return { is: 'fault', reason, cause };
      }
    },
  };

  async function call(
    { method, path, headers, json }: RasaRequest,
    signal: AbortSignal,
  ): Promise<RasaAnswer> {
    const response = await send(base + path, {
      method,
      headers: {
        accept: 'application/json',
        ...(json !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(json !== undefined && { body: JSON.stringify(json) }),
      // A redirect would carry the credentials to wherever it points.
      redirect: 'manual',
      signal,
    });
    const body = parseJson(await readBounded(response));
    const retryAfterMs = readRetryAfter(response.headers.get('retry-after'), now());
    return {
      is: 'answer',
      status: response.status,
      body,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    };
  }
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
