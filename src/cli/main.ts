// The command line `onbehalf`: finds the command, and turns what it throws into an exit code.
// `bin/onbehalf.mjs` calls it.

import { readFileSync } from 'node:fs'
import { type Command, CommandError, type Terminal, UsageError } from './command.ts'
import { holdNewSpace } from './heap.ts'
import { nearest } from './nearest.ts'

/** Every command. Only the one that is asked for is loaded. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  'access-keys': async () => (await import('./access-keys.ts')).accessKeys,
  conformance: async () => (await import('./conformance.ts')).conformance,
  doctor: async () => (await import('./doctor.ts')).doctor,
  gateway: async () => {
    holdNewSpace()
    return (await import('./gateway.ts')).gateway
  },
  init: async () => (await import('./init.ts')).init,
  inspect: async () => (await import('./inspect.ts')).inspect,
  keys: async () => (await import('./keys.ts')).keys,
  leaktest: async () => (await import('./leaktest.ts')).leaktest,
  marks: async () => (await import('./marks.ts')).marks,
  pins: async () => (await import('./pins.ts')).pins,
  sessions: async () => (await import('./sessions.ts')).sessions,
}

/**
 * Runs a command.
 *
 * @param args The arguments after the program's name.
 * @returns The exit code: 0 done, 1 not done, 2 wrong arguments.
 */
export async function main(args: readonly string[], terminal: Terminal): Promise<number> {
  const [name, ...rest] = args
  if (name === '--help' || name === '-h') {
    terminal.out(await overview())
    return 0
  }
  if (name === '--version' || name === '-v') {
    terminal.out(version())
    return 0
  }
  const load = name !== undefined && Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (!load) {
    terminal.note(
      name === undefined
        ? await overview()
        : `onbehalf: there is no such command${meant(name)}; it has ${Object.keys(COMMANDS).join(', ')}`,
    )
    return 2
  }
  const command = await load()
  if (rest.includes('--help') || rest.includes('-h')) {
    terminal.out(command.help)
    return 0
  }
  try {
    return await command.run(rest, terminal)
  } catch (error) {
    if (error instanceof UsageError) {
      terminal.note(`onbehalf ${name}: ${error.message}\n\`onbehalf ${name} --help\` says more`)
      return 2
    }
    terminal.note(`onbehalf ${name}: ${problemOf(error)}`)
    return 1
  }
}

function meant(name: string): string {
  const near = nearest(name, [...Object.keys(COMMANDS), '--version', '--help'])
  return near === undefined ? '' : `: did you mean ${near}?`
}

/** The package's own version. This file and the built one are equally deep. */
function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return String(JSON.parse(text).version)
}

async function overview(): Promise<string> {
  const width = Math.max(...Object.keys(COMMANDS).map((name) => name.length))
  const lines = await Promise.all(
    Object.entries(COMMANDS).map(
      async ([name, load]) => `  ${name.padEnd(width)}  ${(await load()).summary}`,
    ),
  )
  return [
    'Usage: onbehalf COMMAND [OPTIONS]',
    '       onbehalf --version',
    '',
    ...lines,
    '',
    '`onbehalf COMMAND --help` says more. Exit code: 0 done, 1 not done, 2 wrong arguments.',
  ].join('\n')
}

/** Of errors that are not ours only the code: their texts may quote anything. */
function problemOf(error: unknown): string {
  if (error instanceof CommandError) return error.message
  if (!(error instanceof Error)) return 'failed'
  return 'code' in error && typeof error.code === 'string'
    ? `failed (${error.code})`
    : `failed (${error.name})`
}
