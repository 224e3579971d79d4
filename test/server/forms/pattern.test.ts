import { describe, expect, it } from 'vitest';
import { linearTest, refusePattern } from '../../../server/forms/pattern.ts';

/** Texts that people type, and texts that the two engines match differently. */
const texts = [
  'a',
  'A',
  'ab',
  'a b',
  'a\u00a0b',
  'a\u3000b',
  '\u00a0',
  'é',
  '1-2',
  '1--2',
  'a&&b',
  '[A]',
  '[ab',
  '\\u0041',
  '\\',
  '😀',
  'x{41}',
];

describe('a pattern of the forms file', () => {
  it.each([
    '[\\w\\s]+',
    '\\S+',
    '\\s',
    'a\\sb',
    '[\\s\\S]+',
    '[^\\s]+',
    '[^\\S]+',
    '[^\\s@]+',
    '\\\\u0041',
    '\\u0041',
    '\\u{41}',
    '[\\u{9}-\\u{7a}]+',
    '\\ud83d\\ude00',
    '[\\ud83d\\ude00]',
    '\\u{1f600}',
    '\\\\',
    '\\d--\\d',
    'a&&b',
    '\\[[A-Z]\\]',
    '[\\[a-z]+',
    "[\\p{L}\\p{M}' \\-]+",
    '.',
    'x\\{41\\}',
  ])('accepts the same texts as the browser: %s', (pattern) => {
    const inBrowser = new RegExp(`^(?:${pattern})$`, 'v');
    const passes = linearTest(pattern);
    expect(refusePattern(pattern)).toBeUndefined();
    expect(texts.filter(passes)).toEqual(texts.filter((text) => inBrowser.test(text)));
  });

  it.each(['[[a-z]--[aeiou]]', '[\\w&&\\d]', '[\\q{ab|c}]', '[a[b]]'])(
    'cannot contain nested sets: %s',
    (pattern) => {
      expect(refusePattern(pattern)).toMatch(/without nested sets/);
    },
  );

  it('takes no longer when a visitor chooses a hostile text', () => {
    const passes = linearTest('(a+)+');
    const began = performance.now();
    expect(passes(`${'a'.repeat(2000)}!`)).toBe(false);
    expect(performance.now() - began).toBeLessThan(10_000);
  });
});
