/** Tests against the lab: one cluster for all files, one file after the other. */
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { root } from '../../src/build/cache.mjs';

/** The crowd of pods comes last: the nodes are busy for a while when it goes. */
class CrowdLast extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isCrowd = ({ moduleId }: TestSpecification): boolean => moduleId.endsWith('agentCrowd.test.ts');
    const sorted = await super.sort(files);
    return [...sorted.filter((file) => !isCrowd(file)), ...sorted.filter(isCrowd)];
  }
}

export default defineConfig({
  root,
  test: {
    include: ['test/lab/**/*.test.ts'],
    globalSetup: ['test/lab/setup.ts'],
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    passWithNoTests: false,
    sequence: { sequencer: CrowdLast },
  },
});
