import { execFileSync } from 'node:child_process';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress } from 'node:zlib';
import { Launcher } from 'chrome-launcher';
import { extract } from 'tar-fs';

/** A Chrome or Chromium for the tests, and how to start it on this machine. */
export interface Browser {
  readonly path: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly is: 'chosen' | 'installed' | 'packed';
}

/**
 * `CHROME_PATH`, else an installed Chrome or Chromium, else the Chromium in the npm package
 * @sparticuz/chromium for Linux on x86-64. `BROWSER=packed` uses the last one directly, so that the lock file
 * determines the version.
 */
export async function findBrowser(): Promise<Browser> {
  const { CHROME_PATH, BROWSER } = process.env;
  if (CHROME_PATH) {
    if (!existsSync(CHROME_PATH)) throw new Error(`CHROME_PATH is ${CHROME_PATH}, and no file is there.`);
    return browser(CHROME_PATH, 'chosen');
  }
  const installed = BROWSER === 'packed' ? undefined : installedChrome();
  if (installed !== undefined) return browser(installed, 'installed');
  if (process.platform === 'linux' && process.arch === 'x64') return unpackBrowser();
  throw new Error(
    'No browser for the tests: install Google Chrome or Chromium, or set CHROME_PATH to the program.',
  );
}

function installedChrome(): string | undefined {
  try {
    return Launcher.getInstallations()[0];
  } catch {
    // On Linux it throws if it finds none.
    return undefined;
  }
}

async function unpackBrowser(): Promise<Browser> {
  const packageDir = join(dirname(createRequire(import.meta.url).resolve('@sparticuz/chromium')), '../..');
  const { default: packed } = await import('@sparticuz/chromium');
  const { version } = createRequire(import.meta.url)(join(packageDir, 'package.json')) as { version: string };
  const cache = join(process.cwd(), 'node_modules/.cache', `chromium-${version}`);
  if (!existsSync(cache)) {
    // Unpacked under another name first, so that no other process finds it incomplete. The package trusts the
    // content of the temporary directory, which is world-writable; hence a private TMPDIR.
    const unpacking = `${cache}.${process.pid}`;
    await mkdir(unpacking, { recursive: true });
    const before = process.env['TMPDIR'];
    process.env['TMPDIR'] = unpacking;
    await packed.executablePath();
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
    await unpackLibraries(join(packageDir, 'bin/al2023.tar.br'), join(unpacking, 'libraries'));
    await rename(unpacking, cache).catch(async (error: unknown) => {
      // Another process was faster.
      if (!existsSync(cache)) throw error;
      await rm(unpacking, { recursive: true });
    });
  }
  const path = join(cache, 'chromium');
  const env = hasItsLibraries(path) ? {} : { LD_LIBRARY_PATH: join(cache, 'libraries/lib') };
  return { ...browser(path, 'packed'), env };
}

/** The package also contains the shared libraries that a bare Linux lacks. */
async function unpackLibraries(archive: string, to: string): Promise<void> {
  await pipeline(createReadStream(archive), createBrotliDecompress(), extract(to));
}

function hasItsLibraries(path: string): boolean {
  return !execFileSync('ldd', [path], { encoding: 'utf8' }).includes('not found');
}

function browser(path: string, is: Browser['is']): Browser {
  const sandboxless = is === 'packed' || process.getuid?.() === 0 || process.env['CI'] !== undefined;
  return {
    path,
    is,
    env: {},
    args: [
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--disable-default-apps',
      '--disable-dev-shm-usage',
      ...(sandboxless ? ['--no-sandbox'] : []),
    ],
  };
}
