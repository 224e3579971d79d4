import { fstatSync, write as writeFile, writeSync } from 'node:fs';
import type { DestinationStream } from 'pino';
import { isCode } from './files.ts';

export interface LogOutputOptions {
  /** An open file, pipe or terminal. */
  readonly fd: number;
  /** The line that says how many lines were lost. The reason is an error's code, or `too slow`. */
  readonly describeLoss: (lines: number, reason: string) => string;
  readonly retryMs?: number;
}

/** In characters. */
const maxWaiting = 1024 * 1024;
const maxChunk = 64 * 1024;
const slowReaderMs = 50;
const lastWaitMs = 500;
const newline = 10;

/**
 * Where log lines go. The product must not stop because its log cannot be written: a reader may be gone
 * (EPIPE), so may the terminal (EIO), and the disk of a log file may be full (ENOSPC). Lines are then dropped
 * and counted. It is tried again every second, and what is written first says how many lines are missing.
 *
 * While a reader is slow, lines wait, up to a limit. For that a pipe must be non-blocking, which Node makes
 * it when `process.stdout` is used for the first time. Files are written to outside the event loop, so that a
 * disk that hangs stops nothing.
 */
export class LogOutput implements DestinationStream {
  readonly #options: LogOutputOptions;
  readonly #isFile: boolean;
  #lines: string[] = [];
  #waiting = 0;
  /** What is to be written next: some lines, or the words about those that are missing. */
  #chunk: Buffer = Buffer.alloc(0);
  /** How many lines the chunk says are missing; 0 where it consists of lines. */
  #reported = 0;
  #lost = 0;
  /** While it fails: why. */
  #failure: string | undefined;
  #isLineComplete = true;
  #isBusy = false;
  #retry: NodeJS.Timeout | undefined;

  constructor(options: LogOutputOptions) {
    this.#options = options;
    this.#isFile = isRegularFile(options.fd);
  }

  write(line: string): void {
    if (this.#failure !== undefined || this.#waiting + line.length > maxWaiting) {
      this.#lost++;
      return;
    }
    this.#lines.push(line);
    this.#waiting += line.length;
    if (!this.#isBusy && !this.#retry) this.#go();
  }

  /** Lines are being dropped. */
  get isFailing(): boolean {
    return this.#failure !== undefined;
  }

  /** For the end of the process: writes what waits; a slow reader is waited for a moment. */
  flushSync(): void {
    // What a thread is writing just now is finished before the process ends, perhaps after what follows here.
    if (this.#isBusy) this.#chunk = Buffer.alloc(0);
    this.#isBusy = true;
    const endMs = performance.now() + lastWaitMs;
    for (;;) {
      this.#writeNow();
      clearTimeout(this.#retry);
      if (this.#failure !== undefined || !this.#fill() || performance.now() > endMs) return;
      standStill(5);
    }
  }

  #go(): void {
    this.#retry = undefined;
    if (this.#isFile) this.#writeInThread();
    else this.#writeNow();
  }

  #writeNow(): void {
    try {
      while (this.#fill()) this.#advance(writeSync(this.#options.fd, this.#chunk));
    } catch (error) {
      this.#fail(error);
    }
  }

  #writeInThread(): void {
    this.#isBusy = this.#fill();
    if (!this.#isBusy) return;
    writeFile(this.#options.fd, this.#chunk, (error, written) => {
      this.#isBusy = false;
      if (error) {
        this.#fail(error);
      } else {
        this.#advance(written);
        this.#writeInThread();
      }
    });
  }

  /** Makes the next chunk; false where there is nothing to write. */
  #fill(): boolean {
    if (this.#chunk.length > 0) return true;
    this.#reported = 0;
    if (this.#lost > 0 && this.#lines.length === 0) {
      const text = this.#options.describeLoss(this.#lost, this.#failure ?? 'too slow');
      [this.#reported, this.#lost, this.#failure] = [this.#lost, 0, undefined];
      this.#chunk = Buffer.from(this.#isLineComplete ? text : `\n${text}`);
    } else {
      let count = 0;
      let length = 0;
      while (count < this.#lines.length && length < maxChunk) length += this.#lines[count++]?.length ?? 0;
      this.#chunk = Buffer.from(this.#lines.splice(0, count).join(''));
      this.#waiting -= length;
    }
    return this.#chunk.length > 0;
  }

  #advance(written: number): void {
    if (written > 0) this.#isLineComplete = this.#chunk[written - 1] === newline;
    this.#chunk = this.#chunk.subarray(written);
  }

  /**
   * Whether a line was written up to its end, but for the newline. Such a line can be read and is not lost.
   */
  get #lacksNewline(): boolean {
    return !this.#isLineComplete && this.#chunk[0] === newline;
  }

  #fail(error: unknown): void {
    const isSlow = isCode(error, 'EAGAIN');
    if (!isSlow) {
      this.#failure = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
      this.#lost += this.#reported > 0 ? this.#reported : linesIn(this.#chunk) - (this.#lacksNewline ? 1 : 0);
      this.#lost += this.#lines.length;
      this.#chunk = Buffer.alloc(0);
      this.#lines = [];
      this.#waiting = 0;
    }
    const { retryMs = 1000 } = this.#options;
    this.#retry = setTimeout(
      () => {
        this.#go();
      },
      isSlow ? slowReaderMs : retryMs,
    );
    this.#retry.unref();
  }
}

function standStill(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

function linesIn(bytes: Buffer): number {
  let count = 0;
  for (const byte of bytes) if (byte === newline) count++;
  return count;
}

function isRegularFile(fd: number): boolean {
  try {
    return fstatSync(fd).isFile();
  } catch {
    // Closed before the start; each write will say so.
    return false;
  }
}
