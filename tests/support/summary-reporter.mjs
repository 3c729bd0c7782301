// The last line of every run, alone on its line: `N passed, N failed`.
import { writeSync } from 'node:fs'

export default class SummaryReporter {
  onRunComplete(_contexts, results) {
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites
    const skipped = results.numPendingTests > 0 ? `, ${results.numPendingTests} skipped` : ''
    const line = `\n${results.numPassedTests} passed, ${failed} failed${skipped}\n`
    process.once('exit', () => writeSync(process.stderr.fd, line))
  }
}
