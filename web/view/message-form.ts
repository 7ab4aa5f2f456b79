// The form of a message: the text, the quote that it is about, its files, its choices, and the
// button that sends or stops.

import type { Attachment, InferenceOptions } from '../../src/chatkit/protocol/item.ts'
import type { Kept, OwnMessage } from '../chat/kept.ts'
import type { ChatState, Draft } from '../chat/parts.ts'
import type { Uploads } from '../chat/uploads.ts'
import { defined } from '../client/json.ts'
import type { Wire } from '../client/wire.ts'
import { el } from '../dom/dom.ts'
import type { MessagePart } from '../settings/options.ts'
import type { ChatSettings } from '../settings/settings.ts'
import type { Words } from '../settings/words.ts'
import { type Choices, createChoices } from './choices.ts'
import { createDictation } from './dictation.ts'
import { createDraft } from './draft.ts'
import { createField, type Field } from './field.ts'
import { createFiles } from './files.ts'
import { createMentions, type Mentions } from './mentions.ts'
import { createQuote, type Quote } from './quote.ts'
import { createSendButtons } from './send-buttons.ts'

/** Called when the person sends or stops, or when something cannot be done. */
export interface FormListener {
  /** The receiver takes the files from the uploads. */
  sent(message: Omit<Draft, 'attachments'>): void
  /** Another tool is chosen; null for none. */
  toolChanged(id: string | null): void
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
  /** Puts what a host page gives into the form. What it leaves out stays. */
  fill(content: ComposerContent): void
  /** The field, for a menu of mentions and commands. */
  readonly field: HTMLTextAreaElement
  readonly mentions: Mentions
  /** Shows what was written in this conversation; not `isOther`: it is the same, with its new id. */
  show(threadId: string, isOther: boolean): void
  /** Draws what a setting has changed. */
  settingChanged(name: keyof ChatSettings): void
  listenForDrops(element: HTMLElement): void
  place(): FormPlace
  /** Does in this form what the person had done in an earlier one. */
  goTo(place: FormPlace): void
}

/** What a host page puts into the form. */
export interface ComposerContent {
  readonly text?: string
  /** In place of the text, where tags are in it. */
  readonly content?: readonly MessagePart[]
  /** The part of the conversation that the message is about. */
  readonly quotedText?: string
  /** Files that the server has already. They take the place of the files that are there. */
  readonly attachments?: readonly Attachment[]
  /** Files to send to the server. */
  readonly files?: readonly File[]
  /** Null for no tool. */
  readonly toolId?: string | null
  readonly modelId?: string
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
  { sent, stopped, problem, toolChanged }: FormListener,
): MessageForm {
  const field = createField(words, submit, written)
  const focus = () => field.element.focus()
  const quote = createQuote(words, writtenElsewhere)
  const mentions = createMentions()
  const draft = createDraft(field, quote, kept, mentions)
  const files = createFiles(settings, words, uploads, () => problem(''))
  const dictate = createDictation(settings, wire, words, { said: field.append, problem })
  const choices = createChoices(settings, words, () => {
    showPlaceholder()
    toolChanged(choices.tool()?.id ?? null)
  })
  const pieces: Pieces = { field, quote, mentions, choices }
  const buttons = createSendButtons(words, stopped)
  const lines = [quote.element, files.list, field.element]
  const tools = [...files.attach, dictate.element, ...choices.elements]
  const element = createForm(lines, tools, buttons.elements, submit)
  let phase: ChatState['phase'] = 'idle'
  files.listen(field.element)
  const isReady = () => phase === 'idle' && isComplete(field.text, uploads)

  function submit(): void {
    if (!isReady()) return
    const message = readMessage(pieces)
    quote.text = ''
    problem('')
    field.text = ''
    sent(message)
    choices.sent()
  }

  function refresh(): void {
    field.grow()
    buttons.setReady(isReady())
  }

  function written(): void {
    draft.keep()
    refresh()
  }

  function writtenElsewhere(): void {
    written()
    focus()
  }

  function showPlaceholder(): void {
    field.placeholder(choices.tool()?.placeholder ?? settings.placeholder ?? words('placeholder'))
  }
  showPlaceholder()
  draft.showIfEmpty()

  return {
    element,
    field: field.element,
    mentions,
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
      writtenElsewhere()
    },
    edit(message) {
      draft.putBefore(message)
      uploads.put(message.attachments)
      focus()
    },
    fill: (content) => fillForm(content, pieces, uploads),
    settingChanged(name) {
      if (name === 'models' || name === 'tools') choices.redraw()
      if (name === 'attachments') files.redraw()
      if (name === 'dictation') dictate.redraw()
      if (name === 'placeholder' || name === 'tools') showPlaceholder()
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

/** What a message is made of, besides its files. */
interface Pieces {
  readonly field: Field
  readonly quote: Quote
  readonly mentions: Mentions
  readonly choices: Choices
}

function readMessage({ field, quote, mentions, choices }: Pieces): Omit<Draft, 'attachments'> {
  const text = field.text.trim()
  return defined({
    text,
    content: mentions.read(text),
    inferenceOptions: choices.read(),
    quotedText: quote.text || undefined,
  })
}

function fillForm(
  { text, content, quotedText, attachments, files, toolId, modelId }: ComposerContent,
  { field, quote, mentions, choices }: Pieces,
  uploads: Uploads,
): void {
  if (quotedText !== undefined) quote.text = quotedText
  if (content) field.text = mentions.write(content)
  else if (text !== undefined) field.text = text
  if (attachments) uploads.replace(attachments)
  if (files) uploads.add(files)
  const tool_choice = toolId === undefined ? undefined : { id: toolId ?? '' }
  choices.choose(defined({ model: modelId, tool_choice }))
}

function createForm(
  lines: readonly Element[],
  tools: readonly Element[],
  buttons: readonly Element[],
  onSubmit: () => void,
): HTMLFormElement {
  const spacer = el('span', { class: 'spacer' })
  const row = el('div', { class: 'tools' }, ...tools, spacer, ...buttons)
  const form = el('form', { class: 'composer', part: 'composer' }, ...lines, row)
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    onSubmit()
  })
  return form
}

/** Whether there is a text or a file to send, and no file is still on its way. */
function isComplete(text: string, uploads: Uploads): boolean {
  const states = uploads.states.map(({ state }) => state)
  return (text.trim() !== '' || states.includes('ready')) && !states.includes('sending')
}
