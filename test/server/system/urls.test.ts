import { describe, expect, it } from 'vitest';
import { readUrl } from '../../../server/system/urls.ts';

describe('a URL in a text', () => {
  it('is parsed, also relative to a base, and anything else is rejected', () => {
    expect(readUrl('https://www.example.com/a')?.href).toBe('https://www.example.com/a');
    expect(readUrl('b', 'https://www.example.com/a')?.href).toBe('https://www.example.com/b');
    for (const text of ['', 'www.example.com', 'https://', 'https://a b.example'])
      expect(readUrl(text)).toBe(undefined);
  });

  it('may contain an ü, even after so many calls that the engine has optimised the parsing', () => {
    for (let i = 0; i < 200_000; i++) readUrl(`https://www.example.com/${i % 7}`);
    expect(readUrl('https://b\u00fccher.example/')?.hostname).toBe('xn--bcher-kva.example');
  });
});
