// The conversation as messages of the AI SDK.

import type { ModelMessage } from 'ai'
import type { ResumedRun } from '../../agent/events.ts'
import type { AgentTurn } from '../../agent/turn.ts'
import { isObject, parseJson } from '../../core/json.ts'
import { withOwnIds } from '../own-ids.ts'
import { decidedMessages } from './approval-state.ts'

/**
 * The messages of a conversation, oldest first.
 *
 * @param request What `agentChat` gives to a run: the conversation, and the person's decision where a
 *   tool of the app's own has waited for it.
 */
export function aiSdkMessages(request: {
  readonly input: readonly AgentTurn[]
  readonly resume?: ResumedRun
}): ModelMessage[] {
  const { input, resume } = request
  return [...withOwnIds(input).flatMap(messagesOf), ...(resume ? decidedMessages(resume) : [])]
}

function messagesOf(turn: AgentTurn): readonly ModelMessage[] {
  switch (turn.role) {
    case 'assistant':
      return [{ role: 'assistant', content: turn.text }]
    case 'user': {
      const images = (turn.images ?? []).map((image) => ({ type: 'image', image }) as const)
      const content = [{ type: 'text', text: turn.text } as const, ...images]
      return [{ role: 'user', content: images.length === 0 ? turn.text : content }]
    }
    case 'tool': {
      const { callId: toolCallId, name: toolName, output: value } = turn
      const given = parseJson(turn.arguments)
      const input = isObject(given) ? given : {}
      const output = { type: 'text', value } as const
      return [
        { role: 'assistant', content: [{ type: 'tool-call', toolCallId, toolName, input }] },
        { role: 'tool', content: [{ type: 'tool-result', toolCallId, toolName, output }] },
      ]
    }
  }
}
