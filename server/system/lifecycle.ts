import { closeSync } from 'node:fs';
import { isatty } from 'node:tty';

/** What both entry points need of the process, handed in by them. */
export type ProcessLike = Pick<NodeJS.Process, 'on' | 'exit' | 'kill' | 'pid' | 'ppid' | 'env' | 'stderr'>;

/** An orderly stop takes ten seconds at most. */
const longestStopMs = 11_000;

/**
 * Calls `stop` once when the process is asked to stop, and ends it with 0 when that is done. Where it fails
 * or takes longer than eleven seconds, as on a disk that does not answer, and where it is asked again, the
 * process kills itself: `exit` would wait for a thread that waits for the disk. Besides SIGTERM and SIGINT
 * the end of an `npm start` counts: npm passes SIGTERM to the shell that it runs scripts in, and the shell
 * dies of it without a word to us, so that only the new parent tells.
 */
export function onStopRequest(process: ProcessLike, stop: (reason: string) => Promise<void>): void {
  let stopping = false;
  const request = (reason: string) => {
    if (stopping) endAtOnce(process);
    stopping = true;
    setTimeout(() => {
      failToStop(process, `it takes longer than ${longestStopMs / 1000} s`);
    }, longestStopMs).unref();
    stop(reason).then(
      () => process.exit(0),
      (error: unknown) => {
        failToStop(process, explain(error));
      },
    );
  };
  endWithoutTerminal(process);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, request);

  if (!isRunByNpm(process.env)) return;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    if (!stopping) request('the end of npm');
  }, 500);
  watch.unref();
}

/**
 * Whether npm runs our own script in the foreground. A deployment script that leaves us in the background has
 * the same variables, and its end is not ours. What a script in a file of its own does cannot be seen here.
 */
function isRunByNpm(env: ProcessLike['env']): boolean {
  const script = env['npm_lifecycle_script'] ?? '';
  const isOurs =
    ['start', 'sandbox'].includes(env['npm_lifecycle_event'] ?? '') &&
    /\b(main|cli)\.js\b|\brasa-signup\b/.test(script);
  const isLeftBehind =
    /(^|[^&>])&\s*($|[^&>\s])|\b(nohup|setsid|disown|daemonize|start-stop-daemon|pm2|forever)\b/.test(script);
  return isOurs && !isLeftBehind;
}

/**
 * Where the terminal has gone away, Node aborts at its end (checked with 20.20): it puts back the settings of
 * a terminal that can no longer be set, and skips only what is closed.
 */
function endWithoutTerminal(process: ProcessLike): void {
  const terminals = [0, 1, 2].filter((fd) => isatty(fd));
  process.on('exit', () => {
    for (const fd of terminals) if (!isatty(fd)) closeSync(fd);
  });
}

function failToStop(process: ProcessLike, why: string): void {
  process.stderr.write(`It could not be stopped in order: ${why}\n`);
  endAtOnce(process);
}

function endAtOnce(process: ProcessLike): void {
  process.kill(process.pid, 'SIGKILL');
}

/**
 * Ends the process with words about why it could not start: those of an operator's mistake, or a bug's stack.
 */
export function failToStart(process: ProcessLike, error: unknown): never {
  process.stderr.write(`${explain(error)}\n`);
  return process.exit(1);
}

const notOurs: readonly string[] = ['EACCES', 'EEXIST', 'ENOTDIR', 'EPERM', 'EROFS'];

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, port, address, syscall, hostname, path } = error as NodeJS.ErrnoException & {
    readonly port?: number;
    readonly address?: string;
    readonly hostname?: string;
  };
  if (code === 'EADDRINUSE' && (port ?? -1) < 0) {
    return `${address ?? 'The socket'} is already in use. Stop the program that uses it, or set PORT to another path.`;
  }
  if (code === 'EADDRINUSE') {
    return `Port ${port ?? ''} is already in use. Stop the program that uses it, or set PORT (or SANDBOX_PORT) to a free port.`;
  }
  if (syscall === 'getaddrinfo' || code === 'EADDRNOTAVAIL') {
    return (
      `The proxy cannot listen on ${hostname ?? address ?? 'this host'} (${code ?? ''}): this machine has no such address. ` +
      'Set HOST (or SANDBOX_HOST) to one that it has, without http://, or leave it out.'
    );
  }
  if (syscall === 'listen') {
    return (port ?? -1) < 0
      ? `${error.message}. Set PORT to a path in a directory that exists and that this user can write to.`
      : `${error.message}. Set PORT (or SANDBOX_PORT) to one that this user may use, such as 8787.`;
  }
  if (path !== undefined && notOurs.includes(code ?? '')) {
    return `${error.message}. See that DATA_DIR is a directory that this user can write to.`;
  }
  // Messages of errors made for operators, and of system errors such as EACCES, are complete without a stack.
  const forOperators = ['ConfigError', 'StateFileError', 'NewerSchema', 'StoreRefused', 'StoreUnavailable'];
  const isForOperator = forOperators.includes(error.name) || code !== undefined;
  return isForOperator ? error.message : (error.stack ?? error.message);
}
