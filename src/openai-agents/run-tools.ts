// The tools of one run as the framework gets them. Calls of some server tools wait for the person;
// page tools never run here.

import {
  type FunctionTool,
  type MCPServer,
  mcpToFunctionTool,
  type Tool,
  tool,
} from '@openai/agents'
import type { ApprovalPolicy, BeforeCall } from '../agent/approval.ts'
import { insteadOf, isShowable, NOT_SHOWN, needsApproval, plainArguments } from '../agent/asking.ts'
import type { AgentEvent } from '../agent/events.ts'
import type { ClientTool } from '../agent/turn.ts'
import { writeJson } from '../core/json.ts'
import type { ApprovalGate } from './approval.ts'
import type { GivenYes } from './given-yes.ts'
import type { PromptedValues } from './prompted-values.ts'
import { frameworkServer } from './servers/framework-server.ts'
import { providerSchema } from './servers/provider-schema.ts'
import type { ToolOfRun } from './servers/tools-of-run.ts'

/** The tools of one run. */
export interface RunTools {
  readonly tools: Tool[]
  /**
   * The tools whose calls wait, by the name that the model knows, each with the title that its
   * server gives it.
   */
  readonly held: ReadonlyMap<string, string | undefined>
}

/** What the tools of a run are made of. */
export interface RunToolParts {
  /** The servers' tools by their names for the model. */
  readonly tools: ReadonlyMap<string, ToolOfRun>
  readonly clientTools: readonly ClientTool[]
  readonly policy: ApprovalPolicy
  /** Whether the caller's own policy wants the person's yes to the calls of a tool. */
  readonly asks: (server: string, tool: string) => boolean
  readonly yes: GivenYes
  /** A call that waits needs an approval from it before it is made. */
  readonly gate: ApprovalGate
  readonly values: PromptedValues
  readonly beforeCall: BeforeCall | undefined
  /** Gets events that occur while a call is under way. */
  readonly onEvent: (event: AgentEvent) => void
}

/** Makes the tools of a run. */
export function runTools(parts: RunToolParts): RunTools {
  const { policy, asks, gate, values, beforeCall, clientTools, yes } = parts
  const held = new Map<string, string | undefined>()
  const tools = [...parts.tools].map(([modelName, ofRun]): Tool => {
    const { server, usable } = ofRun
    const { name, title, readOnly, destructive } = usable
    const made = toldTool(
      mcpToFunctionTool(frameworkTool(usable), drawableServer(ofRun, parts.onEvent), false, {
        toolNameOverride: modelName,
      }),
      { server, name },
      beforeCall,
    )
    const facts = { server, name, readOnly, destructive }
    if (!needsApproval(policy, facts) && !asks(server, name)) return made
    held.set(modelName, title)
    return heldTool(made, gate, values, () => yes.give(server, name))
  })
  return { tools: [...tools, ...clientTools.map(pageTool)], held }
}

/** The tool as the framework reads it. It takes any schema of an object. */
function frameworkTool({
  name,
  description,
  inputSchema,
}: ToolOfRun['usable']): Parameters<typeof mcpToFunctionTool>[0] {
  const schema = providerSchema(inputSchema)
  return { name, description, inputSchema: schema } as Parameters<typeof mcpToFunctionTool>[0]
}

/** The server, whose results keep their value beside the text. */
function drawableServer(...parts: Parameters<typeof frameworkServer>): MCPServer {
  const server = frameworkServer(...parts)
  return {
    ...server,
    customDataExtractor: async (context) => ({
      ...(await server.customDataExtractor?.(context)),
      structured: context.structuredContent,
    }),
  }
}

/** The tool, of whose calls the app is told before they leave. */
function toldTool(
  inner: McpTool,
  { server, name }: { readonly server: string; readonly name: string },
  beforeCall: BeforeCall | undefined,
): McpTool {
  if (!beforeCall) return inner
  return {
    ...inner,
    async invoke(context, input, details) {
      const outgoing = { server, name, arguments: plainArguments(input) ?? '{}' }
      return (await insteadOf(beforeCall, outgoing)) ?? inner.invoke(context, input, details)
    },
  }
}

type McpTool = ReturnType<typeof mcpToFunctionTool>

/**
 * A tool whose calls need an approval from the gate, whatever the framework does with
 * `needsApproval`.
 */
function heldTool(
  inner: McpTool,
  gate: ApprovalGate,
  values: PromptedValues,
  onPassed: () => void,
): FunctionTool<unknown, never, string> {
  const { name } = inner
  return {
    ...inner,
    async needsApproval(_context: unknown, input: unknown, callId = '') {
      // Without arguments there is no text to read. What is too deep to be written is refused.
      const text = input === undefined ? '' : writeJson(input)
      const args = text === undefined ? undefined : plainArguments(text)
      if (args !== undefined && !canBeShown(args, values)) return false
      return args === undefined || !gate.has({ callId, name, arguments: args })
    },
    async invoke(context, input, details) {
      const args = plainArguments(input)
      const callId = details?.toolCall?.callId
      if (
        args === undefined ||
        callId === undefined ||
        !gate.take({ callId, name, arguments: args })
      ) {
        return NOT_SHOWN
      }
      onPassed()
      return inner.invoke(context, input, details)
    },
  }
}

/** Whether a person can be shown these arguments, with names in the place of the run's values. */
function canBeShown(args: string, values: PromptedValues): boolean {
  return isShowable(values.hide(args)) && !values.isForged(args)
}

function pageTool({ name, description, parameters }: ClientTool): Tool {
  return tool({
    name,
    description,
    parameters: {
      properties: {},
      required: [],
      ...parameters,
      type: 'object',
      additionalProperties: true,
    },
    strict: false,
    // A call that waits ends the run. The page then makes the call.
    needsApproval: true,
    execute: () => {
      throw new TypeError('A tool of the page was called here')
    },
  })
}
