import { z } from 'zod';
import { languages, wordsOfTag } from '../../forms/languages.ts';

/**
 * Building blocks for the schema of the forms file. Each states what a fault reports as wanted (`error`) and
 * its purpose for editors (`describe`).
 */

const longestText = 5000;

/** An object with these members and no others. */
export function object<T extends z.core.$ZodLooseShape>(shape: T): z.ZodObject<T, z.core.$strict> {
  const names = Object.keys(shape).join(', ');
  return z.strictObject(shape, {
    error: ({ code }) => (code === 'unrecognized_keys' ? `one of ${names}` : `an object with ${names}`),
  });
}

/** A text of `shortest` to `longest` characters. */
export const line = (words: string, longest: number, shortest = 1) =>
  z.string(words).min(shortest, words).max(longest, words);

const textWords = `text of 1 to ${longestText} characters`;
const oneText = line(textWords, longestText).regex(/\S/, textWords);
/** The tags of all supported languages, separated by commas. */
export const tags = languages.map(({ lang }) => lang).join(', ');

/** A text by the operator: one for all languages, or one for each language. */
export const text = z
  .union(
    [
      oneText,
      z
        .record(
          z.string().refine((tag) => wordsOfTag(tag) !== undefined, `a supported language: ${tags}`),
          oneText,
        )
        .refine((texts) => Object.keys(texts).length > 0, 'a text in at least one language'),
    ],
    { error: `${textWords}, or an object with such a text for each language` },
  )
  .meta({
    id: 'text',
    description: 'Text for all languages, or an object with a text per language, by BCP 47 tag.',
  });

export type OptionalText = z.ZodOptional<typeof text>;

/** Texts by the operator that replace built-in ones, by name. */
export const textFor = (names: readonly string[], about: (name: string) => string) =>
  object(Object.fromEntries(names.map((name) => [name, text.optional().describe(about(name))])));

const optionWords = 'text of 1 to 200 characters, or an object with value and label';
const option = z.union(
  [
    line(optionWords, 200),
    object({
      value: line('text of 1 to 200 characters', 200).describe('Value that is stored.'),
      label: text.describe('Text that visitors read.'),
    }),
  ],
  { error: optionWords },
);

const optionsWords = 'a list of 1 to 500 options';
/** What can be chosen in a `select` or `radio`. */
export const options = z
  .array(option, optionsWords)
  .min(1, optionsWords)
  .max(500, optionsWords)
  .describe('The choices. A string is value and label in one.');

const accountWords = 'the name of an account, as ACCOUNTS has it';
const valueWords = '1 to 64 letters, digits, - and _';
const newslettersWords = 'a list of 1 to 20 newsletters, each with account and label';

/** What can be ticked in a field of type `newsletters`. */
export const newsletterOptions = z
  .array(
    object({
      account: line(accountWords, 30).describe('The account that is this newsletter: one of ACCOUNTS.'),
      label: text.describe('Text that visitors read.'),
      value: z
        .string(valueWords)
        .regex(/^[\w-]{1,64}$/, valueWords)
        .optional()
        .describe('Value that is sent, which visitors can see. Default: the name of the account.'),
    }),
    newslettersWords,
  )
  .min(1, newslettersWords)
  .max(20, newslettersWords)
  .describe('The newsletters.');
