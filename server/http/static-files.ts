import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, relative, sep } from 'node:path';
import accepts from 'accepts';
import type { PinnedScript } from '../../shared/builder.ts';
import { productDir } from '../system/product.ts';

/** Where the build puts the browser's files. */
export const builtDir = join(productDir, 'dist/widget');

interface BuiltFile {
  readonly headers: Readonly<Record<string, string>>;
  /** The uncompressed file, and the compressed copies that the build made; the smallest first. */
  readonly copies: readonly BuiltCopy[];
}

interface BuiltCopy {
  readonly encoding: 'br' | 'gzip' | undefined;
  readonly bytes: Buffer;
  readonly etag: string;
}

/**
 * The immutable copy of the script that is served, for pages that pin its content with `integrity`. Throws if
 * the build made no such copy.
 */
export function readPinnedScript(dir: string): PinnedScript {
  const script = readFileSync(join(dir, 'embed.js'));
  const copies = readdirSync(dir).filter((name) => immutableName.test(`/${name}`));
  // Copies of earlier builds may be there too, where an operator keeps them.
  const copy = copies.find((name) => readFileSync(join(dir, name)).equals(script));
  if (copy === undefined)
    throw new Error(`${dir} has no copy of embed.js with its hash in its name. Run the build again.`);
  return { path: `/${copy}`, integrity: `sha384-${createHash('sha384').update(script).digest('base64')}` };
}

/**
 * Serves the files that the build made for browsers: `embed.js`, its immutable copies, the modules that it
 * loads on demand, and `pages/`. Each has a strong ETag and is sent compressed if the build made a smaller
 * copy. All files are held in memory (100 kB), so that an answer that the client does not read holds no open
 * file (clients could exhaust those), and a build that runs meanwhile removes nothing.
 */
export function serveBuiltFiles(
  dir: string,
): (request: IncomingMessage, response: ServerResponse, next: () => void) => void {
  const files = readBuiltFiles(dir);

  return (request, response, next) => {
    const { method, url = '', headers } = request;
    const file = files.get(/^[^?#]*/.exec(url)?.[0] ?? '');
    const copy = file?.copies.find(
      ({ encoding }) => encoding === undefined || accepts(request).encodings([encoding]) !== false,
    );
    if (!file || !copy || (method !== 'GET' && method !== 'HEAD')) {
      next();
      return;
    }
    const { encoding, bytes, etag } = copy;
    const isKnown = headers['if-none-match']?.includes(etag) === true;
    response.writeHead(isKnown ? 304 : 200, {
      ...file.headers,
      ETag: etag,
      Vary: 'Accept-Encoding',
      ...(!isKnown && { 'Content-Length': bytes.length }),
      ...(!isKnown && encoding && { 'Content-Encoding': encoding }),
    });
    // Never partial: a server may ignore Range (RFC 9110 14.2), and no browser asks for a part of a script.
    response.end(isKnown ? undefined : bytes);
  };
}

function readBuiltFiles(dir: string): ReadonlyMap<string, BuiltFile> {
  const paths = readdirSync(dir, { recursive: true, withFileTypes: true, encoding: 'utf8' })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const copyOf = (path: string, encoding: BuiltCopy['encoding']): BuiltCopy[] => {
    if (!paths.includes(path)) return [];
    const bytes = readFileSync(path);
    return [{ encoding, bytes, etag: `"${createHash('sha256').update(bytes).digest('base64url')}"` }];
  };
  return new Map(
    paths.map((path) => {
      const name = `/${relative(dir, path).split(sep).join('/')}`;
      const copies = [
        ...copyOf(`${path}.br`, 'br'),
        ...copyOf(`${path}.gz`, 'gzip'),
        ...copyOf(path, undefined),
      ];
      return [name, { headers: headersOf(name), copies }];
    }),
  );
}

const immutableName = /^\/embed\.[0-9a-f]{16}\.js$/;

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
};

function headersOf(name: string): Record<string, string> {
  const immutable = immutableName.test(name);
  return {
    'Content-Type': types[extname(name)] ?? 'application/octet-stream',
    'Cache-Control': immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    // The script tag is on other origins, and on the proxy's own pages in sandboxed frames, which have an
    // opaque origin. Helmet's default would block both.
    'Cross-Origin-Resource-Policy': 'cross-origin',
    // Module scripts and `crossorigin` (for integrity checks) use CORS.
    ...(!name.startsWith('/pages/') && { 'Access-Control-Allow-Origin': '*' }),
  };
}
