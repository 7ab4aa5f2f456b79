// How the tests behind a real pooler run: `npm run test:pooler` alone, and not `npm test`.

import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

const root = join(import.meta.dirname, '../..')

export default defineConfig({
  root,
  resolve: { conditions: ['onbehalf-source'] },
  ssr: { resolve: { conditions: ['onbehalf-source', 'node'] } },
  test: {
    environment: 'node',
    include: ['test/pooler/pooler.ts', 'test/pooler/two-instances.ts'],
    testTimeout: 120_000,
    hookTimeout: 60_000,
    globalSetup: ['test/store/postgres/shared-setup.ts', 'test/browser/lender.ts'],
    reporters: [['default', { summary: false }], join(root, 'scripts/count-reporter.ts')],
    execArgv: ['--conditions=onbehalf-source', '--disable-warning=ExperimentalWarning'],
  },
})
