import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { buildVanilla, installPeers } from './peers.ts';
import { table } from './report.ts';

/**
 * `npm run size`: the size of the visitors' downloads, compared with other scripts. Fails if a budget is
 * exceeded, or if a built script has none.
 */
interface Budget {
  readonly file: string;
  readonly brotli: number;
  readonly gzip: number;
  readonly why: string;
}

const budgets: readonly Budget[] = [
  {
    file: 'embed.js',
    brotli: 12_500,
    gzip: 14_000,
    why: 'Every feature of the default form. With its headers it still fits the first flight of a connection (RFC 6928: 14,600 bytes).',
  },
  {
    file: 'proof.js',
    brotli: 2_700,
    gzip: 3_100,
    why: 'The proof of work and the suggestions for mistyped addresses, with their style; loaded when a visitor first touches a form.',
  },
  {
    file: 'pbkdf2.js',
    brotli: 3_500,
    gzip: 4_000,
    why: 'PBKDF2 in JavaScript, only for pages over plain http.',
  },
  {
    file: 'overlay.js',
    brotli: 3_000,
    gzip: 3_400,
    why: 'Dialog, slide-in and bar with their triggers, loaded only for these displays.',
  },
  {
    file: 'confirm.js',
    brotli: 3_000,
    gzip: 3_400,
    why: 'The form that waits for a click in a mail; loaded after a sign-up that has to be confirmed.',
  },
  {
    file: 'newsletters.js',
    brotli: 3_000,
    gzip: 3_400,
    why: 'The boxes of a form that offers several newsletters, loaded with such a form.',
  },
  {
    file: 'words.js',
    brotli: 900,
    gzip: 1_000,
    why: 'What a page says in place of a form that could not be loaded, in every language.',
  },
  {
    file: 'debug.js',
    brotli: 4_000,
    gzip: 4_500,
    why: 'For the person who sets up a page; visitors do not load it.',
  },
];

interface Size {
  readonly raw: number;
  readonly gzip: number;
  readonly brotli: number;
}

const outDir = 'dist/widget';
// Without the copy that has a hash in its name.
const built = (await readdir(outDir)).filter((name) => name.endsWith('.js') && !/^embed\..*\.js$/.test(name));
const unknown = built.filter((name) => !budgets.some(({ file }) => file === name));
const ours = budgets
  .filter(({ file }) => built.includes(file))
  .map((budget) => {
    const size = sizeOf([join(outDir, budget.file)]);
    return { ...budget, size, fits: size.gzip <= budget.gzip && size.brotli <= budget.brotli };
  });

process.stdout.write(
  `\nDownloads of visitors, in bytes\n\n${table(
    ['', 'raw', 'gzip', 'at most', 'brotli', 'at most', ''],
    ours.map(({ file, size, gzip, brotli, fits }) => [
      file,
      size.raw,
      size.gzip,
      gzip,
      size.brotli,
      brotli,
      fits ? 'fits' : 'EXCEEDED',
    ]),
  )}\n${ours.map(({ file, why }) => `${file}: ${why}\n`).join('')}`,
);
await compare();
for (const name of unknown) process.stderr.write(`${name} has no budget: add one in test/bench/size.ts.\n`);
process.exitCode = unknown.length === 0 && ours.every(({ fits }) => fits) ? 0 : 1;

async function compare(): Promise<void> {
  const peers = await installPeers();
  const proof = join(outDir, 'proof.js');
  const rows = [
    { name: 'the form, touched', size: sizeOf([join(outDir, 'embed.js'), proof]) },
    { name: 'the same without a framework', size: sizeOf([await buildVanilla(), proof]) },
    ...(typeof peers === 'string'
      ? []
      : [
          { name: '@tryghost/signup-form, of one field', size: sizeOf([peers.ghost]) },
          { name: 'altcha, the proof of work alone', size: sizeOf([peers.altcha]) },
        ]),
  ];
  const ownBytes = rows[0]?.size.brotli ?? NaN;
  process.stdout.write(
    `\nCompared with others (ours includes proof.js, which every visitor who fills in the form loads)\n\n${table(
      ['', 'raw', 'gzip', 'brotli', 'of ours'],
      rows.map(({ name, size: { raw, gzip, brotli } }) => [
        name,
        raw,
        gzip,
        brotli,
        `${(brotli / ownBytes).toFixed(1)} x`,
      ]),
    )}${typeof peers === 'string' ? `\n${peers}\n` : ''}`,
  );
}

/** Each file is compressed separately, since each is a download. */
function sizeOf(paths: readonly string[]): Size {
  const sizes = paths.map((path) => {
    const script = readFileSync(path);
    const params = { [constants.BROTLI_PARAM_SIZE_HINT]: script.length };
    return {
      raw: script.length,
      gzip: gzipSync(script, { level: constants.Z_BEST_COMPRESSION }).length,
      brotli: brotliCompressSync(script, { params }).length,
    };
  });
  const sum = (of: keyof Size) => sizes.reduce((total, size) => total + size[of], 0);
  return { raw: sum('raw'), gzip: sum('gzip'), brotli: sum('brotli') };
}
