export default {
  testMatch: ['<rootDir>/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/tests/support/strip-types.mjs' },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.parley/'],
  globalSetup: '<rootDir>/tests/support/build-app.mjs',
  globalTeardown: '<rootDir>/tests/support/remove-app.mjs',
  reporters: ['default', '<rootDir>/tests/support/summary-reporter.mjs'],
  // Ends what hangs; how fast things are is measured in bench/.
  testTimeout: 90_000,
  maxWorkers: 2,
}
