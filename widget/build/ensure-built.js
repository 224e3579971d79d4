import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Runs before `npm start`: builds `dist/` when it is missing or older than the sources, and the tools for it are
 * installed. Without them (`npm ci --omit=dev`) it leaves a build that is there alone, and otherwise names the command
 * that is missing. Plain JavaScript, since nothing that reads TypeScript may be installed.
 */
const built = ['dist/server/main.js', 'dist/widget/embed.js', 'dist/widget/pages/site.css'];
const sources = ['server', 'widget', 'shared', 'package-lock.json', 'tsconfig.json', 'vite.config.ts'];

const isBuilt = built.every((path) => existsSync(path));
if (isBuilt && newest(sources) <= Math.min(...built.map((path) => statSync(path).mtimeMs))) process.exit(0);

if (existsSync('node_modules/vite') && existsSync('node_modules/typescript')) {
  const { status } = spawnSync('npm', ['run', '--silent', 'build'], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  process.exit(status ?? 1);
}
if (!isBuilt) {
  process.stderr.write(
    'dist/ is missing, and the build tools are not installed. Build it first: npm ci --include=dev && npm run build\n',
  );
  process.exit(1);
}

/** When the youngest file in these places was written, in ms since 1970. */
function newest(paths) {
  return Math.max(
    0,
    ...paths.map((path) => {
      if (!existsSync(path)) return 0;
      const stats = statSync(path);
      return stats.isDirectory() ? newest(readdirSync(path).map((name) => join(path, name))) : stats.mtimeMs;
    }),
  );
}
