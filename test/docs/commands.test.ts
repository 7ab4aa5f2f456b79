// Every `npx onbehalf …` of the guides has arguments that the command takes. Each is run, in an empty
// folder and without the network, so it may fail, but not for its arguments.

import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { main } from '../../src/cli/main.ts'

const folder = mkdtempSync(join(tmpdir(), 'onbehalf-commands-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Those that end by themselves when there is nothing in the folder, and send nothing. */
const COMMAND = /npx onbehalf ((?:gateway|keys|marks|pins|sessions) [^`#\n]+)/g

/** What the guides say, each once. */
const commands = new Set(
  ['README.md', 'SECURITY.md', ...globSync('docs/**/*.md')].flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(COMMAND)].map(([, command = '']) => command.trim()),
  ),
)

describe('the commands of the guides', () => {
  it('there are some', () => {
    expect(commands.size).toBeGreaterThan(8)
  })

  it.each([...commands])('the arguments are right: npx onbehalf %s', async (command) => {
    const words = command.split(' ')
    const args = words.map((word, at) =>
      words[at - 1] === '--keyring'
        ? join(folder, basename(word))
        : word.replace(/^\.data\//, `${folder}/`),
    )
    if (args[0] === 'keys' && !args.includes('--keyring'))
      args.push('--keyring', join(folder, 'keyring.json'))
    const notes: string[] = []
    const code = await main(args, {
      out: () => undefined,
      note: (line) => void notes.push(line),
      signal: new AbortController().signal,
    })
    expect(notes.join('\n')).not.toContain('--help` says more')
    expect(code).not.toBe(2)
  })
})
