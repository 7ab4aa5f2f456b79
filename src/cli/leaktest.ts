// `onbehalf leaktest`: attacks a stack with a model and an MCP server at their worst, and looks for the
// credentials that got out. All credentials are made up.

import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { readArguments } from './arguments.ts'
import { type Command, CommandError, type Terminal, UsageError } from './command.ts'
import { readTarget } from './leaktest/config/read-target.ts'
import type { Target } from './leaktest/config/target.ts'
import { htmlOf } from './leaktest/report/html.ts'
import { sarifOf } from './leaktest/report/sarif.ts'
import { textOf } from './leaktest/report/text.ts'
import { runLeaktest } from './leaktest/run-leaktest.ts'
import { stacks } from './leaktest/stacks/index.ts'

const HELP = `Usage: onbehalf leaktest [NAME | --target FILE] [--all] [--only BEHAVIOUR] [--seed TEXT] [--json] [--sarif FILE] [--html FILE]

Plants made-up credentials for two people in a chat stack, lets a model and an MCP server do everything to get them out, and looks into
every place that they must not come to. Without a target it tests a stack of onbehalf's own parts.

  NAME              a target that comes with onbehalf: ${Object.keys(stacks).join(', ')}
  --target FILE     your own stack, described in JSON or in a module that exports \`target\`; docs/leaktest.md shows how
  --all             everything for each way of the stack, not the most telling only
  --only BEHAVIOUR  only what begins so, such as echo or lookup.text, as the report names it
  --seed TEXT       the same made-up credentials as in an earlier run
  --json            one line of JSON instead of text
  --sarif FILE      also writes the leaks as SARIF 2.1.0
  --html FILE       also writes a page to look at

Exit code: 0 no leak, 1 a leak, 2 it could not tell or wrong arguments.`

const OPTIONS = {
  target: { type: 'string' },
  all: { type: 'boolean' },
  only: { type: 'string' },
  seed: { type: 'string' },
  json: { type: 'boolean' },
  sarif: { type: 'string' },
  html: { type: 'string' },
} as const
const TAKES =
  'the name of a target or --target FILE, and --all, --only BEHAVIOUR, --seed TEXT, --json, --sarif FILE and --html FILE'

/** The command. */
export const leaktest: Command = {
  summary: 'attacks a chat stack and looks for the credentials that got out',
  help: HELP,
  async run(args, terminal): Promise<number> {
    const { values, positionals } = readArguments(args, OPTIONS, TAKES)
    const { target, here, file } = await targetOf(values.target, positionals)
    if (values.target === undefined) checkPeers(terminal)
    const progress = throttled((line) => terminal.note(`onbehalf leaktest: ${line}`))
    const named = values.target === undefined ? file : `--target ${values.target}`
    try {
      const result = await runLeaktest(target, {
        file,
        command: `npx onbehalf leaktest ${named}`,
        seed: values.seed ?? randomBytes(4).toString('hex'),
        all: values.all === true,
        only: values.only,
        here,
        signal: terminal.signal,
        progress,
      })
      if (values.sarif !== undefined) await write(values.sarif, JSON.stringify(sarifOf(result)))
      if (values.html !== undefined) await write(values.html, htmlOf(result))
      terminal.out(values.json === true ? JSON.stringify(result) : textOf(result))
      return { clean: 0, leak: 1, unknown: 2 }[result.verdict]
    } catch (error) {
      return couldNotTell(error, terminal)
    }
  },
}

/** Milliseconds between two lines of progress about the same work. */
const PROGRESS_MS = 5000

/** Not every step: a line when other work begins, and then one at times. */
function throttled(show: (line: string) => void): (line: string) => void {
  let [work, shown] = ['', 0]
  return (line) => {
    const begins = line.replace(/\d+/g, '')
    if (begins === work && performance.now() - shown < PROGRESS_MS) return
    ;[work, shown] = [begins, performance.now()]
    show(line)
  }
}

/** Exit code 1 says that there is a leak, so a test that was not finished has another. */
function couldNotTell(error: unknown, { note, signal }: Terminal): number {
  if (error instanceof UsageError) throw error
  if (signal.aborted) note('onbehalf leaktest: stopped')
  else if (error instanceof CommandError) note(`onbehalf leaktest: ${error.message}`)
  else throw error
  return 2
}

/** What the targets that come with onbehalf are made of, beside onbehalf. */
const PEERS = ['@openai/agents', '@modelcontextprotocol/client', 'undici']

/** Somebody who has installed onbehalf alone can test any stack but these. */
function checkPeers(terminal: Terminal): void {
  const missing = PEERS.filter((name) => {
    try {
      import.meta.resolve(name)
      return false
    } catch {
      return true
    }
  })
  if (missing.length > 0)
    throw new UsageError(
      `the targets that come with onbehalf need packages that are not installed: npm install ${missing.join(' ')}. --target FILE tests your own stack`,
    )
  terminal.note("onbehalf leaktest: testing onbehalf's own parts; --target FILE tests your stack")
}

/** Relative to the folder that the person is in. */
function pathOf(file: string): string {
  return resolve(process.env.ONBEHALF_CWD ?? '.', file)
}

async function write(file: string, text: string): Promise<void> {
  try {
    await writeFile(pathOf(file), text)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : 'it failed'
    throw new CommandError(`${file} cannot be written (${code})`)
  }
}

async function targetOf(
  file: string | undefined,
  [name = 'own', ...more]: readonly string[],
): Promise<{ readonly target: Target; readonly here: string; readonly file: string }> {
  if (more.length > 0) throw new UsageError('it takes the name of one target')
  if (file !== undefined) {
    const path = pathOf(file)
    return { target: readTarget(await described(path)), here: dirname(path), file }
  }
  const target = Object.hasOwn(stacks, name) ? stacks[name] : undefined
  if (!target)
    throw new UsageError(
      `there is no target ${name}; there are ${Object.keys(stacks).join(', ')}, and --target FILE takes your own`,
    )
  return { target, here: process.cwd(), file: name }
}

async function described(path: string): Promise<unknown> {
  try {
    if (!path.endsWith('.json')) {
      const exported = await import(pathToFileURL(path).href)
      return exported.target ?? exported.default
    }
    return JSON.parse(await readFile(path, 'utf8'))
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new UsageError(`${path} cannot be read: ${error.message}`)
    const code = error instanceof Error && 'code' in error ? error.code : 'it failed'
    throw new UsageError(`${path} cannot be read (${code})`)
  }
}
