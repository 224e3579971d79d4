/** A JSON object. */
export type Item = Readonly<Record<string, unknown>>;

export function isItem(value: unknown): value is Item {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * One member of an item, read tolerantly. A member that is absent, or has a type that cannot be meant, is
 * `undefined`: absent is not zero, and not false.
 */

/** Text as it is, a number as text: ids are either. `null` stays `null`. */
export function readText(value: unknown): string | null | undefined {
  if (typeof value === 'string' || value === null) return value;
  return typeof value === 'number' ? String(value) : undefined;
}

export function readNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  const isNumeric = typeof value === 'string' && /^\s*-?\d+(\.\d+)?([eE][+-]?\d+)?\s*$/.test(value);
  return isNumeric ? Number(value) : undefined;
}

/** rasa.io's clients meet flags as `true`, `1`, `"1"` and `"true"`. */
export function readFlag(value: unknown): boolean | undefined {
  const text = typeof value === 'string' ? value.trim().toLowerCase() : value;
  if (text === true || text === 1 || text === '1' || text === 'true') return true;
  if (text === false || text === 0 || text === '0' || text === 'false') return false;
  return undefined;
}

/** An id, which is never empty; `undefined` if there is none. */
export function readId(value: unknown): string | undefined {
  const text = readText(value);
  return text === null || text === '' ? undefined : text;
}

/** The objects in a list; anything else counts as an empty one. */
export function readItems(value: unknown): readonly Item[] {
  return Array.isArray(value) ? value.filter(isItem) : [];
}
