import type { BuiltInField } from '../../../shared/messages/messages.ts';
import { builtInField, builtInNames } from '../../forms/built-in.ts';
import { cleanText } from '../../../shared/clean-text.ts';
import { defaultMaxLength } from '../../forms/definition.ts';
import type { FieldSpec, FormSpec, Localized, TextsSpec } from '../../forms/form-spec.ts';
import { languages, wordsOfTag } from '../../forms/languages.ts';
import { origin, pageAddress, rate } from '../setting-schemas.ts';
import { sheetOf, type BrandImages } from '../../forms/brand/brand.ts';
import type { FileField, FileForm, FileText } from './form-schema.ts';
import { statesOf } from './resubscribe.ts';

/**
 * Converts a form from the forms file to a full form: short notations are expanded and all defaults applied.
 */
export function resolveForm(
  id: string,
  form: FileForm,
  { firstAccount, images }: { readonly firstAccount: string | undefined; readonly images: BrandImages },
): FormSpec {
  return {
    id,
    account: form.account ?? firstAccount,
    languages: languagesOf(form),
    title: localized(form.title),
    intro: localized(form.intro),
    brand: brandOf(form.brand, images),
    fields: form.fields.map(resolveField),
    texts: textsOf(form.texts),
    constants: {
      ...form.attributes,
      ...(form.segment_code !== undefined && { segment_code: form.segment_code }),
    },
    resubscribe: statesOf(form.resubscribe),
    confirm: form.confirm ?? 'never',
    confirmedAt: form.confirmed_at,
    consentReceipt: form.consent_receipt,
    confirmMail: localized(form.confirmMail),
    notify: notifyOf(form.notify),
    redirect: form.redirect === undefined ? undefined : new URL(form.redirect).href,
    thankYouPages: (form.thankYouPages ?? []).map((page) => pageAddress.parse(page)),
    origins: form.origins?.map((one) => origin.parse(one)),
    rates: Object.fromEntries(
      Object.entries(form.rates ?? {}).flatMap(([axis, text]) =>
        text === undefined ? [] : [[axis, rate.parse(text)]],
      ),
    ),
  };
}

function brandOf(brand: FileForm['brand'], { logo, picture }: BrandImages): FormSpec['brand'] {
  if (!brand) return undefined;
  const { name, title, intro, links = [] } = brand;
  return {
    name: localized(name),
    title: localized(title),
    intro: localized(intro),
    links: links.map(({ href, label }) => ({ href: localized(href) ?? '', label: localized(label) ?? '' })),
    sheet: sheetOf(brand),
    logo,
    picture,
  };
}

function notifyOf(notify: FileForm['notify']): FormSpec['notify'] {
  if (!notify) return undefined;
  const { mail, webhook, slack, addresses = false } = notify;
  return { mail, webhook, slack, addresses };
}

/**
 * The languages a form is offered in: those listed, else those its own texts are in, else all. A form partly
 * in another language would be of no use to visitors.
 */
function languagesOf(form: FileForm): FormSpec['languages'] {
  const tags = form.languages ?? tagsIn(form);
  const offered = tags.flatMap((tag) => wordsOfTag(tag) ?? []);
  return offered.length === 0 ? languages : [...new Set(offered)];
}

/** The language tags of all texts of a form, in order of appearance. */
function tagsIn({ title, intro, brand, confirmMail, fields, texts = {} }: FileForm): readonly string[] {
  const { issues = {}, problems = {}, ...own } = texts;
  const all: unknown[] = [
    title,
    intro,
    ...[brand?.name, brand?.title, brand?.intro],
    ...(brand?.links ?? []).flatMap(({ href, label }) => [href, label]),
    confirmMail,
    ...[own, issues, problems].flatMap((some) => Object.values(some)),
  ];
  for (const field of fields) {
    if (typeof field === 'string' || field.type === 'hidden') continue;
    const { label, help, issues = {} } = field;
    all.push(label, help, ...Object.values(issues));
    if ('placeholder' in field) all.push(field.placeholder);
    if ('link' in field) all.push(field.link?.label, field.link?.href);
    if ('options' in field)
      all.push(...field.options.map((option) => typeof option === 'object' && option.label));
  }
  return all.flatMap((text) => (typeof text === 'object' && text !== null ? Object.keys(text) : []));
}

