// The form of a message: the text, the quote that it is about, its files, its choices, and the
// button that sends or stops.

import type { InferenceOptions } from '../../src/chatkit/protocol/item.ts'
import type { Kept, OwnMessage } from '../chat/kept.ts'
import type { ChatState } from '../chat/parts.ts'
import type { Uploads } from '../chat/uploads.ts'
import type { Wire } from '../client/wire.ts'
import { el } from '../dom/dom.ts'
import type { ChatSettings } from '../settings/settings.ts'
import type { Words } from '../settings/words.ts'
import { createChoices } from './choices.ts'
import { createDictation } from './dictation.ts'
import { createDraft } from './draft.ts'
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

/** The form on the page. */
export interface MessageForm {
  readonly element: HTMLElement
  draw(state: ChatState): void
  /** Draws the files again, after they have changed. */
  drawUploads(): void
  focus(): void
  /** Makes the message about this text. */
  quote(text: string): void
  /** Puts a message back into the form, before what is there. */
  edit(message: OwnMessage): void
  /** Shows what was written in this conversation; not `isOther`: it is the same, with its new id. */
  show(threadId: string, isOther: boolean): void
  /** Draws what a setting has changed. */
  settingChanged(name: keyof ChatSettings): void
  listenForDrops(element: HTMLElement): void
  place(): FormPlace
  /** Does in this form what the person had done in an earlier one. */
  goTo(place: FormPlace): void
}

/** What the person has chosen in a form, and where the cursor is, if it is in the field. */
export interface FormPlace {
  readonly chosen: InferenceOptions
  readonly cursor: readonly [start: number, end: number] | undefined
}

/** Makes the form, empty. */
export function createMessageForm(
  settings: ChatSettings,
  words: Words,
  wire: Wire,
  kept: Kept,
  uploads: Uploads,
  { sent, stopped, problem }: FormListener,
): MessageForm {
  const field = createField(words, submit, written)
  const focus = () => field.element.focus()
  const quote = createQuote(words, () => {
    written()
    focus()
  })
  const draft = createDraft(field, quote, kept)
  const files = createFiles(settings, words, uploads, () => problem(''))
  const dictate = createDictation(settings, wire, words, {
    said(spoken) {
      field.text = `${field.text.trim()} ${spoken}`.trim()
      focus()
    },
    problem,
  })
  const choices = createChoices(settings, words)
  const buttons = createSendButtons(words, stopped)
  const spacer = el('span', { class: 'spacer' })
  const tools = [...files.attach, dictate.element, ...choices.elements, spacer, ...buttons.elements]
  const element = createForm([quote.element, files.list, field.element], tools)
  let phase: ChatState['phase'] = 'idle'
  element.addEventListener('submit', (event) => {
    event.preventDefault()
    submit()
  })
  files.listen(field.element)

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

  function written(): void {
    draft.keep()
    refresh()
  }
  draft.showIfEmpty()

  return {
    element,
    focus,
    show: draft.show,
    listenForDrops: files.listenForDrops,
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
      written()
      focus()
    },
    edit(message) {
      draft.putBefore(message)
      uploads.put(message.attachments)
      focus()
    },
    settingChanged(name) {
      if (name === 'models' || name === 'tools') choices.redraw()
      if (name === 'attachments') files.redraw()
      if (name === 'dictation') dictate.redraw()
      // Now it is known whose words to show.
      if (name === 'person') draft.showIfEmpty()
    },
    place: () => ({ chosen: choices.read(), cursor: field.cursor() }),
    goTo({ chosen, cursor }) {
      choices.choose(chosen)
      field.moveTo(cursor)
    },
  }
}

function createForm(lines: readonly Element[], tools: readonly Element[]): HTMLFormElement {
  const attributes = { class: 'composer', part: 'composer' }
  return el('form', attributes, ...lines, el('div', { class: 'tools' }, ...tools))
}

/** Whether there is a text or a file to send, and no file is still on its way. */
function isComplete(text: string, uploads: Uploads): boolean {
  const states = uploads.states.map(({ state }) => state)
  return (text.trim() !== '' || states.includes('ready')) && !states.includes('sending')
}
