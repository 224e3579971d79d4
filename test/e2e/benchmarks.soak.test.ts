import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

it(
  'npm run bench:accept runs to its end, whatever the figures are on this machine',
  { timeout: 1_200_000 },
  async () => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', 'test/bench/accept.ts', '--quick'],
      { maxBuffer: 10_000_000 },
    );
    expect(stdout).toMatch(/product: checks, counts, stores +[\d,.]+/);
    expect(stdout).toContain('share of the rate of the plain chain that stores nothing');
  },
);
