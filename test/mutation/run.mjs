// `npm run mutation -- NAME... | --all [--fresh]`: changes one part of the code in every small way, and looks
// whether its tests notice. A change that no test notices must stand in survivors.md with a reason.
// Plain JavaScript, so that the types of the rest can be checked where Stryker is not installed.

import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { Stryker } from '@stryker-mutator/core'
import { isSetName, SETS } from './sets.ts'
import { explained, lineOf } from './survivors.ts'

/** A part whose tests notice fewer of the changes has too few tests. */
const LEAST_KILLED_PERCENT = 90

const asked = process.argv.slice(2).filter((argument) => argument !== '--fresh')
/** Without it, what an earlier run found of unchanged code and tests still counts. */
const isFresh = process.argv.includes('--fresh')
const names = asked.includes('--all') ? Object.keys(SETS).filter(isSetName) : asked
if (names.length === 0 || !names.every(isSetName)) {
  console.error(
    `mutation: name parts of ${Object.keys(SETS).join(', ')}, or --all; --fresh forgets earlier runs`,
  )
  process.exit(2)
}

let failed = false
for (const name of names.filter(isSetName)) failed = !(await runSet(name)) || failed
process.exit(failed ? 1 : 0)

/** Runs one part; whether it is as it should be. */
async function runSet(name) {
  process.env.ONBEHALF_MUTATION = name
  const mutants = await new Stryker({
    testRunner: 'vitest',
    plugins: ['@stryker-mutator/vitest-runner'],
    // Workers that are threads cannot change the mask of file modes, as some tests do.
    vitest: { configFile: 'test/mutation/vitest.config.ts', related: false, pool: 'forks' },
    mutate: [...SETS[name].mutate],
    coverageAnalysis: 'perTest',
    // As many as asked for: on a shared machine, one.
    concurrency: Number(process.env.ONBEHALF_MUTATION_WORKERS ?? 1),
    // TypeScript 7 has no interface for the part that would read it.
    tsconfigFile: 'no-tsconfig.json',
    // Types are stripped, not checked.
    disableTypeChecks: false,
    ignorePatterns: ['dist', '.data', '.venv', 'coverage', 'docs', 'bench'],
    incremental: true,
    incrementalFile: `.data/mutation-${name}.json`,
    force: isFresh,
    tempDirName: '.data/mutation',
    reporters: ['progress'],
    timeoutMS: 20_000,
    allowEmpty: false,
  }).runMutationTest()
  return report(name, mutants)
}

/** Says what became of the mutants of a part. */
function report(name, mutants) {
  const judged = mutants.filter(({ status }) => status !== 'Ignored' && status !== 'CompileError')
  const alive = judged.filter(({ status }) => status === 'Survived' || status === 'NoCoverage')
  const killed = judged.length - alive.length
  const percent = (100 * killed) / Math.max(judged.length, 1)
  const survivors = alive.map(survivorOf)
  const known = explained(name)
  const unexplained = survivors.filter((survivor) => !known.has(lineOf(survivor)))
  const found = new Set(survivors.map(lineOf))
  const stale = [...known].filter((line) => !found.has(line))
  console.log(
    `${name}: ${killed} of ${judged.length} changes noticed (${percent.toFixed(1)} %), ${alive.length} not, of which ${alive.length - unexplained.length} are explained`,
  )
  for (const survivor of unexplained) console.log(`  ${lineOf(survivor)}  (line ${survivor.line})`)
  for (const line of stale) console.log(`  noticed by now, remove from survivors.md: ${line}`)
  return percent >= LEAST_KILLED_PERCENT && unexplained.length === 0
}

function survivorOf({ fileName, location, replacement = '' }) {
  const lines = readFileSync(fileName, 'utf8').split('\n')
  const { start, end } = location
  const original = lines
    .slice(start.line - 1, end.line)
    .map((line, index, all) =>
      line.slice(
        index === 0 ? start.column - 1 : 0,
        index === all.length - 1 ? end.column - 1 : undefined,
      ),
    )
    .join(' ')
  return {
    file: relative(process.cwd(), fileName).replaceAll('\\', '/'),
    line: start.line,
    original,
    replacement,
  }
}
