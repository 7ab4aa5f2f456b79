// `<openai-chatkit>`: our element with the options, methods and events of the official one.

import type { JsonValue } from '../../src/chatkit/protocol/json.ts'
import { OnbehalfChat } from '../index.ts'
import { type OfficialEventMap, tellOfficially } from './events.ts'
import {
  filesOf,
  type OfficialAttachment,
  type OfficialContent,
  type OfficialOptions,
  partsOf,
} from './options.ts'
import { createMapping } from './settings.ts'
import { loadFonts, propertiesOf } from './theme.ts'

/** Adds or removes a listener of an official event. */
type OfficialListen = <K extends keyof OfficialEventMap>(
  type: K,
  listener: (this: HTMLElement, event: CustomEvent<OfficialEventMap[K]>) => unknown,
  options?: boolean | AddEventListenerOptions,
) => void

/**
 * The chat under the official element's name. Its own properties, methods and events are those of
 * `<onbehalf-chat>`; the official ones stand beside them.
 *
 * @example
 * ```ts
 * const chat = document.querySelector('openai-chatkit')
 * chat.setOptions({ api: { url: '/chatkit', domainKey: '' }, startScreen: { greeting: 'Hello' } })
 * ```
 */
export class OfficialChat extends OnbehalfChat {
  declare addEventListener: OfficialListen & OnbehalfChat['addEventListener']
  declare removeEventListener: OfficialListen & OnbehalfChat['removeEventListener']
  #options: OfficialOptions | undefined
  #look: ReadonlyMap<string, string> = new Map()
  #fonts = ''
  readonly #map = createMapping(() => this.#options)

  constructor() {
    super()
    tellOfficially(this)
  }

  /**
   * Applies options. They replace those of an earlier call.
   * @throws TypeError without `api.url`
   */
  setOptions(options: OfficialOptions): void {
    const settings = this.#map(options)
    const isFirst = this.#options === undefined
    this.#options = options
    this.setAttribute('role', 'region')
    this.setAttribute('aria-label', options.frameTitle ?? 'Chat')
    this.#setLook(options.theme)
    for (const [name, value] of Object.entries(settings)) Reflect.set(this, name, value)
    if (isFirst && options.initialThread) void this.setThread(options.initialThread)
  }

  #setLook(theme: OfficialOptions['theme'] = {}): void {
    const given = typeof theme === 'string' ? {} : theme
    for (const name of this.#look.keys()) this.style.removeProperty(name)
    this.#look = propertiesOf(given)
    for (const [name, value] of this.#look) this.style.setProperty(name, value)
    const sources = given.typography?.fontSources ?? []
    const fonts = JSON.stringify(sources)
    if (fonts !== this.#fonts) loadFonts(sources)
    this.#fonts = fonts
  }

  /** Puts the cursor into the field for the message. */
  override async focusComposer(): Promise<void> {
    super.focusComposer()
  }

  /** Shows a conversation, or with null a new one. */
  async setThreadId(threadId: string | null): Promise<void> {
    await this.setThread(threadId)
  }

  /**
   * Sends an action to the server.
   * @throws Error with a message for the person when the server refuses it
   */
  override async sendCustomAction(
    action: { readonly type: string; readonly payload?: unknown },
    itemId?: string,
  ): Promise<void> {
    // The payload goes into JSON, as it is.
    await super.sendCustomAction(action as { type: string; payload?: JsonValue }, itemId)
  }

  /** Sends a message as the person. Resolves when the answer is over. */
  async sendUserMessage(message: {
    readonly text?: string
    readonly content?: readonly OfficialContent[]
    readonly reply?: string
    readonly attachments?: readonly OfficialAttachment[]
    readonly newThread?: boolean
    readonly toolChoice?: { readonly id: string }
    readonly model?: string
  }): Promise<void> {
    const { text, content, reply, attachments, newThread, toolChoice, model } = message
    await this.sendMessage({
      ...(text === undefined ? {} : { text }),
      ...(content ? { content: partsOf(content) } : {}),
      ...(reply === undefined ? {} : { quotedText: reply }),
      attachments: filesOf(attachments ?? []),
      ...(newThread ? { newThread } : {}),
      inferenceOptions: {
        ...(toolChoice ? { tool_choice: toolChoice } : {}),
        ...(model === undefined ? {} : { model }),
      },
    })
  }

  /** Puts something into the composer, and sends nothing. */
  async setComposerValue(value: {
    readonly text?: string
    readonly content?: readonly OfficialContent[]
    readonly reply?: string
    readonly attachments?: readonly OfficialAttachment[]
    readonly files?: readonly File[]
    readonly selectedToolId?: string | null
    readonly selectedModelId?: string
  }): Promise<void> {
    const { text, content, reply, attachments, files, selectedToolId, selectedModelId } = value
    this.setComposer({
      ...(text === undefined ? {} : { text }),
      ...(content ? { content: partsOf(content) } : {}),
      ...(reply === undefined ? {} : { quotedText: reply }),
      ...(attachments ? { attachments: filesOf(attachments) } : {}),
      ...(files ? { files } : {}),
      ...(selectedToolId === undefined ? {} : { toolId: selectedToolId }),
      ...(selectedModelId === undefined ? {} : { modelId: selectedModelId }),
    })
  }

  /** Opens the list of conversations. */
  override async showHistory(): Promise<void> {
    super.showHistory()
  }

  /** Closes the list of conversations. */
  override async hideHistory(): Promise<void> {
    super.hideHistory()
  }
}
