/** Libraries resolve by the `source` condition of the root package.json (docs/adr/0001): without it Jest would test a stale dist. */
const project = (displayName, testMatch) => ({
  displayName,
  testMatch,
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': ['@swc/jest'] },
  transformIgnorePatterns: ['/node_modules/'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
});

export default {
  coverageProvider: 'v8',
  maxWorkers: 2,
  testSequencer: '<rootDir>/scripts/longest-first.mjs',
  testTimeout: 120_000,
  projects: [
    project('unit', ['<rootDir>/{apps,libs}/**/*.spec.ts', '<rootDir>/test/{architecture,bench,canaries,demo,faults}/**/*.spec.ts']),
    project('integration', ['<rootDir>/{apps,libs}/**/*.int-spec.ts', '<rootDir>/test/{contract,integration,faults}/**/*.int-spec.ts']),
    project('kubernetes', ['<rootDir>/test/kubernetes/**/*.k8s-spec.ts']),
    project('e2e', ['<rootDir>/test/{e2e,faults}/**/*.e2e-spec.ts']),
  ],
};
