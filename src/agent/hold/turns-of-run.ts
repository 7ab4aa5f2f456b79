// What a run has said and done so far, as turns of the conversation, for the agent that goes on
// after the person's decision.

import { TOOL_FAILED } from '../asking.ts'
import type { AgentEvent } from '../events.ts'
import type { AgentTurn } from '../turn.ts'
import { type HeldCall, WAITS } from './hold.ts'

/** The turns of one run. */
export interface TurnsOfRun {
  take(event: AgentEvent): void
  /**
   * The event as the person sees it: a call that waits has not failed, and has no result. Undefined for
   * an event that is not to be seen.
   */
  shown(event: AgentEvent, held: readonly HeldCall[]): AgentEvent | undefined
  all(): readonly AgentTurn[]
}

/** Begins with the turns before. */
export function turnsOfRun(before: readonly AgentTurn[]): TurnsOfRun {
  const turns: AgentTurn[] = [...before]
  /** Calls that have come back: whether the hold has answered them, and not their server. */
  const isHeld = new Map<string, boolean>()
  let text = ''
  let waiting = 0

  function endText(whole = text): void {
    if (whole !== '') turns.push({ role: 'assistant', text: whole })
    text = ''
  }

  return {
    take(event) {
      if (event.type === 'text_delta') text += event.delta
      else if (event.type === 'text_done') endText(event.text)
      else if (event.type === 'call_kept' && event.call.output !== undefined) {
        endText()
        turns.push({ role: 'tool', ...event.call, output: event.call.output })
      }
    },
    shown(event, held) {
      if (event.type !== 'tool_result' && event.type !== 'tool_done') return event
      // A framework may put something before the names of tools, so another tool's may end alike.
      const mayWait = waiting < held.length && held.some(({ tool }) => event.name.endsWith(tool))
      if (event.type === 'tool_result') {
        const waits = mayWait && (event.text.includes(WAITS) || event.text === TOOL_FAILED)
        isHeld.set(event.callId, waits)
        return waits ? undefined : event
      }
      const waits = isHeld.get(event.callId) ?? mayWait
      isHeld.delete(event.callId)
      if (!waits) return event
      waiting += 1
      return { ...event, outcome: 'waits' }
    },
    all() {
      endText()
      return turns
    },
  }
}
