import { parse } from 'csv-parse/sync';
import { cleanText } from '../../../shared/clean-text.ts';

/** How a file's rows are written. */
export type Format =
  | {
      readonly is: 'csv';
      readonly delimiter: Delimiter;
      /** Excel's first line `sep=;`. */
      readonly hasSeparatorLine: boolean;
      /** `undefined` where the first row is a contact. */
      readonly header: readonly string[] | undefined;
      /** How many cells a row has. */
      readonly width: number;
    }
  /** One JSON object a line. */
  | { readonly is: 'ndjson' };

export type Delimiter = ',' | ';' | '\t' | '|';

export const delimiterNames: Readonly<Record<Delimiter, string>> = {
  ',': 'commas',
  ';': 'semicolons',
  '\t': 'tabs',
  '|': 'bars',
};

const delimiters = Object.keys(delimiterNames) as Delimiter[];

/** How the parser reads a file, and a beginning of one: tolerant of quotes where there should be none. */
export const csvOptions = {
  record_delimiter: '\n',
  relax_quotes: true,
  relax_column_count: true,
  skip_empty_lines: true,
} as const;

const looksLikeAddress = /^[^\s@]+@[^\s@]+\.[^\s@]+$|<[^\s@<>]+@[^\s@<>]+>$/;

/** Reads the format from the beginning of a file, whole lines of it. `undefined` where there is nothing. */
export function detectFormat(head: string): Format | undefined {
  if (head.trim() === '') return undefined;
  if (/^\s*\{/.test(head) && isObject(head.trimStart().split('\n', 1)[0] ?? '')) return { is: 'ndjson' };
  const [, separator] = /^"?sep=([,;|\t])"?\n/i.exec(head) ?? [];
  const text = separator === undefined ? head : head.slice(head.indexOf('\n') + 1);
  const given = delimiters.find((delimiter) => delimiter === separator);
  const delimiter = given ?? mostConsistent(text);
  const [first = []] = recordsOf(text, delimiter);
  const cells = first.map(cleanText);
  return {
    is: 'csv',
    delimiter,
    hasSeparatorLine: separator !== undefined,
    header: cells.some((cell) => looksLikeAddress.test(cell)) ? undefined : cells,
    width: cells.length,
  };
}

/** For files without a header: the one column in which rows have an address. */
export function columnWithAddresses(head: string, { delimiter, width }: FormatCsv): number | undefined {
  const records = recordsOf(head, delimiter);
  const found = Array.from({ length: width }, (_, column) => column).filter((column) =>
    records.some((cells) => looksLikeAddress.test(cleanText(cells[column] ?? ''))),
  );
  return found.length === 1 ? found[0] : undefined;
}

export type FormatCsv = Extract<Format, { readonly is: 'csv' }>;

/**
 * The delimiter with which most rows have as many cells as the first one, and more than one; of several the
 * one that makes more cells. A file with one column has none, and commas are as good as any.
 */
function mostConsistent(head: string): Delimiter {
  const scores = delimiters.map((delimiter) => {
    const records = recordsOf(head, delimiter);
    const width = records[0]?.length ?? 0;
    const same = records.filter((cells) => cells.length === width).length;
    return { delimiter, score: width < 2 ? 0 : (same / records.length) * (2 - 1 / width) };
  });
  const best = Math.max(...scores.map(({ score }) => score));
  return best === 0 ? ',' : (scores.find(({ score }) => score === best)?.delimiter ?? ',');
}

/** How many rows are looked at. */
const looked = 50;

function recordsOf(head: string, delimiter: Delimiter): readonly (readonly string[])[] {
  // The last quote of a beginning may not be closed: one that is makes no difference to the rows before it.
  for (const text of [head, `${head}"`]) {
    try {
      return parse(text, { ...csvOptions, delimiter, to: looked });
    } catch {
      // The parser's words for it are not for people, and the whole file is read later.
    }
  }
  return [];
}

function isObject(line: string): boolean {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    // A CSV file may begin with a brace.
    return false;
  }
}
