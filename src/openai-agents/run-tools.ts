// The tools of one run as the framework gets them: the servers', some of which wait for the person, and the page's, which are never run here.

import { type FunctionTool, mcpToFunctionTool, type Tool, tool } from '@openai/agents'
import type { ApprovalPolicy, ToolFacts } from '../agent/approval.ts'
import type { ClientTool } from '../agent/turn.ts'
import { REFERENCE_PREFIX } from '../core/wire-names.ts'
import { type ApprovalGate, plainArguments, waits } from './approval.ts'
import { looksLikeCredential } from './instructions.ts'
import type { PromptedValues } from './prompted-values.ts'
import { isFields, textIn } from './provider-item.ts'
import type { ListedTools, OpenServer } from './run-server.ts'
import { shownName } from './tool-names.ts'

/** Characters of arguments that a person can be asked to look through. */
const LONGEST = 20_000

/** What the model is told of a call that nobody can be asked about. */
const NOT_SHOWN =
  'This was not done: nobody can be asked to approve such arguments. Send short, plain values, and no credentials.'

/** The tools of one run. */
export interface RunTools {
  readonly tools: Tool[]
  /** Those whose calls wait, by the name that the model knows, with what the server calls them. */
  readonly held: ReadonlyMap<string, string | undefined>
}

/** Makes the tools. */
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
      if (!waits(policy, facts)) return made
      held.set(shownName(listed.name), title)
      return heldTool(made, gate, values)
    }),
  )
  return { tools: [...tools, ...clientTools.map(pageTool)], held }
}

/** Marks as the server gives them; one that says nothing of a tool has not said that it is harmless. */
function factsOf(
  server: string,
  listed: ListedTools[number],
): ToolFacts & { readonly title: string | undefined } {
  const { name } = listed
  const fields: unknown = listed
  const { title, annotations } = isFields(fields) ? fields : {}
  const marks = isFields(annotations) ? annotations : {}
  return {
    server,
    name,
    title: textIn(title) ?? textIn(marks.title),
    // One that says both is asked about.
    readOnly: marks.readOnlyHint === true && marks.destructiveHint !== true,
    destructive: marks.destructiveHint === true,
  }
}

type McpTool = ReturnType<typeof mcpToFunctionTool>

/** A tool whose calls go through the gate or not at all, whatever the framework makes of the question. */
function heldTool(
  inner: McpTool,
  gate: ApprovalGate,
  values: PromptedValues,
): FunctionTool<unknown, never, string> {
  const { name } = inner
  return {
    ...inner,
    async needsApproval(_context: unknown, input: unknown, callId = '') {
      const args = plainArguments(JSON.stringify(input) ?? '')
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

/** Nobody is shown what may be a credential, stands for one, or is longer than anybody reads: such calls are refused, and not asked about. */
function isShowable(args: string, values: PromptedValues): boolean {
  const shown = values.hide(args)
  return (
    shown.length <= LONGEST &&
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
    // A call that waits ends the run; it is the page that makes it.
    needsApproval: true,
    execute: () => {
      throw new TypeError('A tool of the page was called here')
    },
  })
}
