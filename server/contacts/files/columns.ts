import { knownExports, type KnownExport } from './exports.ts';

/** What a column of a file fills: a field of rasa.io, a part of the consent, or a custom attribute. */
export type Field = string;

/** The whole name in one column, of which the first word is the first name. */
export const fullName = 'name';

/** Parts of the consent, as the API has it. */
export const consentFields = ['consent_text', 'consent_at', 'consent_source'] as const;

/** Why a contact is not sent that its own file calls unsubscribed. */
export type FileState = 'unsubscribed' | 'bounced' | 'complained' | 'archived';

export type StateOf = (cell: string) => FileState | undefined;

export interface Column {
  /** As the file calls it; the number of the column where the file has no header. */
  readonly name: string;
  /** `undefined` where it is left out. */
  readonly field: Field | undefined;
  /** Of a column that says whether somebody may be written to. */
  readonly stateOf: StateOf | undefined;
}

/** By hand: the field of a column, by its name or its number from 1 on; '' leaves it out. */
export type Mapping = ReadonlyMap<string, Field>;

export type ReadMapping =
  { readonly is: 'mapping'; readonly mapping: Mapping } | { readonly is: 'fault'; readonly text: string };

/** Reads `Column=field,Other column=field`. Names may have commas. */
export function readMapping(texts: readonly string[]): ReadMapping {
  const mapping = new Map<string, Field>();
  for (const text of texts) {
    let name = '';
    for (const part of text.split(',')) {
      name += name === '' ? part : `,${part}`;
      const at = name.lastIndexOf('=');
      if (at < 0) continue;
      mapping.set(name.slice(0, at).trim(), name.slice(at + 1).trim());
      name = '';
    }
    if (name !== '') {
      return { is: 'fault', text: `--map: found ${JSON.stringify(name)}, wanted Column=field.` };
    }
  }
  return { is: 'mapping', mapping };
}

/** The name without what spellings of it differ in: `E-mail Address` is `emailaddress`. */
export function keyOf(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/[^\p{L}\p{N}]+/gu, '')
    .toLowerCase();
}

/** rasa.io's fields by the names that columns have, the first that is there. */
const aliases: Readonly<Record<string, readonly string[]>> = {
  email: [
    'email',
    'emailaddress',
    'emailaddr',
    'primaryemail',
    'primaryemailaddress',
    'mail',
    'emailadresse',
    'adresseemail',
    'courriel',
    'correoelectronico',
    'emailadres',
  ],
  first_name: ['firstname', 'fname', 'givenname', 'forename', 'vorname', 'prenom'],
  last_name: ['lastname', 'lname', 'surname', 'familyname', 'nachname'],
  external_id: ['externalid'],
  segment_code: ['segmentcode'],
  consent_text: ['consenttext'],
  consent_at: ['consentat'],
  consent_source: ['consentsource'],
};

const nameAliases: readonly string[] = ['name', 'fullname'];

export interface ColumnsOptions {
  readonly mapping: Mapping;
  /** Takes every other column as a custom attribute. */
  readonly attributes: boolean;
}

export interface Columns {
  readonly columns: readonly Column[];
  readonly source: KnownExport | undefined;
  /** Names that are mapped and that no column has. */
  readonly unknown: readonly string[];
}

/** What each column of a header is. Two columns of one name fill the same field. */
export function columnsOf(header: readonly string[], { mapping, attributes }: ColumnsOptions): Columns {
  const keys = header.map(keyOf);
  const source = knownExports.find(({ has }) => has(new Set(keys)));
  const byHand = header.map((name, at) => mapping.get(name) ?? mapping.get(String(at + 1)));
  const fields = new Map<string, Field>();
  for (const [field, names] of Object.entries(aliases)) {
    if (byHand.includes(field)) continue;
    const key = [...(source?.fields[field] ?? []), ...names].find((name) => keys.includes(name));
    if (key !== undefined) fields.set(key, field);
  }
  const hasNames = [...fields.values(), ...byHand].some(
    (field) => field === 'first_name' || field === 'last_name' || field === fullName,
  );
  const nameKey = nameAliases.find((name) => keys.includes(name));
  if (!hasNames && nameKey !== undefined) fields.set(nameKey, fullName);
  const columns = header.map((name, at): Column => {
    const key = keys[at] ?? '';
    const stateOf = stateColumns.get(key);
    const own = byHand[at] ?? fields.get(key);
    const others = attributes && stateOf === undefined && !rejectColumns.includes(key);
    return { name, field: (own ?? (others ? attributeName(name) : '')) || undefined, stateOf };
  });
  const named = new Set([...header, ...header.map((_, at) => String(at + 1))]);
  return { columns, source, unknown: [...mapping.keys()].filter((name) => !named.has(name)) };
}

