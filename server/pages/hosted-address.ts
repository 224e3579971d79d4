import type { FormDefinition, HiddenField } from '../../shared/form.ts';

/** What a form may use of a visit to its hosted page. */
export interface Visit {
  /** The proxy's public URL: `https://signup.example.com`. */
  readonly publicUrl: string;
  /** The query string of the request, unchanged. */
  readonly query: string;
  /** The URL of the previous page, from the `Referer` header. */
  readonly referrer: string | undefined;
}

/** In characters. A longer query makes a QR code too dense for phones to read from a poster. */
const longestQuery = 300;

/**
 * The query of the URL that a QR code leads to: the language, if one was requested, and the parameters
 * that the form's hidden fields read. Other parameters (`fbclid` and the like) belong to this visit only
 * and are dropped.
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

/**
 * The language to keep in links: a page requested in a language stays in it; otherwise the language of
 * each visitor counts.
 */
export function languageToKeep({ lang }: FormDefinition, { query }: Visit): string {
  return new URLSearchParams(query).has('lang') ? `?lang=${lang}` : '';
}

/** The values of hidden fields, as the element would find them in the browser. */
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
