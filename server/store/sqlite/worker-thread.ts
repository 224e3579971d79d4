import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { productDir } from '../../system/product.ts';
import { StoreUnavailable } from '../errors.ts';
import {
  fromPlain,
  type AnswerMessage,
  type Answers,
  type Request,
  type RequestMessage,
} from './messages.ts';

export type StartWorker = () => Worker;

interface Asked {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** `node:sqlite` works as it should, but still warns on every start that it is new. */
const execArgv = ['--disable-warning=ExperimentalWarning'];

/** Starts the worker, from what was built or, in tests, from the sources. */
export function startWorker(workerData: unknown): Worker {
  const { url } = import.meta;
  const built = join(productDir, 'dist/server/worker.js');
  if (!url.endsWith('.ts') || isNewer(built, new URL('../', url))) {
    return new Worker(built, { workerData, execArgv });
  }
  // On Node 20 a worker does not inherit the loader that its parent reads TypeScript with.
  const source = new URL('./worker.ts', url).href;
  const script = `
    const { createRequire } = require('node:module');
    const loader = createRequire(${JSON.stringify(source)}).resolve('tsx/esm/api').replace(/cjs$/, 'mjs');
    import(loader).then(({ register }) => { register(); return import(${JSON.stringify(source)}); });
  `;
  return new Worker(script, { eval: true, workerData, execArgv });
}

/** Whether it was built after every file of the room was changed. Reading the sources takes a second more. */
function isNewer(built: string, room: URL): boolean {
  const writtenMs = (path: string | URL) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const builtMs = writtenMs(built);
  return readdirSync(room, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .every((name) => builtMs > writtenMs(new URL(name, room)));
}

/**
 * The worker as questions and answers. A thread that ends without being closed is a bug or a lack of memory:
 * what it was asked is answered with an error, and the next question starts another one.
 */
export class WorkerThread {
  readonly #start: StartWorker;
  readonly #asked = new Map<number, Asked>();
  #worker: Worker | undefined;
  #lastId = 0;
  #isClosed = false;

  constructor(start: StartWorker) {
    this.#start = start;
  }

  async ask<Do extends Request['do']>(request: Request & { readonly do: Do }): Promise<Answers[Do]> {
    if (this.#isClosed) throw new StoreUnavailable('closed');
    const worker = (this.#worker ??= this.#startWorker());
    const id = ++this.#lastId;
    const answer = new Promise((resolve, reject) => {
      this.#asked.set(id, { resolve, reject });
    });
    const message: RequestMessage = { id, request };
    worker.postMessage(message);
    return (await answer) as Answers[Do];
  }

  /** How many questions wait for an answer. */
  get asked(): number {
    return this.#asked.size;
  }

  /**
   * Has the file closed. After `graceMs` the thread is left to itself: false, and the process may still wait
   * for it.
   */
  async close(graceMs: number): Promise<boolean> {
    const worker = this.#worker;
    if (!worker || this.#isClosed) {
      this.#isClosed = true;
      return true;
    }
    const ended = new Promise<boolean>((resolve) => {
      worker.once('exit', () => {
        resolve(true);
      });
    });
    const closed = this.ask({ do: 'close' });
    this.#isClosed = true;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => {
        resolve(false);
      }, graceMs);
    });
    // An error while closing is answered by the end of the thread all the same.
    closed.catch(() => undefined);
    const isEnded = await Promise.race([ended, late]);
    clearTimeout(timer);
    if (!isEnded) worker.unref();
    this.#rejectAll(new StoreUnavailable('closed', { outcome: 'unknown' }));
    return isEnded;
  }

  #startWorker(): Worker {
    const worker = this.#start();
    worker.on('message', (message: AnswerMessage) => {
      const asked = this.#asked.get(message.id);
      this.#asked.delete(message.id);
      if ('error' in message) asked?.reject(fromPlain(message.error));
      else asked?.resolve(message.answer);
    });
    worker.on('error', (error) => {
      this.#end(worker, error);
    });
    worker.on('exit', () => {
      this.#end(worker, undefined);
    });
    return worker;
  }

  #end(worker: Worker, error: unknown): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    const code = error instanceof Error ? error.message : undefined;
    this.#rejectAll(new StoreUnavailable('failed', { code, outcome: 'unknown' }));
  }

  #rejectAll(error: Error): void {
    for (const { reject } of this.#asked.values()) reject(error);
    this.#asked.clear();
  }
}
