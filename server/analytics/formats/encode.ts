import { stringify } from 'csv-stringify/sync';
import type { Column, Row } from '../reports/report.ts';

export const textFormats = ['csv', 'json', 'ndjson'] as const;
export type TextFormat = (typeof textFormats)[number];

export interface CsvOptions {
  /** Default: a comma. Excel wants a semicolon where the comma is part of numbers. */
  readonly delimiter?: string | undefined;
  /** Begins with a byte order mark, without which Excel does not read UTF-8. */
  readonly bom?: boolean;
}

/** Rows that are made into one piece of text. */
const batchSize = 500;

/** The rows as text, in pieces, so that memory does not depend on their number. */
export async function* encode(
  format: TextFormat,
  columns: readonly Column[],
  rows: AsyncIterable<Row>,
  csv: CsvOptions = {},
): AsyncGenerator<string> {
  let count = 0;
  if (format === 'csv') yield csvOf(columns, [], { ...csv, header: true });
  for await (const batch of batchesOf(rows)) {
    switch (format) {
      case 'csv':
        yield csvOf(columns, batch, { delimiter: csv.delimiter });
        break;
      case 'json':
        yield `${count === 0 ? '[' : ',\n'}${batch.map((row) => JSON.stringify(row)).join(',\n')}`;
        break;
      case 'ndjson':
        yield batch.map((row) => `${JSON.stringify(row)}\n`).join('');
        break;
    }
    count += batch.length;
  }
  if (format === 'json') yield count === 0 ? '[]\n' : ']\n';
}

/**
 * CSV by RFC 4180. Text that a spreadsheet would run as a formula gets an apostrophe before it; what rasa.io
 * did not say is empty.
 */
export function csvOf(
  columns: readonly Column[],
  rows: readonly Row[],
  { delimiter = ',', bom = false, header = false }: CsvOptions & { readonly header?: boolean },
): string {
  return stringify(
    rows.map((row) => ({ ...row })),
    {
      bom,
      delimiter,
      header,
      columns: columns.map(({ name }) => name),
      record_delimiter: 'windows',
      escape_formulas: true,
      cast: { boolean: String },
    },
  );
}

async function* batchesOf(rows: AsyncIterable<Row>): AsyncGenerator<readonly Row[]> {
  let batch: Row[] = [];
  for await (const row of rows) {
    batch.push(row);
    if (batch.length < batchSize) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
