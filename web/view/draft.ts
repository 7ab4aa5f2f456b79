// What the person is writing in each conversation: shown in the form, and kept with each change.

import type { Kept, OwnMessage, Written } from '../chat/kept.ts'
import type { Field } from './field.ts'
import type { Mentions } from './mentions.ts'
import type { Quote } from './quote.ts'

/** The draft in the form. */
export interface Draft {
  /** Keeps what is in the form now. */
  keep(): void
  write(written: Written): void
  /** Puts the text of a message before what is in the form. */
  putBefore(message: OwnMessage): void
  /** Shows what was written in this conversation; not `isOther`: it is the same, with its new id. */
  show(threadId: string, isOther: boolean): void
  /** Shows what was kept, where the form is empty. */
  showIfEmpty(): void
}

/** Makes the draft of a new conversation. */
export function createDraft(field: Field, quote: Quote, kept: Kept, mentions: Mentions): Draft {
  let shown = ''
  const draft: Draft = {
    keep: () => kept.write(shown, { text: field.text, quoted: quote.text }),
    write({ text, quoted }) {
      quote.text = quoted
      field.text = text
    },
    putBefore({ content, quoted_text }) {
      const text = mentions.write(content)
      draft.write({
        text: field.text === '' ? text : `${text}\n${field.text}`,
        quoted: quoted_text ?? quote.text,
      })
    },
    show(threadId, isOther) {
      shown = threadId
      if (isOther) draft.write(kept.written(threadId))
    },
    showIfEmpty() {
      if (field.text === '') draft.write(kept.written(shown))
    },
  }
  return draft
}
