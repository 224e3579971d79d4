import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { nodePath, runTestsUnder } from '../../helpers/server/other-node.ts';

const node24 = nodePath(24);
const isHere = existsSync(node24);
if (!isHere)
  process.stderr.write(`Skipped: there is no Node 24 at ${node24}; NODE24_PATH names another place.\n`);

test.skipIf(!isHere)('the SQLite store keeps its contract under Node 24', { timeout: 180_000 }, async () => {
  const files = ['database', 'sqlite-faults'].map((name) => `test/server/store/${name}.test.ts`);
  const { passed, failures } = await runTestsUnder(node24, files);
  expect(failures).toEqual([]);
  expect(passed).toBeGreaterThan(50);
});
