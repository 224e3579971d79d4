import { expect, it } from 'vitest';
import { digestOf, DigestSet } from '../../../server/system/digests/digest-set.ts';

it('a set of digests knows each again, and no other, after it has grown many times', () => {
  const set = new DigestSet();
  const digests = Array.from({ length: 40_000 }, (_, at) => digestOf(`person-${at}@example.com`));
  const [known, others] = [digests.slice(0, 20_000), digests.slice(20_000)];
  expect(known.filter((each) => set.add(each))).toHaveLength(20_000);
  expect(set.size).toBe(20_000);
  expect(known.filter((each) => set.add(each))).toEqual([]);
  expect(known.every((each) => set.has(each))).toBe(true);
  expect(others.some((each) => set.has(each))).toBe(false);
  const nothing = { part: 0, low: 0, high: 0 };
  expect([set.has(nothing), set.add(nothing), set.add(nothing), set.has(nothing)]).toEqual([
    ...[false, true, false, true],
  ]);
});
