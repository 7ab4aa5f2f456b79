// Every static check, one after the other: types, core without Node's types, lint and format, unused code, and the package as published.
import { spawnSync } from 'node:child_process'

const checks = [
  ['types', 'tsc', '-p', 'tsconfig.json'],
  ['types of core without Node', 'tsc', '-p', 'tsconfig.core.json'],
  ['types of the page', 'tsc', '-p', 'tsconfig.web.json'],
  ['lint and format', 'biome', 'check', '--error-on-warnings', '.'],
  ['unused code and dependencies', 'knip', '--no-progress'],
  ['build', 'tsc', '-p', 'tsconfig.build.json'],
  ['one module for each subpath', 'node', 'scripts/join-build.mjs'],
  ['types of the chat component', 'tsc', '-p', 'tsconfig.web-build.json'],
  ['the chat component, and its size', 'node', 'scripts/build-web.mjs'],
  ['the package as published', 'publint', '--strict'],
  ['the types as an app sees them', 'tsc', '-p', 'tsconfig.published.json'],
  ['the types as published', 'attw', '--pack', '.', '--profile', 'esm-only', '--quiet'],
]

let failed = 0
for (const [title, tool, ...args] of checks) {
  const started = Date.now()
  const done = spawnSync('npx', ['--no-install', tool, ...args], {
    encoding: 'utf8',
    shell: process.platform === 'win32',
  })
  const good = done.status === 0
  console.log(
    `${good ? 'ok  ' : 'FAIL'}  ${title} (${((Date.now() - started) / 1000).toFixed(1)} s)`,
  )
  if (good) continue
  failed++
  console.log(`${done.stdout ?? ''}${done.stderr ?? ''}`.trimEnd())
}
if (failed > 0) {
  console.error(`${failed} of ${checks.length} checks failed`)
  process.exit(1)
}
