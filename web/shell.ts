// Puts the component together in one shadow root: the wire, the chat's logic and the views. The
// element itself is in element.ts.

import type { InferenceOptions } from '../src/chatkit/protocol/item.ts'
import { createChat } from './chat/chat.ts'
import type { Chat, ChatState, RunOutcome } from './chat/parts.ts'
import { createUploads, limitsOf, type UploadProblem } from './chat/uploads.ts'
import { browserClock } from './client/clock.ts'
import type { Waker } from './client/follow.ts'
import { browserUpload } from './client/upload.ts'
import { createWire, randomHex, type Wire } from './client/wire.ts'
import type { ItemHost } from './content/contract.ts'
import type { ChatEventMap } from './settings/events.ts'
import type { ChatSettings } from './settings/settings.ts'
import { type Words, word } from './settings/words.ts'
import { createFrame, type Frame } from './view/frame.ts'

/** What the element needs of the component. */
export interface Shell {
  readonly chat: Chat
  send(text: string, options?: InferenceOptions, quotedText?: string): Promise<void>
  focus(): void
  /** Makes the views again, after settings that they are made of have changed. */
  rebuild(): void
  /** Reads the list of conversations; with `again`, it first forgets the list of another person. */
  loadThreads(again: boolean): void
  /** The element left the page. A run that the server finishes without the page goes on. */
  leave(): void
}

/** Tells a host page. */
export type Tell = <K extends keyof ChatEventMap>(name: K, detail: ChatEventMap[K]) => void

/** A screen reader reads at most so many characters of an answer. */
const MAX_SAID_CHARS = 2000

/** Makes the component in a shadow root. */
export function createShell(root: ShadowRoot, settings: ChatSettings, tell: Tell): Shell {
  const words: Words = (key, values) => word(settings.words, key, values)
  const clock = browserClock()
  const newId = () => randomHex(16)
  const endpoint = () => new URL(settings.endpoint, document.baseURI).href
  const wire = wireOf(settings, endpoint, clock, tell)

  const uploads = createUploads({
    wire,
    newId,
    upload: browserUpload,
    base: endpoint,
    options: () => settings.attachments,
    changed: () => frame?.composer.drawUploads(),
    problem: (problem) => frame?.composer.problem(problemText(problem, settings, words)),
  })

  const chat: Chat = createChat({
    wire,
    clock,
    waker: browserWaker,
    newId,
    timestamp: () => new Date().toISOString(),
    clientTool: () => settings.onClientTool,
    text: (key) => words(key),
    listener: {
      changed: ({ phase }) => (phase === drawnPhase ? drawSoon() : draw()),
      threadChanged(thread) {
        frame?.threads.current(thread)
        tell('chat-thread', { id: thread?.id ?? null, title: thread?.title })
      },
      event(event) {
        tell('chat-event', { event })
        if (event.type === 'client_effect')
          tell('chat-client-effect', { name: event.name, data: event.data })
      },
      started: (run) => tell('chat-response-start', run),
      ended(run, outcome) {
        frame?.say(lastWords(outcome, chat.state, words))
        tell('chat-response-end', { ...run, outcome })
      },
      failed(message, code, status) {
        frame?.say(message)
        tell('chat-error', { message, code, status })
      },
    },
  })

  const host: ItemHost = {
    get busy() {
      return chat.state.phase !== 'idle'
    },
    get allowedImageDomains() {
      return chat.state.conversation.thread?.allowedImageDomains ?? []
    },
    text: (key) => words(key),
    async act(action, item) {
      const { type, payload, handler, streaming = true } = action
      if (handler === 'client') return tell('chat-action', { action, itemId: item.id })
      await chat.act({ type, ...(payload === undefined ? {} : { payload }) }, item.id, {
        streaming,
      })
    },
    answer: (item, input) => chat.answer(item.id, input),
  }

  let drawnPhase: ChatState['phase'] | undefined
  let frameRequest = 0
  /**
   * Draws at once. A new phase is drawn at once, because the page would otherwise say that it is
   * idle while it sends a message.
   */
  function draw(): void {
    cancelAnimationFrame(frameRequest)
    frameRequest = 0
    drawnPhase = chat.state.phase
    frame?.draw(chat.state)
  }

  /**
   * Draws with the next frame. Many events arrive between two frames, and one drawing serves them
   * all.
   */
  function drawSoon(): void {
    frameRequest ||= requestAnimationFrame(draw)
  }

  async function send(
    text: string,
    inferenceOptions: InferenceOptions = {},
    quotedText?: string,
  ): Promise<void> {
    if (chat.state.phase !== 'idle') return
    frame?.conversation.toEnd()
    const quoted = quotedText === undefined ? {} : { quotedText }
    await chat.send({ text, attachments: uploads.take(), inferenceOptions, ...quoted })
  }

  // Declared last: the parts above cannot draw before this exists.
  let frame: Frame | undefined
  function rebuild(): void {
    const { text = '', quoted = '' } = frame?.composer ?? {}
    frame = createFrame(root, { settings, words, wire, chat, uploads, host, send })
    Object.assign(frame.composer, { text, quoted })
    frame.threads.current(chat.state.conversation.thread)
    frame.composer.drawUploads()
    draw()
  }
  rebuild()

  return {
    chat,
    send,
    rebuild,
    focus: () => frame?.composer.focus(),
    loadThreads(again) {
      if (again) frame?.threads.reset()
      if (settings.history && settings.endpoint !== '') void frame?.loadThreads()
    },
    leave() {
      uploads.clear()
      chat.leave()
    },
  }
}

