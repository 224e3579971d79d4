import type { TextStream } from '../terminal.ts';

const widthOfBar = 20;
const everyMs = 200;

/**
 * How far something is that takes a while, in one line of a terminal: a bar, the rate and the time left.
 * Nothing where the stream is no terminal.
 */
export class ProgressLine {
  readonly #stream: TextStream;
  readonly #what: string;
  readonly #now: () => number;
  readonly #startedMs: number;
  #first: number | undefined;
  #shownMs = -Infinity;

  constructor(stream: TextStream, what: string, now: () => number = () => performance.now()) {
    this.#stream = stream;
    this.#what = what;
    this.#now = now;
    this.#startedMs = now();
  }

  show(done: number, total: number | undefined): void {
    if (!this.#stream.isTTY || this.#now() - this.#shownMs < everyMs) return;
    this.#shownMs = this.#now();
    // What an earlier run did says nothing about the rate of this one.
    this.#first ??= done;
    const seconds = (this.#now() - this.#startedMs) / 1000;
    const rate = seconds > 0 ? (done - this.#first) / seconds : 0;
    this.#stream.write(`\r${this.#text(done, total, rate)}\u001b[K`);
  }

  end(): void {
    if (this.#stream.isTTY && this.#shownMs > 0) this.#stream.write('\r\u001b[K');
  }

  #text(done: number, total: number | undefined, rate: number): string {
    const parts = [this.#what];
    if (total !== undefined && total > 0) {
      const filled = Math.min(widthOfBar, Math.floor((done / total) * widthOfBar));
      parts.push('█'.repeat(filled) + '░'.repeat(widthOfBar - filled), `${number(done)} of ${number(total)}`);
    } else parts.push(number(done));
    if (rate >= 1) parts.push(`${number(Math.round(rate))}/s`);
    if (rate > 0 && total !== undefined && total > done) parts.push(`${timeOf((total - done) / rate)} left`);
    return parts.join('  ');
  }
}

export function number(value: number): string {
  return value.toLocaleString('en');
}

/** Of a time in seconds. */
export function timeOf(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
