// Our own stack, put together as an app does it, of published parts only: the door, every source and
// placement, an agent, the ChatKit server, its stores, the log and the audit. leaktest attacks it.

import { appendFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { type BindingInput, type Caller, createOnBehalf } from 'onbehalf'
import { agentChat, chatkitServer } from 'onbehalf/chatkit'
import { egressFetch } from 'onbehalf/egress'
import { jwtVerifier } from 'onbehalf/jwt'
import { auditSink, createLog, type Log } from 'onbehalf/log'
import { type AgentServer, modelFromEnvironment, runAgent } from 'onbehalf/openai-agents'
import { childProcesses } from 'onbehalf/stdio'
import {
  openSqlite,
  sqliteReflectionMarks,
  sqliteRunStore,
  sqliteThreadStore,
} from 'onbehalf/store'
import { makeSteady } from './make-steady.ts'
import { createKit } from './own-kit.ts'
import { legacyFetch } from './own-legacy.ts'
import { openSources } from './own-sources.ts'
import {
  bindingOf,
  boundName,
  KIT,
  KIT_SERVERS,
  serverOf,
  urlOf,
  type Variant,
  variants,
} from './own-variants.ts'

const { env } = process
const now = makeSteady(env.SEED, env.NOW)
const { PORT = '', KIT_PORT = '', DIR: dir = '', ISSUER: issuer = '' } = env
const app = `http://127.0.0.1:${PORT}`
const chat = `${app}/chatkit`
const kit = `http://127.0.0.1:${KIT_PORT}/mcp`
const [byHeader] = variants

const log = logTo('app.log')
const audit = auditSink(logTo('audit.log'))
const onError = (error: unknown) => log.error('Something went wrong', { part: 'web', error })
const sources = await openSources({ env, issuer, dir, app, audit, now })
/** What processes have written to their standard error, and what of it was passed on. */
const said = new Set<string>()
const told = new Set<string>()
const database = openSqlite(join(dir, 'chat.db'))
const onbehalf = createOnBehalf({
  resource: chat,
  authorizationServers: [issuer],
  verifier: jwtVerifier({ issuer, now }),
  ...sources.options,
  servers: bindings(),
  audit,
  fetch: egressFetch(),
  processes: childProcesses({
    maxProcesses: 500,
    maxPerPerson: 250,
    log: ({ server, text }) => void said.add(`${server}: ${text}`),
  }),
  reflectionMarks: sqliteReflectionMarks(database),
  fingerprintKey: new Uint8Array(32).fill(7),
  now,
})
const { model } = modelFromEnvironment(env)
const agent = agentChat<Caller>({
  approvals: 'never',
  async *run(request, { caller, metadata }) {
    log.debug('A run begins', { operation: 'run' })
    const servers = serversOf(metadata.variant)
    const instructions = await instructionsFor(caller, servers)
    const run = { ...request, caller: forLegacy(caller, servers), servers: servers.map(forRun) }
    yield* runAgent({ ...run, model, instructions })
    // On our own standard error, which leaktest reads. The processes write in any order, and each of
    // a person's the same.
    for (const line of [...said].sort()) {
      if (!told.has(line)) console.error(line)
      told.add(line)
    }
  },
})
const chatkit = chatkitServer<Caller>({
  admit: onbehalf.admit,
  store: sqliteThreadStore(database),
  runs: sqliteRunStore(database),
  ...agent,
  rateLimit: 'none',
  limits: { runs: 100, streams: 1000 },
  now,
  onError,
})

createServer(chatkit.listener).listen(Number(PORT), '127.0.0.1', () =>
  console.log('The chat is ready'),
)
const kitServer = createKit({
  url: kit,
  issuer,
  secret: env.CLIENT_SECRET ?? '',
  apis: { honest: env.API ?? '', echoing: env.API_ECHO ?? '' },
  audit,
  now,
  onError,
})
createServer((request, response) => void serve(request, response)).listen(
  Number(KIT_PORT),
  '127.0.0.1',
)

/** Everything is logged, into a file of its own. */
function logTo(file: string): Log {
  const write = (line: string) => appendFileSync(join(dir, file), line)
  return createLog({ level: 'debug', destination: { write }, now })
}

function bindings(): Readonly<Record<string, BindingInput>> {
  const bound = variants.flatMap((variant) =>
    variant.servers.map((server): [string, BindingInput] => [
      boundName(variant, server),
      bindingOf(variant, env[`MCP_${server}`] ?? '', chat),
    ]),
  )
  return { ...Object.fromEntries(bound), kit: { url: kit } }
}

/** A server of one run, and how its credential travels. */
interface BoundServer {
  readonly name: string
  readonly url?: string | undefined
  readonly variant?: Variant | undefined
}

/** The servers of the variant that a message names. Anybody may name any of them. */
function serversOf(asked: unknown): readonly BoundServer[] {
  const variant = variants.find(({ name }) => name === asked) ?? byHeader
  const names = asked === KIT ? KIT_SERVERS : (variant?.servers ?? [])
  const bound = names.flatMap((server) =>
    variant
      ? [
          {
            name: boundName(variant, server),
            url: urlOf(variant, env[`MCP_${server}`] ?? ''),
            variant,
          },
        ]
      : [],
  )
  return asked === KIT ? [...bound, { name: 'kit', url: kit }] : bound
}

/** The framework's own client speaks Streamable HTTP alone. */
function forLegacy(caller: Caller, servers: readonly BoundServer[]): Caller {
  const urls = servers.flatMap(({ name, url, variant }) =>
    variant?.isLegacy && url !== undefined ? [[name, url] as const] : [],
  )
  const legacy = new Map(urls)
  return {
    ...caller,
    fetch(server, options) {
      const url = legacy.get(server)
      const fetch = caller.fetch(server, options)
      return url === undefined ? fetch : legacyFetch(fetch, url)
    },
  }
}

function forRun({ name, url }: BoundServer): AgentServer {
  return url === undefined ? { name } : { name, url }
}

/** For the placement `prompt`, the model is told what to repeat: references, no credentials. */
async function instructionsFor(caller: Caller, servers: readonly BoundServer[]): Promise<string> {
  const lines = ['Use the tools.']
  for (const { name, variant } of servers) {
    const placement = variant?.placement
    if (!placement || !('type' in placement) || placement.type !== 'prompt') continue
    const { user_id, access_token } = await caller.promptValues(name)
    lines.push(`At ${serverOf(name)}, pass access_token ${access_token} and user_id ${user_id}.`)
  }
  return lines.join('\n')
}

/** The kit's server, over node:http. */
async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const { method = 'GET', headers, url = '/' } = request
  const answer = await kitServer(
    new Request(new URL(url, kit), {
      method,
      headers: Object.entries(headers).map(([name, value]) => [name, String(value)]),
      ...(method === 'POST' ? { body: Buffer.concat(chunks) } : {}),
    }),
  )
  response.writeHead(answer.status, Object.fromEntries(answer.headers))
  response.end(Buffer.from(await answer.arrayBuffer()))
}
