// Runs every static check: types, core without Node's types, lint and format, unused code, and the
// package as published. Checks that do not wait for each other run side by side, as many at a time
// as there are cores. Each prints its line when it ends, and what it said if it failed.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

/**
 * Each check: its title, its program (a package and the name of its command, or a script), its
 * arguments, and the titles of the checks that have to pass before it starts.
 */
const CHECKS = [
  ['types', tool('typescript', 'tsc'), ['-p', 'tsconfig.json']],
  ['lint and format', tool('@biomejs/biome', 'biome'), ['check', '--error-on-warnings', '.']],
  ['build', tool('typescript', 'tsc'), ['-p', 'tsconfig.build.json']],
  ['unused code and dependencies', tool('knip', 'knip'), ['--no-progress']],
  ['one module for each subpath', 'scripts/join-build.mjs', [], ['build']],
  ['types of the chat component', tool('typescript', 'tsc'), ['-p', 'tsconfig.web-build.json']],
  ['the chat component, and its size', 'scripts/build-web.mjs', []],
  ['types of core without Node', tool('typescript', 'tsc'), ['-p', 'tsconfig.core.json']],
  ['types of the page', tool('typescript', 'tsc'), ['-p', 'tsconfig.web.json']],
]
const BUILT = [
  'one module for each subpath',
  'types of the chat component',
  'the chat component, and its size',
]
CHECKS.push(
  ['the package as published', tool('publint', 'publint'), ['--strict'], BUILT],
  ['the types as an app sees them', 'scripts/check-published-types.mjs', [], BUILT],
  [
    'the types as published',
    tool('@arethetypeswrong/cli', 'attw'),
    ['--pack', '.', '--profile', 'esm-only', '--quiet'],
    BUILT,
  ],
)

const started = Date.now()
const failed = await runChecks()
const seconds = ((Date.now() - started) / 1000).toFixed(1)
if (failed > 0) {
  console.error(`${failed} of ${CHECKS.length} checks failed (${seconds} s)`)
  process.exit(1)
}
console.log(`${CHECKS.length} checks passed (${seconds} s)`)

/** The script of a package's command, so that no `npx` has to look for it. */
function tool(name, command) {
  const folder = join(root, 'node_modules', name)
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  return join(folder, typeof bin === 'string' ? bin : bin[command])
}

/** Runs them all; resolves to how many failed. A check whose condition failed is not run. */
function runChecks() {
  return new Promise((resolve) => {
    const waiting = [...CHECKS]
    const passed = new Set()
    const failures = new Set()
    let running = 0

    function startNext() {
      for (const check of [...waiting]) {
        const [title, , , after = []] = check
        const blocked = after.find((condition) => failures.has(condition))
        if (blocked) {
          waiting.splice(waiting.indexOf(check), 1)
          failures.add(title)
          console.log(`FAIL  ${title}: not run, because "${blocked}" failed`)
        } else if (
          running < availableParallelism() &&
          after.every((condition) => passed.has(condition))
        ) {
          waiting.splice(waiting.indexOf(check), 1)
          running++
          void runCheck(check).then((good) => {
            running--
            ;(good ? passed : failures).add(title)
            startNext()
          })
        }
      }
      if (running === 0 && waiting.length === 0) resolve(failures.size)
      // A failure may have blocked a check that stands before the one that failed.
      else if (running === 0) startNext()
    }

    startNext()
  })
}

/** Runs one check and prints its line; resolves to whether it passed. */
function runCheck([title, script, args]) {
  return new Promise((resolve) => {
    const from = Date.now()
    const child = spawn(process.execPath, [script, ...args], { cwd: root })
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => {
        output += text
      })
    child.on('error', (error) => {
      output += error.message
    })
    child.on('close', (code) => {
      const good = code === 0
      const seconds = ((Date.now() - from) / 1000).toFixed(1)
      console.log(`${good ? 'ok  ' : 'FAIL'}  ${title} (${seconds} s)`)
      if (!good) console.log(output.trimEnd())
      resolve(good)
    })
  })
}
