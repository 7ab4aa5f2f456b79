// Why a run stopped before its answer: a call waits for the person, the page must run a tool, or a
// call could not be read. Pure.

import type { AgentInputItem, RunToolApprovalItem } from '@openai/agents'
import { plainArguments } from '../agent/asking.ts'
import type { AgentEvent, PendingCall } from '../agent/events.ts'
import { callAndResult, type OpenCall, stateOf } from './paused-run.ts'
import type { PromptedValues } from './prompted-values.ts'
import type { ToolOfServer } from './servers/tool-names.ts'

/** What is known about the tools of the run. */
export interface PauseParts {
  /** The tools whose calls wait, each with the title that its server gives it. */
  readonly held: ReadonlyMap<string, string | undefined>
  /** Whose the tools are, by their names for the model. */
  readonly owners: ReadonlyMap<string, ToolOfServer>
  /** The rights at a server, by its name. */
  readonly scopes: ReadonlyMap<string, readonly string[]>
  readonly values: PromptedValues
}

/** The event that ends the run. Without one, the run continues from these items. */
export interface Pause {
  readonly event?: AgentEvent
  readonly items: readonly AgentInputItem[]
}

/** The result of a call whose arguments are not an object, for the model to read. */
const NOT_AN_OBJECT = 'This was not done: the arguments must be a JSON object.'

/**
 * The result of a page tool's call that came together with a call that waits, for the model to
 * read.
 */
const NOT_NOW =
  'This was not run: the page runs one tool at a time. Call it again if it is still needed.'

/**
 * Sorts the calls that were not made. When some wait for the person and some for the page, the
 * person is asked first.
 */
export function pauseOf(
  interruptions: readonly RunToolApprovalItem[],
  items: readonly AgentInputItem[],
  { held, owners, scopes, values }: PauseParts,
): Pause {
  const calls: PendingCall[] = []
  const ofPage: OpenCall[] = []
  const refused: OpenCall[] = []
  for (const { rawItem } of interruptions) {
    if (rawItem.type !== 'function_call') continue
    const { callId, name } = rawItem
    const args = plainArguments(rawItem.arguments)
    const owner = owners.get(name)
    if (args === undefined || owner === undefined) refused.push({ callId, name, arguments: '{}' })
    else if (held.has(name))
      calls.push(
        pendingCall(
          { callId, name, arguments: values.hide(args) },
          owner,
          held.get(name),
          scopes.get(owner.server),
        ),
      )
    else ofPage.push({ callId, name, arguments: args })
  }
  const settled = [...items, ...refused.flatMap((call) => callAndResult(call, NOT_AN_OBJECT))]
  const postponed = ofPage.flatMap((call) => callAndResult(call, NOT_NOW))
  if (calls.length > 0)
    return {
      event: {
        type: 'approval_needed',
        calls,
        state: values.hide(stateOf([...settled, ...postponed])),
      },
      items: settled,
    }
  const [first] = ofPage
  return first ? { event: { type: 'client_tool', ...first }, items: settled } : { items: settled }
}

function pendingCall(
  call: OpenCall,
  { server, tool }: ToolOfServer,
  title: string | undefined,
  scopes: readonly string[] = [],
): PendingCall {
  return { ...call, tool, server, ...(title === undefined ? {} : { title }), scopes }
}
