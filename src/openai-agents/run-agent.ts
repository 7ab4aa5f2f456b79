// One run of an agent for one principal: model, tools over MCP, events out. It never holds a credential; the caller's `fetch` does.

import type { Model } from '@openai/agents'
import type { Principal } from '../core/principal.ts'
import type { AgentEvent } from './events.ts'
import type { ModelRequestCopy } from './recording-model.ts'

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
  /** Milliseconds that one MCP request or one model request may take. Default 30,000 and 120,000. */
  readonly timeouts?: { readonly server?: number; readonly model?: number }
}

/**
 * Runs the agent until its answer is complete.
 *
 * @returns The events of the run. It ends quietly when `signal` aborts or the consumer stops.
 * @throws AuthError with the reason for which the credential could not be had or was refused, or `server_unavailable`.
 */
export async function* runAgent(options: RunAgentOptions): AsyncGenerator<AgentEvent, void, undefined> {
  throw new Error(`not built yet: ${options.servers.length}`)
}
