import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: { conditions: ['onbehalf-source'] },
  // Only what is not given anyway: Vitest hands these to Node, where `import` would be meant for `require`, too.
  ssr: { resolve: { conditions: ['onbehalf-source', 'node'] } },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/browser/lender.ts'],
    environment: 'node',
    testTimeout: 30_000,
    hookTimeout: 60_000,
    reporters: [['default', { summary: false }], './scripts/count-reporter.ts'],
    execArgv: ['--conditions=onbehalf-source', '--disable-warning=ExperimentalWarning'],
  },
})
