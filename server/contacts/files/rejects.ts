import { stringify, type Stringifier } from 'csv-stringify';
import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { rejectColumns, type Column } from './columns.ts';
import type { Format } from './format.ts';
import type { Row } from './rows.ts';

/**
 * The rows that were refused, with the columns of their file and `line` and `why` behind them: it can be
 * corrected and imported in turn, where these two are left out. UTF-8; spreadsheets open it, and what looks
 * like a formula to them is marked as a text.
 */
export class Rejects {
  readonly path: string;
  readonly #unfinished: string;
  readonly #format: Format;
  readonly #columns: readonly Column[];
  #open: { readonly lines: Stringifier | undefined; readonly file: WriteStream; failure?: Error } | undefined;

  constructor(options: {
    readonly path: string;
    readonly format: Format;
    readonly columns: readonly Column[];
  }) {
    this.path = options.path;
    this.#unfinished = `${options.path}.unfinished`;
    this.#format = options.format;
    this.#columns = options.columns;
  }

  async add(row: Row, why: string): Promise<void> {
    const { lines, file } = (this.#open ??= this.#start());
    if (this.#open.failure) throw this.#open.failure;
    const isWritten = lines
      ? lines.write([...this.#cellsOf(row), row.line, why])
      : file.write(`${lineOf(row, why)}\n`);
    if (!isWritten) await once(lines ?? file, 'drain');
  }

  /** Whether there is a file: not where nothing was refused. */
  async finish(): Promise<boolean> {
    if (!this.#open) return false;
    const { lines, file } = this.#open;
    (lines ?? file).end();
    if (!file.closed) await once(file, 'close');
    if (this.#open.failure) throw this.#open.failure;
    await rename(this.#unfinished, this.path);
    return true;
  }

  async drop(): Promise<void> {
    if (!this.#open) return;
    this.#open.lines?.destroy();
    this.#open.file.destroy();
    await rm(this.#unfinished, { force: true });
  }

  #start() {
    const file = createWriteStream(this.#unfinished, { mode: 0o600 });
    const lines =
      this.#format.is === 'csv'
        ? stringify({
            delimiter: this.#format.delimiter,
            header: this.#format.header !== undefined,
            columns: [...this.#columns.map(({ name }, at) => ({ key: String(at), header: name })), ...added],
            bom: true,
            record_delimiter: 'windows',
            escape_formulas: true,
          })
        : undefined;
    lines?.pipe(file);
    const open: { readonly lines: Stringifier | undefined; readonly file: WriteStream; failure?: Error } = {
      lines,
      file,
    };
    file.on('error', (error) => {
      open.failure = error;
      lines?.destroy();
    });
    return open;
  }

  /** As many as the file has columns; what is behind them has no name. */
  #cellsOf({ cells = [], isTooLong }: Row): readonly string[] {
    return this.#columns.map((_, at) => (isTooLong ? '' : (cells[at] ?? '')));
  }
}

const added = rejectColumns.map((name) => ({ key: name, header: name }));

function lineOf({ value, line }: Row, why: string): string {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  try {
    return JSON.stringify({ ...(isObject && value), line, why });
  } catch {
    // Nested so deeply that it can be read only.
    return JSON.stringify({ line, why });
  }
}

/** Beside the file: `list.csv` has `list.rejects.csv`. */
export function rejectsPathFor(path: string, kind: Format['is']): string {
  if (path === '-') return `rejects.${kind}`;
  const end = /\.[^./\\]+$/.exec(path)?.[0] ?? `.${kind}`;
  return `${path.endsWith(end) ? path.slice(0, -end.length) : path}.rejects${end}`;
}
