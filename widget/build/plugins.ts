import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Plugin } from 'vite';

/** Where the files for browsers are built. */
export const outDir = 'dist/widget';

/**
 * Modules that are imported on demand come from the proxy. webpack needs its own comment to leave them alone.
 */
export function leaveToTheBrowser(): Plugin {
  return {
    name: 'leave-to-the-browser',
    renderChunk: (code) =>
      code.replaceAll('/* @vite-ignore */', '/* @vite-ignore */ /* webpackIgnore: true */'),
  };
}

/** Folds the line breaks in templates. No others are left after minification. */
export function foldTemplates(): Plugin {
  return {
    name: 'fold-templates',
    generateBundle(_options, bundle) {
      for (const file of Object.values(bundle)) {
        if (file.type === 'chunk') file.code = `${fold(file.code)}\n`;
      }
    },
  };
}

/** No template has a space between two tags, or before the end of one, that would be seen. */
function fold(code: string): string {
  return code
    .trim()
    .replace(/\s*\n\s*/g, ' ')
    .replace(/(?<=>) (?=<[a-z/])/g, '')
    .replace(/(?<=[}"]) (?=>)/g, '');
}

/**
 * Protects against optimisers that concatenate scripts: `(` would call an expression that ends without a
 * semicolon, and a line comment at the end of the previous script would swallow ours. The comment makes
 * Chromium compile all functions while it downloads the script, and not one by one while the page waits.
 */
export function keepApart(): Plugin {
  return {
    name: 'keep-apart',
    generateBundle(_options, bundle) {
      for (const file of Object.values(bundle)) {
        if (file.type === 'chunk') file.code = `\n//# allFunctionsCalledOnLoad\n;${file.code}`;
      }
    },
  };
}

/** Writes a copy beside `embed.js` that has a hash in its name and can be cached permanently. */
export function nameByContent(): Plugin {
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

/** Prints the tag that pins a page to this build. `npm run --silent build` does not print it. */
export function printTag(): Plugin {
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

/** Compresses every file once at the highest level, so that the server never compresses. */
export function compress(): Plugin {
  return {
    name: 'compress',
    async writeBundle(_options, bundle) {
      for (const name of Object.keys(bundle)) {
        const path = join(outDir, name);
        // `npm run dev` is for fast changes, and a copy of an earlier build would be served instead.
        if (this.meta.watchMode) {
          for (const copy of [`${path}.br`, `${path}.gz`]) await rm(copy, { force: true });
          continue;
        }
        const script = await readFile(path);
        const params = { [constants.BROTLI_PARAM_SIZE_HINT]: script.length };
        await writeFile(`${path}.br`, await promisify(brotliCompress)(script, { params }));
        await writeFile(`${path}.gz`, await promisify(gzip)(script, { level: constants.Z_BEST_COMPRESSION }));
      }
    },
  };
}
