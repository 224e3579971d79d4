import type { IncomingMessage } from 'node:http';
import Negotiator from 'negotiator';
import { en } from '../../shared/messages/en.ts';
import type { Messages } from '../../shared/messages/messages.ts';
import { languages, lookUp } from '../forms/languages.ts';

/**
 * The words that a request asks for: by `?lang=`, a BCP 47 tag, else by `Accept-Language` (RFC 9110 12.5.4), else the
 * first of those that are offered, by default English. Wishes that cannot be met are passed over, whatever they are
 * made of.
 */
export function wordsFor(
  { url = '', headers }: Pick<IncomingMessage, 'url' | 'headers'>,
  offered: readonly Messages[] = languages,
): Messages {
  const [, query] = /\?([^#]*)/.exec(url) ?? [];
  const lang = new URLSearchParams(query).get('lang') ?? '';
  return firstOf(lang, offered) ?? firstOf(headers['accept-language'] ?? '', offered) ?? offered[0] ?? en;
}

/** Browsers send up to about 100 characters; what comes far behind is nobody's first wish, and sorting it takes time. */
const longestWish = 500;

/** Not the library's own choice: it takes English for `de-AT, en;q=0.9, de;q=0.8`. */
function firstOf(wishes: string, offered: readonly Messages[]): Messages | undefined {
  const header = { 'accept-language': wishes.slice(0, longestWish) };
  for (const tag of new Negotiator({ headers: header }).languages()) {
    const words = lookUp(tag.toLowerCase());
    if (words && offered.includes(words)) return words;
  }
  return undefined;
}
