import type { AddressRules } from '../../forms/email-address.ts';
import { digestOf, DigestSet } from '../../system/digests/digest-set.ts';
import { columnsOf, type Column, type Columns, type FileState, type Mapping } from './columns.ts';
import { columnWithAddresses, delimiterNames, detectFormat, type Format } from './format.ts';
import { longestLine, tooLong, wholeLines } from './lines.ts';
import { otherTextOf } from './other-kinds.ts';
import { RowReader, type RowContact } from './row-contact.ts';
import { rowsOf, type Row } from './rows.ts';
import { FileRefused, openTextFile, refuseIf, type TextFile } from './text-file.ts';

export interface ContactsFileOptions {
  /** A path; `-` is standard input. */
  readonly path: string;
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly mapping: Mapping;
  /** Takes every column that is not known as a custom attribute. */
  readonly attributes: boolean;
  readonly rules: AddressRules;
  /** What each contact gets, such as the constants of a form. */
  readonly constants: Readonly<Record<string, string>>;
}

/** A file of contacts, as it was recognised. */
export interface ContactsFile {
  readonly file: TextFile;
  readonly format: Format;
  /** Of NDJSON the members of its first object. */
  readonly columns: readonly Column[];
  /** What was recognised, in one line. */
  readonly description: string;
  /** All rows and what they come to, from the beginning of the file. */
  contacts(): AsyncIterable<{ readonly row: Row; readonly contact: RowContact }>;
}

/** Rejects with `FileRefused` where it cannot be read, or has no column with addresses. */
export async function openContactsFile(options: ContactsFileOptions): Promise<ContactsFile> {
  const file = await openTextFile(options.path, options.stdin);
  try {
    return await recognise(file, options);
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function recognise(file: TextFile, options: ContactsFileOptions): Promise<ContactsFile> {
  const head = await headOf(file);
  const format = detectFormat(head);
  if (!format) throw new FileRefused('The file is empty.');
  if (format.is === 'csv') refuseIf(otherTextOf(head));
  if (head.startsWith(tooLong)) {
    throw new FileRefused(
      `The first line has more than ${longestLine} characters: is this a list of contacts?`,
    );
  }
  const names = format.is === 'ndjson' ? membersOf(head) : format.header;
  const found = names ? columnsOf(names, options) : withoutHeader(head, format, options);
  const { columns, unknown } = found;
  const shown = listOf(columns.map(quoted));
  if (unknown.length > 0) {
    throw new FileRefused(`No column is called ${JSON.stringify(unknown[0])}. There are: ${shown}.`);
  }
  if (!columns.some(({ field }) => field === 'email')) {
    throw new FileRefused(
      `Which column has the addresses? Name it: --map 'Column=email'. There are: ${shown}.`,
    );
  }
  const { rules, constants, mapping, attributes } = options;
  const reader = new RowReader({ columns, rules, constants, mapping, attributes });
  let left: Promise<LeftPeople> | undefined;
  return {
    file,
    format,
    columns,
    description: describe(file, format, found),
    async *contacts() {
      const read = () => rowsOf(file, format);
      left ??= columns.some(({ stateOf }) => stateOf) ? leftIn(read(), reader) : undefined;
      const known = await left;
      for await (const row of read()) {
        const contact = reader.read(row);
        yield { row, contact: known?.leaveAlone(contact) ?? contact };
      }
    },
  };
}

/** Who may not be written to by some row of a file: other rows of the same address do not count then. */
class LeftPeople {
  readonly #people = new Map<FileState, DigestSet>();

  add({ state, email }: Extract<RowContact, { is: 'left' }>): void {
    const set = this.#people.get(state) ?? new DigestSet();
    set.add(digestOf(email.toLowerCase()));
    this.#people.set(state, set);
  }

  leaveAlone(contact: RowContact): RowContact {
    if (contact.is !== 'contact') return contact;
    const { email } = contact.contact;
    const digest = digestOf(email.toLowerCase());
    const [state] = [...this.#people].find(([, set]) => set.has(digest)) ?? [];
    return state === undefined ? contact : { is: 'left', state, email };
  }
}

/** Lists that were put together have one person in several states, in any order. */
async function leftIn(rows: AsyncIterable<Row>, reader: RowReader): Promise<LeftPeople> {
  const left = new LeftPeople();
  for await (const row of rows) {
    const contact = reader.read(row);
    if (contact.is === 'left') left.add(contact);
  }
  return left;
}

const headLength = 64 * 1024;

async function headOf(file: TextFile): Promise<string> {
  let head = '';
  for await (const lines of wholeLines(file.text())) {
    head += lines;
    if (head.length >= headLength) break;
  }
  return head;
}

function membersOf(head: string): readonly string[] {
  return Object.keys(JSON.parse(head.trimStart().split('\n', 1)[0] ?? '') as object);
}

/** Its columns are called by their numbers; the one with addresses is found, others are mapped by hand. */
function withoutHeader(
  head: string,
  format: Format,
  { mapping }: Pick<ContactsFileOptions, 'mapping'>,
): Columns {
  if (format.is !== 'csv') return { columns: [], source: undefined, unknown: [] };
  const withAddresses = String((columnWithAddresses(head, format) ?? -1) + 1);
  const names = Array.from({ length: format.width }, (_, at) => String(at + 1));
  const isMapped = [...mapping.values()].includes('email');
  const columns = names.map((name): Column => ({
    name,
    field: (mapping.get(name) ?? (name === withAddresses && !isMapped ? 'email' : '')) || undefined,
    stateOf: undefined,
  }));
  return { columns, source: undefined, unknown: [...mapping.keys()].filter((name) => !names.includes(name)) };
}

const encodingNames: Readonly<Record<TextFile['encoding'], string>> = {
  'utf-8': 'UTF-8',
  'utf-16le': 'UTF-16',
  'utf-16be': 'UTF-16 (big-endian)',
  'windows-1252': 'Windows-1252',
};

function describe(
  { name, encoding, hasMark, hasLastLineEnd }: TextFile,
  format: Format,
  { columns, source }: Columns,
): string {
  const used = columns.flatMap((column) =>
    column.field === undefined ? [] : [`${quoted(column)} is ${column.field}`],
  );
  const states = columns.filter(({ stateOf }) => stateOf).map(quoted);
  const out = columns.filter(({ field, stateOf }) => field === undefined && !stateOf).map(quoted);
  const parts = [
    `${encodingNames[encoding]}${hasMark ? ' with a byte order mark' : ''}`,
    ...(format.is === 'ndjson'
      ? ['NDJSON']
      : [
          delimiterNames[format.delimiter],
          format.header ? `${columns.length} columns` : `no header, ${columns.length} columns`,
        ]),
    ...(source ? [`an export of ${source.name}`] : []),
    ...(used.length > 0 ? [listOf(used, '; ')] : []),
    ...(states.length > 0 ? [`left alone by ${listOf(states)}`] : []),
    ...(out.length > 0 ? [`left out: ${listOf(out)}`] : []),
    ...(hasLastLineEnd ? [] : ['the last line has no end; if the file may be cut short, say --expect-rows']),
  ];
  return `${name}: ${parts.join('; ')}.`;
}

function quoted({ name }: Column): string {
  return JSON.stringify(name);
}

/** More are not shown: a file may have thousands of columns. */
const mostShown = 40;

function listOf(texts: readonly string[], between = ', '): string {
  const more = texts.length - mostShown;
  return [...texts.slice(0, mostShown), ...(more > 0 ? [`${more} more`] : [])].join(between);
}
