// Why a run stopped before its answer: calls that wait for the person, a tool that the page runs, or calls that nobody could be shown. Pure.

import type { AgentInputItem, RunToolApprovalItem } from '@openai/agents'
import type { AgentEvent, PendingCall } from '../agent/events.ts'
import { plainArguments } from './approval.ts'
import { answered, type OpenCall, stateOf } from './paused-run.ts'
import type { PromptedValues } from './prompted-values.ts'

/** What is known of the tools of the run. */
export interface PauseParts {
  /** Those whose calls wait, with what their server calls them. */
  readonly held: ReadonlyMap<string, string | undefined>
  readonly owners: ReadonlyMap<string, string>
  /** The rights at a server, by its name. */
  readonly scopes: ReadonlyMap<string, readonly string[]>
  readonly values: PromptedValues
}

/** The event that ends the run; without one it goes on, from these items. */
export interface Pause {
  readonly event?: AgentEvent
  readonly items: readonly AgentInputItem[]
}

/** What the model is told of a call whose arguments are none. */
const NO_OBJECT = 'This was not done: the arguments must be a JSON object.'

/** What it is told of a call of the page's in the same step as one that had to wait, or beside another. */
const NOT_NOW =
  'This was not run: the page runs one tool at a time. Call it again if it is still needed.'

/** Looks at the calls that were not made. The person comes before the page. */
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
    const server = owners.get(name)
    if (args === undefined || server === undefined) refused.push({ callId, name, arguments: '{}' })
    else if (held.has(name))
      calls.push(
        pendingCall(
          { callId, name, arguments: values.hide(args) },
          server,
          held.get(name),
          scopes.get(server),
        ),
      )
    else ofPage.push({ callId, name, arguments: args })
  }
  const settled = [...items, ...refused.flatMap((call) => answered(call, NO_OBJECT))]
  const later = ofPage.flatMap((call) => answered(call, NOT_NOW))
  if (calls.length > 0)
    return {
      event: {
        type: 'approval_needed',
        calls,
        state: values.hide(stateOf([...settled, ...later])),
      },
      items: settled,
    }
  const [first] = ofPage
  return first ? { event: { type: 'client_tool', ...first }, items: settled } : { items: settled }
}

function pendingCall(
  call: OpenCall,
  server: string,
  title: string | undefined,
  scopes: readonly string[] = [],
): PendingCall {
  return { ...call, server, ...(title === undefined ? {} : { title }), scopes }
}
