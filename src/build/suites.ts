/**
 * The table of `npm test`: what is prepared, what is run and how results are counted. A new suite is a row.
 *
 * Two lanes run side by side: `build` (compiling, takes all cores) and `run`. Within a lane rows keep their order;
 * a row waits for what it names in `after`. The command runs in the root with node 24 and node_modules/.bin first
 * on PATH. A suite leaves its result in the file named by STRATOSHARK_RESULT:
 *   vitest   vitest's json reporter          gtest  GoogleTest's json
 *   eslint   eslint's json formatter         own    {"passed": n, "failed": n, "skipped": ["what and why", …]}
 *   exit     no file: one check per command, passed when it exits 0
 */
export type Count = 'vitest' | 'gtest' | 'eslint' | 'own' | 'exit';

export interface Suite {
  readonly name: string;
  readonly title: string;
  readonly lane: 'build' | 'run';
  readonly after?: readonly string[];
  /** Commands in order; `$RESULT` is replaced by the result file. */
  readonly commands: readonly (readonly string[])[];
  /** Left out: a preparation, not counted; its failure fails what comes after it. */
  readonly count?: Count;
  /** Files one of which must exist for the suite to be part of the run at all. */
  readonly exists?: readonly string[];
  /** Vitest only: files with a failed test are run again, twice at most (again.ts), because they wait for processes while others use the machine. */
  readonly again?: boolean;
  /** Seconds after which the suite is stopped and counts as failed. */
  readonly timeout?: number;
}

const script = (file: string, ...args: string[]): string[] => ['node', `src/build/${file}`, ...args];
const vitest = (...paths: string[]): string[] => [
  'vitest', 'run', '--config', 'src/build/vitest.config.ts', '--reporter=default', '--reporter=json', '--outputFile.json=$RESULT', ...paths,
];

export const suites: readonly Suite[] = [
  { name: 'build-asan', title: 'engine and its tests under ASan+UBSan', lane: 'build', commands: [script('native.ts', 'asan')] },
  { name: 'build', title: 'addon, bundles and .vsix', lane: 'build', commands: [script('build.ts'), script('package.ts', '--prebuilt')] },
  { name: 'build-lab', title: 'Kubernetes and the images of the lab cluster', lane: 'build', timeout: 3000, commands: [['node', 'test/lab/main.ts', 'prepare']] },

  {
    name: 'types', title: 'TypeScript types', lane: 'run', count: 'exit',
    commands: [['tsc', '-p', 'tsconfig.json'], ['tsc', '-p', 'webview/tsconfig.json'], ['tsc', '-p', 'test/tsconfig.json']],
  },
  {
    name: 'lint', title: 'eslint', lane: 'run', count: 'eslint',
    commands: [script('lint.ts')],
  },
  { name: 'tidy', title: 'rules of the code base', lane: 'run', count: 'vitest', commands: [vitest('test/tidy')] },
  { name: 'unit-ts', title: 'unit tests, TypeScript', lane: 'run', count: 'vitest', again: true, commands: [vitest('src/', 'webview/')] },
  { name: 'page', title: 'the capture page in Chromium', lane: 'run', after: ['build'], count: 'vitest', again: true, commands: [vitest('test/page')] },
  { name: 'policy', title: 'NetworkPolicy: truth tables and properties', lane: 'run', count: 'vitest', commands: [vitest('test/policy')] },
  {
    name: 'unit-cpp', title: 'unit tests, C++ under ASan+UBSan', lane: 'run', after: ['build-asan'], count: 'gtest', timeout: 600,
    commands: [['build/asan/strato_tests', '--gtest_brief=1', '--gtest_output=json:$RESULT']],
  },
  {
    name: 'variants', title: 'damaged captures under ASan+UBSan', lane: 'run', after: ['build-asan'], count: 'own', timeout: 1500,
    commands: [['node', 'test/fuzz/run.ts']],
  },
  {
    name: 'fuzz', title: 'fuzz entries for a minute under ASan+UBSan', lane: 'run', after: ['build-asan'], count: 'own', timeout: 600,
    commands: [['node', 'test/fuzz/smoke.ts']],
  },
  {
    name: 'addon', title: 'addon and command line as shipped', lane: 'run', after: ['build'], count: 'vitest', again: true, exists: ['native/binding'],
    commands: [vitest('test/integration/addon.test.ts', 'test/integration/engine.test.ts', 'test/integration/nodeFilters.test.ts', 'test/integration/exit.test.ts', 'test/integration/hostileText.test.ts', 'test/integration/memory.test.ts')],
  },
  {
    name: 'write', title: 'captures written and streams followed', lane: 'run', after: ['build'], count: 'vitest', again: true, timeout: 600,
    commands: [vitest('test/integration/write.test.ts', 'test/integration/follow.test.ts', 'test/integration/saving.test.ts', 'test/integration/captureBlocks.test.ts', 'test/integration/whatIf.test.ts')],
  },
  {
    name: 'language', title: 'the filter language against tshark, its grammar in VS Code\'s tokenizer', lane: 'run', after: ['build'], count: 'vitest', again: true,
    commands: [vitest('test/integration/language.test.ts', 'test/integration/grammar.test.ts')],
  },
  {
    name: 'live', title: 'live capture in network namespaces, beside tcpdump', lane: 'run', after: ['build'], count: 'vitest', again: true, timeout: 900,
    commands: [vitest('test/live')],
  },
  {
    name: 'golden', title: "our captures against tshark's answers", lane: 'run', after: ['build'], count: 'vitest', again: true, exists: ['src/cli/main.ts'], timeout: 900,
    commands: [vitest('test/golden')],
  },
  {
    name: 'corpus', title: 'real captures: scores that may only rise', lane: 'run', after: ['build'], count: 'own', exists: ['src/cli/main.ts'], timeout: 900,
    commands: [['node', 'test/golden/corpus/run.ts']],
  },
  {
    name: 'in-host', title: 'tests inside the extension host', lane: 'run', after: ['build'], count: 'own', timeout: 900,
    commands: [['node', 'test/integration/in-host/run.ts']],
  },
  {
    name: 'e2e', title: 'the installed .vsix in code-server and Chromium', lane: 'run', after: ['build'], count: 'vitest', again: true, timeout: 1200,
    commands: [['vitest', 'run', '--config', 'test/e2e/vitest.config.ts', '--reporter=default', '--reporter=json', '--outputFile.json=$RESULT']],
  },
  {
    name: 'cluster', title: 'the cluster tree on a real API server', lane: 'run', after: ['build-lab'], count: 'vitest', again: true, timeout: 600,
    commands: [vitest('test/cluster')],
  },
  {
    name: 'lab', title: 'a real Kubernetes: network, names, policies, nothing left behind', lane: 'run', after: ['build-lab', 'build'], count: 'vitest', again: true, timeout: 1500,
    commands: [['vitest', 'run', '--config', 'test/lab/vitest.config.ts', '--reporter=default', '--reporter=json', '--outputFile.json=$RESULT']],
  },
];
