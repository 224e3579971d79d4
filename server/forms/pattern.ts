import { RE2JS } from 're2js';

/**
 * A pattern as the attribute of that name means it: all of the text has to match, and its flag is `v`
 * (https://html.spec.whatwg.org/#the-pattern-attribute). Visitors choose the text, and JavaScript's own engine can take
 * years for some of them; RE2's takes time in proportion to the length, whatever the pattern. What RE2 cannot do, such
 * as looking ahead, is refused when the forms file is read.
 */
export function linearTest(pattern: string): (text: string) => boolean {
  const compiled = RE2JS.compile(re2Of(pattern));
  return (text) => compiled.matches(text);
}

/** Why a pattern cannot be used, in words that go on from "wanted"; `undefined` where it can. */
export function refusePattern(pattern: string): string | undefined {
  try {
    new RegExp(`^(?:${pattern})$`, 'v');
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^.*: (?=[^:]*$)/, '') : '';
    return `a regular expression with the flag v (${reason})`;
  }
  if (tokensOf(pattern).some(({ isInClass, text }) => isInClass && /^(?:\[|--|&&|\\q)$/.test(text)))
    return 'a pattern without sets in sets ([[…]], --, &&, \\q{…})';
  try {
    RE2JS.compile(re2Of(pattern));
    return undefined;
  } catch {
    return 'a pattern that takes time in proportion to the text: no lookaround ((?=…)), no back reference (\\1), no repetition above {1000}, no \\p{Name=Value}';
  }
}

interface Token {
  /** A character, an escape with its code point, or one of the operators that classes have. */
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

/** RE2 writes code points in another way, and its white space is ASCII's. */
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
  // One, or the two halves of one.
  const units = (escape.match(/[\da-f]+/gi) ?? []).map((hex) => parseInt(hex, 16));
  const [unit = 0] = units;
  const code = units.length === 2 ? (String.fromCharCode(...units).codePointAt(0) ?? 0) : unit;
  return `\\x{${code.toString(16)}}`;
}

/** WhiteSpace and LineTerminator of ECMAScript, and all the others, as a class of RE2 writes them. */
const space = String.raw`\x{9}-\x{d}\x{20}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}`;
const notSpace = String.raw`\x{0}-\x{8}\x{e}-\x{1f}\x{21}-\x{9f}\x{a1}-\x{167f}\x{1681}-\x{1fff}\x{200b}-\x{2027}\x{202a}-\x{202e}\x{2030}-\x{205e}\x{2060}-\x{2fff}\x{3001}-\x{fefe}\x{ff00}-\x{10ffff}`;
