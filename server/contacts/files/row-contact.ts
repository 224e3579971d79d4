import { cleanText } from '../../../shared/clean-text.ts';
import type { IssueCode } from '../../../shared/signup.ts';
import type { AddressRules } from '../../forms/email-address.ts';
import type { Consent, Contact } from '../../outbox/signup.ts';
import { isExact, readItem } from '../items.ts';
import {
  columnsOf,
  consentFields,
  fullName,
  type Column,
  type ColumnsOptions,
  type FileState,
} from './columns.ts';
import { unreadable } from './encoding.ts';
import { longestLine } from './lines.ts';
import type { Row } from './rows.ts';

/** What a row of a file comes to. */
export type RowContact =
  | { readonly is: 'contact'; readonly contact: Contact; readonly consent: Consent | undefined }
  /** Its own file says that it may not be written to. */
  | { readonly is: 'left'; readonly state: FileState; readonly email: string }
  /** `why` for people; never with anything of its contents. */
  | { readonly is: 'refused'; readonly why: string };

type Value = readonly [column: Column, value: unknown];

/** Makes contacts of rows, by the columns of the file. Lines of NDJSON may each have other members. */
export class RowReader {
  readonly #columns: readonly Column[];
  readonly #options: ColumnsOptions;
  readonly #rules: AddressRules;
  readonly #constants: Readonly<Record<string, string>>;
  /** Of NDJSON: the columns by the names of an object's members, for objects with the same ones. */
  readonly #known = new Map<string, readonly Column[]>();

  /** @param constants What each contact gets that does not say otherwise. */
  constructor({
    columns,
    rules,
    constants = {},
    ...options
  }: ColumnsOptions & {
    readonly columns: readonly Column[];
    readonly rules: AddressRules;
    readonly constants?: Readonly<Record<string, string>>;
  }) {
    this.#columns = columns;
    this.#options = options;
    this.#rules = rules;
    this.#constants = constants;
  }

  read({ cells, value, isTooLong }: Row): RowContact {
    if (isTooLong) return refused(`longer than ${longestLine} characters`);
    if (cells) return this.#readCells(cells);
    if (!isObject(value)) return refused('not a JSON object');
    const { consent, ref: _ref, ...members } = value;
    return this.#contactOf(
      this.#columnsFor(Object.keys(members)).map((column): Value => [column, members[column.name]]),
      isObject(consent) ? consent : undefined,
    );
  }

  #readCells(cells: readonly string[]): RowContact {
    // Spreadsheets write a delimiter too many. With too few cells the file may have been cut short.
    const rest = cells.slice(this.#columns.length);
    if (cells.length < this.#columns.length || rest.some((cell) => cell.trim() !== '')) {
      return refused(`${cells.length} cells, where the header has ${this.#columns.length}`);
    }
    return this.#contactOf(this.#columns.map((column, at): Value => [column, unmarked(cells[at] ?? '')]));
  }

  #contactOf(values: readonly Value[], givenConsent: Readonly<Record<string, unknown>> = {}): RowContact {
    const item = Object.create(null) as Record<string, unknown>;
    const consent = { ...givenConsent };
    let state: FileState | undefined;
    for (const [{ name, field, stateOf }, value] of values) {
      const text = textOf(value);
      state ??= stateOf?.(text);
      if (field === undefined || text === '') continue;
      const fault = faultOf(field, value, text);
      if (fault !== undefined) return refused(`${name}: ${fault}`);
      const before = item[field];
      const own = field === 'email' ? addressIn(text) : isText.has(field) ? text : value;
      if (before !== undefined && before !== own)
        return refused(`two columns say different things: ${field}`);
      if (field.startsWith('consent_')) consent[field.slice('consent_'.length)] = text;
      else item[field] = own;
    }
    const read = readItem(
      {
        ...this.#constants,
        ...withNames(item),
        ...(Object.keys(consent).length > 0 && { consent }),
      },
      this.#rules,
    );
    if (read.is === 'invalid') return refused(wordsFor(read.field, read.issue));
    if (state) return { is: 'left', state, email: read.contact.email };
    return { is: 'contact', contact: read.contact, consent: read.consent };
  }

  #columnsFor(names: readonly string[]): readonly Column[] {
    const key = JSON.stringify(names);
    const known = this.#known.get(key) ?? columnsOf(names, this.#options).columns;
    if (this.#known.size < mostShapes) this.#known.set(key, known);
    return known;
  }
}

/** Objects that all differ in their members are not remembered. */
const mostShapes = 100;

const isText: ReadonlySet<string> = new Set([
  'email',
  'first_name',
  'last_name',
  'external_id',
  'segment_code',
  fullName,
  ...consentFields,
]);

/** A file writes numbers where rasa.io has texts. What is nested has no text, however deep it is. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value.trim();
  if (value === undefined || value === null) return '';
  return isNested(value) ? '…' : JSON.stringify(value);
}

function isNested(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

/** What a value has that cannot be stored as it is in the file. */
function faultOf(field: string, value: unknown, text: string): string | undefined {
  if (text.includes(unreadable)) return 'has bytes that are not text';
  if (typeof value === 'number' && !isExact(value))
    return 'has more digits than a JSON number keeps; quote it';
  if (!isText.has(field)) return undefined;
  if (isNested(value)) return 'is not valid';
  // Not by a regular expression: a cell may have a hundred thousand lines.
  const lineFeed = text.indexOf('\n');
  const isAnotherRow = lineFeed >= 0 && text.includes('@', lineFeed);
  return isAnotherRow ? 'holds another row; is a quote missing?' : undefined;
}

/** Of `"Ada" <ada@example.com>` and `mailto:ada@example.com`, without joiners that nobody sees. */
function addressIn(text: string): string {
  const clean = cleanText(text).replace(/[\u200c\u200d\p{Variation_Selector}]/gu, '');
  const [, inBrackets] = /<([^<>]*)>$/.exec(clean) ?? [];
  return (inBrackets ?? clean).replace(/^mailto:/i, '').trim();
}

/** Spreadsheets, and our own files, mark a text that looks like a formula. */
function unmarked(cell: string): string {
  return /^'[=+\-@\t\r＝＋－＠]/.test(cell) ? cell.slice(1) : cell;
}

/** The first word is the first name; of `Lovelace, Ada` what stands behind the comma. */
function withNames({
  [fullName]: name,
  ...item
}: Readonly<Record<string, unknown>>): Record<string, unknown> {
  if (typeof name !== 'string') return { ...item };
  const [, last, first] = /^([^,]+),\s*([^,]+)$/.exec(name) ?? [];
  if (first !== undefined) return { first_name: first, last_name: last, ...item };
  const [, word = name, rest = ''] = /^(\S+)\s+(.*)$/s.exec(name) ?? [];
  return { first_name: word, ...(rest !== '' && { last_name: rest }), ...item };
}

function refused(why: string): RowContact {
  return { is: 'refused', why };
}

const words: Readonly<Record<IssueCode, string>> = {
  missing: 'is missing',
  malformed: 'is not valid',
  too_long: 'is too long',
  unknown: 'may not be written',
  disposable: 'belongs to a provider of disposable addresses',
  not_ascii: 'has letters before its @ that not every mail system can reach',
};

function wordsFor(field: string | undefined, issue: IssueCode): string {
  return field === undefined ? `the row ${words[issue]}` : `${field} ${words[issue]}`;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
