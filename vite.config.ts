import { defineConfig, type UserConfig } from 'vite';
import { keepLitToItself } from './widget/build/lit.ts';
import {
  compress,
  foldTemplates,
  keepApart,
  leaveToTheBrowser,
  nameByContent,
  outDir,
  printTag,
} from './widget/build/plugins.ts';

/**
 * Browsers that support `light-dark()`. For older ones Vite would rewrite it into CSS that ignores the page's
 * theme.
 */
const cssTarget = ['chrome123', 'firefox120', 'safari17.5'];

/** The script tag's bundle: one classic script, so that it works in every way a page can load it. */
const embed: UserConfig = {
  // Files that browsers request on their own, such as the favicon.
  publicDir: 'widget/static',
  build: {
    outDir,
    target: 'es2022',
    cssTarget,
    lib: { entry: 'widget/embed.ts', formats: ['iife'], name: 'rasaSignup', fileName: () => 'embed.js' },
  },
  plugins: [keepLitToItself(), foldTemplates(), keepApart(), nameByContent(), printTag(), compress()],
};

/** The modules that the script tag's bundle imports on demand. */
const onDemand: UserConfig = {
  publicDir: false,
  build: {
    outDir,
    emptyOutDir: false,
    target: 'es2022',
    lib: {
      entry: {
        confirm: 'widget/confirm/confirm.ts',
        debug: 'widget/debug/debug.ts',
        newsletters: 'widget/newsletters/newsletters.ts',
        overlay: 'widget/overlay/overlay.ts',
        pbkdf2: 'widget/proof/pbkdf2.ts',
        proof: 'widget/first-touch.ts',
        words: 'widget/words/words.ts',
      },
      formats: ['es'],
      fileName: (_format, name) => `${name}.js`,
    },
    // Vite keeps the white space in a library of ES modules.
    rolldownOptions: { output: { minify: true } },
  },
  plugins: [compress()],
};

/**
 * The npm package's modules, for the bundler of the site that installs it. They are not minified, so that the
 * comments with bundlers' instructions remain.
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

/** Scripts and styles of the server-rendered pages. They run only on the proxy's own origin. */
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
        'widget/pages/docs.css',
        // A script before the style sheet of the same name, whose empty chunk would take the script's name.
        'widget/pages/sandbox.ts',
        'widget/pages/operator.ts',
        'widget/pages/operator.css',
        'widget/pages/sandbox.css',
        'widget/pages/site.css',
      ],
      output: { entryFileNames: '[name].js', chunkFileNames: '[name].js', assetFileNames: '[name][extname]' },
    },
  },
};

/**
 * The server's programs, with what they import: a start takes less than half the time that a thousand files
 * take. What has native code, or is seldom used, stays in `node_modules`.
 */
const server: UserConfig = {
  publicDir: false,
  ssr: { noExternal: true, external: ['@photostructure/sqlite', 'culori', 'pg'] },
  build: {
    ssr: true,
    outDir: 'dist/server',
    emptyOutDir: false,
    target: 'node20',
    minify: false,
    sourcemap: true,
    rolldownOptions: {
      input: {
        cli: 'server/cli.ts',
        main: 'server/main.ts',
        rasa: 'server/rasa/rasa.ts',
        worker: 'server/store/sqlite/worker.ts',
      },
      output: {
        entryFileNames: '[name].js',
        chunkFileNames: 'parts/[name].js',
        sourcemapExcludeSources: true,
      },
    },
  },
};

const modes: Readonly<Record<string, UserConfig>> = {
  'on-demand': onDemand,
  pages,
  server,
  package: npmPackage,
};

export default defineConfig(({ mode }) => modes[mode] ?? embed);
