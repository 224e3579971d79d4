import type { Mutation } from './mutation.ts';

const store = (name: string) => `test/server/store/${name}.test.ts`;

/** Of what is noticed at a start, and of where what waits belongs. */
export const keepingMutations: readonly Mutation[] = [
  {
    name: 'log: one that is gone or empty is not missed',
    file: 'server/store/sqlite/wal-scan.ts',
    find: "index.committedFrames > index.copiedFrames ? 'damaged' : 'empty'",
    replace: "index.committedFrames < 0 ? 'damaged' : 'empty'",
    tests: store('damaged-files'),
    only: 'after a kill',
  },
  {
    name: 'log: an empty one is taken for a new one',
    file: 'server/store/sqlite/wal-scan.ts',
    find: "return state === 'empty' && !mayHaveLostPower ? lost : state;",
    replace: 'return state;',
    tests: store('damaged-files'),
    only: 'after a kill',
  },
  {
    name: 'log: one that lost its end is taken in',
    file: 'server/store/sqlite/wal-scan.ts',
    find: "  if (index && committed !== undefined && size < end && committed > index.copiedFrames) return 'damaged';\n",
    replace: '',
    tests: store('damaged-files'),
    only: 'after a kill',
  },
  {
    name: 'upstream: another base address is the same upstream',
    file: 'server/config/accounts/destination.ts',
    find: 'return { upstream: `${upstream.api} ${upstream.baseUrl}`,',
    replace: 'return { upstream: upstream.api,',
    tests: 'test/server/config/accounts.test.ts',
  },
  {
    name: 'upstream: another user is the same account',
    file: 'server/config/accounts/destination.ts',
    find: "(credentials?.username.toLowerCase() ?? '')",
    replace: "''",
    tests: 'test/server/config/accounts.test.ts',
  },
  {
    name: 'upstream: another version is the same upstream',
    file: 'server/config/accounts/destination.ts',
    find: 'upstream: `${upstream.api} ${upstream.baseUrl}`',
    replace: 'upstream: upstream.baseUrl',
    tests: 'test/server/config/accounts.test.ts',
  },
  {
    name: 'upstream: two accounts of one user are one',
    file: 'server/config/accounts/destination.ts',
    find: 'return isNamed ?',
    replace: "return isNamed && name === '' ?",
    tests: 'test/server/config/accounts.test.ts',
  },
  {
    name: 'upstream: the user name stands in the row',
    file: 'server/config/accounts/destination.ts',
    find: "return createHash('sha256').update(`rasa-signup account ${name}`).digest('hex').slice(0, 12);",
    replace: "return createHash('sha256').update('').digest('hex').slice(0, 0) + name;",
    tests: 'test/server/config/accounts.test.ts',
  },
];
