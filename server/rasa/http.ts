import { withAnySignal } from '../system/any-signal.ts';
import { createOutgoing, type Outgoing } from '../system/network/outgoing.ts';
import { readRetryAfter } from '../system/network/retry-after.ts';
import type { Gate } from './gate.ts';

/**
 * One call to rasa.io, limited in time and size. Answers and failures are returned as values: a call never
 * throws and never follows a redirect.
 */
export interface RasaHttp {
  call(request: RasaRequest): Promise<RasaAnswer>;
}

export interface RasaRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** The path below the base URL, including the API version and a query: `/v1/persons?limit=50`. */
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
      /** The body if it was not JSON. */
      readonly text?: string;
      /** How long rasa.io asks to wait, where it does. */
      readonly retryAfterMs?: number;
    }
  /** No answer: a network failure, the time limit, a body that is too long, `stop`. `reason` says which. */
  | { readonly is: 'fault'; readonly reason: string; readonly isTooLong?: boolean; readonly cause: unknown };

export interface RasaHttpOptions {
  readonly baseUrl: string;
  /** The way out, by a proxy if one is set. */
  readonly outgoing?: Outgoing;
  readonly fetch?: typeof fetch;
  readonly now?: () => number;
  readonly timeouts?: RasaTimeouts;
}

/**
 * Time limits of one call, in ms. rasa.io's own clients wait 28 s for reads and up to 300 s for writes. No
 * visitor waits for a call, but only one is in flight at a time.
 */
export interface RasaTimeouts {
  readonly readMs: number;
  readonly writeMs: number;
}

export const defaultTimeouts: RasaTimeouts = { readMs: 28_000, writeMs: 30_000 };

/** Pages of 5,000 persons are in use, which are some 4 MB; no other answer is long. */
const maxBodyBytes = 1024 * 1024;
const maxReadBytes = 32 * 1024 * 1024;

export function createRasaHttp({
  baseUrl,
  outgoing = createOutgoing(),
  fetch: send = outgoing.fetch,
  now = Date.now,
  timeouts = defaultTimeouts,
}: RasaHttpOptions): RasaHttp {
  const base = baseUrl.replace(/\/+$/, '');

  return {
    async call(request) {
      const timeoutMs = request.method === 'GET' ? timeouts.readMs : timeouts.writeMs;
      const timeout = AbortSignal.timeout(timeoutMs);
      try {
        return await withAnySignal([timeout, request.stop], (either) => call(request, either));
      } catch (cause) {
        const reason = reasonOf(cause, timeout.aborted ? timeoutMs : undefined);
        return { is: 'fault', reason, ...(cause instanceof TooLong && { isTooLong: true }), cause };
      }
    },
  };

  function reasonOf(cause: unknown, overMs: number | undefined): string {
    if (overMs !== undefined) return `no answer within ${overMs} ms`;
    if (cause instanceof TooLong) return cause.message;
    return outgoing.faultOf(cause, base).reason;
  }

  async function call(
    { method, path, headers, json }: RasaRequest,
    signal: AbortSignal,
  ): Promise<RasaAnswer> {
    const response = await send(base + path, {
      method,
      headers: {
        accept: 'application/json, */*;q=0.1',
        ...(json !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(json !== undefined && { body: JSON.stringify(json) }),
      // A redirect would carry the credentials to wherever it points.
      redirect: 'manual',
      signal,
    });
    const text = await readBounded(response, method === 'GET' ? maxReadBytes : maxBodyBytes);
    const body = parseJson(text);
    const retryAfterMs = readRetryAfter(response.headers.get('retry-after'), now());
    return {
      is: 'answer',
      status: response.status,
      body,
      ...(body === undefined && { text }),
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    };
  }
}

/** A call that was not stopped: how long it took, and the status of its answer; `undefined` without one. */
export type NoteCall = (call: { readonly ms: number; readonly status: number | undefined }) => void;

/** Every call is noted when it is over. */
export function withNotes(http: RasaHttp, note: NoteCall): RasaHttp {
  return {
    async call(request) {
      const startMs = performance.now();
      const answer = await http.call(request);
      const status = answer.is === 'answer' ? answer.status : undefined;
      if (!request.stop.aborted) note({ ms: performance.now() - startMs, status });
      return answer;
    },
  };
}

/** Every call waits for its turn at this gate, before its time limit begins. */
export function withGate(http: RasaHttp, gate: Gate): RasaHttp {
  return {
    async call(request) {
      try {
        return await gate.turn((stop) => http.call({ ...request, stop }), {
          stop: request.stop,
          pauseAfter: (answer) => (answer.is === 'answer' ? answer.retryAfterMs : undefined),
        });
      } catch (cause) {
        if (!request.stop.aborted) throw cause;
        return { is: 'fault', reason: 'it was stopped before its turn', cause };
      }
    },
  };
}

class TooLong extends Error {
  constructor(maxBytes: number) {
    super(`the answer is longer than ${maxBytes} bytes`);
  }
}

async function readBounded(response: Response, maxBytes: number): Promise<string> {
  const decoder = new TextDecoder();
  let bytes = 0;
  let text = '';
  const chunks: AsyncIterable<Uint8Array> | readonly Uint8Array[] = response.body ?? [];
  for await (const chunk of chunks) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw new TooLong(maxBytes);
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
