import parsePolicy from 'content-security-policy-parser';

/**
 * What a page's Content-Security-Policies make of a script and a request, as CSP Level 3 has browsers decide it
 * (https://www.w3.org/TR/CSP3/, sections in brackets). Every policy has to let it through, wherever it stands.
 */
export interface Policy {
  readonly from: 'header' | 'meta';
  /** `false` for those that only report. */
  readonly isEnforced: boolean;
  readonly directives: ReadonlyMap<string, readonly string[]>;
}

/** A directive that does not let something through, and what to do. */
export interface Blocked {
  readonly directive: string;
  readonly remedy: string;
}

export interface ScriptTag {
  readonly url: URL;
  readonly nonce: string | undefined;
  readonly integrity: string | undefined;
}

/** Of the headers and of the contents of `<meta http-equiv>`; one header may hold several, separated by commas (2.2.2). */
export function readPolicies(headers: Headers, metas: readonly string[]): readonly Policy[] {
  const parse = (text: string | null, from: Policy['from'], isEnforced: boolean) =>
    (text ?? '')
      .split(',')
      .map((part) => ({ from, isEnforced, directives: parsePolicy(part) }))
      .filter(({ directives }) => directives.size > 0);
  return [
    ...parse(headers.get('content-security-policy'), 'header', true),
    ...parse(headers.get('content-security-policy-report-only'), 'header', false),
    // `report-uri`, `frame-ancestors` and `sandbox` count for nothing there (3.3), nor does any of them here but the last.
    ...metas.flatMap((text) => parse(text, 'meta', true)),
  ];
}

/** Whether a script that stands in the markup may run (6.7.1.1). */
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

/** Whether a request, or a form's way, may be taken. `form-action` has no default (6.4.2). */
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
 * `trusted-types` names the policies that scripts may make, and lit, which draws the form, makes one that the build
 * gave our name. `require-trusted-types-for` alone stops nothing: what lit writes goes through that policy.
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

/** A `sandbox` takes scripts or the origin away from the page (6.3.2); a meta tag cannot have one. */
export function findSandboxBlock({ from, directives }: Policy): Blocked | undefined {
  const allowed = from === 'header' ? directives.get('sandbox') : undefined;
  const missing = ['allow-scripts', 'allow-same-origin'].filter((word) => allowed && !allowed.includes(word));
  if (missing.length === 0) return undefined;
  return { directive: 'sandbox', remedy: `Add ${missing.join(' and ')} to sandbox.` };
}

/** Where the page asks for it, browsers load by https what is written with http. */
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

/** `[ scheme "://" ] host [ ":" port ] [ path ]` (2.3.1); an IPv6 address too, which browsers take. */
const hostSource =
  /^(?:([a-z][a-z0-9+.-]*):\/\/)?(\*|(?:\*\.)?[\w-]+(?:\.[\w-]+)*\.?|\[[0-9a-f:]+\])(?::(\d+|\*))?(\/[^?#]*)?$/i;

/** http stands for https too, so that a page may be moved (6.7.2.9). */
function schemeMatches(expected: string, found: string): boolean {
  return expected === found || (expected === 'http:' && found === 'https:');
}

function hostMatches(expected: string, found: string): boolean {
  if (expected === '*') return true;
  return expected.startsWith('*.') ? found.endsWith(expected.slice(1)) : found === expected;
}

function portMatches(expected: string | undefined, { port, protocol }: URL): boolean {
  // `URL` leaves out the port that is the scheme's own.
  if (expected === undefined) return port === '';
  const found = port === '' ? (protocol === 'https:' ? '443' : '80') : port;
  return expected === '*' || expected === found || (expected === '80' && found === '443');
}

/** A path that ends with a slash stands for everything below (6.7.2.12). */
function pathMatches(expected: string, found: string): boolean {
  if (expected === '' || expected === '/') return true;
  const [wanted, given] = [decodeURI(expected), decodeURI(found)];
  return wanted.endsWith('/') ? given.startsWith(wanted) : given === wanted;
}

function isHttp(protocol: string): boolean {
  return protocol === 'http:' || protocol === 'https:';
}
