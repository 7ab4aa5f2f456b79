// Makes each task tool: its hints, its one request to the API, and the part of the answer that the
// model gets.

import type { McpServer } from '@modelcontextprotocol/server'
import { guardTool, type ServerCall, type ToolFailure } from 'onbehalf/mcp-server'
import type { z } from 'zod'
import { sentence } from './sentences.ts'
import { type ApiRequest, callApi } from './tasks-api.ts'

/**
 * The part of the server kit's call that the tools need. Its fetch for the API named `tasks` acts
 * on behalf of the person.
 */
type TaskCall = Pick<ServerCall, 'fetch' | 'report'>

/**
 * What a tool does: `read` changes nothing, `add` makes something new at each call, `set` can be
 * repeated and gives the same state, and `remove` deletes for good.
 */
type Effect = 'read' | 'add' | 'set' | 'remove'

/** One tool. Its parsed arguments are `Args` and its structured result is `Answer`. */
export interface TaskTool<Args, Answer> {
  readonly title: string
  readonly description: string
  /** A flat object. A server can read its shape to add its own parameters. */
  readonly input: z.ZodType<Args> & { readonly shape: z.core.$ZodShape }
  readonly output: z.ZodType<Answer>
  readonly effect: Effect
  readonly request: (args: Args) => ApiRequest
}

/** The server on which the tools of one call are registered, and what they work with. */
export interface ToolSet {
  readonly server: McpServer
  readonly call: TaskCall
  /** The API's resource, ending in `/api`. */
  readonly api: string
  /** The most milliseconds that one call of the API may take. */
  readonly deadline: number
}

/** Registers one tool on a server that exists for one call only. */
export function defineTool<Args, Answer extends Record<string, unknown>>(
  { server, call, api, deadline }: ToolSet,
  name: string,
  { title, description, input, output, effect, request }: TaskTool<Args, Answer>,
): void {
  const readOnly = effect === 'read'
  const annotations = {
    readOnlyHint: readOnly,
    destructiveHint: effect === 'remove',
    idempotentHint: readOnly || effect === 'set',
    openWorldHint: false,
  }
  server.registerTool(
    name,
    { title, description, inputSchema: input, outputSchema: output, annotations },
    guardTool(call, name, async (args: Args, { mcpReq }: { mcpReq: { signal: AbortSignal } }) => {
      const asked = request(args)
      const answer = await callApi(
        { url: api, fetch: call.fetch('tasks'), deadline },
        asked,
        output,
        mcpReq.signal,
      )
      if (!answer.ok) return failure(sentence(answer.failure, asked))
      return {
        content: [{ type: 'text' as const, text: JSON.stringify(answer.value) }],
        structuredContent: answer.value,
      }
    }),
  )
}

function failure(text: string): ToolFailure {
  return { content: [{ type: 'text', text }], isError: true }
}