/** What the reject file adds. */
export const rejectColumns: readonly string[] = ['line', 'why'];

function attributeName(name: string): Field {
  return name
    .trim()
    .replace(/[^\p{L}\p{N}]+/gu, '_')
    .replace(/^_+|_+$/g, '')
    .toLowerCase();
}

const no: ReadonlySet<string> = new Set([
  ...['', '0', 'false', 'no', 'n', 'f', 'off', 'null', 'none', 'never', '-'],
  ...[
    'nein',
    'falsch',
    'non',
    'faux',
    'falso',
    'falsa',
    'nee',
    'onwaar',
    'nej',
    'nao',
    'não',
    'нет',
    'いいえ',
  ],
]);

const unlessSubscribed: StateOf = (cell) => {
  const text = cell.trim().toLowerCase();
  return text !== '' && no.has(text) ? 'unsubscribed' : byWords(cell);
};

function ifAnything(state: FileState): StateOf {
  return (cell) => (no.has(cell.trim().toLowerCase()) ? undefined : state);
}

/** Of one word, and of several: `Unsubscribed by admin`, `Opted out`, `Non-subscribed`. */
const states: readonly (readonly [FileState, RegExp])[] = [
  ['complained', /^(complain|spam|abuse|junk)/],
  ['bounced', /^((hard|soft)?bounce|cleaned|undeliverable|invalid)/],
  ['archived', /^(archived|deleted|removed)/],
  [
    'unsubscribed',
    /^(globally)?unsub|^(manually|has|have|is)?opt(ed)?out|^(non|not)subscribe|^suppress|^(donot|dont)|^(block|black)|^(unconfirmed|notconfirmed|transactional)/,
  ],
  [
    'unsubscribed',
    /^(abgemeldet|ausgetragen|desabonne|desinscrit|dadodebaja|debaja|disiscritt|cancelad|uitgeschreven|afgemeld)/,
  ],
];

const byWords: StateOf = (cell) => {
  const key = keyOf(cell);
  return states.find(([, words]) => words.test(key))?.[0];
};

/**
 * Columns that say that somebody may not be written to, by their whole names: `inactive` and
 * `active_subscription`, which is about paying, are none of them.
 */
const stateColumns: ReadonlyMap<string, StateOf> = new Map([
  ...named(unlessSubscribed, 'issubscribed', 'subscribed', 'subscribedtoemails', 'emailsubscribed'),
  ...named(
    byWords,
    'status',
    'state',
    'emailstatus',
    'emailpermissionstatus',
    'subscriberstatus',
    'subscriptionstatus',
    'contactstatus',
  ),
  ...named(
    ifAnything('unsubscribed'),
    'unsubscribed',
    'isunsubscribed',
    'unsubscribedfromallemail',
    'unsubscribedat',
    'unsubscribedate',
    'unsubscribeddate',
    'unsubtime',
    'optedout',
    'optout',
    'hasoptedoutofemail',
    'emailoptout',
    'confirmedoptoutdate',
    'emaildisabled',
    'donotemail',
  ),
  ...named(
    ifAnything('bounced'),
    'bounced',
    'emailbounced',
    'hardbounced',
    'emailhardbouncereason',
    'cleantime',
  ),
  ...named(ifAnything('complained'), 'complained', 'markedasspam'),
  ...named(ifAnything('archived'), 'archived', 'isarchived', 'archivedat', 'deletedat'),
]);

function named(stateOf: StateOf, ...keys: readonly string[]): readonly (readonly [string, StateOf])[] {
  return keys.map((key) => [key, stateOf]);
}
