// The command line as a whole: its version, and what it says of a word that it does not know.

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { main } from '../../src/cli/main.ts'

async function run(...args: string[]) {
  let [out, note] = ['', '']
  const code = await main(args, {
    out: (line) => {
      out += line
    },
    note: (line) => {
      note += line
    },
    signal: new AbortController().signal,
  })
  return { code, out, note }
}

describe('the program', () => {
  it.each(['--version', '-v'])('the program says its version: %s', async (option) => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
    expect(await run(option)).toEqual({ code: 0, out: version, note: '' })
  })

  it.each([
    ['inspct', 'did you mean inspect?'],
    ['Doctor', 'did you mean doctor?'],
    ['leak-test', 'did you mean leaktest?'],
    ['version', 'did you mean --version?'],
    ['xyzzy', 'it has access-keys, conformance, doctor, gateway'],
  ])('the program says which command was meant by %s', async (typed, words) => {
    const { code, note } = await run(typed)
    expect(code).toBe(2)
    expect(note).toContain(words)
  })

  it('the program repeats no option that it does not know: it may be a secret', async () => {
    const secret = '--canary-Kp3xT9qLw8Zr5VbN2mYc7HdJ'
    for (const command of [
      'conformance',
      'doctor',
      'inspect',
      'keys',
      'leaktest',
      'marks',
      'pins',
      'sessions',
      'init',
    ]) {
      const { code, note } = await run(command, secret)
      expect(code).toBe(2)
      expect(note).not.toContain('canary')
    }
  })

  it.each([
    [['doctor', '--isuer', 'https://login.example'], '--issuer'],
    [['doctor', '--tokenEnv', 'TOKEN'], '--token-env'],
    [['inspect', 'https://tasks.example/mcp', '--jsn'], '--json'],
  ])('the program says which option was meant: %j', async (args, meant) => {
    const { code, note } = await run(...args)
    expect(code).toBe(2)
    expect(note).toContain(`did you mean ${meant}?`)
  })
})
