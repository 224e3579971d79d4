import { describe, expect, it } from 'vitest';
import { readUrl } from '../../../server/system/urls.ts';

describe('an address in a text', () => {
  it('is read as a URL, also against another one, and none is none', () => {
    expect(readUrl('https://www.example.com/a')?.href).toBe('https://www.example.com/a');
    expect(readUrl('b', 'https://www.example.com/a')?.href).toBe('https://www.example.com/b');
    for (const text of ['', 'www.example.com', 'https://', 'https://a b.example'])
      expect(readUrl(text)).toBe(undefined);
  });

  it('is still one with an ü in it when so many were read that the engine has optimised the reading', () => {
    for (let i = 0; i < 200_000; i++) readUrl(`https://www.example.com/${i % 7}`);
    expect(readUrl('https://b\u00fccher.example/')?.hostname).toBe('xn--bcher-kva.example');
  });
});
