// Notices with a link to the app's page where a person connects an account. Each server has one
// notice in an answer.

import { isLoopback } from '../../core/resource.ts'
import type { AnswerEvent } from '../protocol/event.ts'
import { fill } from '../protocol/named-text.ts'
import { escapeMarkdown } from './markdown.ts'
import { NOTICE_WORDS } from './notice-words.ts'

/** Puts the notice for a server at the end of `out`, unless this answer has it already. */
export type ConnectNotices = (server: string, out: AnswerEvent[]) => void

/**
 * Begins without any notice.
 *
 * @param connectUrl The URL of the app's page for a server. Without it there are no notices.
 */
export function connectNotices(connectUrl?: (server: string) => string): ConnectNotices {
  const shown = new Set<string>()
  return (server, out) => {
    if (!connectUrl || shown.has(server)) return
    shown.add(server)
    const link = { server: escapeMarkdown(server), url: linkTo(connectUrl(server)) }
    out.push({
      type: 'notice',
      level: 'info',
      title: fill(NOTICE_WORDS.connect, { server }),
      message: fill(NOTICE_WORDS.connectLink, link),
      onbehalf_words: {
        title: { key: 'notice.connect', values: { server } },
        message: { key: 'notice.connectLink', values: link },
      },
    })
  }
}

/**
 * A URL for a Markdown link. A `javascript:` URL, or plain http to another machine, must not become
 * a link.
 */
function linkTo(text: string): string {
  const url = new URL(text)
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url)))
    throw new TypeError('connectUrl must give https URLs')
  return url.href.replaceAll('(', '%28').replaceAll(')', '%29')
}
