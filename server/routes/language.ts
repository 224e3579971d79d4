import type { IncomingMessage } from 'node:http';
import Negotiator from 'negotiator';
import { en } from '../../shared/messages/en.ts';
import type { Messages } from '../../shared/messages/messages.ts';
import { languages, readLanguage } from '../forms/languages.ts';

/**
 * The texts in the language that a request asks for: by `?lang=` (a BCP 47 tag), else by `Accept-Language`
 * (RFC 9110 12.5.4), else the first of the offered languages, by default English. Unsupported or malformed
 * values are ignored.
 */
export function wordsFor(
  { url = '', headers }: Pick<IncomingMessage, 'url' | 'headers'>,
  offered: readonly Messages[] = languages,
): Messages {
  const [, query] = /\?([^#]*)/.exec(url) ?? [];
  const lang = new URLSearchParams(query).get('lang') ?? '';
  return firstOf(lang, offered) ?? firstOf(headers['accept-language'] ?? '', offered) ?? offered[0] ?? en;
}

/**
 * In characters. Browsers send up to about 100; languages far behind that are hardly preferred, and sorting
 * them takes time.
 */
const longestWish = 500;

/**
 * Does not use the library's own choice, which takes English for `de-AT, en;q=0.9, de;q=0.8`. Where a
 * language was asked for in a script that we lack, its bare name behind that does not bring the other script:
 * browsers send `zh-TW, zh;q=0.9` for traditional characters.
 */
function firstOf(wishes: string, offered: readonly Messages[]): Messages | undefined {
  const header = { 'accept-language': wishes.slice(0, longestWish) };
  const lacking = new Set<string>();
  for (const tag of new Negotiator({ headers: header }).languages()) {
    const wish = readLanguage(tag);
    if (!wish) continue;
    const { language, isNarrow, words } = wish;
    if (!words && isNarrow) lacking.add(language);
    else if (words && offered.includes(words) && (isNarrow || !lacking.has(language))) return words;
  }
  return undefined;
}
