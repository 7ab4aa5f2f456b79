// One run of an agent for one principal: model and MCP tools in, events out. It never holds a credential; the caller's `fetch` does.

import type { Model } from '@openai/agents'
import type { ApprovalPolicy } from '../agent/approval.ts'
import type { AgentEvent, ResumedRun } from '../agent/events.ts'
import type { AgentTurn, ClientTool } from '../agent/turn.ts'
import { AuthError, endsSignIn, type Refusal } from '../core/errors.ts'
import type { Principal } from '../core/principal.ts'
import { toError } from '../core/sentences.ts'
import { assertNoCredential } from './instructions.ts'
import type { ModelRequestCopy } from './recording-model.ts'
import { agentRun, type Heard } from './run-loop.ts'
import { type OpenServer, openServer } from './run-server.ts'

/** Whom the run is for. */
export interface AgentCaller {
  readonly principal: Principal
  /** Verified claims; nothing here is given to the model unless the instructions name it. */
  readonly claims?: Readonly<Record<string, unknown>>
  /**
   * The `fetch` that carries this principal's credential to the server with this name, and to nowhere else. `onRefused` hears why a tool call was
   * answered with a fixed sentence instead of being made.
   */
  fetch(
    server: string,
    options?: { readonly onRefused?: (refusal: Refusal) => void },
  ): typeof globalThis.fetch
}

/** An MCP server, as the operator configured it. */
export interface AgentServer {
  readonly name: string
  readonly url: string
  /** The rights that calls are made with, for a person who is asked to approve one. Default: none are named. */
  readonly scopes?: readonly string[]
}

/** Options of {@link runAgent}. */
export interface RunAgentOptions {
  readonly caller: AgentCaller
  readonly servers: readonly AgentServer[]
  readonly model: Model
  /** The system instructions, already rendered. */
  readonly instructions: string
  /** The conversation, the person's new message, or what the page answered, last. */
  readonly input: readonly AgentTurn[]
  /** Ends the run quietly. */
  readonly signal?: AbortSignal
  /** Model requests in this run at most. Default 10. */
  readonly maxTurns?: number
  /** Which calls wait for the person: the run then ends with `approval_needed`. Default `never`, for there must be somebody who asks. */
  readonly approvals?: ApprovalPolicy
  /** Goes on with a run that waited, after the same `input`. */
  readonly resume?: ResumedRun
  /**
   * What the instructions tell the model to repeat, by its names there: `promptValues` of the caller, for a server whose placement is `prompt`. A call
   * that waits is shown and stored with the names, and made with the values of the run that goes on with it. Default none.
   */
  readonly promptValues?: { readonly user_id: string; readonly access_token: string }
  /** Tools that the page runs: the run ends with `client_tool`. Default none. */
  readonly clientTools?: readonly ClientTool[]
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
 * @throws AuthError with the reason for which a credential could not be had or was refused, in the middle of the run when the sign-in has ended;
 *   `server_unavailable` for a server or a model that does not answer.
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
  for (const { url } of servers)
    if (!URL.canParse(url)) throw new TypeError('servers: each needs an absolute URL')
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
    // The model is not asked what it has to say to that.
    over.abort()
  }
  let servers: readonly OpenServer[] = []
  try {
    if (signal.aborted) return
    servers = await openServers(options, signal, onRefused)
    yield* agentRun(options, servers, maxTurns, signal, heard)
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

/** Opens all or none: a model that misses half of its tools says that things are not there. */
async function openServers(
  options: RunAgentOptions,
  signal: AbortSignal,
  onRefused: (refusal: Refusal) => void,
): Promise<readonly OpenServer[]> {
  const deadline = options.timeouts?.server ?? 30_000
  const opened = await Promise.allSettled(
    options.servers.map(async ({ name, url }) =>
      openServer({
        name,
        url,
        fetch: options.caller.fetch(name, { onRefused }),
        onRefused,
        signal,
        deadline,
      }),
    ),
  )
  const open = opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  const failed = opened.find((one) => one.status === 'rejected')
  if (!failed) return open
  await Promise.allSettled(open.map((server) => server.close()))
  throw failed.reason
}
