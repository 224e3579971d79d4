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
  const lang = query === undefined ? '' : (new URLSearchParams(query).get('lang') ?? '');
  return wanted(lang, offered) ?? wanted(headers['accept-language'] ?? '', offered) ?? offered[0] ?? en;
}

/** What was wanted before, by the languages that were offered. Browsers send few different headers. */
const known = new WeakMap<readonly Messages[], Map<string, Messages | undefined>>();
/** For each list of offered languages, so that made-up headers cannot fill the memory. */
const mostKnown = 200;

/** Reading a header takes 45 µs, a tenth of a whole sign-up, and looking it up one. */
function wanted(header: string, offered: readonly Messages[]): Messages | undefined {
  const wishes = header.slice(0, longestWish);
  if (wishes === '') return undefined;
  const read = known.get(offered) ?? new Map<string, Messages | undefined>();
  known.set(offered, read);
  if (!read.has(wishes)) {
    // All at once: the common ones are there again soon.
    if (read.size >= mostKnown) read.clear();
    read.set(wishes, firstOf(wishes, offered));
  }
  return read.get(wishes);
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
  const header = { 'accept-language': wishes };
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
