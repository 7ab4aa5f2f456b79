// Calls of a conversation under ids of their own. Pure.

import type { AgentTurn } from '../agent/turn.ts'

/** The turns, no two calls under the same id: some providers count the calls of each answer anew. */
export function withOwnIds(turns: readonly AgentTurn[]): readonly AgentTurn[] {
  const used = new Set<string>()
  return turns.map((turn) => {
    if (turn.role !== 'tool') return turn
    let callId = turn.callId
    for (let number = 1; used.has(callId); number++) callId = `${turn.callId}_${number}`
    used.add(callId)
    return { ...turn, callId }
  })
}
