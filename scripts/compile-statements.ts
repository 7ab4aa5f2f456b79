// Writes down the statements of the stores as Kysely compiles them, so that a program with a store
// need not load Kysely. Run it when a query changes:
//   node --conditions=onbehalf-source scripts/compile-statements.ts
// A test says when that was forgotten.

import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { postgresStatements, sqliteStatements } from '../src/store/statements/queries.ts'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

function write(file: string, name: string, type: string, statements: unknown): string {
  const path = join(root, 'src', 'store', 'statements', file)
  writeFileSync(
    path,
    `// Written by scripts/compile-statements.ts from queries.ts; a change here is lost the next time.

import type { ${type} } from './queries.ts'

/** The statements, compiled. */
export const ${name}: ${type} = ${JSON.stringify(statements)}
`,
  )
  return path
}

const files = [
  write('compiled-sqlite.ts', 'SQLITE', 'SqliteStatements', sqliteStatements()),
  write('compiled-postgres.ts', 'POSTGRES', 'PostgresStatements', postgresStatements()),
]
const biome = join(root, 'node_modules', '@biomejs', 'biome', 'bin', 'biome')
const { status } = spawnSync(process.execPath, [biome, 'check', '--write', ...files], {
  stdio: ['ignore', 'ignore', 'inherit'],
})
process.exit(status ?? 1)
