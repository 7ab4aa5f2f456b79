// The conversation so far, as the framework's input items.

import type { AgentInputItem } from '@openai/agents'
import type { AgentTurn } from '../agent/turn.ts'
import { callAndResult } from './paused-run.ts'

/** The items of a conversation, oldest first. */
export function inputOf(turns: readonly AgentTurn[]): readonly AgentInputItem[] {
  return turns.flatMap(itemsOfTurn)
}

function itemsOfTurn(turn: AgentTurn): readonly AgentInputItem[] {
  switch (turn.role) {
    case 'user': {
      const { text, images = [] } = turn
      if (images.length === 0) return [{ role: 'user', content: text }]
      const parts = images.map((image) => ({ type: 'input_image', image }) as const)
      return [{ role: 'user', content: [{ type: 'input_text', text }, ...parts] }]
    }
    case 'assistant':
      return [
        {
          role: 'assistant',
          status: 'completed',
          content: [{ type: 'output_text', text: turn.text }],
        },
      ]
    case 'tool':
      return callAndResult(turn, turn.output)
  }
}
