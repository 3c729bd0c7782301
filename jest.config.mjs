export default {
  testMatch: ['<rootDir>/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/tests/support/strip-types.mjs' },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.parley/'],
  globalSetup: '<rootDir>/tests/support/build-app.mjs',
  globalTeardown: '<rootDir>/tests/support/remove-app.mjs',
  reporters: ['default', '<rootDir>/tests/support/summary-reporter.mjs'],
  testTimeout: 30_000,
  maxWorkers: 2,
}
