import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Tests that measure time, which other tests beside them would take; they run afterwards, one by one. */
const measuring = 'test/**/*.alone.test.ts';

/** Otherwise the longest of all, which is short to read, would begin last, with nothing left to run beside it. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) => moduleId.endsWith('/crash.test.ts');
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  // test/widget/ runs in a browser, see test/web-test-runner.config.mjs.
  test: {
    // For machines that have other things to do too.
    testTimeout: 20_000,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'node',
          include: ['test/**/*.test.ts'],
          exclude: ['test/widget/**', measuring],
          maxWorkers: '100%',
          // A process for each file would load everything anew, a tenth of the whole time.
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
