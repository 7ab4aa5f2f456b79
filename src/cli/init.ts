// `onbehalf init`: writes a small app that works, for a web framework, an issuer and MCP servers. It
// overwrites nothing.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readArguments } from './arguments.ts'
import { type Command, CommandError, type Terminal, UsageError } from './command.ts'
import {
  type Choice,
  FRAMEWORKS,
  type Framework,
  filesOf,
  type NamedServer,
  packagesOf,
} from './init/project.ts'

const HELP = `Usage: onbehalf init [FOLDER] [--framework NAME] [--issuer URL] [--server NAME=URL]

Writes a small app that works: a request with a person's access token is answered with a stream, and the MCP servers are called in that
person's name. It has its settings in .env.example, and a test. Files that are there already are not overwritten, and nothing is sent.

  FOLDER            default: this folder
  --framework NAME  ${FRAMEWORKS.join(', ')}
  --issuer URL      the server that people sign in with
  --server NAME=URL an MCP server, with the name that people and the model see; more than once for several

On a terminal it asks for what is missing.`

const OPTIONS = {
  framework: { type: 'string' },
  issuer: { type: 'string' },
  server: { type: 'string', multiple: true },
} as const
const TAKES = 'a folder, --framework, --issuer and --server'

/** The command. */
export const init: Command = {
  summary: 'writes a small app that works',
  help: HELP,
  async run(args, terminal): Promise<number> {
    const { values, positionals } = readArguments(args, OPTIONS, TAKES)
    if (positionals.length > 1) throw new UsageError(`it takes ${TAKES}`)
    const folder = resolve(process.env.ONBEHALF_CWD ?? '.', positionals[0] ?? '.')
    const choice: Choice = {
      framework: parseFramework(
        await given(values.framework, `Web framework (${FRAMEWORKS.join(', ')})`, terminal),
      ),
      issuer: parseIssuer(await given(values.issuer, 'URL of your issuer', terminal)),
      servers: (
        values.server ?? [await given(undefined, 'An MCP server, as NAME=URL', terminal)]
      ).map(parseServer),
      version: ownVersion(),
    }
    write(folder, choice, terminal)
    return 0
  },
}

/** An option, or the answer to its question. */
async function given(
  value: string | undefined,
  question: string,
  { ask }: Terminal,
): Promise<string> {
  const text = value ?? (await ask?.(`${question}: `))?.trim()
  if (text === undefined || text === '')
    throw new UsageError('it needs --framework NAME, --issuer URL and --server NAME=URL')
  return text
}

function parseFramework(text: string): Framework {
  const framework = FRAMEWORKS.find((name) => name === text.toLowerCase())
  if (!framework) throw new UsageError(`--framework is one of ${FRAMEWORKS.join(', ')}`)
  return framework
}

function parseIssuer(text: string): string {
  if (!isWebUrl(text)) throw new UsageError('--issuer must be a URL, such as https://login.example')
  return text
}

function parseServer(text: string): NamedServer {
  const at = text.indexOf('=')
  const [name, url] = [text.slice(0, at), text.slice(at + 1)]
  if (at < 1 || !/^[\w .-]{1,64}$/.test(name) || !isWebUrl(url))
    throw new UsageError('--server must be a name and a URL: Tasks=https://tasks.example/mcp')
  return { name, url }
}

/** A line of .env has the URL as it stands. */
function isWebUrl(text: string): boolean {
  return /^https?:\/\/[^\s"'#`\\]+$/.test(text) && URL.canParse(text)
}

/** Writes every file that is not there, and says what comes next. */
function write(folder: string, choice: Choice, terminal: Terminal): void {
  const files = Object.entries(filesOf(choice, TEMPLATES))
  const there = files.map(([path]) => path).filter((path) => existsSync(join(folder, path)))
  const others = there.filter((path) => path !== 'package.json')
  if (others.length > 0)
    throw new CommandError(`${others.join(' and ')} is there already, and would be overwritten`)
  for (const [path, text] of files) {
    if (there.includes(path)) continue
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
    terminal.out(path)
  }
  const hasPackage = there.includes('package.json')
  for (const line of nextSteps(folder, choice, hasPackage)) terminal.note(line)
}

function nextSteps(folder: string, choice: Choice, hasPackage: boolean): readonly string[] {
  const to = relative(process.env.ONBEHALF_CWD ?? '.', folder)
  const names = Object.keys(packagesOf(choice)).join(' ')
  const start = choice.framework === 'next' ? 'npx next dev' : 'node --env-file=.env server.js'
  return [
    '',
    'Next:',
    ...(to === '' ? [] : [`  cd ${to}`]),
    hasPackage
      ? `  npm install ${names}   (and "type": "module" in package.json)`
      : '  npm install',
    '  node --env-file=.env.example --test',
    '  cp .env.example .env, and write your client and its secret into it',
    `  ${start}`,
    `  npx onbehalf doctor --issuer ${choice.issuer}   says what your issuer needs`,
  ]
}

/** This file and the built one are equally deep. */
const TEMPLATES = fileURLToPath(new URL('../../templates/init', import.meta.url))

/** Equally deep, too. */
function ownVersion(): string {
  return JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version
}
