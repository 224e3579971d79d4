import { RE2JS } from 're2js';

/**
 * Compiles a pattern with the meaning of HTML's `pattern` attribute: the whole text must match, and the flag
 * is `v` (https://html.spec.whatwg.org/#the-pattern-attribute). Visitors choose the text, and JavaScript's
 * own engine can take years for some texts; RE2 takes time in proportion to the length, whatever the pattern.
 * Patterns that RE2 does not support, such as lookahead, are refused when the forms file is read.
 */
export function linearTest(pattern: string): (text: string) => boolean {
  const compiled = RE2JS.compile(re2Of(pattern));
  return (text) => compiled.matches(text);
}

/** Why a pattern cannot be used, phrased to follow "wanted"; `undefined` if it can. */
export function refusePattern(pattern: string): string | undefined {
  try {
    new RegExp(`^(?:${pattern})$`, 'v');
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^.*: (?=[^:]*$)/, '') : '';
    return `a regular expression with the flag v (${reason})`;
  }
  if (tokensOf(pattern).some(({ isInClass, text }) => isInClass && /^(?:\[|--|&&|\\q)$/.test(text)))
    return 'a pattern without nested sets ([[…]], --, &&, \\q{…})';
  try {
    RE2JS.compile(re2Of(pattern));
    return undefined;
  } catch {
    return 'a pattern that takes time in proportion to the text: no lookaround ((?=…)), no back reference (\\1), no repetition above {1000}, no \\p{Name=Value}';
  }
}

interface Token {
  /** A character, an escape with its code point, or an operator of character classes. */
  readonly text: string;
  readonly isInClass: boolean;
}

const token = /\\u\{[\da-f]+\}|\\ud[89ab][\da-f]{2}\\ud[c-f][\da-f]{2}|\\u[\da-f]{4}|\\.|--|&&|./gisu;

function tokensOf(pattern: string): readonly Token[] {
  let isInClass = false;
  return (pattern.match(token) ?? []).map((text) => {
    const found = { text, isInClass };
    if (text === '[') isInClass = true;
    if (text === ']') isInClass = false;
    return found;
  });
}

/** Translates to RE2's syntax, which writes code points differently and whose `\s` is ASCII only. */
function re2Of(pattern: string): string {
  return tokensOf(pattern)
    .map(({ text, isInClass }) => {
      if (text === '\\s') return isInClass ? space : `[${space}]`;
      if (text === '\\S') return isInClass ? notSpace : `[${notSpace}]`;
      return /^\\u/i.test(text) ? codePoint(text) : text;
    })
    .join('');
}

function codePoint(escape: string): string {
  // One code point, or the two halves of a surrogate pair.
  const units = (escape.match(/[\da-f]+/gi) ?? []).map((hex) => parseInt(hex, 16));
  const [unit = 0] = units;
  const code = units.length === 2 ? (String.fromCharCode(...units).codePointAt(0) ?? 0) : unit;
  return `\\x{${code.toString(16)}}`;
}

/** ECMAScript's WhiteSpace and LineTerminator, and the complement, in the syntax of an RE2 class. */
const space = String.raw`\x{9}-\x{d}\x{20}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}`;
const notSpace = String.raw`\x{0}-\x{8}\x{e}-\x{1f}\x{21}-\x{9f}\x{a1}-\x{167f}\x{1681}-\x{1fff}\x{200b}-\x{2027}\x{202a}-\x{202e}\x{2030}-\x{205e}\x{2060}-\x{2fff}\x{3001}-\x{fefe}\x{ff00}-\x{10ffff}`;
