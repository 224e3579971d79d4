import { spawn } from 'node:child_process';
import { build } from 'vite';

/**
 * `npm run dev`: builds what browsers load again whenever it changes, and runs the server from source, again
 * whenever it or a built file changes. Reload the page to see the change. Variables and arguments of the
 * proxy apply (`PORT=9000 npm run dev`). Types are left to the editor and to `npm run check`.
 */
const server = spawn(
  process.execPath,
  [
    'node_modules/tsx/dist/cli.mjs',
    'watch',
    '--clear-screen=false',
    '--include=dist/widget/**/*',
    '--enable-source-maps',
    'server/main.ts',
    ...process.argv.slice(2),
  ],
  { stdio: 'inherit', env: { ...process.env } },
);
server.once('exit', (code) => process.exit(code ?? 0));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => server.kill(signal));

// Vite sets NODE_ENV, which is not for the server.
for (const mode of ['production', 'on-demand', 'pages'])
  await build({ mode, logLevel: 'warn', build: { watch: {}, emptyOutDir: false } });
