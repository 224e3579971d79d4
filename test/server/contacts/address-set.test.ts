import { expect, it } from 'vitest';
import { AddressSet } from '../../../server/contacts/files/address-set.ts';

it('a set of addresses knows each again, in any case, after it has grown many times', () => {
  const set = new AddressSet();
  const addresses = Array.from({ length: 20_000 }, (_, at) => `Person-${at}@Example.com`);
  expect(addresses.filter((each) => set.add(each))).toHaveLength(20_000);
  expect(addresses.filter((each) => set.add(each.toUpperCase()))).toEqual([]);
  expect(set.add('')).toBe(true);
  expect(set.add('')).toBe(false);
});
