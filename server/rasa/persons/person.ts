import { readDate } from '../reading/dates.ts';
import { isItem, readFlag, readText, type Item } from '../reading/values.ts';

/** What JSON can hold. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

type Text = string | null | undefined;

/**
 * A person as rasa.io has it; the names are rasa.io's own. `undefined` means that rasa.io said nothing, which
 * is not the same as `null`, 0 or `false`.
 */
export interface Person {
  readonly id: string | undefined;
  readonly email: Text;
  readonly first_name: Text;
  readonly last_name: Text;
  /** The unchanging id in the system that persons come from, such as a member's number. */
  readonly external_id: Text;
  readonly segment_code: Text;
  readonly referred_by: Text;
  readonly referral_code: Text;
  readonly schedule_id: Text;
  readonly is_active: boolean | undefined;
  readonly is_subscribed: boolean | undefined;
  readonly is_archived: boolean | undefined;
  /** Such as `API` and `OneClickUnsubscribe`. */
  readonly unsubscribe_reason: Text;
  readonly created: Date | undefined;
  readonly updated: Date | undefined;
  readonly last_newsbrief: Date | undefined;
  readonly last_open: Date | undefined;
  readonly last_click: Date | undefined;
  /** Custom attributes, and whatever else rasa.io sends. Only `get` reads them; a list is without. */
  readonly attributes: Readonly<Record<string, Json>>;
}

/** What can be written of a person. What is left out is not sent; `null` empties a field. */
export interface PersonChanges {
  readonly email?: string;
  readonly first_name?: string | null;
  readonly last_name?: string | null;
  readonly external_id?: string | null;
  /** Of a segment that exists; segments need an Enterprise account. */
  readonly segment_code?: string | null;
  readonly referred_by?: string | null;
  readonly is_active?: boolean;
  /** `true` may bring somebody back who has opted out: send it only with fresh consent. */
  readonly is_subscribed?: boolean;
  /** Taken and never given back. */
  readonly next_newsbrief?: string;
  /** Custom attributes, by name. No name of a field, which would overwrite it: that is a TypeError. */
  readonly attributes?: Readonly<Record<string, Json>>;
}

export interface NewPerson extends PersonChanges {
  readonly email: string;
}

const texts = [
  'email',
  'first_name',
  'last_name',
  'external_id',
  'segment_code',
  'referred_by',
  'referral_code',
  'schedule_id',
  'unsubscribe_reason',
] as const;
const flags = ['is_active', 'is_subscribed', 'is_archived'] as const;
const dates = ['created', 'updated', 'last_newsbrief', 'last_open', 'last_click'] as const;
const fieldNames: ReadonlySet<string> = new Set(['id', 'next_newsbrief', ...texts, ...flags, ...dates]);

export function readPerson(item: Item): Person {
  const id = readText(item['id']);
  return {
    id: id === null || id === '' ? undefined : id,
    ...(read(texts, item, readText) as Record<(typeof texts)[number], Text>),
    ...(read(flags, item, readFlag) as Record<(typeof flags)[number], boolean | undefined>),
    ...(read(dates, item, readDate) as Record<(typeof dates)[number], Date | undefined>),
    attributes: readAttributes(item),
  };
}

/** An own member of any name, so that an attribute named `__proto__` is one like all others. */
function readAttributes(item: Item): Readonly<Record<string, Json>> {
  // One client has expected them in an object of their own.
  const { attributes } = item;
  const isApart = isItem(attributes);
  const own = Object.entries(item).filter(
    ([name]) => !fieldNames.has(name) && !(isApart && name === 'attributes'),
  );
  const apart = isApart ? Object.entries(attributes) : [];
  return Object.fromEntries([...own, ...apart]) as Readonly<Record<string, Json>>;
}

function read(
  names: readonly string[],
  item: Item,
  readMember: (value: unknown) => unknown,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(names.map((name) => [name, readMember(item[name])]));
}

/**
 * The flat object that rasa.io takes. Flags are 0 and 1, as rasa.io's own clients send them. Throws a
 * TypeError for an attribute with the name of a field.
 */
export function toBody({ attributes = {}, ...fields }: PersonChanges): object {
  const taken = Object.keys(attributes).filter((name) => fieldNames.has(name) || name === 'attributes');
  if (taken.length > 0) throw new TypeError(`${taken.join(', ')}: a field, not the name of an attribute.`);
  const written = Object.entries(fields).map(([name, value]) => [
    name,
    typeof value === 'boolean' ? Number(value) : value,
  ]);
  return Object.fromEntries([...Object.entries(attributes), ...written]) as object;
}

export interface Attribute {
  readonly name: string;
  readonly value: Json;
  readonly data_source_name: Text;
  readonly created: Date | undefined;
}

/** The entries of a list of attributes; one client has expected an object with all of them instead. */
export function attributeItems(item: Item): readonly Item[] {
  const { attributes } = item;
  if ('name' in item || !isItem(attributes)) return [item];
  return Object.entries(attributes).map(([name, value]) => ({ name, value }));
}

export function readAttribute({ name, value, data_source_name, created }: Item): Attribute {
  return {
    name: readText(name) ?? '',
    value: value as Json,
    data_source_name: readText(data_source_name),
    created: readDate(created),
  };
}
