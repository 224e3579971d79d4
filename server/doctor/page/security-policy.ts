import parsePolicy from 'content-security-policy-parser';
import { decoded } from '../../system/urls.ts';

/**
 * The effect of a page's Content-Security-Policies on a script or a request, as browsers decide it by CSP
 * Level 3 (https://www.w3.org/TR/CSP3/, section numbers in parentheses). Every policy must allow it, in a
 * header or in the markup.
 */
export interface Policy {
  readonly from: 'header' | 'meta';
  /** `false` for policies that only report. */
  readonly isEnforced: boolean;
  readonly directives: ReadonlyMap<string, readonly string[]>;
  /** Directives with letters beyond ASCII, which browsers leave out (2.2.1). */
  readonly leftOut: readonly string[];
}

/** A source that browsers never match as it was meant, with its directive. */
export interface MalformedSource {
  readonly source: string;
  readonly remedy: string;
}

/** A directive that blocks something, and the remedy. */
export interface Blocked {
  readonly directive: string;
  readonly remedy: string;
}

export interface ScriptTag {
  readonly url: URL;
  readonly nonce: string | undefined;
  readonly integrity: string | undefined;
}

/**
 * The policies of the headers and of `<meta http-equiv>`; one header may contain several, separated
 * by commas (2.2.2).
 */
export function readPolicies(headers: Headers, metas: readonly string[]): readonly Policy[] {
  const parse = (text: string | null, from: Policy['from'], isEnforced: boolean) =>
    (text ?? '')
      .split(',')
      .map((part) => ({
        from,
        isEnforced,
        directives: parsePolicy(part),
        leftOut: part.split(';').filter((directive) => /\P{ASCII}/u.test(directive)),
      }))
      .filter(({ directives, leftOut }) => directives.size + leftOut.length > 0);
  return [
    ...parse(headers.get('content-security-policy'), 'header', true),
    ...parse(headers.get('content-security-policy-report-only'), 'header', false),
    // In a meta tag `report-uri`, `frame-ancestors` and `sandbox` have no effect (3.3). Of these only
    // `sandbox` matters here.
    ...metas.flatMap((text) => parse(text, 'meta', true)),
  ];
}

/** Finds the directive that blocks a script in the markup (6.7.1.1). */
export function findScriptBlock({ directives }: Policy, script: ScriptTag, page: URL): Blocked | undefined {
  const found = decisive(directives, ['script-src-elem', 'script-src', 'default-src']);
  if (!found) return undefined;
  const { name, sources } = found;
  if (script.nonce !== undefined && sources.includes(`'nonce-${script.nonce}'`)) return undefined;
  const hashes = (script.integrity ?? '').split(/\s+/).filter((hash) => hash !== '');
  if (hashes.length > 0 && hashes.every((hash) => sources.includes(`'${hash}'`))) return undefined;
  if (sources.some((source) => source.toLowerCase() === "'strict-dynamic'")) {
    return {
      directive: name,
      remedy:
        "Give the script tag the nonce that the page's other scripts have (nonce=\"…\"): with 'strict-dynamic' addresses " +
        'count for nothing.',
    };
  }
  if (sources.some((source) => matches(source, script.url, page))) return undefined;
  return { directive: name, remedy: addition(name, 'script-src', sources, script.url) };
}

/**
 * Finds the directive that blocks a request or the target of a form. `form-action` has no default (6.4.2).
 */
export function findRequestBlock(
  { directives }: Policy,
  kind: 'connect-src' | 'form-action',
  url: URL,
  page: URL,
): Blocked | undefined {
  const found = decisive(directives, kind === 'form-action' ? [kind] : [kind, 'default-src']);
  if (!found || found.sources.some((source) => matches(source, url, page))) return undefined;
  return { directive: found.name, remedy: addition(found.name, kind, found.sources, url) };
}

/**
 * `trusted-types` lists the policies that scripts may create. lit, which renders the form, creates one
 * that the build names after this product. `require-trusted-types-for` alone blocks nothing: lit's writes
 * use that policy.
 */
export function findTrustedTypesBlock({ directives }: Policy): Blocked | undefined {
  const names = directives.get('trusted-types');
  if (!names || names.includes('*') || names.includes(ownPolicy)) return undefined;
  const kept = names.filter((name) => name.toLowerCase() !== "'none'");
  return {
    directive: 'trusted-types',
    remedy: `Add the name to the directive: ${['trusted-types', ...kept, ownPolicy].join(' ')}`,
  };
}

/** `sandbox` disables scripts or the page's origin (6.3.2). It has no effect in a meta tag. */
export function findSandboxBlock({ from, directives }: Policy): Blocked | undefined {
  const allowed = from === 'header' ? directives.get('sandbox') : undefined;
  const missing = ['allow-scripts', 'allow-same-origin'].filter((word) => allowed && !allowed.includes(word));
  if (missing.length === 0) return undefined;
  return { directive: 'sandbox', remedy: `Add ${missing.join(' and ')} to sandbox.` };
}

