import type { Operation, Sample } from './operation.ts';

/**
 * The call as a line for a POSIX shell. What is secret or not known here is a variable: `$RASA_SIGNUP_TOKEN`,
 * `$METRICS_TOKEN`, and what the examples of the operation name.
 */
export function curlOf(operation: Operation, sample: Sample, publicUrl: string): string {
  const { method, access, body } = operation;
  const media = sample.media ?? Object.keys(body ?? {})[0];
  const sends = media !== undefined && body?.[media] !== undefined;
  const parts = [
    `curl ${method === 'get' || (method === 'post' && sends) ? '' : `-X ${method.toUpperCase()} `}` +
      quoted(urlOf(operation, sample, publicUrl)),
    ...(access === undefined
      ? []
      : [`-H "Authorization: Bearer $${access === 'metrics' ? 'METRICS_TOKEN' : 'RASA_SIGNUP_TOKEN'}"`]),
    ...Object.entries(sample.headers ?? {}).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    ...(sends ? bodyOf(media, body[media]?.example) : []),
  ];
  return parts.join(' \\\n  ');
}

function urlOf({ path, parameters = {} }: Operation, { query = {} }: Sample, publicUrl: string): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_whole, name: string) =>
    exampleOf(parameters.path?.shape[name]),
  );
  const required = Object.entries(parameters.query?.shape ?? {})
    .filter(([, type]) => !isOptional(type))
    .map(([name, type]) => [name, exampleOf(type)]);
  const search = new URLSearchParams([...required, ...Object.entries(query)] as [string, string][]);
  // Commas and stars need no escape in a query, and are easier to read.
  const text = search.toString().replaceAll('%2C', ',').replaceAll('%3A', ':');
  return `${publicUrl}${filled}${text === '' ? '' : `?${text}`}`;
}

interface Type {
  meta(): { readonly examples?: unknown } | undefined;
  safeParse(value: unknown): { readonly success: boolean };
}

function exampleOf(type: unknown): string {
  const { examples } = (type as Type | undefined)?.meta() ?? {};
  return String(Array.isArray(examples) ? examples[0] : '');
}

function isOptional(type: unknown): boolean {
  return (type as Type).safeParse(undefined).success;
}

function bodyOf(media: string, example: unknown): string[] {
  if (media === 'application/x-www-form-urlencoded') {
    return Object.entries(example as Readonly<Record<string, string>>).map(
      ([name, value]) => `-d ${quoted(`${name}=${value}`)}`,
    );
  }
  const text = typeof example === 'string' ? example.trimEnd() : JSON.stringify(example);
  return [`-H ${quoted(`Content-Type: ${media}`)}`, `--data-binary ${quoted(text)}`];
}

function quoted(text: string): string {
  if (/^[\w@%+=:,./-]+$/.test(text)) return text;
  return text.includes('$') ? `"${text}"` : `'${text.replaceAll("'", `'\\''`)}'`;
}
