import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'vitest';

const run = promisify(execFile);
/** The user `node` of the base image. */
export const imageUid = 1000;
export const imageDataDir = '/var/lib/rasa-signup';

/** The instructions of one stage, with continued lines joined. */
function stagesOf(dockerfile: string): readonly (readonly (readonly [name: string, value: string])[])[] {
  const lines = dockerfile
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => /^[A-Z]+ /.test(line))
    .map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)] as const);
  const starts = lines.flatMap(([name], index) => (name === 'FROM' ? [index] : []));
  return starts.map((start, stage) => lines.slice(start, starts[stage + 1]));
}

/** What the steps of docs/deploy/Dockerfile have made. */
export interface Image {
  readonly root: string;
  readonly env: Readonly<Record<string, string>>;
  readonly command: readonly string[];
  readonly health: readonly string[];
}

/** Runs the steps of every stage in an empty directory; `path` is where programs are found. */
export async function buildImage(dir: string, path: string): Promise<Image> {
  let root = '';
  let env: Record<string, string> = {};
  let command: readonly string[] = [];
  let health: readonly string[] = [];
  for (const [stage, steps] of stagesOf(readFileSync('docs/deploy/Dockerfile', 'utf8')).entries()) {
    let cwd = '/';
    const before = root;
    root = join(dir, `stage${stage}`);
    env = {};
    for (const [name, value] of steps) {
      if (name === 'WORKDIR') {
        cwd = value;
        await mkdir(join(root, cwd), { recursive: true });
      } else if (name === 'ENV') {
        env = {
          ...env,
          ...Object.fromEntries(value.split(' ').map((pair) => pair.split('=') as [string, string])),
        };
      } else if (name === 'COPY') {
        const isFromBuild = value.startsWith('--from=build ');
        const names = value.replace('--from=build ', '').split(' ');
        const to = names.pop() ?? '';
        for (const source of names) {
          const target = to.endsWith('/')
            ? join(root, cwd, to, source.replace(/.*\//, ''))
            : join(root, cwd, to);
          await mkdir(dirname(target), { recursive: true });
          await cp(isFromBuild ? join(before, source) : source, target, {
            recursive: true,
            verbatimSymlinks: true,
            filter: (file) => !/\.tsbuildinfo$|\/\.env/.test(file),
          });
        }
      } else if (name === 'RUN') {
        const script = value
          .replaceAll(/ -([og]) node\b/g, ` -$1 ${imageUid}`)
          .replaceAll(imageDataDir, root + imageDataDir);
        await mkdir(dirname(root + imageDataDir), { recursive: true });
        await run('sh', ['-ec', script], {
          cwd: join(root, cwd),
          env: { ...process.env, NODE_ENV: undefined, ...env, PATH: path },
          maxBuffer: 64 * 1024 * 1024,
        });
      } else if (name === 'CMD') command = JSON.parse(value) as string[];
      else if (name === 'HEALTHCHECK') health = JSON.parse(value.replace(/^.*CMD /, '')) as string[];
      else expect(['FROM', 'USER', 'VOLUME', 'EXPOSE']).toContain(name);
    }
  }
  return { root, env, command, health };
}

/**
 * A script that runs its arguments in `root`, of which only `/tmp` and the volume can be written to.
 * `mounted` are directories of this machine that are there as well.
 */
export function inRoot(root: string, volume: string, node: string, mounted: readonly string[] = []): string {
  const system = ['usr', 'lib', 'lib64', 'bin', 'proc', 'dev'].filter((name) => existsSync(`/${name}`));
  return [
    'set -e',
    `mount --bind ${root} ${root}`,
    `cd ${root}`,
    `mkdir -p ${system.join(' ')} etc tmp opt/node`,
    ...system.map((name) => `mount --rbind /${name} ${name}`),
    `mount --bind ${dirname(node)} opt/node`,
    'cp /etc/hosts /etc/nsswitch.conf etc/ 2>/dev/null || true',
    ...mounted.flatMap((path) => [`mkdir -p .${path}`, `mount --bind ${path} .${path}`]),
    'mount -t tmpfs -o mode=1777 tmpfs tmp',
    `mount --bind ${volume} .${imageDataDir}`,
    `mount -o remount,bind,ro ${root}`,
    `exec chroot --userspec=${imageUid}:${imageUid} ${root} sh -c 'cd /app && exec "$@"' sh "$@"`,
  ].join('\n');
}
