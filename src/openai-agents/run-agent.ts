// One run of an agent for one principal: model and MCP tools in, events out. It never holds a
// credential; the caller's `fetch` does.

import type { AgentEvent } from '../agent/events.ts'
import { unheldCaller } from '../agent/hold/held-caller.ts'
import { sideEvents } from '../agent/interleave.ts'
import { endsSignIn, type Refusal } from '../core/errors.ts'
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
import type { AgentServer, RunAgentOptions } from './options.ts'
import { isProviderStore } from './provider-store.ts'
import { runLoop } from './run-loop.ts'
import { leaveOut, type OpenedServers, openServers } from './servers/open-servers.ts'
import type { ToolChoice } from './servers/usable-tools.ts'

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
  tools: 'optional',
  handoffs: 'optional',
  beforeCall: 'optional',
  toolResults: 'optional',
  keepCalls: 'optional',
  title: 'optional',
  ask: 'optional',
  store: 'optional',
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
  store: isProviderStore,
  ask: isFunction('it puts a question to the person, and gives the answer'),
  tools: isList('tool({ … }) of @openai/agents makes one'),
  handoffs: isList('agents of @openai/agents'),
  beforeCall: isFunction('it is told of each call before it leaves'),
  onModelRequest: isFunction('it gets a copy of each request to the model'),
}

const TIMEOUTS: OptionNames<NonNullable<RunAgentOptions['timeouts']>> = {
  opening: 'optional',
  server: 'optional',
  total: 'optional',
  model: 'optional',
}

const TIMES: ValueChecks = {
  opening: isNumber,
  server: isNumber,
  total: isNumber,
  model: isNumber,
}

const TOOL_CHOICE: OptionNames<ToolChoice> = { allow: 'optional', deny: 'optional' }

const TOOL_LISTS: ValueChecks = {
  allow: isList("['add_task']"),
  deny: isList("['delete_task']"),
}

/** Every setting of a server. A new one does not compile until it is here. */
const SERVER_OPTIONS: OptionNames<AgentServer> = {
  name: 'required',
  url: 'optional',
  scopes: 'optional',
  tools: 'optional',
  prefix: 'optional',
  required: 'optional',
}

/**
 * Runs the agent until its answer is complete.
 *
 * @returns The events of the run. It ends without an error when `signal` aborts or the consumer
 *   stops reading. Its connections are closed in every case.
 * A server that cannot be used now, and a tool that cannot be used at all, are left out: the event
 * `left_out` tells the person, `caller.noteLeftOut` the operator, and the instructions the model.
 *
 * @throws TypeError at once for options that cannot work.
 * @throws AuthError during the run. Its reason says that the sign-in has ended, or why a server with
 *   `required` cannot be used. It is `server_unavailable` for a model that does not answer.
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
  for (const [index, server] of options.servers.entries()) checkServer(server, `servers[${index}]`)
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
  // It asks the person itself, and shows the names of prompted values. Where nobody said which calls
  // wait, the caller's own rule holds.
  const caller = options.approvals === undefined ? options.caller : unheldCaller(options.caller)
  return run({ ...options, caller }, maxTurns)
}

function checkServer(server: AgentServer, setting: string): void {
  checkOptions('runAgent', setting, server, SERVER_OPTIONS)
  const { tools, prefix } = server
  if (tools !== undefined)
    checkOptions('runAgent', `${setting}.tools`, tools, TOOL_CHOICE, TOOL_LISTS)
  if (typeof prefix === 'string' && !/^[A-Za-z0-9_-]{1,32}$/.test(prefix))
    throw new TypeError(`${setting}.prefix must be true, or 1 to 32 letters, digits, _ or -`)
}

async function* run(
  options: RunAgentOptions,
  maxTurns: number,
): AsyncGenerator<AgentEvent, void, undefined> {
  const over = new AbortController()
  const signal = AbortSignal.any([over.signal, ...(options.signal ? [options.signal] : [])])
  const side = sideEvents<AgentEvent>()
  const unconnected = new Set<string>()
  const heard: { ended: Refusal | undefined } = { ended: undefined }
  const onRefused = (refusal: Refusal) => {
    const { reason, server } = refusal
    if (reason === 'connection_needed' && server !== undefined && !unconnected.has(server)) {
      unconnected.add(server)
      side.push({ type: 'connection_needed', server })
    }
    if (!endsSignIn(reason)) return
    heard.ended ??= refusal
    // Stop now: the model must not write an answer about the end of the sign-in.
    over.abort()
  }
  let opened: OpenedServers | undefined
  try {
    if (signal.aborted) return
    opened = await openServers(options, signal, onRefused, side.push)
    if (!signal.aborted) {
      yield* leaveOut(opened, options)
      yield* runLoop(options, opened, maxTurns, signal, side)
    }
  } catch (error) {
    if (options.signal?.aborted) return
    yield* side.take()
    if (!heard.ended) throw error
  } finally {
    over.abort()
    await Promise.allSettled((opened?.open ?? []).map(({ open }) => open.close()))
  }
  if (heard.ended && !options.signal?.aborted) throw toError(heard.ended)
}