function wireOf(
  settings: ChatSettings,
  endpoint: () => string,
  clock: ReturnType<typeof browserClock>,
  tell: Tell,
): Wire {
  return createWire(
    () => ({
      endpoint: endpoint(),
      token: settings.token,
      fetch: settings.fetch ?? globalThis.fetch.bind(globalThis),
      metadata: settings.metadata,
      resumable: settings.resumable,
      extraHeaders:
        settings.extraHeaders === 'always' ||
        (settings.extraHeaders === 'same-origin' &&
          new URL(endpoint()).origin === globalThis.location.origin),
      language: settings.language,
    }),
    { clock, onResponse: (response) => tell('chat-response', response) },
  )
}

/**
 * When the network is back, the old connection is dead. When the person sees the page again, it may
 * be.
 */
const browserWaker: Waker = (wake) => {
  const online = () => wake(true)
  const seen = () => {
    if (document.visibilityState === 'visible') wake(false)
  }
  globalThis.addEventListener('online', online)
  document.addEventListener('visibilitychange', seen)
  return () => {
    globalThis.removeEventListener('online', online)
    document.removeEventListener('visibilitychange', seen)
  }
}

function problemText(problem: UploadProblem, settings: ChatSettings, words: Words): string {
  const { maxBytes, maxCount } = limitsOf(settings.attachments ?? {})
  if (problem.why === 'count') return words('tooManyFiles', { count: String(maxCount) })
  const { name, message } = problem
  switch (problem.why) {
    case 'size':
      return words('fileTooLarge', {
        name,
        size: `${Math.floor((maxBytes / 1024 / 1024) * 10) / 10} MB`,
      })
    case 'type':
      return words('fileType', { name })
    case 'failed':
      return message || words('uploadFailed', { name })
  }
}

/**
 * Returns what a screen reader says when an answer has ended: the whole text once, not piece by
 * piece.
 */
function lastWords(outcome: RunOutcome, { conversation }: ChatState, words: Words): string {
  if (outcome === 'stopped') return words('stopped')
  if (outcome === 'failed') return conversation.failure?.message ?? words('failed')
  const last = conversation.entries.findLast(({ item }) => item.type === 'assistant_message')?.item
  const text =
    last?.type === 'assistant_message' ? last.content.map((part) => part.text).join(' ') : ''
  return words('answered', { text: text.slice(0, MAX_SAID_CHARS) })
}
