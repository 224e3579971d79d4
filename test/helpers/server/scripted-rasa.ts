import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import {
  createGate,
  createRasaClient,
  createRasaPublicClient,
  createRasaV2Client,
  type ConnectionOptions,
} from '../../../server/rasa/rasa.ts';
import { serve } from '../sites/serve.ts';

/** One request as it arrived. */
export interface Asked {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  /** `undefined` without a body. */
  readonly json: unknown;
}

export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text as it is, anything else as JSON; nothing is an empty body. */
  readonly body?: unknown;
  /** No answer: the connection is cut, or stays open without a word. */
  readonly instead?: 'cut' | 'silence';
}

export interface ScriptedRasa {
  readonly url: string;
  /** Everything but the requests for tokens. */
  readonly asked: Asked[];
  readonly tokens: Asked[];
}

/** Serves what the test writes, at the paths of rasa.io, and tokens. */
export async function scriptRasa(
  answer: (asked: Asked, earlier: number) => Reply,
  token: (asked: Asked) => Reply = mintedToken,
): Promise<ScriptedRasa> {
  const asked: Asked[] = [];
  const tokens: Asked[] = [];
  const url = await serve((request, response) => {
    void (async () => {
      const one = await readAsked(request);
      const isToken = /^\/v[12]\/tokens/.test(one.path);
      (isToken ? tokens : asked).push(one);
      send(response, isToken ? token(one) : answer(one, asked.length - 1));
    })();
  });
  return { url, asked, tokens };
}

async function readAsked(request: IncomingMessage): Promise<Asked> {
  const body = await text(request);
  const path = request.url ?? '';
  return {
    method: request.method ?? '',
    path,
    query: new URL(path, 'http://localhost').searchParams,
    headers: request.headers,
    json: body === '' ? undefined : (JSON.parse(body) as unknown),
  };
}

function send(response: ServerResponse, { status = 200, headers = {}, body, instead }: Reply): void {
  if (instead === 'silence') return;
  if (instead === 'cut') {
    response.destroy();
    return;
  }
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(body === undefined || typeof body === 'string' ? body : JSON.stringify(body));
}

let minted = 0;

function mintedToken({ method, path }: Asked): Reply {
  if (method === 'DELETE') return { status: 204 };
  const name = `token ${++minted}`;
  if (path.startsWith('/v1')) return { status: 201, body: envelope([{ 'rasa-token': name }], { code: 201 }) };
  return { body: { access_token: name, token_type: 'Bearer', expires_in: 3600 } };
}

/** rasa.io's envelope (section "Response envelope" of what is known of its API). */
export function envelope(
  results: readonly unknown[],
  {
    code = 200,
    ...metadata
  }: {
    readonly code?: number;
    readonly errors?: unknown;
    readonly next_link?: string | null;
    readonly total_query_count?: number | null;
  } = {},
): object {
  return {
    code,
    status_code: code,
    metadata: {
      errors: '',
      next_link: null,
      record_count: results.length,
      total_query_count: null,
      ...metadata,
    },
    results,
  };
}

const quick = () => ({ gate: createGate({ minIntervalMs: 0 }), retries: { delaysMs: [], longestWaitMs: 0 } });

/** Clients without pauses and without further attempts, unless the test says otherwise. */
export function clientsOf(
  url: string,
  options: ConnectionOptions = {},
  credentials = { username: 'u', password: 'p', apiKey: 'k' },
  clientCredentials = { clientId: 'id', clientSecret: 's' },
) {
  const connection = { baseUrl: url, ...quick(), ...options };
  return {
    rasa: createRasaClient({ credentials, ...connection }),
    v2: createRasaV2Client({ credentials: clientCredentials, ...connection }),
    open: createRasaPublicClient(connection),
  };
}

export type Clients = ReturnType<typeof clientsOf>;
