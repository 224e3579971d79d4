import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Tests that measure time. Parallel tests would distort the measurements, so these run afterwards, one by
 * one.
 */
const measuring = 'test/**/*.alone.test.ts';

/** Tests that take minutes; only `npm run test:soak` runs them. */
const soaking = process.env['SOAK'] === undefined ? ['test/**/*.soak.test.ts'] : [];

/**
 * Starts the longest test files first, so that none is left to run alone: those that start browsers and
 * processes, short as some are as text, and within them those that kill one process after the other.
 */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const rankOf = ({ moduleId }: TestSpecification) =>
      /\/(crash|contacts-import|process|model)\.test\.ts$/.test(moduleId)
        ? 0
        : moduleId.includes('/e2e/')
          ? 1
          : 2;
    return sorted.sort((a, b) => rankOf(a) - rankOf(b));
  }
}

export default defineConfig({
  // test/widget/ runs in a browser, see test/web-test-runner.config.mjs.
  test: {
    // Generous, for machines that also run other work.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 20_000 } },
    setupFiles: ['test/helpers/patience.ts'],
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'node',
          include: ['test/**/*.test.ts'],
          exclude: ['test/widget/**', measuring, ...soaking],
          maxWorkers: '100%',
          // A process for each file would load every module again, which takes a tenth of the whole time.
          isolate: false,
        },
      },
      {
        extends: true,
        test: { name: 'alone', include: [measuring], maxWorkers: 1, sequence: { groupOrder: 1 } },
      },
    ],
  },
});
