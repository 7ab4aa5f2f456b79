// The right lane: the same message, the same model and the same tools, carried by onbehalf.

import type { Model } from '@openai/agents'
import type { Caller } from 'onbehalf'
import { type AgentTurn, type RunAgentOptions, runAgent } from 'onbehalf/openai-agents'
import { instructionsFor, needsApproval } from '../instructions.ts'
import type { TaskflowServer } from '../placements.ts'
import type { Lane } from './lane.ts'
import { OPEN_PAGE, openPage } from './open-page.ts'
import { watchModel } from './watch-model.ts'

/** What the lane runs with. */
export interface OnbehalfLaneOptions {
  readonly message: string
  readonly caller: Caller
  readonly server: TaskflowServer
  readonly model: Model
  readonly thief: string
  readonly signal: AbortSignal
}

/** How many pages the model may open before the lane ends. */
const MAX_PAGES = 5

/** Runs the agent to its end. */
export async function onbehalfLane(options: OnbehalfLaneOptions): Promise<Lane> {
  const { caller, signal, thief } = options
  const { placement, ...server } = options.server
  const { model, requests, calls } = watchModel(options.model)
  const promptValues = placement === 'prompt' ? await caller.promptValues(server.name) : undefined
  const run = {
    caller,
    servers: [{ ...server, required: true }],
    model,
    instructions: instructionsFor(caller, promptValues),
    approvals: needsApproval,
    clientTools: [OPEN_PAGE],
    keepCalls: true,
    signal,
    ...(promptValues ? { promptValues } : {}),
  }
  const turns: AgentTurn[] = [{ role: 'user', text: options.message }]
  for (let pages = 0; ; pages++) {
    const end = await untilPage({ ...run, input: turns })
    if (!end.page || pages === MAX_PAGES) return { requests, calls, answer: end.answer }
    const output = JSON.stringify(await openPage(end.page.arguments, thief))
    turns.push(...end.made, { role: 'tool', ...end.page, output })
  }
}

type Page = { readonly callId: string; readonly name: string; readonly arguments: string }

/** Runs the agent until its answer is complete, or until it wants a page. */
async function untilPage(
  run: RunAgentOptions,
): Promise<{ readonly answer: string; readonly made: readonly AgentTurn[]; readonly page?: Page }> {
  const made = new Map<string, AgentTurn>()
  let answer = ''
  let page: Page | undefined
  for await (const event of runAgent(run)) {
    if (event.type === 'text_done') answer = event.text
    else if (event.type === 'approval_needed')
      answer = 'Nothing was done yet: this waits for your approval.'
    else if (event.type === 'client_tool') page = event
    else if (event.type === 'call_kept' && event.call.output !== undefined)
      made.set(event.call.callId, { role: 'tool', ...event.call, output: event.call.output })
  }
  if (!page) return { answer, made: [] }
  const { callId, name, arguments: args } = page
  made.delete(callId)
  return { answer, made: [...made.values()], page: { callId, name, arguments: args } }
}
