import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Plugin, UserConfig } from 'vite';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const outDir = 'dist/widget';

/** Browsers that know `light-dark()`; for older ones it would be rewritten into something that ignores the page's theme. */
const cssTarget = ['chrome123', 'firefox120', 'safari17.5'];

/** The script tag's bundle: one classic script, so that it works however a page loads it. */
const embed: UserConfig = {
  // What browsers ask for without being told.
  publicDir: 'widget/static',
  build: {
    outDir,
    target: 'es2022',
    cssTarget,
    lib: { entry: 'widget/embed.ts', formats: ['iife'], name: 'rasaSignup', fileName: () => 'embed.js' },
  },
  plugins: [keepLitToItself(), foldTemplates(), keepApart(), nameByContent(), printTag(), compress()],
};

/** What the script tag's bundle imports when it is needed. */
const onDemand: UserConfig = {
  publicDir: false,
  build: {
    outDir,
    emptyOutDir: false,
    target: 'es2022',
    lib: {
      entry: {
        debug: 'widget/debug/debug.ts',
        overlay: 'widget/overlay/overlay.ts',
        pbkdf2: 'widget/proof/pbkdf2.ts',
        proof: 'widget/proof/proof.ts',
      },
      formats: ['es'],
      fileName: (_format, name) => `${name}.js`,
    },
    // Vite leaves the spaces in a library of ES modules.
    rolldownOptions: { output: { minify: true } },
  },
  plugins: [compress()],
};

/**
 * The npm package's modules, for the bundler of whoever installs it: not minified, so that what bundlers are told in
 * comments stays.
 */
const npmPackage: UserConfig = {
  publicDir: false,
  build: {
    outDir: 'dist/package',
    target: 'es2022',
    cssTarget,
    minify: false,
    lib: {
      entry: { index: 'widget/index.ts', element: 'widget/element.ts' },
      formats: ['es'],
      fileName: (_format, name) => `${name}.js`,
    },
    rolldownOptions: { external: /^lit(\/|$)/, output: { chunkFileNames: 'rasa-signup.js' } },
  },
  plugins: [leaveToTheBrowser()],
};

/** Scripts and styles of the server-rendered pages; they run on the proxy's own origin only. */
const pages: UserConfig = {
  publicDir: 'widget/pages/static',
  build: {
    outDir: `${outDir}/pages`,
    target: 'es2022',
    cssTarget,
    rolldownOptions: {
      input: [
        'widget/builder/builder.ts',
        'widget/builder/preview/preview.ts',
        'widget/pages/builder.css',
        'widget/pages/sandbox.ts',
        'widget/pages/site.css',
      ],
      output: { entryFileNames: '[name].js', assetFileNames: '[name][extname]' },
    },
  },
};

const modes: Readonly<Record<string, UserConfig>> = { 'on-demand': onDemand, pages, package: npmPackage };

/** Tests that measure time, which other tests beside them would take; they run afterwards, one by one. */
const measuring = 'test/**/*.alone.test.ts';

/** Otherwise the longest of all, which is short to read, would begin last, with nothing left to run beside it. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) => moduleId.endsWith('/crash.test.ts');
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig(({ mode }) => ({
  ...(modes[mode] ?? embed),
  // test/widget/ runs in a browser, see test/web-test-runner.config.mjs.
  test: {
    // For machines that have other things to do too.
    testTimeout: 20_000,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'node',
          include: ['test/**/*.test.ts'],
          exclude: ['test/widget/**', measuring],
          maxWorkers: '100%',
          // A process for each file would load everything anew, a tenth of the whole time.
          isolate: false,
        },
      },
      {
        extends: true,
        test: { name: 'alone', include: [measuring], maxWorkers: 1, sequence: { groupOrder: 1 } },
      },
    ],
  },
}));

/**
 * What lit does to a page, and what becomes of it. It gives its Trusted Types policy our own name, since a page can have
 * one of a name only: under `trusted-types rasa-signup` it may have a Lit of its own. A second copy of the script draws
 * nothing and makes none, so that it can still place its form. It leaves no global variable, by which copies of lit warn
 * of each other, and asks for none, by which the page's own lit, of whatever version, would have its polyfills change ours.
 */
function keepLitToItself(): Plugin {
  const changes: readonly (readonly [found: RegExp, instead: string])[] = [
    [
      /(\w+)\?\1\.createPolicy\("lit-html",/g,
      '$1&&!customElements.get("rasa-signup")?$1.createPolicy("rasa-signup",',
    ],
    [
      /,(\w+)=\w+\.litHtmlPolyfillSupport;\1\?\.\(\w+,\w+\),\(\w+\.litHtmlVersions\?\?=\[\]\)\.push\("[\d.]+"\);/g,
      ';',
    ],
  ];
  const times = changes.map(() => 0);
  return {
    name: 'keep-lit-to-itself',
    enforce: 'pre',
    transform(code, id) {
      if (!id.includes('/lit-html/')) return undefined;
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

/** What is imported on demand comes from the proxy; webpack has to be told so in words of its own. */
function leaveToTheBrowser(): Plugin {
  return {
    name: 'leave-to-the-browser',
    renderChunk: (code) =>
      code.replaceAll('/* @vite-ignore */', '/* @vite-ignore */ /* webpackIgnore: true */'),
  };
}

/** Folds the line breaks of the templates, the only ones that are left when the rest has been minified. */
function foldTemplates(): Plugin {
  return {
    name: 'fold-templates',
    generateBundle(_options, bundle) {
      for (const file of Object.values(bundle)) {
        if (file.type === 'chunk') file.code = `${file.code.trim().replace(/\s*\n\s*/g, ' ')}\n`;
      }
    },
  };
}

/** Optimisers put scripts one behind the other: `(` would call what ends without a semicolon, or stand in a comment. */
function keepApart(): Plugin {
  return {
    name: 'keep-apart',
    generateBundle(_options, bundle) {
      for (const file of Object.values(bundle)) {
        if (file.type === 'chunk') file.code = `\n;${file.code}`;
      }
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
    },
  };
}

/** The tag that pins this build: a browser runs no other script under it. `npm run --silent build` says nothing. */
function printTag(): Plugin {
  return {
    name: 'print-tag',
    writeBundle(_options, bundle) {
      const name = Object.keys(bundle).find((file) => /^embed\.[0-9a-f]{16}\.js$/.test(file));
      if (name === undefined || process.env['npm_config_loglevel'] === 'silent') return;
      const hash = createHash('sha384')
        .update(readFileSync(join(outDir, name)))
        .digest('base64');
      process.stdout.write(
        `<script async src="…/${name}" integrity="sha384-${hash}" crossorigin data-form="newsletter"></script>\n`,
      );
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
