import { limits, type FormDefinition, type FormField, type FormTexts } from '../../shared/form.ts';
import type { AskedField } from '../../shared/form.ts';
import type { Messages, RangeIssues } from '../../shared/messages/messages.ts';
import type { IssueCode } from '../../shared/signup.ts';
import type { FieldSpec, FormSpec, Localized, TypedSpec } from './form-spec.ts';

type AskedSpec = Exclude<FieldSpec, { type: 'hidden' }>;

export interface DefinitionOptions {
  readonly proof: boolean;
  readonly international: boolean;
}

/**
 * The public definition of a form, in one language. It is built member by member, never copied from the
 * operator's specification, so that only what is named here becomes public.
 */
export function definitionOf(
  { id, title, intro, fields, texts, redirect, languages }: FormSpec,
  words: Messages,
  { proof, international }: DefinitionOptions,
): FormDefinition {
  const say = (text: Localized | undefined) => textIn(text, words, languages[0]);
  const introText = say(intro);
  return {
    id,
    lang: words.lang,
    dir: words.dir,
    title: say(title) ?? words.hosted.title,
    ...(introText !== undefined && { intro: introText }),
    texts: textsOf(),
    proof,
    ...(redirect !== undefined && { redirect }),
    ...(fields.some(({ type }) => type === 'newsletters') && { part: 'newsletters' }),
    fields: fields.map(fieldOf),
  };

  function textsOf(): FormTexts {
    const { issues = {}, problems = {}, ...own } = texts;
    const { issues: ourIssues, problems: ourProblems, ...ours } = words.texts;
    return {
      // An operator's own sentence of thanks applies to the widget too.
      ...over(ours, { ...own, acceptedFor: own['acceptedFor'] ?? own['accepted'] }),
      issues: over(ourIssues, issues),
      problems: over(ourProblems, problems),
    };
  }

  function over<T extends Readonly<Record<string, string>>>(
    ours: T,
    own: Readonly<Record<string, Localized | undefined>>,
  ): T {
    const named = Object.entries(ours).map(([name, text]) => [name, say(own[name]) ?? text]);
    return Object.fromEntries(named) as T;
  }

  function fieldOf(field: FieldSpec): FormField {
    if (field.type === 'hidden') {
      const { name, type, from, maxLength } = field;
      return { name, type, from, maxLength };
    }
    const { name, required } = field;
    const label = labelOf(field);
    const help = say(field.help);
    const issues = issuesOf(field);
    const asked = {
      name,
      label,
      required,
      ...(help !== undefined && { help }),
      ...(Object.keys(issues).length > 0 && { issues }),
    };
    return kindOf(field, asked);
  }

  function kindOf(field: AskedSpec, asked: Pick<AskedField, 'name' | 'label' | 'required'>): FormField {
    switch (field.type) {
      case 'select':
      case 'radio':
      case 'newsletters': {
        const options = field.options.map(({ value, label }) => ({ value, label: say(label) ?? value }));
        return { ...asked, type: field.type, options };
      }
      case 'checkbox': {
        const { type, link } = field;
        const href = say(link?.href);
        const label = say(link?.label);
        return {
          ...asked,
          type,
          ...(href !== undefined && label !== undefined && { link: { href, label } }),
        };
      }
      case 'text':
      case 'email':
      case 'tel':
      case 'url':
      case 'number':
      case 'date': {
        const { type, maxLength, autocomplete, pattern, min, max } = field;
        const placeholder = say(field.placeholder);
        return {
          ...asked,
          type,
          maxLength,
          ...(autocomplete !== undefined && { autocomplete }),
          ...(placeholder !== undefined && { placeholder }),
          ...(pattern !== undefined && { pattern }),
          ...(min !== undefined && { min }),
          ...(max !== undefined && { max }),
          ...(type === 'email' && international && { international }),
        };
      }
    }
  }

  function labelOf({ name, label }: AskedSpec): string {
    if (typeof label === 'object' && 'builtIn' in label) return words.labels[label.builtIn];
    return say(label) ?? name;
  }

  function issuesOf(field: AskedSpec): Partial<Record<IssueCode, string>> {
    const own = Object.entries(field.issues).map(([code, text]) => [code, say(text)] as const);
    return { ...ourIssuesOf(field, words), ...Object.fromEntries(own) };
  }
}

/** The product's texts for the issues of a field of this type. */
function ourIssuesOf(field: AskedSpec, { fieldIssues, lang }: Messages): Partial<Record<IssueCode, string>> {
  switch (field.type) {
    case 'text':
      return {};
    case 'email':
    case 'tel':
    case 'url':
      // With a pattern, only the operator can say what is wanted.
      return field.pattern === undefined ? { malformed: fieldIssues[field.type] } : {};
    case 'number': {
      const format = new Intl.NumberFormat(lang, { maximumFractionDigits: 20 });
      return { malformed: rangeWords(fieldIssues.number, field, (value) => format.format(Number(value))) };
    }
    case 'date': {
      const format = new Intl.DateTimeFormat(lang, { dateStyle: 'long', timeZone: 'UTC' });
      return { malformed: rangeWords(fieldIssues.date, field, (value) => format.format(new Date(value))) };
    }
    case 'select':
    case 'radio':
    case 'newsletters':
      return { missing: fieldIssues.choice, malformed: fieldIssues.choice };
    case 'checkbox':
      return { missing: fieldIssues.checkbox, malformed: fieldIssues.checkbox };
  }
}

function rangeWords(words: RangeIssues, { min, max }: TypedSpec, format: (value: string) => string): string {
  const text =
    min === undefined
      ? max === undefined
        ? words.any
        : words.to
      : max === undefined
        ? words.from
        : words.between;
  return text.replace('{min}', () => format(min ?? '')).replace('{max}', () => format(max ?? ''));
}

/** The operator's text in this language; if there is none, the one in the form's first language; else any. */
export function textIn(
  text: Localized | undefined,
  words: Pick<Messages, 'lang'>,
  first: Pick<Messages, 'lang'> | undefined,
): string | undefined {
  if (typeof text === 'string' || text === undefined) return text;
  const [any] = text.values();
  return text.get(words.lang) ?? text.get(first?.lang ?? '') ?? any;
}

/** In UTF-16 code units, unless the operator sets another length. */
export const defaultMaxLength: Readonly<Record<TypedSpec['type'] | 'hidden', number>> = {
  text: 200,
  email: limits.email,
  tel: 40,
  url: limits.page,
  number: 40,
  date: 10,
  hidden: 500,
};
