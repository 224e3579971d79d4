import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describeApi, type DescribedOperation, type Schema } from '../../../server/openapi/document.ts';

const { paths, components } = describeApi({ publicUrl: 'https://signup.example.org', version: '0' });

/** Where the products of this process listen, with the path of PUBLIC_URL. */
const products = new Map<string, string>();

/**
 * From now on every answer that `fetch` gets from this product is held against the description of its API,
 * and so is every request that it accepted. What is not described fails the test.
 */
export function checkContract(url: string, prefix = ''): void {
  products.set(new URL(url).origin, prefix);
  if (globalThis.fetch !== checkedFetch) {
    unchecked = globalThis.fetch;
    globalThis.fetch = checkedFetch;
  }
}

let unchecked = globalThis.fetch;

const checkedFetch: typeof fetch = async (input, init) => {
  const url = new URL(input instanceof Request ? input.url : String(input));
  const prefix = products.get(url.origin);
  const answer = await unchecked(input, init);
  if (prefix === undefined) return answer;
  const path = url.pathname.startsWith(`${prefix}/`) ? url.pathname.slice(prefix.length) : url.pathname;
  const method = (init?.method ?? (input instanceof Request ? input.method : 'GET')).toUpperCase();
  const faults = await faultsOf({ method, path, query: url.searchParams, init }, answer);
  if (faults.length > 0) {
    throw new Error(`The description of the API says otherwise (${method} ${path}):\n${faults.join('\n')}`);
  }
  return answer;
};

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly init: RequestInit | undefined;
}

/** How an answer, and the request if it was accepted, differ from the description. */
export async function faultsOf({ method, path, query, init }: Sent, answer: Response): Promise<string[]> {
  const methods = described.find(({ pattern }) => pattern.test(path))?.methods;
  const media = mediaOf(answer.headers.get('content-type'));
  const { status } = answer;
  if (!methods) {
    const isOfApi = /^\/(api|forms|confirm|not-me)\//.test(path);
    return isOfApi && status < 400 ? [`Nothing is described at this path, and the answer is ${status}.`] : [];
  }
  const operation = methods[method === 'HEAD' ? 'get' : method.toLowerCase()];
  if (!operation) {
    // The preflight of CORS, and its refusal.
    if (method === 'OPTIONS' && (status === 204 || status === 403)) return [];
    return status === 405 || status === 404
      ? []
      : [`The method is not described, and the answer is ${status}.`];
  }
  const response = operation.responses[String(status)];
  if (!response) return [`The status ${status} is not described.`];
  const faults = status < 300 ? await faultsOfRequest(operation, { method, path, query, init }, answer) : [];
  if (method === 'HEAD' || status === 304 || status === 303) return faults;
  const content = response.content?.[media];
  if (!content) return [...faults, `The media type ${JSON.stringify(media)} of ${status} is not described.`];
  if (!media.endsWith('json')) return faults;
  const body = JSON.parse(await answer.clone().text()) as unknown;
  return [...faults, ...issuesOf(content.schema, body, `the answer ${status}`)];
}

async function faultsOfRequest(
  operation: DescribedOperation,
  { query, init }: Sent,
  answer: Response,
): Promise<string[]> {
  const faults: string[] = [];
  const known = (operation.parameters ?? []).filter((parameter) => parameter.in === 'query');
  for (const { name, required, schema } of known) {
    const value = query.get(name);
    if (value !== null) faults.push(...issuesOf(schema, value, `the parameter ${name}`));
    else if (required) faults.push(`The parameter ${name} is said to be required.`);
  }
  const { body } = init ?? {};
  if (!operation.requestBody || body === undefined || body === null) return faults;
  const given = new Headers(init?.headers).get('content-type');
  const media = mediaOf(
    given ?? (body instanceof URLSearchParams ? 'application/x-www-form-urlencoded' : ''),
  );
  const content = operation.requestBody.content[media];
  if (!content)
    return [...faults, `The media type ${JSON.stringify(media)} of the request is not described.`];
  if (typeof body !== 'string' && !(body instanceof URLSearchParams)) return faults;
  if (media === 'application/x-www-form-urlencoded') {
    const fields = Object.fromEntries(new URLSearchParams(body));
    return [...faults, ...issuesOf(content.schema, fields, 'the request')];
  }
  if (media !== 'application/json') return faults;
  const sent = JSON.parse(String(body)) as unknown;
  const accepted = operation.operationId === 'addContacts' ? await acceptedOf(sent, answer) : sent;
  return [...faults, ...issuesOf(content.schema, accepted, 'the request')];
}

/** Without the items that the answer calls invalid. */
async function acceptedOf(sent: unknown, answer: Response): Promise<unknown> {
  const { results } = (await answer.clone().json()) as { readonly results: readonly { status: string }[] };
  const items = Array.isArray(sent) ? (sent as unknown[]) : [sent];
  return items.filter((_item, index) => results[index]?.status !== 'invalid');
}

const ajv = addFormats.default(new Ajv2020({ strict: false, allErrors: true }));
ajv.addSchema({ $id: 'openapi', components });
const compiled = new Map<Schema, ValidateFunction>();

function issuesOf(schema: Schema, value: unknown, what: string): string[] {
  const validate = compiled.get(schema) ?? ajv.compile(withWholeRefs(schema));
  compiled.set(schema, validate);
  validate(value);
  return (validate.errors ?? []).map(
    ({ instancePath, message = '', params }) =>
      `${what}: ${instancePath === '' ? 'it' : instancePath} ${message} ${JSON.stringify(params)}`,
  );
}

function withWholeRefs(schema: Schema): Schema {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"openapi#/components/')) as Schema;
}

/** Exact paths before those with parameters. */
const described = Object.entries(paths)
  .map(([path, methods]) => ({
    pattern: new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`),
    isExact: !path.includes('{'),
    methods: methods,
  }))
  .sort((a, b) => Number(b.isExact) - Number(a.isExact));

function mediaOf(type: string | null): string {
  return (type ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}
