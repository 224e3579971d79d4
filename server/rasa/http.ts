import { withAnySignal } from '../system/any-signal.ts';
import { readRetryAfter } from './retry-after.ts';

/**
 * One bounded call to rasa.io. Its answer or its failure comes back as a value; nothing here throws, follows a
 * redirect, or reads more than it should.
 */
export interface RasaHttp {
  call(request: RasaRequest): Promise<RasaAnswer>;
}

export interface RasaRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Below the base URL, with its version: `/v1/persons`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  /** Abandons the call, which then counts as a fault. */
  readonly stop: AbortSignal;
}

export type RasaAnswer =
  | {
      readonly is: 'answer';
      readonly status: number;
      /** `undefined` where the body was empty or no JSON: gateway errors have bodies of their own. */
      readonly body: unknown;
      /** How long rasa.io asks to wait, where it does. */
      readonly retryAfterMs?: number;
    }
  /** No answer: the network, the time limit, an endless body, or `stop`. */
  | { readonly is: 'fault'; readonly reason: string; readonly cause: unknown };

export interface RasaHttpOptions {
  readonly baseUrl: string;
  readonly fetch?: typeof fetch;
  readonly now?: () => number;
  /** rasa.io's own client waits 28 s for reads; nobody waits for us, but one call is in flight at a time. */
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
    // Whether that matters depends on the status, which the caller knows.
    return undefined;
  }
}
