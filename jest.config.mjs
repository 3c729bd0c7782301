export default {
  testMatch: ['<rootDir>/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/tests/support/strip-types.mjs' },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.parley/'],
  reporters: ['default', '<rootDir>/tests/support/summary-reporter.mjs'],
  testTimeout: 30_000,
  maxWorkers: 2,
}
