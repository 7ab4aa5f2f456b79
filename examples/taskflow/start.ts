// `npm start`: starts TaskFlow, prints its URLs, and ends it cleanly on a signal.

import { appendFileSync, openSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { createLog, type LogLevel } from 'onbehalf/log'
import { makeFolder } from './folder.ts'
import { freePorts, takenPorts } from './listen.ts'
import { startTaskflow } from './taskflow.ts'
import { classicUrl, PORTS, SIGN_INS, type SignInMode, taskflowUrls } from './urls.ts'

const HELP = `Starts TaskFlow: a page to chat in, its MCP server, its API and its authorization server, on this machine only.

  npm start -- [options]

  --port N     web port; the next seven are for the other parts (default 3000; 0 finds free ones)
  --data DIR   where keys, tasks and conversations are kept (default .data/taskflow)
  --sign-in M  where sign-ins are kept: page (tokens in the page's memory) or session (on the server,
               with a cookie; the browser holds no token) (default page)
  --json       print one line of JSON with all URLs when everything is ready
  --help       this text

Environment: OPENAI_API_KEY, OPENAI_BASE_URL and OPENAI_MODEL choose a language model; without them a deterministic stand-in answers.
LOG_LEVEL (debug, info, warn, error) sets how much goes into DIR/taskflow.log.`

const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error']

async function main(): Promise<void> {
  const { port, data, json, level, signIn } = readArguments()
  await makeFolder(data)
  const logFile = openSync(join(data, 'taskflow.log'), 'a', 0o600)
  // Each line is written at once: a recorded hop stays recorded when the process is killed, and a
  // hop that cannot be recorded does not happen.
  const log = createLog({ level, destination: { write: (line) => appendFileSync(logFile, line) } })
  if (!json) console.log('Starting TaskFlow …')
  const web = port === 0 ? await freePorts(PORTS) : port
  await refuseSecond(data, web)
  await refuseTaken(web)
  const starting = startTaskflow({ port: web, dataDir: data, log, env: process.env, signIn })
  onEndSignal(async () => (await starting).close())
  const taskflow = await starting

  const { urls } = taskflow
  if (json) {
    console.log(JSON.stringify(urls))
    return
  }
  console.log(`
  TaskFlow is ready:   ${urls.web}

  Sign in as alice or bob and say: Add a task to buy groceries
  The model:           ${taskflow.model}

  chat endpoint        ${urls.chatkit}
  MCP server           ${urls.mcp}
  one of the old kind  ${classicUrl(urls)}
  the gateway to both  ${urls.gateway}
  API                  ${urls.api}
  issuer               ${urls.issuer}
  data and log         ${data}

  A token for the chat endpoint:   npm run -s token -- --as alice
  Ctrl-C ends it.`)
}

/**
 * Several signals within this time are one Ctrl-C: the terminal, npm and the runner each send one.
 */
const ONE_KEYSTROKE_MS = 1000

/**
 * Ends the process cleanly on the first signal, at once on a second one, and after 4.5 seconds in
 * any case.
 */
function onEndSignal(close: () => Promise<void>): void {
  let first: number | undefined
  const end = () => {
    if (first !== undefined) {
      if (performance.now() - first > ONE_KEYSTROKE_MS) process.exit(130)
      return
    }
    first = performance.now()
    setTimeout(() => process.exit(1), 4500).unref()
    close().then(
      () => process.exit(0),
      () => process.exit(1),
    )
  }
  // Not `once`: the agents SDK listens too. If it is the only listener left, it exits before we are
  // done.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, end)
}

/**
 * Refuses a second TaskFlow on one data folder: both would write to its databases and its
 * `demo.json`.
 */
async function refuseSecond(data: string, port: number): Promise<void> {
  const note = await readFile(join(data, 'demo.json'), 'utf8').catch(() => '{}')
  const web: unknown = JSON.parse(note).web
  if (typeof web !== 'string' || web === taskflowUrls(port).web) return
  const running = await fetch(`${web}/config.json`, { signal: AbortSignal.timeout(1000) }).then(
    (response) => response.ok,
    () => false,
  )
  if (running)
    throw new Error(
      `TaskFlow runs at ${web} already, with the data in ${data}. Choose another folder with --data.`,
    )
}

/**
 * Refuses taken ports before anything is opened. It names the first port, the one that a person can
 * change.
 */
async function refuseTaken(port: number): Promise<void> {
  const taken = await takenPorts(port, PORTS)
  if (taken.length === 0) return
  const which = taken.length === 1 ? `port ${taken[0]} is` : `ports ${taken.join(', ')} are`
  throw new Error(
    `TaskFlow needs the ports ${port} to ${port + PORTS - 1}, and ${which} in use. Choose another first one with --port.`,
  )
}

function readArguments(): {
  readonly port: number
  readonly data: string
  readonly json: boolean
  readonly level: LogLevel
  readonly signIn: SignInMode
} {
  const options = {
    port: { type: 'string' },
    data: { type: 'string' },
    json: { type: 'boolean' },
    'sign-in': { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  } as const
  let values: { port?: string; data?: string; json?: boolean; help?: boolean; 'sign-in'?: string }
  try {
    values = parseArgs({ options, strict: true }).values
  } catch (error) {
    return usage(error instanceof Error ? error.message : 'The arguments cannot be read')
  }
  if (values.help) {
    console.log(HELP)
    process.exit(0)
  }
  const port = /^\d{1,5}$/.test(values.port ?? '3000') ? Number(values.port ?? 3000) : Number.NaN
  if (!(port <= 65_536 - PORTS)) usage(`--port must be a whole number from 0 to ${65_536 - PORTS}`)
  const level = LEVELS.find((name) => name === (process.env.LOG_LEVEL ?? 'info'))
  if (!level) return usage(`LOG_LEVEL must be one of ${LEVELS.join(', ')}`)
  const signIn = SIGN_INS.find((name) => name === (values['sign-in'] ?? 'page'))
  if (!signIn) return usage(`--sign-in must be one of ${SIGN_INS.join(', ')}`)
  const from = process.env.ONBEHALF_CWD ?? process.cwd()
  const data = values.data === undefined ? resolve('.data/taskflow') : resolve(from, values.data)
  return { port, data, json: values.json ?? false, level, signIn }
}

function usage(problem: string): never {
  console.error(`${problem}\n\n${HELP}`)
  process.exit(2)
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : 'TaskFlow could not be started.')
  process.exit(1)
})
