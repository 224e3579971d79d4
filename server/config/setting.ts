import type { z } from 'zod';
import { Secret } from '../system/secret.ts';
import { text } from './setting-schemas.ts';

export interface Setting<T> {
  /** `npm run docs` writes the table of docs/configuration.md from these texts. */
  readonly about: string;
  readonly wanted: string;
  /** Parses the variable's text. Gets `undefined` if the variable is absent or empty. */
  readonly schema: z.ZodType<T, string | undefined>;
  /** The value is never shown in messages. */
  readonly secret?: true;
  /** The value may also be given in a file whose path is in `NAME_FILE`. */
  readonly file?: true;
  /** The name is also read in lower case, which then counts, as `curl` does it. */
  readonly lowerCase?: true;
}

export const setting = <T>(
  about: string,
  wanted: string,
  schema: z.ZodType<T, string | undefined>,
): Setting<T> => ({
  about,
  wanted,
  schema,
});

export const secretSetting = (
  about: string,
  wanted: string,
  isRight: (text: string) => boolean = () => true,
): Setting<Secret | undefined> => ({
  about,
  wanted,
  schema: text
    .refine(isRight)
    .transform((value) => new Secret(value))
    .optional(),
  secret: true,
  file: true,
});
