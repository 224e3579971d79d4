import { createHash, randomInt } from 'node:crypto';
import { expect, it } from 'vitest';
import { HashSet } from '../../../server/store/engine/hash-set.ts';

const hashOf = (value: number) => createHash('sha256').update(String(value)).digest('binary').slice(0, 16);

it('a set of hashes knows what was added and not deleted, whatever comes in whatever order', () => {
  const [set, model] = [new HashSet(), new Set<string>()];
  // Ten thousand grow it several times; of each hash there is a neighbour that differs in the last byte.
  const hashes = Array.from({ length: 5000 }, (_, value) => hashOf(value)).flatMap((hash) => [
    hash,
    `${hash.slice(0, 15)}${String.fromCharCode(hash.charCodeAt(15) ^ 1)}`,
  ]);
  hashes.push('\0'.repeat(16), `${'\0'.repeat(15)}\u0007`, '\u00ff'.repeat(16));
  for (let step = 0; step < 60_000; step++) {
    const hash = hashes[randomInt(hashes.length)] ?? '';
    if (randomInt(3) > 0) {
      set.add(hash);
      model.add(hash);
    } else {
      set.delete(hash);
      model.delete(hash);
    }
  }
  expect(model.size).toBeGreaterThan(3000);
  expect(hashes.filter((hash) => set.has(hash) !== model.has(hash))).toEqual([]);
});
