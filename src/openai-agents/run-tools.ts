// The tools of one run as the framework gets them. Calls of some server tools wait for the person;
// page tools never run here.

import { type FunctionTool, mcpToFunctionTool, type Tool, tool } from '@openai/agents'
import type { ApprovalPolicy, ToolFacts } from '../agent/approval.ts'
import type { ClientTool } from '../agent/turn.ts'
import { isObject, writeJson } from '../core/json.ts'
import { REFERENCE_PREFIX } from '../core/wire-names.ts'
import { type ApprovalGate, needsApproval, plainArguments } from './approval.ts'
import { looksLikeCredential } from './instructions.ts'
import type { PromptedValues } from './prompted-values.ts'
import type { ListedTools, OpenServer } from './run-server.ts'
import { shownName } from './tool-names.ts'
import { textIn } from './translate/provider-item.ts'

/** Nobody reads longer arguments before an approval. */
const MAX_ARGUMENT_CHARS = 20_000

/** The result of a call that nobody can be asked about, for the model to read. */
const NOT_SHOWN =
  'This was not done: nobody can be asked to approve such arguments. Send short, plain values, and no credentials.'

/** The tools of one run. */
export interface RunTools {
  readonly tools: Tool[]
  /**
   * The tools whose calls wait, by the name that the model knows, each with the title that its
   * server gives it.
   */
  readonly held: ReadonlyMap<string, string | undefined>
}

/** Makes the tools of a run. A call that waits needs an approval from `gate` before it is made. */
export function runTools(
  servers: readonly OpenServer[],
  clientTools: readonly ClientTool[],
  policy: ApprovalPolicy,
  gate: ApprovalGate,
  values: PromptedValues,
): RunTools {
  const held = new Map<string, string | undefined>()
  const tools = servers.flatMap((server) =>
    server.tools.map((listed): Tool => {
      const made = mcpToFunctionTool(listed, server.forAgent, false)
      const { title, ...facts } = factsOf(server.name, listed)
      if (!needsApproval(policy, facts)) return made
      held.set(shownName(listed.name), title)
      return heldTool(made, gate, values)
    }),
  )
  return { tools: [...tools, ...clientTools.map(pageTool)], held }
}

/**
 * What the server says about a tool. A server that says nothing has not said that the tool is
 * harmless.
 */
function factsOf(
  server: string,
  listed: ListedTools[number],
): ToolFacts & { readonly title: string | undefined } {
  const { name } = listed
  const fields: unknown = listed
  const { title, annotations } = isObject(fields) ? fields : {}
  const marks = isObject(annotations) ? annotations : {}
  return {
    server,
    name,
    title: textIn(title) ?? textIn(marks.title),
    // A tool that is marked as both counts as destructive.
    readOnly: marks.readOnlyHint === true && marks.destructiveHint !== true,
    destructive: marks.destructiveHint === true,
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
): FunctionTool<unknown, never, string> {
  const { name } = inner
  return {
    ...inner,
    async needsApproval(_context: unknown, input: unknown, callId = '') {
      // Without arguments there is no text to read. What is too deep to be written is refused.
      const text = input === undefined ? '' : writeJson(input)
      const args = text === undefined ? undefined : plainArguments(text)
      if (args !== undefined && !isShowable(args, values)) return false
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
      return inner.invoke(context, input, details)
    },
  }
}

/**
 * Whether a person can be shown these arguments. Not shown is what may be a credential, what stands
 * for one, and what is too long to read: such calls are refused without a question.
 */
function isShowable(args: string, values: PromptedValues): boolean {
  const shown = values.hide(args)
  return (
    shown.length <= MAX_ARGUMENT_CHARS &&
    !looksLikeCredential(shown) &&
    !shown.includes(REFERENCE_PREFIX) &&
    !values.isForged(args)
  )
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
