// One run of an agent for one principal: model and MCP tools in, events out. It never holds a credential; the caller's `fetch` does.

import { Agent, type AgentInputItem, MaxTurnsExceededError, type Model, Runner } from '@openai/agents'
import type { Principal } from '../core/principal.ts'
import { toError } from '../core/wire.ts'
import { eventsOf } from './agent-events.ts'
import type { AgentEvent } from './events.ts'
import { assertNoCredential } from './instructions.ts'
import { type ModelRequestCopy, recordingModel } from './recording-model.ts'
import { type OpenServer, openServer } from './run-server.ts'
import { serversByTool } from './tool-names.ts'

/** Whom the run is for. */
export interface AgentCaller {
  readonly principal: Principal
  /** Verified claims; nothing here is given to the model unless the instructions name it. */
  readonly claims?: Readonly<Record<string, unknown>>
  /** The `fetch` that carries this principal's credential to the server with this name, and to nowhere else. */
  fetch(server: string): typeof globalThis.fetch
}

/** An MCP server, as the operator configured it. */
export interface AgentServer {
  readonly name: string
  readonly url: string
}

/** One message of the conversation so far. */
export interface AgentTurn {
  readonly role: 'user' | 'assistant'
  readonly text: string
}

/** Options of {@link runAgent}. */
export interface RunAgentOptions {
  readonly caller: AgentCaller
  readonly servers: readonly AgentServer[]
  readonly model: Model
  /** The system instructions, already rendered. */
  readonly instructions: string
  /** The conversation, the person's new message last. */
  readonly input: readonly AgentTurn[]
  /** Ends the run quietly. */
  readonly signal?: AbortSignal
  /** Model requests in this run at most. Default 10. */
  readonly maxTurns?: number
  /** Sees what the model is given, before it is. */
  readonly onModelRequest?: (request: ModelRequestCopy) => void
  /** Milliseconds that one MCP request and one model request may take. Default 30,000 and 120,000. */
  readonly timeouts?: { readonly server?: number; readonly model?: number }
}

/**
 * Runs the agent until its answer is complete.
 *
 * @returns The events of the run. It ends quietly when `signal` aborts or the consumer stops; either way its connections are closed.
 * @throws TypeError at once for options that cannot work, and when two servers offer tools that the model could not tell apart.
 * @throws AuthError with the reason for which a credential could not be had or was refused; `server_unavailable` for a server or a model
 *   that does not answer.
 *
 * @example
 * ```ts
 * for await (const event of runAgent({ caller, servers, model, instructions, input: [{ role: 'user', text: 'What is pending?' }] })) {
 *   if (event.type === 'text_delta') process.stdout.write(event.delta)
 * }
 * ```
 */
export function runAgent(options: RunAgentOptions): AsyncGenerator<AgentEvent, void, undefined> {
  const { servers, instructions, input, maxTurns = 10 } = options
  if (new Set(servers.map(({ name }) => name)).size !== servers.length)
    throw new TypeError('servers: each needs a name of its own')
  for (const { url } of servers) if (!URL.canParse(url)) throw new TypeError('servers: each needs an absolute URL')
  if (input.at(-1)?.role !== 'user') throw new TypeError("input must end with the person's message")
  if (!Number.isInteger(maxTurns) || maxTurns < 1) throw new TypeError('maxTurns must be a positive integer')
  assertNoCredential(instructions, 'instructions')
  return run(options, maxTurns)
}

async function* run(options: RunAgentOptions, maxTurns: number): AsyncGenerator<AgentEvent, void, undefined> {
  const over = new AbortController()
  const signal = AbortSignal.any([over.signal, ...(options.signal ? [options.signal] : [])])
  let servers: readonly OpenServer[] = []
  try {
    if (signal.aborted) return
    servers = await openServers(options, signal)
    const owners = serversByTool(servers)
    yield* events(options, servers, owners, maxTurns, signal)
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    over.abort()
    await Promise.allSettled(servers.map((server) => server.close()))
  }
}

/** Opens all or none: a model that misses half of its tools says that things are not there. */
async function openServers(options: RunAgentOptions, signal: AbortSignal): Promise<readonly OpenServer[]> {
  const deadline = options.timeouts?.server ?? 30_000
  const opened = await Promise.allSettled(
    options.servers.map(async ({ name, url }) => openServer({ name, url, fetch: options.caller.fetch(name), signal, deadline })),
  )
  const open = opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  const failed = opened.find((one) => one.status === 'rejected')
  if (!failed) return open
  await Promise.allSettled(open.map((server) => server.close()))
  throw failed.reason
}

async function* events(
  options: RunAgentOptions,
  servers: readonly OpenServer[],
  owners: ReadonlyMap<string, string>,
  maxTurns: number,
  signal: AbortSignal,
): AsyncGenerator<AgentEvent, void, undefined> {
  const { onModelRequest, instructions } = options
  const model = onModelRequest ? recordingModel(options.model, onModelRequest) : options.model
  const agent = new Agent({
    name: 'assistant',
    instructions,
    model,
    modelSettings: { timeoutMs: options.timeouts?.model ?? 120_000 },
    mcpServers: servers.map((server) => server.forAgent),
  })
  // A runner of our own: nothing that another part of the process has set as a default reaches this run.
  const runner = new Runner({
    modelProvider: { getModel: () => model },
    tracingDisabled: true,
    traceIncludeSensitiveData: false,
    toolNameCollisionPolicy: 'error',
    toolNotFoundBehavior: 'return_error_to_model',
    toolErrorFormatter: () => 'There is no such tool.',
  })
  try {
    const result = await runner.run(agent, options.input.map(itemOf), { stream: true, signal, maxTurns })
    yield* eventsOf(result, owners)
    await result.completed
  } catch (error) {
    if (signal.aborted) return
    if (!(error instanceof MaxTurnsExceededError)) throw toError({ reason: 'server_unavailable', server: 'The language model' })
    const text = `I stopped after ${maxTurns} steps without coming to an end.`
    yield { type: 'text_delta', delta: text }
    yield { type: 'text_done', text }
  }
}

function itemOf({ role, text }: AgentTurn): AgentInputItem {
  return role === 'user' ? { role, content: text } : { role, status: 'completed', content: [{ type: 'output_text', text }] }
}
