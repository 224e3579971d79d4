import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cp, mkdir, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, it } from 'vitest';
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

describe('the installed product', () => {
  it('names TypeScript files and lines in its stacks', async () => {
    const script = `import('./dist/server/system/files.js').then(({ readIfThere }) => readIfThere({}, '')).catch((error) => console.log(error.stack))`;
    const { stdout } = await run(process.execPath, ['--enable-source-maps', '-e', script]);
    expect(stdout).toMatch(/server\/system\/files\.ts:\d+:\d+/);
  });

  it('starts with source maps everywhere that we start it', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      readonly scripts: Readonly<Record<string, string>>;
    };
    expect([scripts['start'], scripts['sandbox']]).toEqual([
      expect.stringContaining('node --enable-source-maps dist/server/'),
      expect.stringContaining('node --enable-source-maps dist/server/'),
    ]);
    for (const file of ['docs/deploy/Dockerfile', 'docs/deploy/rasa-signup.service', 'server/cli.ts'])
      expect(readFileSync(file, 'utf8'), file).toContain('--enable-source-maps');
  });
});
