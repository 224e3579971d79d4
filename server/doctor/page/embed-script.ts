import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fault, fine, warning, type Finding } from '../finding.ts';
import type { Visited, Web } from '../web.ts';

export interface EmbedScript {
  readonly url: URL;
  /** The origin of the page. */
  readonly origin: string;
  readonly web: Web;
  /** Directory of this installation's build. */
  readonly builtDir: string;
  /** The attributes of the script tag. */
  readonly attributes?: ReadonlyMap<string, string>;
  /** Whether the page has `Cross-Origin-Embedder-Policy: require-corp`. */
  readonly requiresCorp?: boolean;
}

/** Whether a path is `embed.js`, or its copy that is named by its hash. */
export function isEmbedPath(pathname: string): boolean {
  return embedPath.test(pathname);
}

const embedPath = /\/embed(?:\.([0-9a-f]{16}))?\.js$/;

/** Loads the script as a page of that origin would, and compares it with this installation's build. */
export async function checkEmbedScript(script: EmbedScript): Promise<readonly Finding[]> {
  const { url, origin, web, builtDir, attributes = new Map<string, string>() } = script;
  const asCors = attributes.has('crossorigin') || attributes.get('type')?.toLowerCase() === 'module';
  const visit = await web.get(url.href, asCors ? { origin } : {});
  if (visit.is === 'fault') {
    return [
      fault(
        `The script ${url.href} cannot be reached: ${visit.reason}.`,
        'Start the proxy, or mend the address.',
      ),
    ];
  }
  if (visit.status !== 200) return [await absent(url, visit, builtDir)];
  const stops = [
    wrongType(visit),
    url.origin === origin ? undefined : notForOthers(script, visit, asCors),
    attributes.has('integrity') ? wrongIntegrity(script, visit, asCors) : undefined,
  ].filter((finding) => finding !== undefined);
  if (stops.some(({ is }) => is === 'fault')) return stops;
  return [...stops, await compare(url, visit, builtDir)];
}

async function absent(url: URL, { status }: Visited, builtDir: string): Promise<Finding> {
  const [, hash] = embedPath.exec(url.pathname) ?? [];
  if (hash === undefined) {
    return fault(
      `The script ${url.href} is answered with ${status}.`,
      'Mend its address: /embed.js at your proxy.',
    );
  }
  const built = await builtName(builtDir);
  return fault(
    `The script ${url.href} is answered with ${status}: it is the copy of another version, which the proxy no longer has.`,
    `Use embed.js, or the copy that the proxy has now${built === undefined ? '' : ` (here ${built})`}.`,
  );
}

/** The type must be right because the proxy forbids browsers to guess it (`nosniff`). */
function wrongType({ headers, url }: Visited): Finding | undefined {
  const type = headers.get('content-type') ?? 'nothing';
  if (/^(text|application)\/(x-)?(java|ecma)script\b/i.test(type)) return undefined;
  return fault(
    `The script ${url.href} comes as ${type}, which browsers do not run.`,
    'See that the address leads to the proxy, and that nothing in front of it changes its headers.',
  );
}

function notForOthers({ requiresCorp = false, origin }: EmbedScript, visit: Visited, asCors: boolean) {
  const { headers, url } = visit;
  const allowed = headers.get('access-control-allow-origin');
  if (asCors && allowed !== '*' && allowed !== origin) {
    return fault(
      `The script ${url.href} comes without Access-Control-Allow-Origin, which its crossorigin or type=module asks for.`,
      'See that nothing in front of the proxy takes its headers away.',
    );
  }
  const policy = headers.get('cross-origin-resource-policy');
  const isLetThrough = policy === 'cross-origin' || (policy === null && !requiresCorp);
  if (asCors || isLetThrough) return undefined;
  return fault(
    `The script ${url.href} comes with ${policy === null ? 'no' : 'the'} Cross-Origin-Resource-Policy` +
      `${policy === null ? ', which this page (Cross-Origin-Embedder-Policy: require-corp) asks for' : ` ${policy}`}.`,
    'Have it sent as the proxy sends it, Cross-Origin-Resource-Policy: cross-origin; or add crossorigin to the script tag.',
  );
}

/**
 * Subresource Integrity: of several hashes only the strongest algorithm counts, and one of its
 * hashes must match.
 */
function wrongIntegrity(
  { url, origin, attributes }: EmbedScript,
  visit: Visited,
  asCors: boolean,
): Finding | undefined {
  if (url.origin !== origin && !asCors) {
    return fault(
      `The script tag for ${url.href} has integrity without crossorigin, so that browsers cannot check it and do not run it.`,
      'Add crossorigin="anonymous" to it.',
    );
  }
  const hashes = (attributes?.get('integrity') ?? '')
    .split(/\s+/)
    .map((text) => /^(sha(?:256|384|512))-([A-Za-z0-9+/=_-]+)/.exec(text) ?? [])
    .flatMap(([, kind, digest]) => (kind !== undefined && digest !== undefined ? [{ kind, digest }] : []));
  const strongest = hashes
    .map(({ kind }) => kind)
    .sort()
    .at(-1);
  const right = hashes.some(
    ({ kind, digest }) =>
      kind === strongest && createHash(kind).update(visit.body).digest('base64') === digest,
  );
  if (strongest !== undefined && !right) {
    const wanted = createHash('sha384').update(visit.body).digest('base64');
    return fault(
      `The integrity of the script tag for ${url.href} does not fit what is there: browsers do not run it.`,
      `If you trust what is there, write integrity="sha384-${wanted}".`,
    );
  }
  if (embedPath.exec(url.pathname)?.[1] !== undefined) return undefined;
  return warning(
    'The script tag has integrity for embed.js, which the next version changes: then no form is shown.',
    'Use the copy with a hash in its name, embed.<hash>.js, which never changes; or leave integrity out.',
  );
}

async function compare(url: URL, { body }: Visited, builtDir: string): Promise<Finding> {
  const found = createHash('sha256').update(body).digest('hex').slice(0, 16);
  const built = await readFile(join(builtDir, 'embed.js')).catch(() => undefined);
  const words = `The script ${url.href} is there (${Math.ceil(body.length / 1024)} KiB)`;
  if (built === undefined) return fine(`${words}; there is no build here to compare it with.`);
  const hash = createHash('sha256').update(built).digest('hex').slice(0, 16);
  return found === hash
    ? fine(`${words}, the same as is built here.`)
    : warning(
        `${words}, of another version than is built here (${found}, here ${hash}).`,
        embedPath.exec(url.pathname)?.[1] === undefined
          ? 'Start the proxy with this version, or leave it; a cache in front of it may hold the old one.'
          : `Use embed.js, which is always the newest, or embed.${hash}.js.`,
      );
}

async function builtName(builtDir: string): Promise<string | undefined> {
  const names = await readdir(builtDir).catch((): string[] => []);
  return names.find((name) => embedPath.exec(`/${name}`)?.[1] !== undefined);
}
