// The results of one server's tools, on their way to the model: mended before the framework's client
// judges them, and put into words after that.

import type { MCPServer } from '@openai/agents'
import { isObject, type UnknownObject } from '../../core/json.ts'
import { keepsToSchema } from './keeps-to-schema.ts'
import { isToolResult, mendResult } from './mend-result.ts'
import { modelContent } from './model-content.ts'
import { rewriteMessages } from './rewrite-messages.ts'

type CallToolResult = Awaited<ReturnType<NonNullable<MCPServer['callToolResult']>>>

/** What stands between one server and the model. */
export interface ToolResults {
  /** Mends what the server answered, before the client reads it. */
  mend(response: Response): Promise<Response>
  /** A result as the model reads it. */
  forModel(tool: string, result: CallToolResult): CallToolResult
}

/** Begins without any tool. */
export function toolResults(): ToolResults {
  /**
   * The schemas of the results, by the tools' names. The client does not get them: it refuses to
   * call a tool whose schema it cannot compile, and throws away a result that breaks one, though
   * the call was made.
   */
  const schemas = new Map<string, unknown>()

  function withoutSchema(tool: unknown): unknown {
    if (!isObject(tool) || !('outputSchema' in tool)) return tool
    const { outputSchema, ...rest } = tool
    if (typeof tool.name === 'string' && isObject(outputSchema))
      schemas.set(tool.name, outputSchema)
    return rest
  }

  function change(message: UnknownObject): UnknownObject {
    const { result } = message
    if (isToolResult(result)) return { ...message, result: mendResult(result) }
    if (!isObject(result) || !Array.isArray(result.tools)) return message
    return { ...message, result: { ...result, tools: result.tools.map(withoutSchema) } }
  }

  return {
    mend: (response) => rewriteMessages(response, change),
    forModel(tool, result) {
      const { content, structuredContent, isError } = result
      const isKept =
        isError === true ||
        !schemas.has(tool) ||
        (structuredContent !== undefined && keepsToSchema(structuredContent, schemas.get(tool)))
      return {
        ...result,
        content: [...modelContent(content, structuredContent, isKept)] as CallToolResult['content'],
      }
    },
  }
}