export function resolveField(field: FileField): FieldSpec {
  if (typeof field === 'string') return builtInField(field);
  if (field.type === 'hidden') {
    const { name, type, from, attribute = name, maxLength = defaultMaxLength.hidden } = field;
    // The schema has checked its format.
    return { name, type, from: from as Extract<FieldSpec, { type: 'hidden' }>['from'], attribute, maxLength };
  }
  const { name, required = false, help, issues = {} } = field;
  const attribute = ('attribute' in field ? field.attribute : undefined) ?? name;
  const asked = {
    name,
    attribute,
    required,
    label: localized(field.label) ?? { builtIn: name as BuiltInField },
    help: localized(help),
    issues: allLocalized(issues),
  };
  switch (field.type) {
    case 'select':
    case 'radio': {
      const options = field.options.map((option) =>
        typeof option === 'string'
          ? { value: cleanText(option), label: cleanText(option) }
          : { value: cleanText(option.value), label: localized(option.label) ?? option.value },
      );
      return { ...asked, type: field.type, options };
    }
    case 'newsletters': {
      const options = field.options.map(({ account, label, value = account }) => ({
        account,
        value,
        label: localized(label) ?? account,
      }));
      return { ...asked, type: field.type, attribute: undefined, options };
    }
    case 'checkbox': {
      const { type, value = 'yes', link } = field;
      const resolved = link && { href: localized(link.href) ?? '', label: localized(link.label) ?? '' };
      return { ...asked, type, value: cleanText(value), link: resolved };
    }
    case undefined: {
      const { type, ...known } = builtInField(field.name);
      return { ...known, ...asked, ...typedOf(field, type), required: name === 'email' || required };
    }
    case 'text':
    case 'email':
    case 'tel':
    case 'url':
    case 'number':
    case 'date':
      return { ...asked, ...typedOf(field, field.type), required: name === 'email' || required };
  }
}

type TypedSpec = Extract<FieldSpec, { maxLength: number; label: unknown }>;
type TypedField = Extract<Exclude<FileField, string>, { autocomplete?: unknown }>;

function typedOf(field: TypedField, type: TypedSpec['type']) {
  const known = (builtInNames as string[]).includes(field.name)
    ? builtInField(field.name as BuiltInField)
    : undefined;
  const { min, max } = 'min' in field || 'max' in field ? field : {};
  return {
    type,
    maxLength:
      ('maxLength' in field ? field.maxLength : undefined) ?? known?.maxLength ?? defaultMaxLength[type],
    autocomplete: field.autocomplete ?? known?.autocomplete,
    placeholder: localized('placeholder' in field ? field.placeholder : undefined),
    pattern: 'pattern' in field ? field.pattern : undefined,
    min: min === undefined ? undefined : String(min),
    max: max === undefined ? undefined : String(max),
  };
}

function textsOf({ issues = {}, problems = {}, ...own }: FileForm['texts'] = {}): TextsSpec {
  return { ...allLocalized(own), issues: allLocalized(issues), problems: allLocalized(problems) };
}

function allLocalized(
  texts: Readonly<Record<string, FileText | undefined>>,
): Readonly<Record<string, Localized>> {
  return Object.fromEntries(
    Object.entries(texts).flatMap(([name, text]) => {
      const own = localized(text);
      return own === undefined ? [] : [[name, own]];
    }),
  );
}

/** A text, or texts by the product's own language tags. Cleaned in the same way as visitors' input. */
function localized(text: FileText | undefined): Localized | undefined {
  if (text === undefined) return undefined;
  if (typeof text === 'string') return cleanText(text);
  return new Map(Object.entries(text).map(([tag, own]) => [wordsOfTag(tag)?.lang ?? tag, cleanText(own)]));
}
