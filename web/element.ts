// The element `<onbehalf-chat>`: its attributes, properties, methods and events. What it shows and does is in shell.ts.

import type { InferenceOptions } from '../src/chatkit/protocol/item.ts'
import type { Json } from '../src/chatkit/protocol/json.ts'
import { SettingsElement } from './settings/element-properties.ts'
import { type ChatSettings, defaultSettings } from './settings/settings.ts'
import { createShell, type Shell, type Tell } from './shell.ts'
import { styleSheets } from './style/sheets.ts'

/** The properties that attributes set; `extra-headers` is the attribute of `extraHeaders`. */
const ATTRIBUTES: readonly (keyof ChatSettings)[] = [
  'endpoint',
  'theme',
  'resumable',
  'extraHeaders',
  'startGreeting',
  'dictation',
  'history',
  'feedback',
  'language',
]

/** What the views are made of: a change makes them anew. */
const SHAPING: readonly (keyof ChatSettings)[] = [
  'words',
  'attachments',
  'dictation',
  'models',
  'tools',
  'startGreeting',
  'prompts',
  'history',
  'feedback',
]

/**
 * A chat with an agent, over any ChatKit server. Its properties are those of `ChatSettings`, its events those of `ChatEventMap`.
 *
 * @example
 * ```ts
 * const chat = document.querySelector('onbehalf-chat')
 * chat.endpoint = '/chatkit'
 * chat.token = ({ refresh }) => session.accessToken({ refresh })
 * chat.addEventListener('chat-thread', ({ detail }) => history.replaceState(null, '', `#${detail.id ?? ''}`))
 * ```
 */
export class OnbehalfChat extends SettingsElement {
  #shell: Shell | undefined

  static get observedAttributes(): readonly string[] {
    return ATTRIBUTES.map(attributeOf)
  }

  /** Shows a conversation, or (null) a new one. An answer that is still being written in it goes on. */
  async setThread(id: string | null): Promise<void> {
    const { chat } = this.#made()
    if (id === null) chat.startNew()
    else await chat.open(id)
  }

  /** Shows a new conversation. */
  newThread(): void {
    this.#made().chat.startNew()
  }

  /** Sends a message in the person's name, with the files that are attached; resolves when the answer is over. Nothing while one is written. */
  async sendMessage(message: {
    readonly text: string
    /** What of the conversation it is about. */
    readonly quotedText?: string
    readonly inferenceOptions?: InferenceOptions
  }): Promise<void> {
    await this.#made().send(message.text, message.inferenceOptions, message.quotedText)
  }

  /** Sends an action, as if a widget had. @throws Error with a message for the person when the server refuses it */
  async sendCustomAction(
    action: { readonly type: string; readonly payload?: Json },
    itemId?: string,
  ): Promise<void> {
    await this.#made().chat.act(action, itemId, { streaming: true })
  }

  /** Stops the answer that is being written. */
  stop(): void {
    this.#made().chat.stop()
  }

  /** Puts the cursor where the person writes. */
  focusComposer(): void {
    this.#made().focus()
  }

  /** Forgets all that is on show: another person has signed in. */
  reset(): void {
    const shell = this.#made()
    shell.chat.startNew()
    shell.loadThreads(true)
  }

  connectedCallback(): void {
    // Properties that were set before the element was defined hide those of the class.
    for (const name of Object.keys(this.settings)) {
      const set = Object.getOwnPropertyDescriptor(this, name)
      if (!set) continue
      Reflect.deleteProperty(this, name)
      Reflect.set(this, name, set.value)
    }
    // A host page sets more properties in the same turn.
    queueMicrotask(() => {
      if (this.isConnected) this.#made().loadThreads(false)
    })
  }

  disconnectedCallback(): void {
    queueMicrotask(() => {
      // Moved within the page, it is connected again by now.
      if (!this.isConnected) this.#shell?.leave()
    })
  }

  attributeChangedCallback(attribute: string, _before: string | null, value: string | null): void {
    const name = ATTRIBUTES.find((one) => attributeOf(one) === attribute)
    if (!name) return
    const byDefault = defaultSettings()[name]
    const set =
      typeof byDefault === 'boolean' && value !== null ? value !== 'false' : (value ?? byDefault)
    if (this.settings[name] !== set) Reflect.set(this, name, set)
  }

  #made(): Shell {
    if (this.#shell) return this.#shell
    const root = this.attachShadow({ mode: 'open' })
    root.adoptedStyleSheets = styleSheets()
    const tell: Tell = (name, detail) => {
      this.dispatchEvent(new CustomEvent(name, { detail }))
    }
    this.#shell = createShell(root, this.settings, tell)
    return this.#shell
  }

  /** @internal */
  protected override changed(name: keyof ChatSettings, before: unknown): void {
    if (name === 'theme') {
      if (this.theme === 'auto') this.removeAttribute('theme')
      else this.setAttribute('theme', this.theme)
    }
    if (!this.#shell) return
    if (SHAPING.includes(name)) this.#shell.rebuild()
    // The list that was read with another server's or with no credential says nothing.
    if ((name === 'endpoint' || (name === 'token' && before === undefined)) && this.isConnected)
      this.#shell.loadThreads(true)
    if (SHAPING.includes(name) && this.isConnected) this.#shell.loadThreads(false)
  }
}

function attributeOf(name: keyof ChatSettings): string {
  return name.replace(/[A-Z]/g, '-$&').toLowerCase()
}
