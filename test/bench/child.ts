import { execFile, fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpus } from 'node:os';
import { promisify } from 'node:util';

/** A separate process that contains the measured code and runs these tasks. */
export interface Child<Tasks extends TaskList<Tasks>> {
  ask<Task extends keyof Tasks>(task: Task, ms?: number): Promise<Awaited<ReturnType<Tasks[Task]>>>;
  close(): Promise<void>;
}

type TaskList<Tasks> = { readonly [Task in keyof Tasks]: (ms: number) => unknown };

export interface ChildOptions {
  readonly args: readonly string[];
  /** The processor reserved for it. By default the system chooses one. */
  readonly core?: number;
}

export async function startChild<Tasks extends TaskList<Tasks>>(
  script: string,
  { args, core }: ChildOptions,
): Promise<Child<Tasks>> {
  const child = fork(script, args, { env: { ...process.env, NODE_ENV: 'production' }, execArgv: [] });
  if (core !== undefined && child.pid !== undefined) await pin(child.pid, core);
  await answerOf(child);
  return {
    async ask(task, ms = 0) {
      child.send({ task, ms });
      // The child answers each task with the figures declared in `Tasks`.
      return (await answerOf(child)) as never;
    },
    async close() {
      const exited = once(child, 'exit');
      child.disconnect();
      await exited;
    },
  };
}

/** Pins a process, with all its threads, to one processor. Resolves with whether that was possible. */
export async function pin(pid: number, core: number): Promise<boolean> {
  if (core >= cpus().length) return false;
  try {
    await promisify(execFile)('taskset', ['-acp', String(core), String(pid)]);
    return true;
  } catch {
    // Available only on Linux.
    return false;
  }
}

async function answerOf(child: ChildProcess): Promise<unknown> {
  const ended = new AbortController();
  try {
    const died = once(child, 'exit', { signal: ended.signal }).then(([code]) => {
      throw new Error(`The measured process ended with ${String(code)}.`);
    });
    const [answer] = (await Promise.race([
      once(child, 'message', { signal: ended.signal }),
      died,
    ])) as unknown[];
    return answer;
  } finally {
    ended.abort();
  }
}
