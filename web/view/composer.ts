// The form in which the person writes a message: the text, its files, its choices, and the button
// that sends or stops.

import type { InferenceOptions } from '../../src/chatkit/protocol/item.ts'
import type { ChatState } from '../chat/parts.ts'
import { limitsOf, type Uploads } from '../chat/uploads.ts'
import type { Wire } from '../client/wire.ts'
import { attribute, el, setChildren, write } from '../dom/dom.ts'
import { icon } from '../dom/icon.ts'
import type { ChatSettings, Choice } from '../settings/settings.ts'
import type { Words } from '../settings/words.ts'
import { createDictation } from './dictation.ts'
import { iconButton } from './icon-button.ts'
import { createQuote } from './quote.ts'
import { type UploadChip, uploadChip } from './upload-chip.ts'

/** Called when the person sends or stops. */
export interface ComposerListener {
  /** The text and the choices. The receiver takes the files from the uploads. */
  sent(text: string, options: InferenceOptions, quotedText: string | undefined): void
  stopped(): void
}

/** The composer on the page. */
export interface Composer {
  readonly element: HTMLElement
  draw(state: ChatState): void
  /** Draws the files again, after they have changed. */
  drawUploads(): void
  /** Shows a problem with a file, and makes a screen reader say it. An empty text removes it. */
  problem(text: string): void
  focus(): void
  /** The text that the person is writing. */
  text: string
  /** The quote that the message is about; empty when there is none. */
  quoted: string
}

/** Makes the composer, empty. */
export function createComposer(
  settings: ChatSettings,
  words: Words,
  wire: Wire,
  uploads: Uploads,
  listener: ComposerListener,
): Composer {
  const field = el('textarea', {
    class: 'field',
    rows: 1,
    'aria-label': words('composer'),
    placeholder: words('placeholder'),
  })
  field.setAttribute('enterkeyhint', 'send')
  const chips = el('ul', { class: 'chips', 'aria-label': words('attachments') })
  const quote = createQuote(words, () => field.focus())
  const problem = el('p', { class: 'problem', role: 'alert' })
  const files = el('input', {
    type: 'file',
    hidden: true,
    multiple: true,
    accept: settings.attachments?.accept,
  })
  const attach = iconButton('clip', words('attach'), () => files.click())
  const dictate = createDictation(wire, words, {
    said(spoken) {
      field.value = `${field.value.trim()} ${spoken}`.trim()
      grow()
      field.focus()
    },
    problem: (text) => write(problem, text),
  })
  const models = choice(words('model'), settings.models)
  const tools = choice(
    words('tool'),
    settings.tools.length > 0 ? [{ id: '', label: words('anyTool') }, ...settings.tools] : [],
  )
  const send = el(
    'button',
    { type: 'submit', class: 'send', 'aria-label': words('send'), title: words('send') },
    icon('send'),
  )
  const stop = iconButton('stop', words('stop'), () => listener.stopped(), { class: 'send stop' })
  const closed = el('p', { class: 'closed', role: 'status' })
  const form = el(
    'form',
    { class: 'composer', part: 'composer' },
    quote.element,
    chips,
    field,
    el(
      'div',
      { class: 'tools' },
      files,
      attach,
      dictate,
      models,
      tools,
      el('span', { class: 'spacer' }),
      stop,
      send,
    ),
  )
  const element = el('div', { class: 'compose' }, problem, form, closed)
  const drawn = new Map<string, UploadChip>()
  let phase: ChatState['phase'] = 'idle'
  attach.hidden = settings.attachments === undefined
  dictate.hidden = !settings.dictation || !('MediaRecorder' in globalThis)

  const isReady = () => phase === 'idle' && uploads.states.every(({ state }) => state !== 'sending')
  const isEmpty = () =>
    field.value.trim() === '' && !uploads.states.some(({ state }) => state === 'ready')

  function submit(): void {
    if (!isReady() || isEmpty()) return
    const text = field.value.trim()
    const quoted = quote.text
    field.value = ''
    quote.text = ''
    problem.textContent = ''
    grow()
    const { value: model } = models
    const { value: tool } = tools
    const options = {
      ...(model === '' ? {} : { model }),
      ...(tool === '' ? {} : { tool_choice: { id: tool } }),
    }
    listener.sent(text, options, quoted || undefined)
  }

  /** Makes the field as high as its text, up to what the style allows. */
  function grow(): void {
    field.style.height = 'auto'
    field.style.height = `${field.scrollHeight}px`
    attribute(send, 'aria-disabled', !isReady() || isEmpty() ? 'true' : undefined)
  }

  function take(list: FileList | undefined | null): boolean {
    if (!settings.attachments || !list || list.length === 0) return false
    problem.textContent = ''
    uploads.add([...list])
    return true
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault()
    submit()
  })
  field.addEventListener('input', grow)
  field.addEventListener('keydown', (event) => {
    // While an input method composes a word, Enter belongs to it. Safari reports the last of these
    // Enters after the end of the composition, with the key code 229.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229)
      return
    event.preventDefault()
    submit()
  })
  field.addEventListener('paste', (event) => {
    if (take(event.clipboardData?.files)) event.preventDefault()
  })
  files.addEventListener('change', () => {
    take(files.files)
    files.value = ''
  })
  form.addEventListener('dragover', (event) => {
    if (!settings.attachments || !event.dataTransfer?.types.includes('Files')) return
    event.preventDefault()
    form.dataset.drop = words('dropHere')
  })
  form.addEventListener('dragleave', () => delete form.dataset.drop)
  form.addEventListener('drop', (event) => {
    delete form.dataset.drop
    if (take(event.dataTransfer?.files)) event.preventDefault()
  })

  return {
    element,
    draw({ phase: next, conversation }) {
      phase = next
      const status = conversation.thread?.status ?? { type: 'active' }
      const open = status.type === 'active'
      const busy = phase === 'running' || phase === 'stopping'
      form.hidden = !open
      closed.hidden = open
      write(closed, status.type === 'active' ? '' : (status.reason ?? words(status.type)))
      const hadFocus = stop.matches(':focus')
      stop.hidden = !busy || !conversation.canStop
      attribute(stop, 'aria-disabled', phase === 'stopping' ? 'true' : undefined)
      send.hidden = !stop.hidden
      // The button that the person pressed is gone: the focus moves to the field.
      if (hadFocus && stop.hidden) field.focus()
      grow()
    },
    drawUploads() {
      const { states } = uploads
      chips.hidden = states.length === 0
      for (const key of drawn.keys())
        if (!states.some((state) => state.key === key)) drawn.delete(key)
      const elements = states.map((state) => {
        const chip =
          drawn.get(state.key) ?? uploadChip(words, state.name, () => uploads.remove(state.key))
        drawn.set(state.key, chip)
        chip.update(state)
        return chip.element
      })
      setChildren(chips, elements)
      const { maxCount } = limitsOf(settings.attachments ?? {})
      attach.disabled = states.length >= maxCount
      grow()
    },
    problem: (text) => write(problem, text),
    focus: () => field.focus(),
    get quoted() {
      return quote.text
    },
    set quoted(text) {
      quote.text = text
    },
    get text() {
      return field.value
    },
    set text(value) {
      field.value = value
      grow()
    },
  }
}

function choice(label: string, choices: readonly Choice[]): HTMLSelectElement {
  const options = choices.map(({ id, label: name }) => el('option', { value: id }, name))
  return el(
    'select',
    { class: 'pick', 'aria-label': label, title: label, hidden: choices.length === 0 },
    ...options,
  )
}
