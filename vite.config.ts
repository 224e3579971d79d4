import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Plugin, UserConfig } from 'vite';
import { defineConfig } from 'vitest/config';

const outDir = 'dist/widget';

/** Browsers that know `light-dark()`; for older ones it would be rewritten into something that ignores the page's theme. */
const cssTarget = ['chrome123', 'firefox120', 'safari17.5'];

/** The script tag's bundle: one classic script, so that it works however a page loads it. */
const embed: UserConfig = {
  publicDir: false,
  build: {
    outDir,
    target: 'es2022',
    cssTarget,
    lib: { entry: 'widget/embed.ts', formats: ['iife'], name: 'rasaSignup', fileName: () => 'embed.js' },
  },
  plugins: [releaseFiles()],
};

/** Scripts and styles of the server-rendered pages; they run on the proxy's own origin only. */
const pages: UserConfig = {
  publicDir: 'widget/pages/static',
  build: {
    outDir: `${outDir}/pages`,
    target: 'es2022',
    cssTarget,
    rolldownOptions: {
      input: ['widget/pages/home.ts', 'widget/pages/sandbox.ts', 'widget/pages/site.css'],
      output: { entryFileNames: '[name].js', assetFileNames: '[name][extname]' },
    },
  },
};

export default defineConfig(({ mode }) => ({
  ...(mode === 'pages' ? pages : embed),
  // test/widget/ runs in a browser, see test/web-test-runner.config.mjs.
  test: { include: ['test/**/*.test.ts'], exclude: ['test/widget/**'] },
}));

/**
 * Writes beside `embed.js` the copy that may be cached for ever, named by its content, and both compressed once
 * and as small as can be, so that the server never compresses.
 */
function releaseFiles(): Plugin {
  return {
    name: 'release-files',
    async writeBundle() {
      const script = await readFile(join(outDir, 'embed.js'));
      const hash = createHash('sha256').update(script).digest('hex').slice(0, 16);
      const encodings = {
        '': script,
        '.br': await promisify(brotliCompress)(script, {
          params: { [constants.BROTLI_PARAM_SIZE_HINT]: script.length },
        }),
        '.gz': await promisify(gzip)(script, { level: constants.Z_BEST_COMPRESSION }),
      };
      for (const [ending, bytes] of Object.entries(encodings)) {
        await writeFile(join(outDir, `embed.js${ending}`), bytes);
        await writeFile(join(outDir, `embed.${hash}.js${ending}`), bytes);
      }
    },
  };
}
