// Vitest for mutation testing: the tests of one part, and nothing that is lent to all of them.

import { defineConfig } from 'vitest/config'
import { isSetName, SETS } from './sets.ts'

const name = process.env.ONBEHALF_MUTATION ?? ''

export default defineConfig({
  resolve: { conditions: ['onbehalf-source'] },
  ssr: { resolve: { conditions: ['onbehalf-source', 'node'] } },
  test: {
    environment: 'node',
    include: isSetName(name) ? [...SETS[name].tests] : [],
    testTimeout: 30_000,
    execArgv: ['--conditions=onbehalf-source', '--disable-warning=ExperimentalWarning'],
  },
})
