// The written statements equal those that Kysely compiles from the queries, and a program that uses
// the stores does not load Kysely.

import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { POSTGRES } from '../../../src/store/statements/compiled-postgres.ts'
import { SQLITE } from '../../../src/store/statements/compiled-sqlite.ts'
import { postgresStatements, sqliteStatements } from '../../../src/store/statements/queries.ts'

it.each([
  { database: 'SQLite', written: SQLITE, compile: sqliteStatements },
  { database: 'PostgreSQL', written: POSTGRES, compile: postgresStatements },
])(
  'the written statements for $database equal the queries (if not, run scripts/compile-statements.ts)',
  ({ written, compile }) => {
    expect(written).toEqual(compile())
  },
)

it('the stores and the chat load neither Kysely, a schema library, nor limiters that they do not use: each costs as much as the rest of a start', () => {
  const script = `
    import { registerHooks } from 'node:module'
    const loaded = []
    registerHooks({ resolve: (specifier, context, next) => { const found = next(specifier, context); loaded.push(found.url); return found } })
    await import('onbehalf/store')
    await import('onbehalf/chatkit')
    console.log(loaded.join('\\n'))`
  const flags = [
    '--conditions=onbehalf-source',
    '--disable-warning=ExperimentalWarning',
    '--input-type=module',
  ]
  const { stdout, stderr } = spawnSync(process.execPath, [...flags, '-e', script], {
    encoding: 'utf8',
  })
  expect(stderr).toBe('')
  const loaded = stdout.split('\n')
  expect(loaded.some((url) => url.endsWith('/src/store/statements/compiled-sqlite.ts'))).toBe(true)
  expect(
    loaded.filter((url) =>
      /node_modules\/(kysely|zod|pg|@fastify|rate-limiter-flexible\/index)/.test(url),
    ),
  ).toEqual([])
})
