// The form of a message: the text, the quote that it is about, its files, its choices, and the
// button that sends or stops.

import type { InferenceOptions } from '../../src/chatkit/protocol/item.ts'
import type { ChatState } from '../chat/parts.ts'
import type { Uploads } from '../chat/uploads.ts'
import type { Wire } from '../client/wire.ts'
import { el } from '../dom/dom.ts'
import type { ChatSettings } from '../settings/settings.ts'
import type { Words } from '../settings/words.ts'
import { createChoices } from './choices.ts'
import { createDictation } from './dictation.ts'
import { createField } from './field.ts'
import { createFiles } from './files.ts'
import { createQuote } from './quote.ts'
import { createSendButtons } from './send-buttons.ts'

/** Called when the person sends or stops, or when something cannot be done. */
export interface FormListener {
  /** The text and the choices. The receiver takes the files from the uploads. */
  sent(text: string, options: InferenceOptions, quotedText: string | undefined): void
  stopped(): void
  /** An empty text: there is no problem any more. */
  problem(text: string): void
}

/** What the person is writing, without the files. */
export interface Written {
  readonly text: string
  /** The quote that the message is about; empty when there is none. */
  readonly quoted: string
}

/** The form on the page. */
export interface MessageForm {
  readonly element: HTMLElement
  draw(state: ChatState): void
  /** Draws the files again, after they have changed. */
  drawUploads(): void
  focus(): void
  /** Makes the message about this text. */
  quote(text: string): void
  read(): Written
  write(written: Written): void
}

/** Makes the form, empty. */
export function createMessageForm(
  settings: ChatSettings,
  words: Words,
  wire: Wire,
  uploads: Uploads,
  { sent, stopped, problem }: FormListener,
): MessageForm {
  const field = createField(words, submit, refresh)
  const focus = () => field.element.focus()
  const quote = createQuote(words, focus)
  const files = createFiles(settings, words, uploads, () => problem(''))
  const dictate = createDictation(wire, words, {
    said(spoken) {
      field.text = `${field.text.trim()} ${spoken}`.trim()
      focus()
    },
    problem,
  })
  dictate.hidden = !settings.dictation || !('MediaRecorder' in globalThis)
  const choices = createChoices(settings, words)
  const buttons = createSendButtons(words, stopped)
  const spacer = el('span', { class: 'spacer' })
  const tools = [...files.attach, dictate, ...choices.elements, spacer, ...buttons.elements]
  const element = el(
    'form',
    { class: 'composer', part: 'composer' },
    quote.element,
    files.list,
    field.element,
    el('div', { class: 'tools' }, ...tools),
  )
  let phase: ChatState['phase'] = 'idle'
  element.addEventListener('submit', (event) => {
    event.preventDefault()
    submit()
  })
  files.listen(element, field.element)

  const isReady = () => phase === 'idle' && isComplete(field.text, uploads)

  function submit(): void {
    if (!isReady()) return
    const text = field.text.trim()
    const quoted = quote.text
    quote.text = ''
    problem('')
    field.text = ''
    sent(text, choices.read(), quoted || undefined)
  }

  function refresh(): void {
    field.grow()
    buttons.setReady(isReady())
  }

  return {
    element,
    focus,
    draw(state) {
      phase = state.phase
      if (buttons.draw(state)) focus()
      refresh()
    },
    drawUploads() {
      files.draw()
      refresh()
    },
    quote(text) {
      quote.text = text
      focus()
    },
    read: () => ({ text: field.text, quoted: quote.text }),
    write({ text, quoted }) {
      quote.text = quoted
      field.text = text
    },
  }
}

/** Whether there is a text or a file to send, and no file is still on its way. */
function isComplete(text: string, uploads: Uploads): boolean {
  const states = uploads.states.map(({ state }) => state)
  return (text.trim() !== '' || states.includes('ready')) && !states.includes('sending')
}
