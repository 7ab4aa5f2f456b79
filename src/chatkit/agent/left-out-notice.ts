// The notice about something that an answer goes on without. Pure.

import type { AgentEvent } from '../../agent/events.ts'
import type { AnswerEvent } from '../protocol/event.ts'
import { escapeMarkdown } from './markdown.ts'

/** Makes the notice. Names in it are a server's, so nothing in it is Markdown. */
export function leftOutNotice({
  server,
  tools,
  text,
}: Extract<AgentEvent, { type: 'left_out' }>): AnswerEvent {
  const title = tools ? `Some of ${server} is left out` : `${server} is left out`
  return { type: 'notice', level: 'warning', title, message: escapeMarkdown(text) }
}
