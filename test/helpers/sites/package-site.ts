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

/** One of our packages, in the folder that it is packed from. */
export interface OurPackage {
  readonly folder: string;
  readonly name: string;
}

const widget: OurPackage = { folder: './dist/package', name: '@rasa-signup/widget' };

/** A site that has installed one of our packages as it would be published, and nothing else of ours. */
export interface PackageSite {
  readonly dir: string;
  /** The folder of the installed package. */
  readonly installed: string;
  readonly dependencies: readonly string[];
  readonly write: (name: string, text: string) => Promise<void>;
  /** Runs node in the site's folder. */
  readonly run: (...args: readonly string[]) => Promise<{ readonly stdout: string }>;
  /** The same with these variables too. */
  readonly runWith: (
    env: Readonly<Record<string, string>>,
    ...args: readonly string[]
  ) => Promise<{ readonly stdout: string }>;
}

/** Of the widget with its dependencies; of another package only with those that are named. */
export async function createPackageSite(
  packages: readonly string[] = [],
  { folder, name }: OurPackage = widget,
): Promise<PackageSite> {
  const dir = await temporaryDir();
  const modules = join(dir, 'node_modules');
  const installed = join(modules, name);
  await mkdir(join(modules, '@types'), { recursive: true });
  const tarball = packed.get(folder) ?? pack(folder);
  packed.set(folder, tarball);
  await pipeline(
    Readable.from([await tarball]),
    createGunzip(),
    extract(installed, { map: (header) => ({ ...header, name: header.name.replace(/^package\//, '') }) }),
  );
  const dependencies = await readDependencies(installed);
  for (const each of [...(name === widget.name ? dependencies : []), ...packages])
    await symlink(resolve('node_modules', each), join(modules, each));
  return {
    dir,
    installed,
    dependencies,
    write: (name, text) => writeFile(join(dir, name), text),
    run: (...args) => execute(process.execPath, args, { cwd: dir }),
    runWith: (env, ...args) => execute(process.execPath, args, { cwd: dir, env: { ...process.env, ...env } }),
  };
}

const packed = new Map<string, Promise<Buffer>>();

async function pack(folder: string): Promise<Buffer> {
  const dir = await temporaryDir();
  await execute('npm', ['pack', folder, '--pack-destination', dir]);
  const tarball = (await readdir(dir)).find((name) => name.endsWith('.tgz')) ?? '';
  return readFile(join(dir, tarball));
}

async function readDependencies(installed: string): Promise<string[]> {
  const { dependencies } = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  return Object.keys(dependencies);
}
