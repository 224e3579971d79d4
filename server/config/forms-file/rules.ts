import { limits } from '../../../shared/form.ts';
import type { FieldSpec } from '../../forms/form-spec.ts';
import { wordsOfTag } from '../../forms/languages.ts';
import { isBelow } from '../../system/urls.ts';
import { accountRules } from './account-rules.ts';
import { show, type FaultAt, type Path } from './faults.ts';
import type { FileField, FileForm } from './form-schema.ts';
import { resolveField } from './resolve.ts';
import { statesOf } from './resubscribe.ts';

/**
 * Maximum for the sum of all fields' `maxLength`, so that any input that fits its fields fits into a request
 * body, where one letter takes up to nine bytes.
 */
const mostCharacters = limits.bodyBytes / 2;

/** Faults across members, in a form whose members are each valid. */
export function brokenRules(
  form: FileForm,
  shared: { readonly thankYouPages?: readonly string[]; readonly accounts?: readonly string[] | undefined },
): readonly FaultAt[] {
  const fields = form.fields.map(resolveField);
  const twice = namesTwice(fields);
  return [
    ...twice,
    ...addressRules(form, fields),
    ...(twice.length > 0 ? [] : attributesTwice(form, fields)),
    ...form.fields.flatMap((field, index) => fieldRules(field, ['fields', index])),
    ...tooMuch(fields),
    ...languageRules(form),
    ...redirectRules(form, shared.thankYouPages),
    ...resubscribeRules(form, fields),
    ...suggestionRules(form),
    ...confirmRules(form, fields),
    ...accountRules(form, shared.accounts),
  ];
}

function namesTwice(fields: readonly FieldSpec[]): readonly FaultAt[] {
  return repeats(fields.map(({ name }) => name)).map((index) => ({
    path: ['fields', index],
    found: `the name ${show(fields[index]?.name)} a second time`,
    wanted: 'a different name for each field',
  }));
}

function addressRules(form: FileForm, fields: readonly FieldSpec[]): readonly FaultAt[] {
  const index = fields.findIndex(({ name }) => name === 'email');
  const field = form.fields[index];
  if (field === undefined) {
    return [{ path: ['fields'], found: 'no field email', wanted: '"email" among the fields' }];
  }
  if (typeof field === 'string') return [];
  const path = ['fields', index];
  const faults: FaultAt[] = [];
  if (field.type !== undefined && field.type !== 'email') {
    faults.push({ path: [...path, 'type'], wanted: 'email, or nothing, for the field email' });
  }
  if ('required' in field && field.required === false) {
    faults.push({
      path: [...path, 'required'],
      wanted: 'true, or nothing, since a sign-up needs an address',
    });
  }
  if ('attribute' in field && field.attribute !== undefined && field.attribute !== 'email') {
    faults.push({ path: [...path, 'attribute'], wanted: 'email, or nothing, for the field email' });
  }
  return faults;
}

function attributesTwice(
  { attributes = {}, segment_code }: FileForm,
  fields: readonly FieldSpec[],
): readonly FaultAt[] {
  const constants = [...Object.keys(attributes), ...(segment_code === undefined ? [] : ['segment_code'])];
  const names = [...constants, ...fields.map(({ attribute }) => attribute)];
  const inFields = repeats(names).map((index): FaultAt => {
    const at = index - constants.length;
    const path: Path = at < 0 ? ['segment_code'] : ['fields', at];
    return {
      path,
      found: `the attribute ${show(names[index])} a second time`,
      wanted: 'each attribute filled once',
    };
  });
  const email = Object.hasOwn(attributes, 'email')
    ? [
        {
          path: ['attributes', 'email'],
          isName: true,
          found: '"email"',
          wanted: 'attributes other than the address',
        },
      ]
    : [];
  const ofVisitors = fields.flatMap(({ attribute, type, name }, index): readonly FaultAt[] => {
    if (attribute === 'segment_code' && type !== 'select' && type !== 'radio') {
      const wanted = 'a select or radio, so that visitors cannot make up a segment';
      return [{ path: ['fields', index], found: `segment_code filled by ${type}`, wanted }];
    }
    if (attribute === 'email' && name !== 'email') {
      const wanted = 'another attribute: the address is what the field email asks for';
      return [{ path: ['fields', index], found: 'the attribute "email"', wanted }];
    }
    return [];
  });
  return [...(ofVisitors.length > 0 ? [] : inFields), ...email, ...ofVisitors];
}

function fieldRules(field: FileField, path: Path): readonly FaultAt[] {
  if (typeof field === 'string') return [];
  if (
    ('min' in field || 'max' in field) &&
    field.min !== undefined &&
    field.max !== undefined &&
    field.min > field.max
  ) {
    return [{ path: [...path, 'max'], wanted: `${show(field.min)}, which is its min, or more` }];
  }
  if ('options' in field) {
    const values = field.options.map((option) => {
      if (typeof option === 'string') return option;
      return 'account' in option ? (option.value ?? option.account) : option.value;
    });
    return repeats(values).map((index) => ({
      path: [...path, 'options', index],
      found: `the value ${show(values[index])} a second time`,
      wanted: 'a different value for each option',
    }));
  }
  if (field.type === 'checkbox' && field.value !== undefined) {
    const [unknown] = /\{(?!time\})[^}]*\}/.exec(field.value) ?? [];
    if (unknown !== undefined)
      return [{ path: [...path, 'value'], wanted: 'text with no other placeholder than {time}' }];
  }
  return [];
}

