import { describe, expect, it } from 'vitest';
import {
  quotaKeyOf,
  isDisposable,
  loadDisposableDomains,
  readAddress,
} from '../../../server/forms/email-address.ts';

const plain = { international: false, disposable: 'allow', isDisposableDomain: () => false } as const;
const international = { ...plain, international: true };

describe('an address', () => {
  it.each([
    ['ada@example.com', 'ada@example.com'],
    ['Ada.Lovelace+news@Example.COM', 'Ada.Lovelace+news@example.com'],
    ["o'neil@example.com", "o'neil@example.com"],
    ['ada@bücher.example', 'ada@xn--bcher-kva.example'],
    ['ada@BÜCHER.example', 'ada@xn--bcher-kva.example'],
    ['ada@xn--bcher-kva.example', 'ada@xn--bcher-kva.example'],
    ['ada@例え.jp', 'ada@xn--r8jz45g.jp'],
    ['ada@example.com.', 'ada@example.com'],
    ['ada@mail.example.museum', 'ada@mail.example.museum'],
  ])('is read: %s', (text, email) => {
    expect(readAddress(text, plain)).toEqual({ is: 'address', email });
  });

  it.each([
    'ada',
    'ada@',
    '@example.com',
    'example.com',
    'ada-example.com',
    'ada@localhost',
    'ada@192.168.0.1',
    'ada@[192.168.0.1]',
    'ada@example..com',
    'ada@.example.com',
    'ada@-example.com',
    'ada@example.com/path',
    'ada@example.com?query',
    'ada@example.com#fragment',
    'ada@ex%61mple.com',
    'ada@example.com:25',
    'ada@exa mple.com',
    'ada lovelace@example.com',
    'ada@grace@example.com',
    '"ada lovelace"@example.com',
    'ada<ada@example.com>',
    'ada@exam_ple.com',
    `ada@${'a'.repeat(64)}.com`,
    'ada@xn--a.com',
  ])('is malformed: %s', (text) => {
    expect(readAddress(text, plain)).toEqual({ is: 'fault', issue: 'malformed' });
    expect(readAddress(text, international)).toEqual({ is: 'fault', issue: 'malformed' });
  });

  it.each([
    ['用户@例え.jp', '用户@xn--r8jz45g.jp'],
    ['zoë@example.com', 'zoë@example.com'],
    // Typed as a letter and a combining mark, stored as one character.
    ['zoe\u0308@example.com', 'zo\u00eb@example.com'],
    ['δοκιμή@example.com', 'δοκιμή@example.com'],
  ])(
    'with letters of any alphabet before its @ is refused or accepted, as the operator sets it: %s',
    (text, email) => {
      expect(readAddress(text, plain)).toEqual({ is: 'fault', issue: 'not_ascii' });
      expect(readAddress(text, international)).toEqual({ is: 'address', email });
    },
  );

  it.each([
    '.zoë@example.com',
    'zo..ë@example.com',
    'zoë,ada@example.com',
    'zoë @example.com',
    'zo\ud800ë@a.com',
  ])('with such letters must still be well-formed: %s', (text) => {
    expect(readAddress(text, international)).toEqual({ is: 'fault', issue: 'malformed' });
  });
});

describe('the quota key', () => {
  it.each([
    ['ADA@example.com', 'ada@example.com'],
    ['ada+news@example.com', 'ada@example.com'],
    ['ada+a+b@example.com', 'ada@example.com'],
    ['+news@example.com', '+news@example.com'],
    ['a.d.a@example.com', 'a.d.a@example.com'],
    ['A.d.a+x@gmail.com', 'ada@gmail.com'],
    ['a.da@googlemail.com', 'ada@gmail.com'],
  ])('of %s is %s', (email, name) => {
    expect(quotaKeyOf(email)).toBe(name);
  });
});

describe('disposable addresses', () => {
  it.each([
    ['ada@mailinator.com', true],
    ['ada@deep.sub.mailinator.com', true],
    ['ada@mailinator.com.example', false],
    ['ada@gmail.com', false],
    ['ada@example.co.uk', false],
  ])('are recognised by a list, including subdomains: %s', async (email, isKnown) => {
    const isDisposableDomain = await loadDisposableDomains();
    expect(isDisposable(email, { ...plain, isDisposableDomain })).toBe(isKnown);
    const refusing = { ...plain, disposable: 'refuse', isDisposableDomain } as const;
    expect(readAddress(email, refusing)).toEqual(
      isKnown ? { is: 'fault', issue: 'disposable' } : { is: 'address', email },
    );
    expect(readAddress(email, { ...refusing, disposable: 'flag' })).toEqual({ is: 'address', email });
  });
});