/** Sources that are none, and directives that browsers leave out. */
export function malformedSources({ directives, leftOut }: Policy): readonly MalformedSource[] {
  const found = [...directives]
    .filter(([name]) => listsSources.test(name))
    .flatMap(([name, sources]) => sources.map((source) => ({ name, source, remedy: remedyOf(source) })));
  return [
    ...found.flatMap(({ name, source, remedy }) =>
      remedy === undefined ? [] : { source: `${name} ${source}`, remedy },
    ),
    ...leftOut.map((directive) => ({
      source: directive.trim(),
      remedy:
        'Browsers leave out the whole directive. Write hosts as xn--…, blanks and quotes as those of a keyboard.',
    })),
  ];
}

const listsSources = /-src(-elem|-attr)?$|^(form-action|frame-ancestors|base-uri)$/;

/** How a source that is none was probably meant; `undefined` for one that is right (2.3.1, RFC 3986 2.1). */
function remedyOf(source: string): string | undefined {
  if (/%(?![0-9a-f]{2})/i.test(source)) return 'Write %25 for a percent sign, or remove the source.';
  if (/^(self|none|unsafe-[a-z-]+|strict-dynamic|report-sample|(nonce|sha\d{3})-.+)$/i.test(source)) {
    return `Write it in single quotes: '${source}'. Without them it is the name of a host.`;
  }
  if (/^(https?|data|blob|wss?|mediastream|filesystem)$/i.test(source)) {
    return `Write ${source}: with a colon. Without it is the name of a host.`;
  }
  const isKeyword = /^'([a-z0-9-]+|(nonce|sha\d{3})-[\w+/-]+={0,2})'$/i.test(source);
  if (isKeyword || /^[a-z][a-z0-9+.-]*:$/i.test(source)) return undefined;
  const [, , host, port = '0'] = hostSource.exec(source) ?? [];
  const isHost = host !== undefined && (port === '*' || Number(port) <= 65_535);
  return isHost
    ? undefined
    : 'Write a host as https://example.com, without user, query or blanks, or remove it.';
}

/** Whether browsers load http URLs of the page by https, because a policy requests it. */
export function upgradesInsecure(policies: readonly Policy[]): boolean {
  return policies.some(
    ({ isEnforced, directives }) => isEnforced && directives.has('upgrade-insecure-requests'),
  );
}

const ownPolicy = 'rasa-signup';

function decisive(
  directives: Policy['directives'],
  names: readonly string[],
): { readonly name: string; readonly sources: readonly string[] } | undefined {
  const name = names.find((candidate) => directives.has(candidate));
  return name === undefined ? undefined : { name, sources: directives.get(name) ?? [] };
}

function addition(found: string, wanted: string, sources: readonly string[], { origin }: URL): string {
  const kept = sources.filter((source) => source.toLowerCase() !== "'none'");
  if (found !== 'default-src')
    return `Add the source to the directive: ${[found, ...kept, origin].join(' ')}`;
  return `Without ${wanted} default-src decides. Add the directive: ${[wanted, ...kept, origin].join(' ')}`;
}

/** Whether a URL matches a source expression (6.7.2.8). */
function matches(source: string, url: URL, page: URL): boolean {
  if (source === '*') return isHttp(url.protocol) || url.protocol === page.protocol;
  if (/^[a-z][a-z0-9+.-]*:$/i.test(source)) return schemeMatches(source.toLowerCase(), url.protocol);
  if (source.toLowerCase() === "'self'") {
    if (url.origin === page.origin) return true;
    const isDefaultPort = url.port === '' && page.port === '';
    return url.hostname === page.hostname && isDefaultPort && schemeMatches(page.protocol, url.protocol);
  }
  const [, scheme, host = '', port, path = ''] = hostSource.exec(source) ?? [];
  return (
    host !== '' &&
    schemeMatches(scheme === undefined ? page.protocol : `${scheme.toLowerCase()}:`, url.protocol) &&
    hostMatches(host.toLowerCase(), url.hostname) &&
    portMatches(port, url) &&
    pathMatches(path, url.pathname)
  );
}

/**
 * The grammar `[ scheme "://" ] host [ ":" port ] [ path ]` (2.3.1), and IPv6 addresses, which
 * browsers accept.
 */
const hostSource =
  /^(?:([a-z][a-z0-9+.-]*):\/\/)?(\*|(?:\*\.)?[\w-]+(?:\.[\w-]+)*\.?|\[[0-9a-f:]+\])(?::(\d+|\*))?(\/[^?#]*)?$/i;

/** http also matches https, so that a site may change to https (6.7.2.9). */
function schemeMatches(expected: string, found: string): boolean {
  return expected === found || (expected === 'http:' && found === 'https:');
}

function hostMatches(expected: string, found: string): boolean {
  if (expected === '*') return true;
  return expected.startsWith('*.') ? found.endsWith(expected.slice(1)) : found === expected;
}

function portMatches(expected: string | undefined, { port, protocol }: URL): boolean {
  // `URL` omits the scheme's default port.
  if (expected === undefined) return port === '';
  const found = port === '' ? (protocol === 'https:' ? '443' : '80') : port;
  return expected === '*' || expected === found || (expected === '80' && found === '443');
}

/** A path with a trailing slash matches every path below it (6.7.2.12). */
function pathMatches(expected: string, found: string): boolean {
  if (expected === '' || expected === '/') return true;
  const [wanted, given] = [decoded(expected), decoded(found)];
  return wanted.endsWith('/') ? given.startsWith(wanted) : given === wanted;
}

function isHttp(protocol: string): boolean {
  return protocol === 'http:' || protocol === 'https:';
}
