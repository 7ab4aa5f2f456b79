// The notice about something that an answer goes on without. Pure.

import type { AgentEvent } from '../../agent/events.ts'
import type { AnswerEvent } from '../protocol/event.ts'
import { fill } from '../protocol/named-text.ts'
import { escapeMarkdown } from './markdown.ts'
import { NOTICE_WORDS } from './notice-words.ts'

/** Makes the notice. Names in it are a server's, so nothing in it is Markdown. */
export function leftOutNotice({
  server,
  tools,
  text,
}: Extract<AgentEvent, { type: 'left_out' }>): AnswerEvent {
  const key = tools ? 'someLeftOut' : 'leftOut'
  return {
    type: 'notice',
    level: 'warning',
    title: fill(NOTICE_WORDS[key], { server }),
    message: escapeMarkdown(text),
    onbehalf_words: { title: { key: `notice.${key}`, values: { server } } },
  }
}
