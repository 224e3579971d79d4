import { request as send, type IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { solveChallenge, type Challenge } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2';

export interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** One request with exactly these headers, which `fetch` cannot send. */
export function ask(url: string, { method = 'GET', headers = {}, body }: Asked = {}): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const request = send(url, { method, headers }, (response) => {
      text(response).then((read) => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: read });
      }, reject);
    });
    request.on('error', reject).end(body);
  });
}

/**
 * The ways in which a sign-up arrives: from the widget, from a custom script, or from a form without script.
 */
export type Way = 'urlencoded' | 'json' | 'plain';
export const ways: readonly Way[] = ['urlencoded', 'json', 'plain'];

export const browserHeaders = {
  'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  'accept-language': 'en',
};

/** One POST in one of the three ways, with the headers of a browser. `headers` are added to them. */
export function post(
  url: string,
  way: Way,
  fields: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answered> {
  const [type, body, accept] =
    way === 'json'
      ? ['application/json', JSON.stringify(fields), 'application/json']
      : ['application/x-www-form-urlencoded', String(new URLSearchParams(fields)), '*/*'];
  return ask(`${url}/forms/newsletter`, {
    method: 'POST',
    headers: {
      ...browserHeaders,
      'content-type': type,
      accept: way === 'plain' ? 'text/html,application/xhtml+xml,*/*;q=0.8' : accept,
      'content-length': String(Buffer.byteLength(body)),
      ...headers,
    },
    body,
  });
}

/** A complete sign-up in one of the three ways: with a proof of work, or with a click to confirm. */
export async function signUp(
  url: string,
  way: Way,
  fields: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answered> {
  if (way !== 'plain') return post(url, way, { ...fields, proof: await prove(url, headers) }, headers);
  const page = await post(url, way, fields, headers);
  return page.status === 200 ? post(url, way, hiddenFields(page.body), headers) : page;
}

/** A value of the field `proof`, made like the widget's. */
export async function prove(url: string, headers: Readonly<Record<string, string>> = {}): Promise<string> {
  const { body } = await ask(`${url}/forms/newsletter/challenge`, { headers });
  return solve(JSON.parse(body) as Challenge);
}

export async function solve(challenge: Challenge): Promise<string> {
  const solution = await solveChallenge({ challenge, deriveKey });
  if (!solution) throw new Error('not solved in time');
  return Buffer.from(JSON.stringify({ challenge, solution })).toString('base64');
}

/** Everything that a stranger sees of an answer, but for the date and what is random in it. */
export function seenBy({ status, headers: all, body }: Answered, email: string): string {
  // The id of the request is another one each time.
  const { date: _date, 'x-request-id': _id, etag: _etag, ...headers } = all;
  const [shortened, whole] = email === '' ? ['no address', 'no address'] : [shortOf(email), email];
  const hidden = body
    .replaceAll(whole, 'EMAIL')
    .replaceAll(shortened, 'SHORT')
    .replaceAll(/[\w-]{20,}\.[\w-]+\.[\w-]+/g, 'TOKEN')
    .replaceAll(/[0-9a-f-]{36}/g, 'ID')
    .replaceAll(/(?<![\w-])[\w-]{43}(?![\w-])/g, 'TICKET');
  return JSON.stringify({ status, headers: { ...headers, 'content-length': hidden.length }, body: hidden });
}

const shortOf = (email: string) => `${email.slice(0, 1)}…${email.slice(email.indexOf('@'))}`;

/** The hidden fields that the confirmation page would send. */
export function hiddenFields(page: string): Record<string, string> {
  const inputs = page.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g);
  return Object.fromEntries([...inputs].map(([, name = '', value = '']) => [name, unescape(value)]));
}

function unescape(html: string): string {
  const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', amp: '&', '#39': "'" };
  return html.replace(/&(\w+|#39);/g, (_all, name: string) => entities[name] ?? '');
}