function tooMuch(fields: readonly FieldSpec[]): readonly FaultAt[] {
  const sum = fields.reduce((sum, field) => sum + ('maxLength' in field ? field.maxLength : 0), 0);
  if (sum <= mostCharacters) return [];
  return [
    {
      path: ['fields'],
      found: `fields of ${sum} characters together`,
      wanted: `at most ${mostCharacters}, so that they fit into one request (maxLength)`,
    },
  ];
}

/** Faults in languages: one that is listed twice, or a text in a language that the form does not offer. */
function languageRules(form: FileForm): readonly FaultAt[] {
  const { languages = [] } = form;
  const offered = languages.map((tag) => wordsOfTag(tag)?.lang);
  const listed = repeats(offered).map((index) => ({
    path: ['languages', index],
    wanted: 'each language once',
  }));
  const inTexts = localizedIn(form).flatMap(({ path, tags }) => {
    const own = tags.map((tag) => wordsOfTag(tag)?.lang);
    const twice = repeats(own).map((index) => ({
      path: [...path, tags[index] ?? ''],
      isName: true,
      found: `${show(tags[index])}, which is ${show(own[index])} a second time`,
      wanted: 'each language once',
    }));
    const unoffered = tags
      .filter((_tag, index) => offered.length > 0 && !offered.includes(own[index]))
      .map((tag) => ({
        path: [...path, tag],
        isName: true,
        found: show(tag),
        wanted: `one of the form’s languages: ${languages.join(', ')}`,
      }));
    return [...twice, ...unoffered];
  });
  return [...listed, ...inTexts];
}

/** Members that may hold texts by language. The names in other objects are not languages. */
const localizedMembers = ['title', 'intro', 'confirmMail', 'label', 'help', 'placeholder', 'href'];

function localizedIn(
  value: unknown,
  path: Path = [],
): readonly { readonly path: Path; readonly tags: readonly string[] }[] {
  if (typeof value !== 'object' || value === null) return [];
  const name = path.at(-1);
  const isInTexts = path.includes('texts') || path.includes('issues');
  const isText =
    (localizedMembers as unknown[]).includes(name) ||
    (isInTexts && !['texts', 'issues', 'problems'].includes(String(name)));
  if (isText) return [{ path, tags: Object.keys(value) }];
  if (Array.isArray(value)) return value.flatMap((item, index) => localizedIn(item, [...path, index]));
  return Object.entries(value).flatMap(([key, member]) =>
    key === 'attributes' || key === 'rates' ? [] : localizedIn(member, [...path, key]),
  );
}

function redirectRules(
  { redirect, thankYouPages = [] }: FileForm,
  shared: readonly string[] = [],
): readonly FaultAt[] {
  if (redirect === undefined || [...thankYouPages, ...shared].some((page) => isBelow(page, redirect)))
    return [];
  return [
    {
      path: ['redirect'],
      wanted: 'an address on the list in the form’s thankYouPages or in THANK_YOU_PAGES',
    },
  ];
}

function resubscribeRules({ resubscribe }: FileForm, fields: readonly FieldSpec[]): readonly FaultAt[] {
  if (statesOf(resubscribe).length === 0) return [];
  if (fields.some((field) => field.type === 'checkbox' && field.required)) return [];
  return [
    { path: ['resubscribe'], wanted: 'never, or a field of type checkbox that is required, for the consent' },
  ];
}

function confirmRules(
  { confirm = 'never', confirmed_at: time, consent_receipt: id, attributes = {}, segment_code }: FileForm,
  fields: readonly FieldSpec[],
): readonly FaultAt[] {
  if (time !== undefined && confirm === 'never')
    return [{ path: ['confirmed_at'], wanted: 'nothing, unless `confirm` is set' }];
  const filled = [
    ...Object.keys(attributes),
    ...(segment_code === undefined ? [] : ['segment_code']),
    ...fields.map(({ attribute }) => attribute),
  ];
  const wanted = 'an attribute that nothing else fills';
  return [
    ...(time !== undefined && filled.includes(time) ? [{ path: ['confirmed_at'], wanted }] : []),
    ...(id !== undefined && [...filled, time].includes(id) ? [{ path: ['consent_receipt'], wanted }] : []),
  ];
}

function suggestionRules({ texts }: FileForm): readonly FaultAt[] {
  const suggestion: unknown = texts?.suggestion;
  const all: readonly (readonly [Path, unknown])[] =
    typeof suggestion === 'object' && suggestion !== null
      ? Object.entries(suggestion).map(([tag, text]) => [['texts', 'suggestion', tag], text])
      : [[['texts', 'suggestion'], suggestion]];
  return all
    .filter(([, text]) => typeof text === 'string' && !text.includes('{address}'))
    .map(([path]) => ({ path, wanted: 'text with {address} in it' }));
}

/** The indexes of items that already occurred earlier in the list. */
function repeats(items: readonly unknown[]): readonly number[] {
  return items.flatMap((item, index) => (item !== undefined && items.indexOf(item) < index ? [index] : []));
}
