import { fileURLToPath } from 'node:url';
import sirv from 'sirv';

/** Where the build puts the browser's files, for the programs that run from `dist/server/`. */
export const builtDir = fileURLToPath(new URL('../widget', import.meta.url));

/**
 * Serves what the build made for browsers: `embed.js`, its immutable copies, the modules that it loads on demand, and
 * `pages/`. Compressed copies are served as they lie on disk, and every file carries an ETag.
 */
export function serveBuiltFiles(dir: string): ReturnType<typeof sirv> {
  return sirv(dir, {
    brotli: true,
    gzip: true,
    etag: true,
    extensions: [],
    setHeaders(res, path) {
      const immutable = /^\/embed\.[0-9a-f]{16}\.js$/.test(path);
      res.setHeader('Cache-Control', immutable ? 'public, max-age=31536000, immutable' : 'no-cache');
      if (!path.startsWith('/pages/')) {
        // The script tag stands on other origins; helmet's default would forbid them to load it, and modules as
        // well as `crossorigin` (for integrity checks) ask for CORS too.
        res.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
        res.setHeader('Access-Control-Allow-Origin', '*');
      }
    },
  });
}
