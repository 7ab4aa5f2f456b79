// How far a call has come, as the page shows it while the call is under way. It is not stored. Pure.

import type { AgentEvent } from '../../agent/events.ts'
import type { AnswerEvent } from '../protocol/event.ts'
import { toolTitle } from './tool-title.ts'

/** Nobody reads a longer text that is gone in a moment. */
const MAX_TEXT_CHARS = 120

/** Makes the update: the tool, and the server's own words or its count. */
export function progressUpdate({
  name,
  server,
  progress,
  total,
  message,
}: Extract<AgentEvent, { type: 'tool_progress' }>): AnswerEvent {
  const count = total === undefined ? `${progress}` : `${progress} of ${total}`
  const words = plain(message ?? '') || count
  const text = [...`${plain(toolTitle(name, server))}: ${words}`].slice(0, MAX_TEXT_CHARS).join('')
  return { type: 'progress_update', text }
}

/** One line without invisible characters: a server's words go to people. */
function plain(text: string): string {
  return text.replace(/[\p{C}\p{Z}]+/gu, ' ').trim()
}
