import { execFile, spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { chmod, chown, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished, vi } from 'vitest';
import { freePort } from '../helpers/server/free-port.ts';
import { buildImage, imageDataDir, imageUid, inRoot } from '../helpers/server/image.ts';
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

const canMount = spawnSync('unshare', ['--mount', 'true']).status === 0 && process.getuid?.() === 0;
const whyNot = canMount ? '' : ' (skipped: it takes root and unshare)';

it.skipIf(!canMount)(
  `the steps of the Dockerfile make a product that runs unprivileged on a read-only root${whyNot}`,
  async () => {
    const dir = await temporaryDir();
    await chmod(dir, 0o755);
    const node = (await fetchNode(24)) ?? process.execPath;
    const image = await buildImage(dir, `${dirname(node)}:${process.env['PATH'] ?? ''}`);
    expect(existsSync(join(image.root, 'app/node_modules/express'))).toBe(true);
    for (const name of ['typescript', 'vite', 'vitest'])
      expect(existsSync(join(image.root, 'app/node_modules', name)), name).toBe(false);
    const { mode, uid: owner } = statSync(image.root + imageDataDir);
    expect([(mode & 0o777).toString(8), owner]).toEqual(['700', imageUid]);

    const rasa = await startSandbox();
    const port = await freePort();
    const url = `http://localhost:${port}`;
    const volume = join(dir, 'volume');
    await mkdir(volume, { mode: 0o700 });
    await chown(volume, imageUid, imageUid);
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
