/** The parts of the process that the two entry points pass in. */
export type ProcessLike = Pick<NodeJS.Process, 'on' | 'exit' | 'ppid' | 'env' | 'stderr'>;

/**
 * Calls `stop` once on the first stop request and exits with 0 when it resolves. A second request exits with
 * 1 at once. A stop request is SIGTERM, SIGINT, or the end of `npm start`: npm passes SIGTERM to the shell
 * that it runs scripts in, and that shell dies without passing it on, so the only sign is a new parent
 * process id (polled every 500 ms).
 */
export function onStopRequest(process: ProcessLike, stop: (reason: string) => Promise<void>): void {
  let stopping = false;
  const request = (reason: string) => {
    if (stopping) process.exit(1);
    stopping = true;
    void stop(reason).then(() => process.exit(0));
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, request);

  if (process.env['npm_lifecycle_event'] === undefined) return;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    if (!stopping) request('the end of npm');
  }, 500);
  watch.unref();
}

/**
 * Prints why the process could not start and exits with 1. Prints the message alone for operators' mistakes
 * and system errors, the stack for bugs.
 */
export function failToStart(process: ProcessLike, error: unknown): never {
  process.stderr.write(`${explain(error)}\n`);
  return process.exit(1);
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, port } = error as NodeJS.ErrnoException & { readonly port?: number };
  if (code === 'EADDRINUSE') {
    return `Port ${port ?? ''} is already in use. Stop the program that uses it, or set PORT (or SANDBOX_PORT) to a free port.`;
  }
  // Messages of errors made for operators, and of system errors such as EACCES, are complete without a stack.
  const forOperators = ['ConfigError', 'StateFileError', 'NewerSchema', 'StoreRefused', 'StoreUnavailable'];
  const isForOperator = forOperators.includes(error.name) || code !== undefined;
  return isForOperator ? error.message : (error.stack ?? error.message);
}
