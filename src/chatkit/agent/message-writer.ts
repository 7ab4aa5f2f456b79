// An agent's texts as assistant messages, one message at a time, each with one part.

import type { Citation } from '../../agent/events.ts'
import type { AnswerEvent } from '../protocol/event.ts'
import type { Annotation, AssistantContent, ItemBase } from '../protocol/item.ts'
import type { NewItem } from './new-item.ts'
import { sourceOf } from './source.ts'

/** Writes messages. Each method puts its events at the end of `out`. */
export interface MessageWriter {
  isOpen(): boolean
  write(delta: string, out: AnswerEvent[]): void
  cite(citation: Citation, out: AnswerEvent[]): void
  /**
   * Completes the message that is open, or makes one of `text`. `text` and `citations` replace what
   * was written so far.
   */
  close(out: AnswerEvent[], text?: string, citations?: readonly Citation[]): void
}

/** Makes the writer. */
export function messageWriter(newItem: NewItem): MessageWriter {
  let open: ItemBase | undefined
  let written = ''
  let annotations: Annotation[] = []

  function begin(out: AnswerEvent[]): ItemBase {
    if (open) return open
    const base = newItem('message')
    open = base
    written = ''
    annotations = []
    out.push({
      type: 'thread.item.added',
      item: { ...base, type: 'assistant_message', content: [] },
    })
    out.push(partUpdate(base, 'assistant_message.content_part.added', ''))
    return base
  }

  return {
    isOpen: () => open !== undefined,
    write(delta, out) {
      if (delta === '') return
      const { id } = begin(out)
      written += delta
      out.push({
        type: 'thread.item.updated',
        item_id: id,
        update: { type: 'assistant_message.content_part.text_delta', content_index: 0, delta },
      })
    },
    cite(citation, out) {
      const { id } = begin(out)
      const annotation = annotationOf(citation)
      annotations.push(annotation)
      out.push({
        type: 'thread.item.updated',
        item_id: id,
        update: {
          type: 'assistant_message.content_part.annotation_added',
          content_index: 0,
          annotation_index: annotations.length - 1,
          annotation,
        },
      })
    },
    close(out, text, citations) {
      if (!open && !text) return
      const base = begin(out)
      const whole = text ?? written
      const content: AssistantContent = {
        type: 'output_text',
        text: whole,
        annotations: citations ? citations.map(annotationOf) : annotations,
      }
      open = undefined
      out.push(partUpdate(base, 'assistant_message.content_part.done', whole))
      out.push({
        type: 'thread.item.done',
        item: { ...base, type: 'assistant_message', content: [content] },
      })
    },
  }
}

function annotationOf(citation: Citation): Annotation {
  const source = sourceOf(citation)
  return {
    type: 'annotation',
    source,
    ...(citation.index === undefined ? {} : { index: citation.index }),
  }
}

/**
 * An update of the part. It has no annotations: they come in their own updates and with the
 * complete item.
 */
function partUpdate(
  { id }: ItemBase,
  type: 'assistant_message.content_part.added' | 'assistant_message.content_part.done',
  text: string,
): AnswerEvent {
  const content: AssistantContent = { type: 'output_text', text, annotations: [] }
  return { type: 'thread.item.updated', item_id: id, update: { type, content_index: 0, content } }
}
