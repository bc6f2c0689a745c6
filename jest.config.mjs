const base = {
  rootDir: import.meta.dirname,
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['coc-source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: { '^.+\\.ts$': '@swc/jest' },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/out/'],
};

// unit: no I/O. scripts and flow: a real Redis. e2e: real processes from dist/. slow: what only `test:all` runs; deploy: `test:deploy`.
export default {
  testSequencer: '<rootDir>/test/setup/longest-first.mjs',
  // One more than the cores of a small machine: half of the suites wait most of their time, for locks to end and processes to start.
  maxWorkers: 3,
  projects: [
    { ...base, displayName: 'unit', testMatch: ['<rootDir>/{apps,libs,embedded,sdk,chaos,check}/**/*.spec.ts'] },
    { ...base, displayName: 'scripts', testMatch: ['<rootDir>/test/scripts/**/*.test.ts'] },
    { ...base, displayName: 'flow', testMatch: ['<rootDir>/test/flow/**/*.test.ts'] },
    { ...base, displayName: 'e2e', testMatch: ['<rootDir>/test/e2e/**/*.test.ts'] },
    { ...base, displayName: 'slow', testMatch: ['<rootDir>/test/slow/**/*.test.ts'] },
    { ...base, displayName: 'deploy', testMatch: ['<rootDir>/test/deploy/**/*.test.ts'] },
  ],
  testTimeout: 60_000,
};
