// One run of an agent for one principal: model and MCP tools in, events out. It never holds a
// credential; the caller's `fetch` does.

import type { AgentEvent } from '../agent/events.ts'
import { AuthError, endsSignIn, type Refusal } from '../core/errors.ts'
import { checkOptions, type OptionNames } from '../core/known-options.ts'
import {
  hasMethods,
  isFunction,
  isList,
  isNumber,
  isText,
  type ValueChecks,
} from '../core/option-values.ts'
import { toError } from '../core/sentences.ts'
import { assertNoCredential } from './instructions.ts'
import type { AgentCaller, AgentServer, RunAgentOptions } from './options.ts'
import { type Heard, runLoop } from './run-loop.ts'
import { type OpenServer, type OpenServerOptions, openServer } from './run-server.ts'
import { NOWHERE, transportFetch } from './transport-fetch.ts'

/** Every option of the factory. A new one does not compile until it is here. */
const RUN_AGENT_OPTIONS: OptionNames<RunAgentOptions> = {
  caller: 'required',
  servers: 'required',
  model: 'required',
  instructions: 'required',
  input: 'required',
  signal: 'optional',
  maxTurns: 'optional',
  approvals: 'optional',
  resume: 'optional',
  promptValues: 'optional',
  clientTools: 'optional',
  keepCalls: 'optional',
  title: 'optional',
  onModelRequest: 'optional',
  timeouts: 'optional',
}

const RUN_AGENT_VALUES: ValueChecks = {
  caller: hasMethods(['fetch'], 'the caller that createOnBehalf(…).admit gives'),
  servers: isList("[{ name: 'Tasks', url: 'https://…' }]"),
  model: hasMethods(
    ['getResponse', 'getStreamedResponse'],
    'modelFromEnvironment(process.env).model, or a model of @openai/agents',
  ),
  instructions: isText,
  input: isList("[{ role: 'user', text: '…' }]"),
  clientTools: isList('the tools of the page'),
  onModelRequest: isFunction('it gets a copy of each request to the model'),
}

const TIMEOUTS: OptionNames<NonNullable<RunAgentOptions['timeouts']>> = {
  server: 'optional',
  model: 'optional',
}

const TIMES: ValueChecks = { server: isNumber, model: isNumber }

const SERVER: OptionNames<AgentServer> = { name: 'required', url: 'optional', scopes: 'optional' }

/**
 * Runs the agent until its answer is complete.
 *
 * @returns The events of the run. It ends without an error when `signal` aborts or the consumer
 *   stops reading. Its connections are closed in every case.
 * @throws TypeError at once for options that cannot work, and when two servers offer tools that the
 *   model could not tell apart.
 * @throws AuthError during the run. Its reason says why a credential was missing or refused, or
 *   that the sign-in has ended. It is `server_unavailable` for a server or a model that does not
 *   answer.
 *
 * @example
 * ```ts
 * const input = [{ role: 'user', text: 'What is pending?' }] as const
 * for await (const event of runAgent({ caller, servers, model, instructions, input })) {
 *   if (event.type === 'text_delta') process.stdout.write(event.delta)
 * }
 * ```
 */
export function runAgent(options: RunAgentOptions): AsyncGenerator<AgentEvent, void, undefined> {
  checkOptions('runAgent', '', options, RUN_AGENT_OPTIONS, RUN_AGENT_VALUES)
  if (options.timeouts !== undefined)
    checkOptions('runAgent', 'timeouts', options.timeouts, TIMEOUTS, TIMES)
  for (const [index, server] of options.servers.entries())
    checkOptions('runAgent', `servers[${index}]`, server, SERVER)
  const { servers, instructions, input, maxTurns = 10 } = options
  if (new Set(servers.map(({ name }) => name)).size !== servers.length)
    throw new TypeError('servers: each needs a name of its own')
  for (const { name, url } of servers) {
    if (url !== undefined && !URL.canParse(url))
      throw new TypeError('servers: each needs an absolute URL')
    if (url === undefined && !options.caller.transport)
      throw new TypeError(`servers: ${name} has no url, and the caller has no transport for it`)
  }
  const last = input.at(-1)
  if (!options.resume && (!last || last.role === 'assistant'))
    throw new TypeError("input must end with the person's message")
  if (!Number.isInteger(maxTurns) || maxTurns < 1)
    throw new TypeError('maxTurns must be a positive integer')
  for (const { name } of options.clientTools ?? [])
    if (!/^[A-Za-z0-9_]{1,64}$/.test(name))
      throw new TypeError('clientTools: names are of letters, digits and underscores')
  assertNoCredential(instructions, 'instructions')
  return run(options, maxTurns)
}

async function* run(
  options: RunAgentOptions,
  maxTurns: number,
): AsyncGenerator<AgentEvent, void, undefined> {
  const over = new AbortController()
  const signal = AbortSignal.any([over.signal, ...(options.signal ? [options.signal] : [])])
  const unconnected = new Set<string>()
  const heard: Heard = { ended: undefined, unconnected }
  const onRefused = (refusal: Refusal) => {
    if (refusal.reason === 'connection_needed' && refusal.server !== undefined)
      unconnected.add(refusal.server)
    if (!endsSignIn(refusal.reason)) return
    heard.ended ??= refusal
    // Stop now: the model must not write an answer about the end of the sign-in.
    over.abort()
  }
  let servers: readonly OpenServer[] = []
  try {
    if (signal.aborted) return
    servers = await openServers(options, signal, onRefused)
    yield* runLoop(options, servers, maxTurns, signal, heard)
  } catch (error) {
    if (options.signal?.aborted) return
    for (const server of unconnected) yield { type: 'connection_needed', server }
    if (!heard.ended || (error instanceof AuthError && error.refusal === heard.ended)) throw error
  } finally {
    over.abort()
    await Promise.allSettled(servers.map((server) => server.close()))
  }
  if (heard.ended && !options.signal?.aborted) throw toError(heard.ended)
}

/**
 * Opens all servers or none: a model that lacks half of its tools tells the person that things do
 * not exist.
 */
async function openServers(
  options: RunAgentOptions,
  signal: AbortSignal,
  onRefused: (refusal: Refusal) => void,
): Promise<readonly OpenServer[]> {
  const deadlineMs = options.timeouts?.server ?? 30_000
  const results = await Promise.allSettled(
    options.servers.map(async (server) =>
      openServer({
        name: server.name,
        ...wayTo(server, options.caller, onRefused),
        onRefused,
        signal,
        deadlineMs,
      }),
    ),
  )
  const open = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  const failed = results.find((result) => result.status === 'rejected')
  if (!failed) return open
  await Promise.allSettled(open.map((server) => server.close()))
  throw failed.reason
}

/** How messages get to a server: its URL, or the process that is started for the principal. */
function wayTo(
  { name, url }: AgentServer,
  caller: AgentCaller,
  onRefused: (refusal: Refusal) => void,
): Pick<OpenServerOptions, 'url' | 'fetch' | 'end'> {
  if (url !== undefined) return { url, fetch: caller.fetch(name, { onRefused }) }
  const transport = caller.transport?.(name, undefined, { onRefused })
  if (!transport)
    throw new TypeError(`servers: ${name} has no url, and the caller has no transport for it`)
  return { url: NOWHERE, fetch: transportFetch(transport), end: () => transport.close() }
}
