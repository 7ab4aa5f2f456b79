import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Files that take long, the longest first. A long file that started last would run alone. */
const LONGEST = [
  'test/chatkit/runs/processes.test.ts',
  'test/browser/taskflow.test.ts',
  'test/chatkit/threads/two-people.test.ts',
  'test/end-to-end/',
  'test/browser/',
  'test/web/shell/',
  'test/chatkit/threads/matrix.test.ts',
  'test/store/postgres/',
  'test/chatkit/runs/',
]

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const at = LONGEST.findIndex((part) => moduleId.includes(part))
      return at === -1 ? LONGEST.length : at
    }
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b))
  }
}

/** Tests of pure functions. Nothing of one file is left for the next, so they share processes. */
const PURE = [
  'test/core/**/*.test.ts',
  'test/jwt/**/*.test.ts',
  'test/mcp/{answer,arguments,redact}/**/*.test.ts',
  'test/chatkit/{protocol,widgets}/**/*.test.ts',
  'test/strangers/**/*.test.ts',
]

export default defineConfig({
  resolve: { conditions: ['onbehalf-source'] },
  // Only what is not there by default. Vitest hands these conditions to Node, where `import` would
  // be meant for `require`, too.
  ssr: { resolve: { conditions: ['onbehalf-source', 'node'] } },
  test: {
    environment: 'node',
    // As many as there are cores. Vitest leaves one free by default, which is half of two.
    maxWorkers: '100%',
    // On a shared machine a test may lose its time to somebody else. It gets one more try there,
    // and the reporter names it, so that a flake is seen and mended.
    retry: process.env.CI ? 1 : 0,
    // The long run keeps a machine busy, and what it waits for takes as much longer.
    testTimeout: process.env.ONBEHALF_LONG === '1' ? 120_000 : 30_000,
    hookTimeout: 60_000,
    sequence: { sequencer: LongestFirst },
    reporters: [['default', { summary: false }], './scripts/count-reporter.ts'],
    execArgv: ['--conditions=onbehalf-source', '--disable-warning=ExperimentalWarning'],
    projects: [
      { extends: true, test: { name: 'pure', include: PURE, isolate: false } },
      {
        extends: true,
        test: {
          name: 'whole',
          include: ['test/**/*.test.ts'],
          exclude: PURE,
          // Lent to all files, and started when the first test asks: Chromium, and PostgreSQL.
          globalSetup: ['test/browser/lender.ts', 'test/store/postgres/shared-setup.ts'],
        },
      },
    ],
  },
})
