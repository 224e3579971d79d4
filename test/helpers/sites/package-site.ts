import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-fs';
import { temporaryDir } from '../server/temporary-dir.ts';

const execute = promisify(execFile);

/** A site that has installed the npm package as it would be published, and nothing else of ours. */
export interface PackageSite {
  readonly dir: string;
  /** The folder of the installed package. */
  readonly installed: string;
  readonly dependencies: readonly string[];
  readonly write: (name: string, text: string) => Promise<void>;
  /** Runs node in the site's folder. */
  readonly run: (...args: readonly string[]) => Promise<{ readonly stdout: string }>;
}

export async function createPackageSite(packages: readonly string[] = []): Promise<PackageSite> {
  const dir = await temporaryDir();
  const modules = join(dir, 'node_modules');
  const installed = join(modules, '@rasa-signup/widget');
  await mkdir(join(modules, '@types'), { recursive: true });
  packed ??= pack();
  await pipeline(
    Readable.from([await packed]),
    createGunzip(),
    extract(installed, { map: (header) => ({ ...header, name: header.name.replace(/^package\//, '') }) }),
  );
  const dependencies = await readDependencies(installed);
  for (const name of [...dependencies, ...packages])
    await symlink(resolve('node_modules', name), join(modules, name));
  return {
    dir,
    installed,
    dependencies,
    write: (name, text) => writeFile(join(dir, name), text),
    run: (...args) => execute(process.execPath, args, { cwd: dir }),
  };
}

let packed: Promise<Buffer> | undefined;

async function pack(): Promise<Buffer> {
  const dir = await temporaryDir();
  await execute('npm', ['pack', './dist/package', '--pack-destination', dir]);
  const tarball = (await readdir(dir)).find((name) => name.endsWith('.tgz')) ?? '';
  return readFile(join(dir, tarball));
}

async function readDependencies(installed: string): Promise<string[]> {
  const { dependencies } = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  return Object.keys(dependencies);
}
