// Closes the test run with the ten slowest files and one plain line, `N passed, N failed`, which
// people and scripts can read without knowing the runner. A long run also says where it is.
import { relative } from 'node:path'
import type { Reporter, TestCase, TestModule } from 'vitest/node'
import { LONG } from '../test/long.ts'

/** How many of the slowest files are listed. */
const SLOWEST = 10

/** Between two lines of a long run. */
const PROGRESS_MS = 20_000

export default class CountReporter implements Reporter {
  #done = 0
  readonly #running = new Set<TestCase>()
  #progress: NodeJS.Timeout | undefined

  onTestRunStart(): void {
    if (!LONG) return
    const began = performance.now()
    this.#progress = setInterval(() => {
      const seconds = Math.round((performance.now() - began) / 1000)
      const running = [...this.#running].map(({ fullName }) => fullName).join('; ')
      process.stderr.write(`${seconds} s: ${this.#done} tests done; now ${running || 'none'}\n`)
    }, PROGRESS_MS)
  }

  onTestCaseReady(test: TestCase): void {
    this.#running.add(test)
  }

  onTestCaseResult(test: TestCase): void {
    this.#running.delete(test)
    this.#done++
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    clearInterval(this.#progress)
    let passed = 0
    let failed = errors.length
    let skipped = 0
    const flaky: string[] = []
    for (const module of modules) {
      failed += module.errors().length
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        if (test.diagnostic()?.flaky)
          flaky.push(`${relative(process.cwd(), module.moduleId)}: ${test.fullName}`)
        if (state === 'passed') passed++
        else if (state === 'failed') failed++
        else skipped++
      }
    }
    if (modules.length > SLOWEST) process.stdout.write(`\n${slowestOf(modules)}\n`)
    if (flaky.length > 0) {
      process.stdout.write(`\nPassed on the second try only:\n  ${flaky.join('\n  ')}\n`)
    }
    // A skipped test proves nothing, so the line names it; nobody should read it as passed.
    process.stdout.write(
      `\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`,
    )
  }
}

/** A line for each of the slowest files: the seconds of its imports, hooks and tests. */
function slowestOf(modules: readonly TestModule[]): string {
  const timed = modules.map((module) => ({
    path: relative(process.cwd(), module.moduleId),
    ms: durationMs(module),
  }))
  const lines = timed
    .sort((a, b) => b.ms - a.ms)
    .slice(0, SLOWEST)
    .map(({ path, ms }) => `${(ms / 1000).toFixed(1).padStart(7)} s  ${path}`)
  return `The ${SLOWEST} slowest files:\n${lines.join('\n')}`
}

function durationMs(module: TestModule): number {
  const { collectDuration, setupDuration, duration } = module.diagnostic()
  return collectDuration + setupDuration + duration
}
