import { formatDate } from './dates.ts';

export type QueryValue = string | number | boolean | Date | readonly string[] | undefined;

/**
 * A path with its query. Dates are written in rasa.io's own format, lists with commas: how rasa.io reads a
 * list is not documented. What is `undefined` is left out.
 */
export function withQuery(
  path: string,
  query: Readonly<Record<string, QueryValue>>,
  /** Of pages: encoded already, and passed on unchanged. */
  skip?: string,
): string {
  const parts = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(textOf(value))}`],
  );
  if (skip !== undefined) parts.push(`skip=${skip}`);
  if (parts.length === 0) return path;
  return `${path}${path.includes('?') ? '&' : '?'}${parts.join('&')}`;
}

function textOf(value: Exclude<QueryValue, undefined>): string {
  if (value instanceof Date) return formatDate(value);
  return typeof value === 'object' ? value.join(',') : String(value);
}

/** One segment of a path: an id cannot lead to another path. */
export function segment(id: string): string {
  if (id === '' || id === '.' || id === '..') throw new TypeError(`${JSON.stringify(id)} is not an id.`);
  return encodeURIComponent(id);
}
