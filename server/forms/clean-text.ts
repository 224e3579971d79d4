import { cleanText } from '../../shared/clean-text.ts';

/**
 * Cleans every text value; an empty one then counts as absent, since a form also sends the fields that were
 * left empty. A separate step before the schema: inside it, one transform for each possible field costs more
 * than all its checks.
 */
export function cleaned(sent: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(sent).map(([name, value]) => {
      if (typeof value !== 'string') return [name, value];
      const text = cleanText(value);
      return [name, text === '' ? undefined : text];
    }),
  );
}
