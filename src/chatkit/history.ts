// A thread's items as the conversation that an agent is given.

import type { Item } from './item.ts'

/** One message of the conversation. */
export interface HistoryTurn {
  readonly role: 'user' | 'assistant'
  readonly text: string
}

/** The conversation so far, oldest first. */
export function historyOf(items: readonly Item[]): HistoryTurn[] {
  throw new Error(`not built yet: ${items.length}`)
}
