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
    // Optimisers put scripts one behind the other: `(` would call what ends without a semicolon, or stand in a comment.
    rolldownOptions: { output: { postBanner: '\n;' } },
  },
  plugins: [keepLitToItself(), nameByContent(), compress()],
};

/** What the script tag's bundle imports when it is needed: `pbkdf2.ts` for `proof.ts`, hence its name. */
const onDemand: UserConfig = {
  publicDir: false,
  build: {
    outDir,
    emptyOutDir: false,
    target: 'es2022',
    lib: {
      entry: { proof: 'widget/pbkdf2.ts', typo: 'widget/typo.ts' },
      formats: ['es'],
      fileName: (_format, name) => `${name}.js`,
    },
    // Vite leaves the spaces in a library of ES modules.
    rolldownOptions: { output: { minify: true } },
  },
  plugins: [compress()],
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
  ...(mode === 'pages' ? pages : mode === 'on-demand' ? onDemand : embed),
  // test/widget/ runs in a browser, see test/web-test-runner.config.mjs.
  // The time-out is for machines that have other things to do too.
  test: { include: ['test/**/*.test.ts'], exclude: ['test/widget/**'], testTimeout: 20_000 },
}));

/**
 * What lit does to a page, and what becomes of it. It gives its Trusted Types policy our own name, since a page can have
 * one of a name only: under `trusted-types rasa-signup` it may have a Lit of its own. A second copy of the script draws
 * nothing and makes none, so that it can still place its form. And it leaves no global variables and no symbol, by which
 * copies of lit warn of each other and decorators, which we have none of, find their properties.
 */
function keepLitToItself(): Plugin {
  const changes: readonly (readonly [found: RegExp, instead: string])[] = [
    [
      /(\w+)\?\1\.createPolicy\("lit-html",/g,
      '$1&&!customElements.get("rasa-signup")?$1.createPolicy("rasa-signup",',
    ],
    [/\(\w+\.litHtmlVersions\?\?=\[\]\)\.push\("[\d.]+"\)/g, '0'],
    [/\(\w+\.litElementVersions\?\?=\[\]\)\.push\("[\d.]+"\)/g, '0'],
    [/\(\w+\.reactiveElementVersions\?\?=\[\]\)\.push\("[\d.]+"\)/g, '0'],
    [/Symbol\.metadata\?\?=Symbol\("metadata"\),\w+\.litPropertyMetadata\?\?=new WeakMap;/g, ''],
    [/this\[Symbol\.metadata\];if\(null!==(\w+)\)/g, 'void 0;if(0)'],
  ];
  const times = changes.map(() => 0);
  return {
    name: 'keep-lit-to-itself',
    transform(code, id) {
      if (!/\/(lit-html|lit-element|reactive-element)\//.test(id)) return undefined;
      return changes.reduce((changed, [found, instead], index) => {
        times[index] = (times[index] ?? 0) + [...changed.matchAll(found)].length;
        return changed.replace(found, instead);
      }, code);
    },
    generateBundle() {
      changes.forEach(([found], index) => {
        if (times[index] === 1) return;
        throw new Error(`Lit has ${String(found)} ${String(times[index])} times instead of once.`);
      });
    },
  };
}

/** Writes beside `embed.js` the copy that may be cached for ever, and says how a page pins it. */
function nameByContent(): Plugin {
  return {
    name: 'name-by-content',
    generateBundle(_options, bundle) {
      const script = bundle['embed.js'];
      if (script?.type !== 'chunk') throw new Error('No embed.js was built.');
      const hash = createHash('sha256').update(script.code).digest('hex').slice(0, 16);
      this.emitFile({ type: 'prebuilt-chunk', fileName: `embed.${hash}.js`, code: script.code });
      const integrity = `sha384-${createHash('sha384').update(script.code).digest('base64')}`;
      process.stdout.write(`src="…/embed.${hash}.js" integrity="${integrity}" crossorigin="anonymous"\n`);
    },
  };
}

/** Compresses every file once and as small as can be, so that the server never compresses. */
function compress(): Plugin {
  return {
    name: 'compress',
    async writeBundle(_options, bundle) {
      for (const name of Object.keys(bundle)) {
        const path = join(outDir, name);
        const script = await readFile(path);
        const params = { [constants.BROTLI_PARAM_SIZE_HINT]: script.length };
        await writeFile(`${path}.br`, await promisify(brotliCompress)(script, { params }));
        await writeFile(`${path}.gz`, await promisify(gzip)(script, { level: constants.Z_BEST_COMPRESSION }));
      }
    },
  };
}
