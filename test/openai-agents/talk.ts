// A conversation with an agent in tests. It sends messages one after the other, as a chat endpoint
// would, and keeps what was said.

import type { Model } from '@openai/agents'
import {
  type AgentEvent,
  type AgentTurn,
  type ModelRequestCopy,
  runAgent,
} from 'onbehalf/openai-agents'
import { standInModel } from '../../examples/taskflow/stand-in/model.ts'
import type { TaskServer } from './task-server.ts'

export const ALICE = { issuer: 'https://issuer.test', subject: 'alice' }

/** 2026-11-18, a Wednesday. */
export const NOW = Date.UTC(2026, 10, 18, 9)

export async function eventsOf(run: AsyncIterable<AgentEvent>): Promise<readonly AgentEvent[]> {
  const events: AgentEvent[] = []
  for await (const event of run) events.push(event)
  return events
}

export function textOf(events: readonly AgentEvent[]): string {
  return events.flatMap((event) => (event.type === 'text_done' ? [event.text] : [])).join('\n')
}

export interface Talk {
  readonly turns: AgentTurn[]
  readonly requests: ModelRequestCopy[]
  say(text: string): Promise<string>
}

export function talkWith(
  server: Pick<TaskServer, 'asFetch'>,
  model: Model = standInModel({ now: () => NOW }),
): Talk {
  const turns: AgentTurn[] = []
  const requests: ModelRequestCopy[] = []
  return {
    turns,
    requests,
    async say(text) {
      turns.push({ role: 'user', text })
      const events = await eventsOf(
        runAgent({
          caller: { principal: ALICE, fetch: () => server.asFetch },
          servers: [{ name: 'tasks', url: 'https://tasks.test/mcp' }],
          model,
          instructions: 'Help.',
          input: [...turns],
          onModelRequest: (request) => requests.push(request),
        }),
      )
      const answer = textOf(events)
      turns.push({ role: 'assistant', text: answer })
      return answer
    },
  }
}
