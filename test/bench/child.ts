import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { basename } from 'node:path';
import { build } from 'vite';
import type { Tasks } from './outbox-child.ts';

/** A process of its own that has one outbox. */
export interface Child {
  ask<Task extends keyof Tasks>(task: Task, ms?: number): Promise<Awaited<ReturnType<Tasks[Task]>>>;
  close(): Promise<void>;
}

/** Compiles the child once, so that its memory and its start hold no compiler: it runs as the product does. */
export async function buildChild(entry: string, outDir: string): Promise<string> {
  const entryFileNames = `${basename(entry, '.ts')}.mjs`;
  await build({
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    build: {
      ssr: entry,
      outDir,
      target: 'node20',
      minify: false,
      rolldownOptions: { output: { entryFileNames } },
    },
  });
  return `${outDir}/${entryFileNames}`;
}

export async function startChild(script: string, dir: string): Promise<Child> {
  const child = fork(script, [dir], { env: { ...process.env, NODE_ENV: 'production' }, execArgv: [] });
  await answerOf(child);
  return {
    async ask(task, ms = 0) {
      child.send({ task, ms });
      // The child answers each task with the figures that `Tasks` says.
      return (await answerOf(child)) as never;
    },
    async close() {
      const exited = once(child, 'exit');
      child.disconnect();
      await exited;
    },
  };
}

async function answerOf(child: ChildProcess): Promise<unknown> {
  const ended = new AbortController();
  try {
    const died = once(child, 'exit', { signal: ended.signal }).then(([code]) => {
      throw new Error(`The process with the outbox ended with ${String(code)}.`);
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
