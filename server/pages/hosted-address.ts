import type { FormDefinition, HiddenField } from '../../shared/form.ts';

/** A visit to a form's own page, as far as the form may want to know about it. */
export interface Visit {
  /** The proxy's own address as browsers reach it: `https://signup.example.com`. */
  readonly publicUrl: string;
  /** The query of the visit, as it came. */
  readonly query: string;
  /** The page before it. */
  readonly referrer: string | undefined;
}

/** Longer ones make a code that phones no longer read from a poster. */
const longestQuery = 300;

/**
 * The query of the address that a code leads to: the language where it was asked for, and the parameters that the form
 * takes in. What else a visit carries (`fbclid` and the like) is that visit's own.
 */
export function queryToKeep(definition: FormDefinition, visit: Visit): string {
  const language = languageToKeep(definition, visit);
  const asked = new URLSearchParams(visit.query);
  const kept = new URLSearchParams(language);
  for (const field of definition.fields) {
    const name = field.type === 'hidden' && field.from.startsWith('?') ? field.from.slice(1) : 'lang';
    const value = asked.get(name);
    if (name !== 'lang' && value) kept.set(name, value);
  }
  const query = String(kept);
  if (query.length > longestQuery) return language;
  return query === '' ? '' : `?${query}`;
}

/** A page that was asked for in a language is one in that language; any other has that of whoever comes. */
export function languageToKeep({ lang }: FormDefinition, { query }: Visit): string {
  return new URLSearchParams(query).has('lang') ? `?lang=${lang}` : '';
}

/** What the form wants to know without asking, as the element would find it in the browser. */
export function hiddenValues({ id, fields }: FormDefinition, visit: Visit): Record<string, string> {
  return Object.fromEntries(
    fields.flatMap((field): [string, string][] => {
      const value = field.type === 'hidden' ? valueOf(field, id, visit).slice(0, field.maxLength) : '';
      return value === '' ? [] : [[field.name, value]];
    }),
  );
}

function valueOf({ from }: HiddenField, id: string, { publicUrl, query, referrer = '' }: Visit): string {
  if (from === 'page') return `${publicUrl}${hostedPath(id)}`;
  if (from === 'referrer') return /^https?:/i.test(referrer) ? referrer : '';
  return new URLSearchParams(query).get(from.slice(1)) ?? '';
}

export function hostedPath(id: string): string {
  return `/forms/${encodeURIComponent(id)}`;
}
