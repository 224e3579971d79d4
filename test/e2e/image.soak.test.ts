import { execFile, spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { chmod, chown, cp, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished, vi } from 'vitest';
import { freePort } from '../helpers/server/free-port.ts';
import { fetchNode } from '../helpers/server/other-node.ts';
import { startSandbox } from '../helpers/server/sandbox.ts';
import { credentialsFor, openIntake, readContacts } from '../helpers/server/service.ts';
import { temporaryDir } from '../helpers/server/temporary-dir.ts';
import { post } from '../helpers/sites/visitor.ts';

/*
 * The steps of docs/deploy/Dockerfile, one after another, in an empty directory: no engine for images is
 * needed. The product is started there as process of the image's user, with nothing but that directory and
 * this machine's system libraries as its root, which is read-only as with `docker run --read-only`.
 */
const run = promisify(execFile);
/** The user `node` of the base image. */
const uid = 1000;
const dataDir = '/var/lib/rasa-signup';

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

interface Image {
  readonly root: string;
  readonly env: Readonly<Record<string, string>>;
  readonly command: readonly string[];
  readonly health: readonly string[];
}

/** Runs the steps of every stage; `path` is where programs are found. */
async function build(dir: string, path: string): Promise<Image> {
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
          .replaceAll(/ -([og]) node\b/g, ` -$1 ${uid}`)
          .replaceAll(dataDir, root + dataDir);
        await mkdir(dirname(root + dataDir), { recursive: true });
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

/** A script that runs its arguments in `root`, of which only `/tmp` and the volume can be written to. */
function inRoot(root: string, volume: string, node: string): string {
  const system = ['usr', 'lib', 'lib64', 'bin', 'proc', 'dev'].filter((name) => existsSync(`/${name}`));
  return [
    'set -e',
    `mount --bind ${root} ${root}`,
    `cd ${root}`,
    `mkdir -p ${system.join(' ')} etc tmp opt/node`,
    ...system.map((name) => `mount --rbind /${name} ${name}`),
    `mount --bind ${dirname(node)} opt/node`,
    'cp /etc/hosts /etc/nsswitch.conf etc/ 2>/dev/null || true',
    'mount -t tmpfs -o mode=1777 tmpfs tmp',
    `mount --bind ${volume} .${dataDir}`,
    `mount -o remount,bind,ro ${root}`,
    `exec chroot --userspec=${uid}:${uid} ${root} sh -c 'cd /app && exec "$@"' sh "$@"`,
  ].join('\n');
}

const canMount = spawnSync('unshare', ['--mount', 'true']).status === 0 && process.getuid?.() === 0;
const whyNot = canMount ? '' : ' (skipped: it takes root and unshare)';

it.skipIf(!canMount)(
  `the steps of the Dockerfile make a product that runs unprivileged on a read-only root${whyNot}`,
  async () => {
    const dir = await temporaryDir();
    await chmod(dir, 0o755);
    const node = (await fetchNode(24)) ?? process.execPath;
    const image = await build(dir, `${dirname(node)}:${process.env['PATH'] ?? ''}`);
    expect(existsSync(join(image.root, 'app/node_modules/express'))).toBe(true);
    for (const name of ['typescript', 'vite', 'vitest'])
      expect(existsSync(join(image.root, 'app/node_modules', name)), name).toBe(false);
    const { mode, uid: owner } = statSync(image.root + dataDir);
    expect([(mode & 0o777).toString(8), owner]).toEqual(['700', uid]);

    const rasa = await startSandbox();
    const port = await freePort();
    const url = `http://localhost:${port}`;
    const volume = join(dir, 'volume');
    await mkdir(volume, { mode: 0o700 });
    await chown(volume, uid, uid);
    const env = {
      PATH: '/opt/node:/usr/bin:/bin:/usr/sbin',
      ...image.env,
      ...credentialsFor(rasa),
      ...openIntake,
      PORT: String(port),
      PUBLIC_URL: 'https://signup.example.com',
      TRUST_PROXY: '1',
    };
    const script = inRoot(image.root, volume, node);
    const inside = (...command: readonly string[]) =>
      ['--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', ...command] as const;
    const product = spawn('unshare', inside(...image.command), { env, stdio: ['ignore', 'pipe', 'pipe'] });
    onTestFinished(() => void product.kill('SIGKILL'));
    const ended = new Promise<number | null>((resolve) => product.once('exit', resolve));
    let output = '';
    for (const stream of [product.stdout, product.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    await vi.waitFor(
      () => {
        if (product.exitCode !== null) throw new Error(`It ended:\n${output}`);
        expect(output).toContain('"msg":"Listening."');
      },
      { timeout: 30_000, interval: 100 },
    );
    expect(readFileSync(`/proc/${product.pid ?? 0}/status`, 'utf8')).toMatch(/^Uid:\s+1000\s+1000\s+1000\s/m);
    const health = image.health.map((part) => part.replace('localhost:8787', `localhost:${port}`));
    await run('unshare', inside(...health), { env });
    expect((await post(url, 'urlencoded', { email: 'ada@example.com' })).status).toBe(202);
    await vi.waitFor(
      async () => {
        expect(await readContacts(rasa)).toMatchObject([{ email: 'ada@example.com' }]);
      },
      { timeout: 20_000, interval: 200 },
    );
    await expect(run('unshare', inside('sh', '-c', 'echo > /app/changed'), { env })).rejects.toThrow(
      'Read-only file system',
    );
    const doctor = run('unshare', inside('node', 'dist/server/cli.js', 'doctor'), { env });
    const { stdout } = await doctor.catch((error: unknown) => error as { readonly stdout: string });
    const { checks } = JSON.parse(stdout) as {
      readonly checks: readonly {
        readonly findings: readonly { readonly is: string; readonly what: string }[];
      }[];
    };
    const faults = checks.flatMap(({ findings }) => findings.filter(({ is }) => is === 'fault'));
    // Neither the public address nor the origin of this test leads anywhere.
    expect(faults.filter(({ what }) => !what.includes('.example.com'))).toEqual([]);
    product.kill('SIGTERM');
    expect(await ended).toBe(0);
  },
  600_000,
);
