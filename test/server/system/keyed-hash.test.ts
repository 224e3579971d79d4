import { createHmac, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createHmacSha256, createKeyedHash } from '../../../server/system/keyed-hash.ts';

describe('HMAC-SHA256', () => {
  it('is what Node makes, for keys and contents of every length', () => {
    for (const keyBytes of [0, 1, 31, 32, 63, 64, 65, 200]) {
      const key = randomBytes(keyBytes);
      const hmac = createHmacSha256(key);
      for (const contentBytes of [0, 1, 31, 32, 63, 64, 65, 1000]) {
        const content = randomBytes(contentBytes);
        expect(hmac(content)).toEqual(createHmac('sha256', key).update(content).digest());
      }
    }
  });

  it('reads texts as UTF-8', () => {
    const key = 'ein Schlüssel';
    for (const text of ['', 'Grüße', '日本', '👩‍🚀']) {
      expect(createHmacSha256(key)(text)).toEqual(createHmac('sha256', key).update(text).digest());
    }
  });

  it('gives each call its own bytes', () => {
    const hmac = createHmacSha256('key');
    const first = hmac('one');
    const kept = Buffer.from(first);
    hmac('two');
    expect(first).toEqual(kept);
  });
});

describe('a keyed hash', () => {
  it('differs by key and by text, has 16 bytes, and takes keys of 32 bytes only', () => {
    const [one, other] = [createKeyedHash(randomBytes(32)), createKeyedHash(randomBytes(32))];
    expect(one('ada')).toBe(one('ada'));
    expect(new Set([one('ada'), one('grace'), other('ada')]).size).toBe(3);
    expect(one('ada')).toHaveLength(16);
    expect(() => createKeyedHash(randomBytes(31))).toThrow(TypeError);
  });
});
