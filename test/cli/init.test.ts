// `onbehalf init`: what it writes for each framework, what it asks, and that it overwrites nothing.
// `npm run test:adopters` installs and runs what it writes.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { main } from '../../src/cli/main.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'onbehalf-init-'))
  vi.stubEnv('ONBEHALF_CWD', folder)
})
afterEach(() => {
  rmSync(folder, { recursive: true })
  vi.unstubAllEnvs()
})

async function run(args: readonly string[], answers: readonly string[] = []) {
  const [out, note, questions]: [string[], string[], string[]] = [[], [], []]
  const code = await main(['init', ...args], {
    out: (line) => void out.push(line),
    note: (line) => void note.push(line),
    signal: new AbortController().signal,
    ...(answers.length === 0
      ? {}
      : { ask: async (question) => answers[questions.push(question) - 1] ?? '' }),
  })
  return { code, out, note: note.join('\n'), questions }
}

const written = () =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort()

const GIVEN = [
  '--issuer',
  'https://login.example',
  '--server',
  'Tasks=https://tasks.example/mcp',
  '--server',
  'My notes=http://localhost:4000/mcp?a=b',
]

describe.each(['node', 'express', 'fastify', 'hono', 'next'])('an app with %s', (framework) => {
  it('is written whole, in JavaScript that can be read, with no secret in it', async () => {
    const { code, out, note } = await run(['--framework', framework, ...GIVEN])
    expect([code, out.sort()]).toEqual([0, written()])
    expect(note).toContain('cp .env.example .env')
    for (const file of written().filter((name) => name.endsWith('.js'))) {
      const { stderr } = spawnSync(process.execPath, ['--check', join(folder, file)], {
        encoding: 'utf8',
      })
      expect(stderr, file).toBe('')
    }
    const environment = readFileSync(join(folder, '.env.example'), 'utf8')
    expect(environment).toContain('TASKS_URL=https://tasks.example/mcp\n')
    expect(environment).toContain('MY_NOTES_URL=http://localhost:4000/mcp?a=b\n')
    const { dependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    expect(Object.keys(dependencies)).toContain(framework === 'node' ? 'onbehalf' : framework)
  })
})

describe('the command', () => {
  it('asks for what is missing on a terminal, and is done', async () => {
    const answers = ['Express', 'https://login.example', 'Tasks=https://tasks.example/mcp']
    const { code, questions } = await run(['app'], answers)
    expect([code, questions.length]).toEqual([0, 3])
    expect(written()).toContain(join('app', 'server.js'))
  })

  it('keeps a package.json that is there, and says what it needs', async () => {
    writeFileSync(join(folder, 'package.json'), '{"name":"mine"}')
    const { code, note } = await run(['--framework', 'hono', ...GIVEN])
    expect(code).toBe(0)
    expect(readFileSync(join(folder, 'package.json'), 'utf8')).toBe('{"name":"mine"}')
    expect(note).toMatch(/npm install .*@hono\/node-server .*hono/)
  })

  it('writes nothing when it would overwrite a file', async () => {
    writeFileSync(join(folder, 'server.js'), 'mine')
    const { code, note } = await run(['--framework', 'node', ...GIVEN])
    expect([code, written()]).toEqual([1, ['server.js']])
    expect(note).toContain('server.js is there already')
  })

  it.each([
    [[], 'it needs --framework NAME, --issuer URL and --server NAME=URL'],
    [['--framework', 'rails', ...GIVEN], '--framework is one of node, express'],
    [['--framework', 'node', '--issuer', 'login.example'], '--issuer must be a URL'],
    [['--framework', 'node', '--issuer', 'https://a.example/\nX=1'], '--issuer must be a URL'],
    [
      ['--framework', 'node', '--issuer', 'https://a.example', '--server', 'https://b.example'],
      '--server must be a name and a URL',
    ],
    [
      ['--framework', 'node', '--issuer', 'https://a.example', '--server', '`x`=https://b.example'],
      '--server must be a name and a URL',
    ],
  ])('refuses %j, and writes nothing', async (args, words) => {
    const { code, note } = await run(args)
    expect([code, written()]).toEqual([2, []])
    expect(note).toContain(words)
  })
})
