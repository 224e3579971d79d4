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
  if (/--|&&|\[[^\]\\]*\[|\\q\{/.test(pattern))
    return 'a pattern without sets in sets ([[…]], --, &&, \\q{…})';
  try {
    RE2JS.compile(re2Of(pattern));
    return undefined;
  } catch {
    return 'a pattern that takes time in proportion to the text: no lookaround ((?=…)), no back reference (\\1), no repetition above {1000}, no \\p{Name=Value}';
  }
}

/** RE2 writes code points in another way. */
function re2Of(pattern: string): string {
  return pattern.replace(
    /\\u(?:\{([\da-fA-F]+)\}|([\da-fA-F]{4}))/g,
    (_all, long?: string, short?: string) => `\\x{${long ?? short ?? ''}}`,
  );
}
