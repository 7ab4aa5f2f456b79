// The command line where every optional package was left out at the installation: it starts, and a
// command that needs one of them says so.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const { optionalDependencies, peerDependencies } = JSON.parse(readFileSync('package.json', 'utf8'))

const OPTIONAL = Object.keys({ ...optionalDependencies, ...peerDependencies })

/** Lets every import of these packages fail, as Node does when they are not there. */
const leavingOut = (packages: readonly string[]) => `
import { registerHooks } from 'node:module'
const optional = ${JSON.stringify(packages)}
registerHooks({
  resolve(specifier, context, next) {
    if (optional.some((name) => specifier === name || specifier.startsWith(name + '/')))
      throw Object.assign(new Error('left out'), { code: 'ERR_MODULE_NOT_FOUND' })
    return next(specifier, context)
  },
})`

/** Calls the command line several times, in one process. It prints what came of each. */
const PROGRAM = `
const { main } = await import('./src/cli/main.ts')
for (const args of JSON.parse(process.argv[1])) {
  const notes = []
  const signal = new AbortController().signal
  const code = await main(args, { out() {}, note: (line) => notes.push(line), signal })
  console.log(JSON.stringify([code, notes.join(' ')]))
}`

function runAll(
  calls: readonly (readonly string[])[],
  without = OPTIONAL,
): readonly (readonly [number, string])[] {
  const hooks = `data:text/javascript,${encodeURIComponent(leavingOut(without))}`
  const args = ['--conditions=onbehalf-source', '--import', hooks, '--input-type=module']
  return execFileSync(process.execPath, [...args, '--eval', PROGRAM, JSON.stringify(calls)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
}

describe('without the optional packages', () => {
  it('each command gives its help, and what needs a package says which', () => {
    expect(OPTIONAL.length).toBeGreaterThan(3)
    const commands = ['doctor', 'gateway', 'init', 'inspect', 'keys', 'leaktest', 'marks', 'pins']
    const helped = [...commands, 'sessions'].map((name) => [name, '--help'])
    const answers = runAll([
      ['--help'],
      ...helped,
      ['gateway', '--schema'],
      ['inspect', 'https://tasks.example/mcp'],
      ['doctor', '--issuer', 'https://login.example'],
      ['leaktest'],
    ])
    const asked = answers.slice(helped.length + 2)
    expect(answers.slice(0, helped.length + 2).every(([code]) => code === 0)).toBe(true)
    expect(asked.map(([, note]) => note)).toEqual([
      expect.stringContaining('npm install undici'),
      expect.stringContaining('npm install undici'),
      expect.stringMatching(/npm install .*undici/),
    ])
    expect(asked.map(([code]) => code)).toEqual([1, 2, 2])
  })

  it('a gateway with metrics says at its check what is to be installed', () => {
    const folder = mkdtempSync(join(tmpdir(), 'onbehalf-optional-'))
    const file = join(folder, 'onbehalf.yaml')
    writeFileSync(
      file,
      `issuer: { preset: oidc, issuer: https://login.example, clientId: gateway }
servers: { Tasks: { url: https://tasks.example/mcp, source: { type: own } } }
metrics: { listen: '127.0.0.1:9464' }
`,
    )
    const telemetry = OPTIONAL.filter((name) => name.startsWith('@opentelemetry/'))
    expect(telemetry).not.toEqual([])
    const check = ['gateway', '--config', file, '--check']
    expect(runAll([check], telemetry)).toEqual([
      [1, expect.stringContaining('npm install @opentelemetry/api')],
    ])
    rmSync(folder, { recursive: true })
  })
})
