// `npm start`: brings TaskFlow up, says where it is, and ends it cleanly on a signal.

import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { createLog, type LogLevel } from 'onbehalf/log'
import { freePorts } from './listen.ts'
import { startTaskflow } from './taskflow.ts'
import { PORTS } from './urls.ts'

const HELP = `Starts TaskFlow: a page to chat in, its MCP server, its API and its authorization server, on this machine only.

  npm start -- [options]

  --port N     web port; the next three are the MCP server's, the API's and the issuer's (default 3000; 0 finds free ones)
  --data DIR   where keys, tasks and conversations are kept (default .data/taskflow)
  --json       print one line of JSON with all URLs when everything is ready
  --help       this text

Environment: OPENAI_API_KEY, OPENAI_BASE_URL and OPENAI_MODEL choose a language model; without them a deterministic stand-in answers.
LOG_LEVEL (debug, info, warn, error) sets how much goes into DIR/taskflow.log.`

const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error']

async function main(): Promise<void> {
  const { port, data, json, level } = readArguments()
  await mkdir(data, { recursive: true, mode: 0o700 })
  const logFile = join(data, 'taskflow.log')
  const log = createLog({ level, destination: createWriteStream(logFile, { flags: 'a', mode: 0o600 }) })
  if (!json) console.log('Starting TaskFlow …')
  const taskflow = await startTaskflow({ port: port === 0 ? await freePorts(PORTS) : port, dataDir: data, log, env: process.env })

  const end = () => {
    // A second signal, or a close that hangs, ends the process all the same.
    process.once('SIGINT', () => process.exit(130))
    setTimeout(() => process.exit(1), 4500).unref()
    taskflow.close().then(
      () => process.exit(0),
      () => process.exit(1),
    )
  }
  process.once('SIGINT', end)
  process.once('SIGTERM', end)

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
  API                  ${urls.api}
  issuer               ${urls.issuer}
  data and log         ${data}

  A token for the chat endpoint:   npm run -s token -- --as alice
  Ctrl-C ends it.`)
}

function readArguments(): { readonly port: number; readonly data: string; readonly json: boolean; readonly level: LogLevel } {
  const options = {
    port: { type: 'string' },
    data: { type: 'string' },
    json: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  } as const
  let values: { port?: string; data?: string; json?: boolean; help?: boolean }
  try {
    values = parseArgs({ options, strict: true }).values
  } catch (error) {
    return usage(error instanceof Error ? error.message : 'The arguments cannot be read')
  }
  if (values.help) {
    console.log(HELP)
    process.exit(0)
  }
  const port = Number(values.port ?? 3000)
  if (!Number.isInteger(port) || port < 0 || port > 65_535 - PORTS)
    usage(`--port must be a whole number from 0 to ${65_535 - PORTS}`)
  const level = LEVELS.find((one) => one === (process.env.LOG_LEVEL ?? 'info'))
  if (!level) return usage(`LOG_LEVEL must be one of ${LEVELS.join(', ')}`)
  const from = process.env.ONBEHALF_CWD ?? process.cwd()
  const data = values.data === undefined ? resolve('.data/taskflow') : resolve(from, values.data)
  return { port, data, json: values.json ?? false, level }
}

function usage(problem: string): never {
  console.error(`${problem}\n\n${HELP}`)
  process.exit(2)
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : 'TaskFlow could not be started.')
  process.exit(1)
})
