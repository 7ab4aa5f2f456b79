// What happens when a tool fails: the model gets one fixed sentence, the operator gets the error.
// No text of the error reaches the model.

import { sentenceFor } from '../core/sentences.ts'
import type { ServerCall } from './call.ts'

/**
 * A tool result that says that the call failed, in the shape that the MCP SDK calls
 * `CallToolResult`.
 */
export interface ToolFailure {
  [key: string]: unknown
  content: { type: 'text'; text: string }[]
  isError: true
}

/**
 * The tool result for anything that was thrown: the sentence of an `AuthError`, or a general one
 * that says nothing about the error.
 */
export function toolFailure(error: unknown): ToolFailure {
  return { content: [{ type: 'text', text: sentenceFor(error) }], isError: true }
}

/**
 * Wraps the callback of one tool. Without it the MCP SDK gives the message of any thrown error to
 * the model, and such messages quote what was sent: a token, a row, a path.
 *
 * @param call Its `report` gets what was thrown.
 * @param tool The tool's name, for the report.
 *
 * @example
 * ```ts
 * server.registerTool('add_task', config, guardTool(call, 'add_task', async ({ title }) => {
 *   const body = JSON.stringify({ title })
 *   const send = call.fetch('tasks')
 *   const response = await send('https://api.example/tasks', { method: 'POST', body })
 *   const text = response.ok ? 'Added.' : 'The task was not accepted.'
 *   return { content: [{ type: 'text', text }] }
 * }))
 * ```
 */
export function guardTool<Arguments extends readonly unknown[], Outcome>(
  call: Pick<ServerCall, 'report'>,
  tool: string,
  run: (...values: Arguments) => Outcome | Promise<Outcome>,
): (...values: Arguments) => Promise<Outcome | ToolFailure> {
  return async (...values) => {
    try {
      return await run(...values)
    } catch (error) {
      call.report(error, tool)
      return toolFailure(error)
    }
  }
}
