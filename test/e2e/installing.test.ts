import { execFile, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { appendFile, cp, mkdir, symlink, utimes, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { freePort } from '../helpers/server/free-port.ts';
import { temporaryDir } from '../helpers/server/temporary-dir.ts';

const run = promisify(execFile);

describe('npm start, before it starts', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await temporaryDir();
    await mkdir(join(dir, 'widget/build'), { recursive: true });
    await cp('widget/build/ensure-built.js', join(dir, 'widget/build/ensure-built.js'));
    await put('server/main.ts');
    // What `npm run build` would do.
    const build = "node -e \"require('fs').writeFileSync('was-built', '')\"";
    await put('package.json', JSON.stringify({ type: 'module', scripts: { build } }));
  });

  const prestart = () => run(process.execPath, ['widget/build/ensure-built.js'], { cwd: dir });
  const wasBuilt = () => run(process.execPath, ['-e', 'fs.accessSync("was-built")'], { cwd: dir });

  it('names the one command that is missing where nothing is built and nothing can build', async () => {
    await expect(prestart()).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('npm ci --include=dev && npm run build') as string,
    });
  });

  it('builds where nothing is built', async () => {
    await putTools();
    await prestart();
    await wasBuilt();
  });

  it('builds again where a source is newer', async () => {
    await putTools();
    await putBuilt();
    await put('server/main.ts');
    await utimes(join(dir, 'server/main.ts'), Date.now() / 1000 + 60, Date.now() / 1000 + 60);
    await prestart();
    await wasBuilt();
  });

  it('leaves an up-to-date build alone', async () => {
    await putTools();
    await putBuilt();
    await prestart();
    await expect(wasBuilt()).rejects.toThrow();
  });

  it('starts with what is built where nothing can build, as after npm ci --omit=dev', async () => {
    await putBuilt();
    await utimes(join(dir, 'server/main.ts'), Date.now() / 1000 + 60, Date.now() / 1000 + 60);
    await prestart();
    await expect(wasBuilt()).rejects.toThrow();
  });

  async function put(path: string, text = ''): Promise<void> {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), text);
  }

  async function putTools(): Promise<void> {
    for (const tool of ['vite', 'typescript']) await put(`node_modules/${tool}/package.json`, '{}');
  }

  async function putBuilt(): Promise<void> {
    const later = Date.now() / 1000 + 5;
    for (const path of ['dist/server/main.js', 'dist/widget/embed.js', 'dist/widget/pages/site.css']) {
      await put(path);
      await utimes(join(dir, path), later, later);
    }
  }
});

it(
  'npm run dev starts on a clean clone, and shows a change of a style sheet',
  { timeout: 90_000 },
  async () => {
    const dir = await temporaryDir();
    for (const path of ['server', 'shared', 'widget', 'package.json', 'tsconfig.json', 'vite.config.ts'])
      await cp(path, join(dir, path), { recursive: true });
    await symlink(resolve('node_modules'), join(dir, 'node_modules'));
    const [port, sandboxPort] = [String(await freePort()), String(await freePort())];
    const dev = spawn(process.execPath, ['--import', 'tsx', 'widget/build/dev.ts'], {
      cwd: dir,
      env: { PATH: process.env['PATH'], PORT: port, SANDBOX_PORT: sandboxPort },
      stdio: 'ignore',
    });
    onTestFinished(async () => {
      const ended = new Promise((resolveEnd) => dev.once('exit', resolveEnd));
      dev.kill();
      await ended;
    });
    const script = async () => (await fetch(`http://localhost:${port}/embed.js`)).text();
    await vi.waitFor(script, { timeout: 40_000, interval: 200 });
    await appendFile(join(dir, 'widget/form/rasa-signup.css'), ':host { --changed: 1 }');
    await vi.waitFor(
      async () => {
        expect(await script()).toContain('--changed');
      },
      {
        timeout: 40_000,
        interval: 200,
      },
    );
  },
);

describe('the installed product', () => {
  it('names TypeScript files and lines in its stacks', async () => {
    const script = `import('./dist/server/rasa.js').then(({ createRasaPublicClient }) => createRasaPublicClient({ timeouts: { readMs: 0 } })).catch((error) => console.log(error.stack))`;
    const { stdout } = await run(process.execPath, ['--enable-source-maps', '-e', script]);
    expect(stdout).toMatch(/server\/rasa\/rasa\.ts:\d+:\d+/);
  });

  it('starts with source maps everywhere that we start it', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      readonly scripts: Readonly<Record<string, string>>;
    };
    expect([scripts['start'], scripts['sandbox']]).toEqual([
      expect.stringContaining('node --enable-source-maps -- dist/server/'),
      expect.stringContaining('node --enable-source-maps -- dist/server/'),
    ]);
    for (const file of ['docs/deploy/Dockerfile', 'docs/deploy/rasa-signup.service', 'server/cli.ts'])
      expect(readFileSync(file, 'utf8'), file).toContain('--enable-source-maps');
  });
});
