import { z } from 'zod';
import { languages, wordsOfTag } from '../../forms/languages.ts';

/**
 * What the schema of the forms file is made of. Each part says what a fault wanted (`error`), and editors what it is for
 * (`describe`).
 */

const longestText = 5000;

/** Members by name, and no others. */
export function object<T extends z.core.$ZodLooseShape>(shape: T): z.ZodObject<T, z.core.$strict> {
  const names = Object.keys(shape).join(', ');
  return z.strictObject(shape, {
    error: ({ code }) => (code === 'unrecognized_keys' ? `one of ${names}` : `an object with ${names}`),
  });
}

/** A text between two lengths. */
export const line = (words: string, longest: number, shortest = 1) =>
  z.string(words).min(shortest, words).max(longest, words);

const textWords = `text of 1 to ${longestText} characters`;
const oneText = line(textWords, longestText).regex(/\S/, textWords);
/** Of the languages that there are words in. */
export const tags = languages.map(({ lang }) => lang).join(', ');

/** A text of the operator's: for every language, or one for each. */
export const text = z
  .union(
    [
      oneText,
      z
        .record(
          z
            .string()
            .refine((tag) => wordsOfTag(tag) !== undefined, `a language that there are words in: ${tags}`),
          oneText,
        )
        .refine((texts) => Object.keys(texts).length > 0, 'a text in one language at least'),
    ],
    { error: `${textWords}, or an object with such a text for each language` },
  )
  .meta({
    id: 'text',
    description: 'Text for all languages, or an object with a text per language, by BCP 47 tag.',
  });

export type OptionalText = z.ZodOptional<typeof text>;

/** Words of the operator's instead of ours, by name. */
export const textFor = (names: readonly string[], about: (name: string) => string) =>
  object(Object.fromEntries(names.map((name) => [name, text.optional().describe(about(name))])));
