import { spawn } from 'node:child_process';
import { build } from 'vite';

/**
 * `npm run dev`: rebuilds the browser files on every change, and runs the server from source, restarting it
 * when a source or a built file changes. Reload the page to see a change. The proxy's variables and arguments
 * apply (`PORT=9000 npm run dev`). Types are not checked; the editor and `npm run check` do that.
 */
// Vite sets NODE_ENV, which is not for the server.
const env = { ...process.env };

// The server reads the built files at start, so they are built before it starts, also on a clean clone.
for (const mode of ['production', 'on-demand', 'pages'])
  await build({ mode, logLevel: 'warn', build: { watch: {}, emptyOutDir: false } }).then(firstBuild);

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
  { stdio: 'inherit', env },
);
server.once('exit', (code) => process.exit(code ?? 0));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => server.kill(signal));

/** Resolves when a watcher has built for the first time. */
async function firstBuild(watcher: Awaited<ReturnType<typeof build>>): Promise<void> {
  if (!('on' in watcher)) return;
  await new Promise<void>((resolve) => {
    watcher.on('event', ({ code }) => {
      if (code === 'END' || code === 'ERROR') resolve();
    });
  });
}
