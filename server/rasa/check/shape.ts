import { readPageInfo, readResults, readResultsOfV2 } from '../reading/answers.ts';
import { isItem, type Item } from '../reading/values.ts';

/** The form of an answer, without anything that it says. */
export interface Shape {
  /** The names at the top and in `metadata`, as far as they are documented. */
  readonly envelope: readonly string[];
  readonly errors: Kind | 'absent';
  readonly items: 'wrapped' | 'flat' | 'mixed' | 'none';
  readonly count: number;
  readonly total: number | undefined;
  readonly nextLink: 'absent' | 'number' | 'cursor';
  /** By documented name: the kinds of its values on this page. */
  readonly kinds: Readonly<Record<string, readonly Kind[]>>;
  /** Documented, and in no item. */
  readonly missing: readonly string[];
  /** In some item, and not documented; of persons only how many, since attributes are the account's own. */
  readonly undocumented: readonly string[];
}

export type Kind =
  'null' | 'true or false' | 'number' | 'number as text' | 'text' | 'list' | 'object' | DateKind;
type DateKind = 'YYYY-MM-DD HH:MM:SS' | 'YYYY-MM-DD' | 'MM/DD/YYYY' | 'ISO 8601';

export interface Documented {
  readonly documented: readonly string[];
  readonly hasAttributes: boolean;
  readonly api: 'v1' | 'v2';
}

const envelopeNames = ['code', 'status_code', 'metadata', 'results', 'request', 'event'];
const metadataNames = [
  'errors',
  'next_link',
  'record_count',
  'total_query_count',
  'total_community_count',
  'request',
  'response_time',
  'timestamp',
  'token_expiration',
];

export function shapeOf(body: unknown, { documented, hasAttributes, api }: Documented): Shape {
  const results = (api === 'v1' ? readResults : readResultsOfV2)(body);
  const top: Item = isItem(body) ? body : {};
  const metadata: Item = isItem(top['metadata']) ? top['metadata'] : {};
  const { nextLink, total } = readPageInfo(body);
  const names = [...new Set(results.flatMap((item) => Object.keys(item)))];
  const others = names.filter((name) => !documented.includes(name));
  return {
    envelope: [
      ...envelopeNames.filter((name) => name in top),
      ...metadataNames.filter((name) => name in metadata).map((name) => `metadata.${name}`),
    ],
    errors: 'errors' in metadata ? kindOf(metadata['errors']) : 'absent',
    items: wrappingOf(top['results'] ?? top['data'] ?? body),
    count: results.length,
    total,
    nextLink: nextLink === undefined ? 'absent' : /[?&]skip=\d+(&|$)/.test(nextLink) ? 'number' : 'cursor',
    kinds: Object.fromEntries(
      documented
        .filter((name) => names.includes(name))
        .map((name) => [
          name,
          [...new Set(results.filter((item) => name in item).map((item) => kindOf(item[name])))],
        ]),
    ),
    missing: results.length === 0 ? [] : documented.filter((name) => !names.includes(name)),
    undocumented: hasAttributes ? counted(others) : others.map(harmless),
  };
}

function wrappingOf(list: unknown): Shape['items'] {
  if (!Array.isArray(list) || list.length === 0) return 'none';
  const wrapped = list.filter((item) => isItem(item) && isItem(item['data']) && !('email' in item)).length;
  return wrapped === 0 ? 'flat' : wrapped === list.length ? 'wrapped' : 'mixed';
}

function kindOf(value: unknown): Kind {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'list';
  if (typeof value === 'boolean') return 'true or false';
  if (typeof value === 'number') return 'number';
  if (typeof value !== 'string') return 'object';
  if (/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?$/.test(value)) return 'YYYY-MM-DD HH:MM:SS';
  if (/^\d{4}-\d\d-\d\d$/.test(value)) return 'YYYY-MM-DD';
  if (/^\d\d?\/\d\d?\/\d{4}\b/.test(value)) return 'MM/DD/YYYY';
  if (/^\d{4}-\d\d-\d\dT/.test(value)) return 'ISO 8601';
  return /^-?\d+(\.\d+)?$/.test(value) ? 'number as text' : 'text';
}

function counted(names: readonly string[]): readonly string[] {
  return names.length === 0 ? [] : [`${names.length} other names`];
}

/** A name of a field is no personal data; anything else that stands in its place might be. */
function harmless(name: string): string {
  return /^[a-z][a-z_]{0,40}$/i.test(name) ? name : 'a name that is not shown';
}
