import { parse, CsvError, type Options } from 'csv-parse';
import { Readable } from 'node:stream';
import { csvOptions, type Format, type FormatCsv } from './format.ts';
import { tooLong, wholeLines } from './lines.ts';
import { FileRefused, type TextFile } from './text-file.ts';

/** A row of a file, without those that are empty and those that repeat the header. */
export interface Row {
  /** Where it begins, from 1 on. */
  readonly line: number;
  /** Of a CSV file the texts of its cells; of NDJSON one value, `undefined` where it is no JSON. */
  readonly cells: readonly string[] | undefined;
  readonly value?: unknown;
  readonly isTooLong: boolean;
}

/** Longer rows are not read: a quote that is not closed makes one row of all the lines after it. */
const longestRow = 4 * 1024 * 1024;

interface NumberedRecord {
  readonly cells: readonly string[];
  readonly endLine: number;
}

/** Reads a file from its beginning, with the memory of some rows. Throws `FileRefused`. */
export function rowsOf(file: Pick<TextFile, 'text'>, format: Format): AsyncGenerator<Row, void, undefined> {
  return format.is === 'csv' ? csvRows(file, format) : ndjsonRows(file);
}

async function* csvRows(
  file: Pick<TextFile, 'text'>,
  format: FormatCsv,
): AsyncGenerator<Row, void, undefined> {
  const { delimiter, header, hasSeparatorLine } = format;
  let endOfLast = 0;
  const options: Options<unknown, string[]> = {
    ...csvOptions,
    delimiter,
    from_line: hasSeparatorLine ? 2 : 1,
    max_record_size: longestRow,
    // `info: true` would keep half a kilobyte beside each row. The number is kept outside as well: rows that
    // were read are lost where a later one cannot be.
    on_record: (cells, { lines }) => {
      endOfLast = lines;
      return { cells, endLine: lines };
    },
  };
  const parser = parse(options as Options);
  const source = Readable.from(wholeLines(file.text()), { objectMode: false });
  source.on('error', (error) => parser.destroy(error)).pipe(parser);
  let isFirst = true;
  try {
    for await (const { cells, endLine } of parser as AsyncIterable<NumberedRecord>) {
      const isHeader = header !== undefined && (isFirst || isSame(cells, header));
      isFirst = false;
      if (isHeader || cells.every((cell) => cell.trim() === '')) continue;
      yield {
        line: endLine - lineFeedsIn(cells),
        cells,
        isTooLong: cells.some((cell) => cell.includes(tooLong)),
      };
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new FileRefused(
      `A quote opens in line ${endOfLast + 1} or soon after it, and nothing closes it: the file was cut short, or ` +
        'a quote is missing or too many.',
    );
  } finally {
    source.destroy();
  }
}

async function* ndjsonRows(file: Pick<TextFile, 'text'>): AsyncGenerator<Row, void, undefined> {
  let line = 0;
  for await (const lines of wholeLines(file.text())) {
    for (const text of lines.slice(0, -1).split('\n')) {
      line++;
      if (text.trim() === '') continue;
      yield { line, cells: undefined, value: parsed(text), isTooLong: text.includes(tooLong) };
    }
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The row is refused.
    return undefined;
  }
}

/** Files that were put together have a header in the middle, perhaps with its byte order mark. */
function isSame(record: readonly string[], header: readonly string[]): boolean {
  return (
    record.length === header.length &&
    record.every((cell, at) => cell.replace('\ufeff', '').trim() === (header[at] ?? '').trim())
  );
}

function lineFeedsIn(cells: readonly string[]): number {
  return cells.reduce((sum, cell) => (cell.includes('\n') ? sum + cell.split('\n').length - 1 : sum), 0);
}
