// The text of the message that a model is writing, with its citations.

import type { AgentEvent, Citation } from '../../agent/events.ts'
import { citationOf, type Fields, listOf, textIn } from './provider-item.ts'

/** Collects one message after the other. Each method puts its events at the end of `out`. */
export interface MessageText {
  /** Whether no text of the current message has come yet. */
  isEmpty(): boolean
  add(delta: string, out: AgentEvent[]): void
  /** Ends the message. `parts` are its content as the provider gives it at the end. */
  complete(parts: readonly Fields[], out: AgentEvent[]): void
  /** The text that was completed last. */
  lastText(): string
}

/** Begins without any text. */
export function messageText(): MessageText {
  let text = ''
  let last = ''
  return {
    isEmpty: () => text === '',
    lastText: () => last,
    add(delta, out) {
      if (delta === '') return
      text += delta
      out.push({ type: 'text_delta', delta })
    },
    complete(parts, out) {
      const { whole, citations } = joinParts(parts)
      // Some providers do not stream, and a refusal is never streamed. Then the whole text is one
      // delta.
      if (text === '' && whole !== '') out.push({ type: 'text_delta', delta: whole })
      if (text === '') text = whole
      if (text !== '')
        out.push({ type: 'text_done', text, ...(citations.length > 0 ? { citations } : {}) })
      last = text
      text = ''
    },
  }
}

/** Joins the parts. A citation's position counts from the start of the whole text. */
function joinParts(parts: readonly Fields[]): {
  readonly whole: string
  readonly citations: readonly Citation[]
} {
  let whole = ''
  const citations: Citation[] = []
  for (const part of parts) {
    for (const annotation of listOf(part.annotations)) {
      const citation = citationOf(annotation)
      if (citation?.index !== undefined)
        citations.push({ ...citation, index: citation.index + whole.length })
      else if (citation) citations.push(citation)
    }
    if (part.type === 'output_text') whole += textIn(part.text) ?? ''
    else if (part.type === 'refusal') whole += textIn(part.refusal) ?? ''
  }
  return { whole, citations }
}
