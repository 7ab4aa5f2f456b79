// A run of the AI SDK that waits for the person, as text, and the messages that continue it.

import type { ModelMessage } from 'ai'
import type { ResumedRun } from '../../agent/events.ts'

interface State {
  readonly approvals: readonly string[]
  readonly messages: readonly ModelMessage[]
}

/** Writes the state: the ids of what was asked, and the messages of the answer so far. */
export function approvalState(approvals: readonly string[], messages: readonly unknown[]): string {
  return JSON.stringify({ approvals, messages })
}

/**
 * The messages that follow the conversation after the decision. The AI SDK then makes the approved
 * calls with the input that it had asked about. The store gives back what was written above, so its
 * shape is trusted.
 */
export function decidedMessages({ state, approved }: ResumedRun): readonly ModelMessage[] {
  const { approvals, messages } = JSON.parse(state) as State
  const content = approvals.map(
    (approvalId) => ({ type: 'tool-approval-response', approvalId, approved }) as const,
  )
  return [...messages, { role: 'tool', content }]
}
