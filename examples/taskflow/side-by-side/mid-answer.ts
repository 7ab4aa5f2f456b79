// The misuse that needs an agent: the person signs out while an answer is under way.

import type { Model, StreamEvent } from '@openai/agents'
import { AuthError } from 'onbehalf'
import { runAgent } from 'onbehalf/openai-agents'
import { serverFor } from '../placements.ts'
import type { MisuseOptions, MisuseResult } from './misuse-terms.ts'

/**
 * Runs an agent that reads the tasks again and again. Everything under way for the person is ended
 * after the first time, as a sign-out does. The page stays signed in.
 */
export async function endInMidAnswer({
  request,
  urls,
  onbehalf,
  throwAway,
}: MisuseOptions): Promise<MisuseResult> {
  const tried = 'The agent reads your tasks, you sign out everywhere, and it reads them again'
  const token = await throwAway()
  const admission = await onbehalf.admit(request)
  if (!admission.ok) throw new Error('The page is not signed in any more')
  const caller = admission.value
  const { placement: _, ...server } = serverFor('header', urls)
  let asked = 0
  let done = 0
  try {
    const events = runAgent({
      caller,
      servers: [{ ...server, required: true }],
      model: restless('taskflow_list_tasks'),
      instructions: 'Read the tasks again and again.',
      input: [{ role: 'user', text: 'Watch my tasks' }],
      maxTurns: 3,
      onModelRequest: () => {
        asked += 1
        if (asked === 2) onbehalf.revoke(caller.principal)
      },
    })
    for await (const event of events)
      if (event.type === 'tool_done' && event.outcome === 'done') done += 1
    return { tried, sentence: 'The answer went on.' }
  } catch (error) {
    if (!(error instanceof AuthError)) throw error
    const still = await token.fetch(`${urls.api}/tasks?limit=1`)
    await still.body?.cancel()
    return {
      tried: `${tried}: the first time it got them (${done} call), the second call was never sent`,
      reason: error.code,
      sentence: error.message,
      literal: `The token in a prompt outlives the sign-out: the API still says ${still.status} to it.`,
    }
  } finally {
    await caller.end()
  }
}

/** A model that calls one tool, whatever it is told. */
function restless(tool: string): Model {
  let calls = 0
  const call = () => {
    calls += 1
    return {
      type: 'function_call',
      callId: `call_${calls}`,
      name: tool,
      arguments: '{}',
      status: 'completed',
    } as const
  }
  return {
    getResponse: () => Promise.reject(new Error('The run streams')),
    async *getStreamedResponse(): AsyncGenerator<StreamEvent> {
      yield { type: 'response_started' }
      const usage = { requests: 1, inputTokens: 0, outputTokens: 0, totalTokens: 0 }
      yield {
        type: 'response_done',
        response: { id: `response_${calls}`, usage, output: [call()] },
      }
    },
  }
}
