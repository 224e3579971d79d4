import { ar } from '../../shared/messages/ar.ts';
import { da } from '../../shared/messages/da.ts';
import { de } from '../../shared/messages/de.ts';
import { en } from '../../shared/messages/en.ts';
import { es } from '../../shared/messages/es.ts';
import { fr } from '../../shared/messages/fr.ts';
import { he } from '../../shared/messages/he.ts';
import { it } from '../../shared/messages/it.ts';
import { ja } from '../../shared/messages/ja.ts';
import type { Messages } from '../../shared/messages/messages.ts';
import { nl } from '../../shared/messages/nl.ts';
import { pl } from '../../shared/messages/pl.ts';
import { ptBR } from '../../shared/messages/pt-BR.ts';
import { sv } from '../../shared/messages/sv.ts';
import { tr } from '../../shared/messages/tr.ts';
import { zhHans } from '../../shared/messages/zh-Hans.ts';

/** All languages that the product has texts in. The first is the default. */
export const languages: readonly Messages[] = [
  en,
  ar,
  da,
  de,
  es,
  fr,
  he,
  it,
  ja,
  nl,
  pl,
  ptBR,
  sv,
  tr,
  zhHans,
];

/** By tag, in lower case. Where a tag of ours is narrower, the bare language is listed too. */
const byTag: ReadonlyMap<string, Messages> = new Map([
  ...languages.map((words): [string, Messages] => [words.lang.toLowerCase(), words]),
  ['pt', ptBR],
  ['zh', zhHans],
]);

/** A language as somebody named it. */
export interface NamedLanguage {
  /** Without region and script. */
  readonly language: string;
  /** Whether a region or a script is named, such as in `zh-TW`. */
  readonly isNarrow: boolean;
  /** `undefined` if there are none, or only in another script. */
  readonly words: Messages | undefined;
}

/**
 * Reads a BCP 47 tag, or the name of a locale as systems write it (`de_DE.UTF-8`). Old names are read
 * as their new ones (`iw` is Hebrew). `undefined` where it is neither.
 */
export function readLanguage(name: string): NamedLanguage | undefined {
  const locale = localeOf(
    name
      .trim()
      .replace(/[.@].*$/, '')
      .replaceAll('_', '-'),
  );
  if (!locale) return undefined;
  const words = lookUp(locale.baseName.toLowerCase());
  const isReadable = words && locale.maximize().script === localeOf(words.lang)?.maximize().script;
  return {
    language: locale.language,
    isNarrow: locale.baseName !== locale.language,
    words: isReadable ? words : undefined,
  };
}

/** The texts for a language; `undefined` if there are none. */
export function wordsOfTag(tag: string): Messages | undefined {
  return readLanguage(tag)?.words;
}

function localeOf(tag: string): Intl.Locale | undefined {
  try {
    return new Intl.Locale(tag);
  } catch {
    return undefined;
  }
}

/** RFC 4647 3.4: looks up the tag, then the tag without its last part, and so on; `de-AT` is met by `de`. */
function lookUp(tag: string): Messages | undefined {
  const end = tag.lastIndexOf('-');
  return byTag.get(tag) ?? (end > 0 ? lookUp(tag.slice(0, end)) : undefined);
}
