// Starts the whole example: the Python chat server and the Python MCP server, the gateway between
// them from onbehalf.yaml alone, and around them a sign-in, a page and a model.

import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { join } from 'node:path'
import { createIssuer } from '../taskflow/issuer/index.ts'
import { loadKeys, type TaskflowKeys } from '../taskflow/keys.ts'
import { listen } from '../taskflow/listen.ts'
import { pageListener } from './page-listener.ts'
import { type Program, type Start, startProgram } from './program.ts'
import { type ModelServerOptions, standInModelServer } from './stand-in.ts'

/** Options of {@link startExample}. */
export interface ExampleOptions extends ModelServerOptions {
  /** The first of six ports. onbehalf.yaml names them from 8080 on. */
  readonly port: number
  /** Where keys, tasks, conversations and logs are kept. It must exist. */
  readonly dataDir: string
  /** The Python that has what requirements.txt names. */
  readonly python: string
  /** `OPENAI_API_KEY` and what belongs to it, for a real model. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** The arguments of Python for one of the two servers. Default: its file alone. */
  readonly run?: (file: string) => readonly string[]
}

/** The example while it runs. */
export interface Example {
  readonly urls: Urls
  /** The two Python processes, and the gateway's. */
  readonly programs: Readonly<Record<'tasks' | 'chat' | 'gateway', Program>>
  close(): Promise<void>
}

/** Where the parts are. */
interface Urls {
  readonly gateway: string
  readonly chat: string
  /** The MCP server. */
  readonly tasks: string
  readonly issuer: string
  readonly page: string
  readonly model: string
}

const HERE: string = import.meta.dirname
/** The ports that onbehalf.yaml names, from this one on. */
const FIRST_PORT = 8080

/**
 * Starts everything, and waits until it answers.
 *
 * @throws Error when a part does not start; nothing is left running.
 */
export async function startExample(options: ExampleOptions): Promise<Example> {
  const { port, dataDir } = options
  const urls = urlsFrom(port)
  const keys = await loadKeys(dataDir)
  const signIn = openIssuer(urls, keys, dataDir)
  const ends: (() => unknown)[] = [() => signIn.close()]
  const close = async () => {
    for (const end of ends.splice(0).reverse()) await end()
  }
  const around: readonly (readonly [string, RequestListener])[] = [
    [urls.issuer, signIn.callback],
    [urls.page, pageListener(urls)],
    [urls.model, standInModelServer(options)],
  ]
  try {
    for (const [url, listener] of around) {
      const listening = await listen(Number(new URL(url).port), listener)
      ends.push(() => listening.close(1000))
    }
    const begin = async (start: Start) => {
      const program = await startProgram(start)
      ends.push(program.end)
      return program
    }
    const starts = startsOf(options, urls, keys)
    const tasks = await begin(starts.tasks)
    const chat = await begin(starts.chat)
    const gateway = await begin(starts.gateway)
    return { urls, programs: { tasks, chat, gateway }, close }
  } catch (error) {
    await close()
    throw error
  }
}

function urlsFrom(port: number): Urls {
  const at = (offset: number) => `http://127.0.0.1:${port + offset}`
  return {
    gateway: at(0),
    chat: `${at(1)}/chatkit`,
    tasks: `${at(2)}/mcp`,
    issuer: at(3),
    page: at(4),
    model: `${at(5)}/v1`,
  }
}

/** The issuer of TaskFlow, for two resources: the gateway's front door, and the MCP server. */
function openIssuer({ gateway, tasks, issuer, page }: Urls, keys: TaskflowKeys, dataDir: string) {
  const door = `${gateway}/chatkit`
  const resources = {
    chat: door,
    gateway: door,
    mcp: tasks,
    classic: tasks,
    parts: tasks,
    api: tasks,
  }
  return createIssuer({ issuer, web: page, keys, dataDir, resources })
}

function startsOf(
  options: ExampleOptions,
  urls: Urls,
  { gatewayClientSecret }: TaskflowKeys,
): Readonly<Record<'tasks' | 'chat' | 'gateway', Start>> {
  const { dataDir, python, run = (file) => [file] } = options
  const principalSecret = randomBytes(32).toString('base64url')
  const start = (
    name: string,
    url: string,
    command: readonly string[],
    env: Readonly<Record<string, string>>,
  ): Start => ({ name, url, command, env, cwd: dataDir, log: join(dataDir, `${name}.log`) })
  return {
    tasks: start('tasks', urls.tasks, [python, ...run(join(HERE, 'tasks.py'))], {
      PORT: new URL(urls.tasks).port,
      ISSUER: urls.issuer,
      DATABASE: join(dataDir, 'tasks.db'),
    }),
    chat: start('chat', urls.chat, [python, ...run(join(HERE, 'chat.py'))], {
      PORT: new URL(urls.chat).port,
      GATEWAY: urls.gateway,
      PRINCIPAL_SECRET: principalSecret,
      DATABASE: join(dataDir, 'chat.db'),
      ...modelIn(options.env, urls.model),
    }),
    gateway: start('gateway', `${urls.gateway}/healthz`, gatewayCommand(options), {
      PRINCIPAL_SECRET: principalSecret,
      GATEWAY_CLIENT_SECRET: gatewayClientSecret.reveal(),
    }),
  }
}

function gatewayCommand(options: ExampleOptions): readonly string[] {
  const program = join(HERE, '../../bin/onbehalf.mjs')
  const flags = ['--conditions=onbehalf-source', '--disable-warning=ExperimentalWarning']
  return [process.execPath, ...flags, program, 'gateway', '--config', configuration(options)]
}

/** onbehalf.yaml, or a copy of it with other ports. */
function configuration({ port, dataDir }: ExampleOptions): string {
  const file = join(HERE, 'onbehalf.yaml')
  if (port === FIRST_PORT) return file
  const moved = readFileSync(file, 'utf8').replace(
    /(127\.0\.0\.1:)808(\d)/g,
    (_, host, offset) => `${host}${port + Number(offset)}`,
  )
  const copy = join(dataDir, 'onbehalf.yaml')
  writeFileSync(copy, moved)
  return copy
}

/** What the agents SDK reads: the person's own settings, or those of the stand-in. */
function modelIn(env: ExampleOptions['env'], standIn: string): Record<string, string> {
  if (env.OPENAI_API_KEY)
    return Object.fromEntries(
      Object.entries(env).flatMap(([name, value]): [string, string][] =>
        name.startsWith('OPENAI_') && value !== undefined ? [[name, value]] : [],
      ),
    )
  return {
    OPENAI_API_KEY: 'none: this is the stand-in',
    OPENAI_BASE_URL: standIn,
    OPENAI_MODEL: 'stand-in',
    // The traces would go to OpenAI.
    OPENAI_AGENTS_DISABLE_TRACING: '1',
  }
}
