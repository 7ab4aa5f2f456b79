// The parsers that read what an operator writes: a keyring, arguments of the command line,
// declarations. A mistake there must be named without quoting a secret. It has no tests.

import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { main } from '../../src/cli/main.ts'
import type { BindingInput } from '../../src/core/binding.ts'
import { parseBinding } from '../../src/core/parse-binding.ts'
import { KeyringError } from '../../src/store/index.ts'
import { readKeyring } from '../../src/store/sealing/keyring.ts'
import {
  fromJson,
  NEVER_COMES,
  type Outcome,
  outcomeOfMaybe,
  type StrangerParser,
} from './parser.ts'

/** A key that looks random, because a weak one is refused. */
const keyText = (seed: number) =>
  Buffer.from(
    Array.from({ length: 32 }, (_, at) => (at * at * 37 + at * seed + seed) % 256),
  ).toString('base64url')

const KEYRING = JSON.stringify({
  version: 1,
  keys: [
    { id: 'k1', created: '2026-01-01T00:00:00.000Z', key: keyText(11) },
    { id: 'k2', created: '2026-02-01T00:00:00.000Z', key: keyText(101) },
  ],
})

function inFolder<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'onbehalf-stranger-'))
  try {
    return work(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** The platform's reader of arguments takes quadratic time. Nobody but the operator is held up by it. */
const MAX_ARGUMENTS = 10_000

/** Runs a command with one argument a line. Nothing that it needs is there. */
async function runCommand(name: string, text: string): Promise<Outcome> {
  const lines: string[] = []
  const terminal = {
    out: (line: string) => void lines.push(line),
    note: (line: string) => void lines.push(line),
    signal: AbortSignal.abort(),
  }
  const args = text === '' ? [] : text.split('\n')
  if (text.length > MAX_ARGUMENT_CHARS || args.length > MAX_ARGUMENTS) return NEVER_COMES
  // What a mistaken path would make is no business of this test.
  if (args.some((argument) => /^init$|^rotate$/.test(argument))) return NEVER_COMES
  const code = await main([name, ...args], terminal)
  return { taken: code !== 2, said: lines.map((line) => withoutOperands(line, args)) }
}

/** A line without the paths, names and URLs that it is about, which it may name. */
function withoutOperands(line: string, args: readonly string[]): string {
  return args
    .map((argument) => /^(?:--(?:keyring|database|schema)=)?([^-].*)$/s.exec(argument)?.[1] ?? '')
    .flatMap((operand) => [operand, URL.parse(operand)?.href ?? ''])
    .filter((operand) => operand !== '')
    .reduce((text, operand) => text.replaceAll(operand, ''), line)
}

/** Linux allows no longer argument. */
const MAX_ARGUMENT_CHARS = 128 * 1024

export const OWN_PARSERS: readonly StrangerParser[] = [
  {
    name: 'keyring',
    stranger: 'an operator',
    files: ['src/store/sealing/keyring.ts'],
    good: () => [KEYRING],
    read: (text) =>
      inFolder((folder) => {
        const path = join(folder, 'keyring.json')
        writeFileSync(path, text)
        chmodSync(path, 0o600)
        return outcomeOfMaybe(readKeyring(path).current.id)
      }),
    mayThrow: (error) => error instanceof KeyringError,
  },
  ...(
    [
      [
        'keys',
        'src/cli/keys.ts',
        ['list\n--keyring\n/nonexistent/k.json', 'retire\nk1\n--database\n/x/y'],
      ],
      ['marks', 'src/cli/marks.ts', ['list\n--database\n/nonexistent/x.db\n--json']],
      ['pins', 'src/cli/pins.ts', ['list\n--database\n/nonexistent/x.db']],
      ['inspect', 'src/cli/inspect.ts', ['http://127.0.0.1:1/mcp\n--deadline\n1']],
    ] as const
  ).map(
    ([command, file, good]): StrangerParser => ({
      name: `arguments of the command ${command}`,
      stranger: 'an operator',
      files: ['src/cli/arguments.ts', file],
      good: () => good,
      read: (text) => runCommand(command, text),
      share: 0.5,
    }),
  ),
  {
    name: 'declaration of a server',
    stranger: 'an operator',
    files: [
      'src/core/parse-binding.ts',
      'src/core/placement/query.ts',
      'src/core/placement/template.ts',
      'src/core/resource.ts',
    ],
    good: () => [
      JSON.stringify({ url: 'https://tasks.example/mcp' }),
      JSON.stringify({
        url: 'https://tasks.example/mcp?a=b',
        resource: 'https://tasks.example/mcp',
        source: { type: 'static', of: 'person' },
        placement: { type: 'argument', parameters: [{ pointer: '/token', value: 'credential' }] },
        leaveToModel: ['/user'],
        onReflection: 'quarantine',
      }),
      JSON.stringify({
        url: 'https://tasks.example/{credential}/mcp?a=b',
        resource: 'https://tasks.example',
        sources: { second: { type: 'static', of: 'person' } },
        placement: [
          { type: 'header', value: 'Basic {base64:{claim:email}:{credential}}' },
          { type: 'header', name: 'X-B', value: '{{"{subject}": "{credential:second}"}}' },
          { type: 'query', name: 'key', from: 'second' },
          { type: 'cookie', name: 'key' },
          { type: 'path' },
        ],
      }),
    ],
    read(text) {
      const parsed = fromJson(text)
      if (typeof parsed?.value !== 'object' || parsed.value === null) return NEVER_COMES
      // The types are the compiler's to check. This reads what a program may make.
      return outcomeOfMaybe(parseBinding('tasks', parsed.value as BindingInput))
    },
    mayThrow: (error) => error instanceof TypeError,
    // Scopes and names of a declaration are no secrets.
    quotes: true,
  },
]
