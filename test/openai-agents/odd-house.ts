// A run in tests with odd members: who was told what, and which tools could be called. Its model
// calls every tool once and then says "Done.". No test lives here.

import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import type { Model, StreamEvent } from '@openai/agents'
import {
  type AgentEvent,
  type ModelRequestCopy,
  type RunAgentOptions,
  runAgent,
} from 'onbehalf/openai-agents'
import { ALICE } from './talk.ts'

type Server = RunAgentOptions['servers'][number]

/** A server of the run: its settings, and what answers. */
export interface Member extends Partial<Server> {
  readonly name: string
  readonly fetch: typeof globalThis.fetch
}

/** What a caller of a run is told. */
export type LeftOut = Parameters<NonNullable<RunAgentOptions['caller']['noteLeftOut']>>[0]

/** What came of a run. */
export interface Told {
  readonly events: readonly AgentEvent[]
  /** What the person reads about members that are left out. */
  readonly person: readonly Extract<AgentEvent, { type: 'left_out' }>[]
  readonly operator: readonly LeftOut[]
  /** The requests to the model. */
  readonly requests: readonly ModelRequestCopy[]
  /** The tools as the model gets them. */
  readonly offered: readonly { readonly name: string; readonly parameters: unknown }[]
  /** Names of calls that came back with success. */
  readonly done: readonly string[]
  readonly error: unknown
}

/** A model that calls each tool that it is offered, once, with `args`, and then answers. */
export function eagerModel(args: object = {}): Model {
  async function* respond(
    request: Parameters<Model['getStreamedResponse']>[0],
  ): AsyncGenerator<StreamEvent> {
    const isFirst = !JSON.stringify(request.input).includes('function_call')
    const calls = request.tools.flatMap((tool) => (tool.type === 'function' ? [tool.name] : []))
    const usage = { inputTokens: 0, outputTokens: 0, totalTokens: 0 }
    yield { type: 'response_started' }
    yield {
      type: 'response_done',
      response: {
        id: 'r',
        usage,
        output:
          isFirst && calls.length > 0
            ? calls.map((name) => ({
                type: 'function_call' as const,
                callId: `call-${name}`,
                name,
                arguments: JSON.stringify(args),
                status: 'completed' as const,
              }))
            : [
                {
                  type: 'message' as const,
                  role: 'assistant' as const,
                  status: 'completed' as const,
                  content: [{ type: 'output_text' as const, text: 'Done.' }],
                },
              ],
      },
    }
  }
  return {
    getResponse: () => Promise.reject(new Error('not streamed')),
    getStreamedResponse: respond,
  }
}

/** A real server of the MCP SDK with one good tool. */
export function goodMember(name = 'good'): Member {
  const handler = createMcpHandler(() => {
    const server = new McpServer({ name, version: '1' })
    server.registerTool('good_look', { description: 'Looks.' }, () => ({
      content: [{ type: 'text', text: 'seen' }],
    }))
    return server
  })
  return { name, fetch: (input, init) => handler.fetch(new Request(input, init)) }
}

/** Runs with these members. */
export async function runWith(
  members: readonly Member[],
  options: Partial<RunAgentOptions> = {},
): Promise<Told> {
  const operator: LeftOut[] = []
  const requests: ModelRequestCopy[] = []
  const events: AgentEvent[] = []
  let error: unknown
  const fetches = new Map(members.map(({ name, fetch }) => [name, fetch]))
  try {
    for await (const event of runAgent({
      caller: {
        principal: ALICE,
        fetch: (name) => fetches.get(name) ?? fetch,
        noteLeftOut: (leftOut) => operator.push(leftOut),
      },
      servers: members.map(({ fetch: _, name, ...settings }) => ({
        url: `https://${name.toLowerCase().replace(/\W/g, '')}.test/mcp`,
        ...settings,
        name,
      })),
      model: eagerModel(),
      instructions: 'Help.',
      input: [{ role: 'user', text: 'Do it.' }],
      onModelRequest: (request) => requests.push(request),
      ...options,
    }))
      events.push(event)
  } catch (thrown) {
    error = thrown
  }
  return {
    events,
    operator,
    requests,
    error,
    person: events.flatMap((event) => (event.type === 'left_out' ? [event] : [])),
    offered: (requests[0]?.tools ?? []) as Told['offered'],
    done: events.flatMap((event) =>
      event.type === 'tool_done' && event.outcome === 'done' ? [event.name] : [],
    ),
  }
}
