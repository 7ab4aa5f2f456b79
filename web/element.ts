// The element `<onbehalf-chat>`: its attributes, properties, methods and events. shell.ts shows and
// does the rest.

import type { Attachment, InferenceOptions } from '../src/chatkit/protocol/item.ts'
import type { JsonValue } from '../src/chatkit/protocol/json.ts'
import { defined } from './client/json.ts'
import type { Tell } from './listener.ts'
import { SettingsElement } from './settings/element-properties.ts'
import type { MessagePart } from './settings/options.ts'
import { type ChatSettings, defaultSettings } from './settings/settings.ts'
import { createShell, type Shell } from './shell.ts'
import { styleSheets } from './style/sheets.ts'
import { contentOf } from './view/mentions.ts'
import type { ComposerContent } from './view/message-form.ts'

/** The properties that attributes set. The attribute of `extraHeaders` is `extra-headers`. */
const ATTRIBUTES: readonly (keyof ChatSettings)[] = [
  'endpoint',
  'theme',
  'resumable',
  'extraHeaders',
  'startGreeting',
  'dictation',
  'history',
  'feedback',
  'readAloud',
  'threadActions',
  'language',
  'locale',
  'person',
  'drafts',
  'rich',
  'placeholder',
]

/**
 * A chat with an agent, over any ChatKit server. `ChatSettings` lists its properties, and
 * `ChatEventMap` its events.
 *
 * @example
 * ```ts
 * const chat = document.querySelector('onbehalf-chat')
 * chat.endpoint = '/chatkit'
 * chat.token = ({ refresh }) => session.accessToken({ refresh })
 * chat.addEventListener('chat-thread', ({ detail }) =>
 *   history.replaceState(null, '', `#${detail.id ?? ''}`),
 * )
 * ```
 */
export class OnbehalfChat extends SettingsElement {
  #shell: Shell | undefined
  #isLoading = false
  #isOfAnother = false
  #isReady = false

  static get observedAttributes(): readonly string[] {
    return ATTRIBUTES.flatMap(attributesOf)
  }

  /**
   * Shows a conversation, or with null a new one. An answer that is still being written in it goes
   * on.
   */
  async setThread(id: string | null): Promise<void> {
    const { chat } = this.#made()
    if (id === null) chat.startNew()
    else await chat.open(id)
  }

  /** Shows a new conversation. */
  newThread(): void {
    this.#made().chat.startNew()
  }

  /**
   * Sends a message as the person, with the attached files. Resolves when the answer is over. Does
   * nothing while an answer is being written.
   */
  async sendMessage(message: {
    readonly text?: string
    /** In place of the text, where tags are in it. */
    readonly content?: readonly MessagePart[]
    /** The part of the conversation that the message is about. */
    readonly quotedText?: string
    /** Files that the server has already. Default: those in the composer. */
    readonly attachments?: readonly Attachment[]
    readonly inferenceOptions?: InferenceOptions
    /** Whether it starts a new conversation. */
    readonly newThread?: boolean
  }): Promise<void> {
    const { text, content, quotedText, attachments, inferenceOptions, newThread } = message
    if (newThread) this.newThread()
    await this.#made().send(
      defined({
        text,
        content: content && contentOf(content),
        quotedText,
        attachments,
        inferenceOptions,
      }),
    )
  }

  /** Puts something into the composer, and sends nothing. What is left out stays as it is. */
  setComposer(content: ComposerContent): void {
    this.#made().fill(content)
  }

  /** Opens the list of conversations. */
  showHistory(): void {
    this.#made().showHistory(true)
  }

  /** Closes the list of conversations. */
  hideHistory(): void {
    this.#made().showHistory(false)
  }

  /**
   * Sends an action as a widget does.
   * @throws Error with a message for the person when the server refuses it
   */
  async sendCustomAction(
    action: { readonly type: string; readonly payload?: JsonValue },
    itemId?: string,
  ): Promise<void> {
    await this.#made().chat.act(action, itemId, { streaming: true })
  }

  /** Stops the answer that is being written. */
  stop(): void {
    this.#made().chat.stop()
  }

  /** Puts the cursor into the field for the message. */
  focusComposer(): void {
    this.#made().focus()
  }

  /**
   * Shows what has happened in the conversation elsewhere, on another device for example. The
   * element does so by itself when the person comes back to the page.
   */
  async fetchUpdates(): Promise<void> {
    const shell = this.#made()
    await Promise.all([shell.chat.refresh(), shell.refreshThreads()])
  }

  /**
   * Forgets everything on show and everything that was not sent, for example because another person
   * has signed in.
   */
  reset(): void {
    const shell = this.#made()
    shell.forget(true)
    shell.loadThreads(true)
  }

  connectedCallback(): void {
    // Properties that a page set before the element was defined hide the properties of the class.
    for (const name of Object.keys(this.settings)) {
      const set = Object.getOwnPropertyDescriptor(this, name)
      if (!set) continue
      Reflect.deleteProperty(this, name)
      Reflect.set(this, name, set.value)
    }
    this.#loadSoon(false)
  }

  /** Reads the list once the host page has set everything that it sets in this turn. */
  #loadSoon(again: boolean): void {
    this.#isOfAnother ||= again
    if (this.#isLoading) return
    this.#isLoading = true
    queueMicrotask(() => {
      const isOfAnother = this.#isOfAnother
      this.#isLoading = false
      this.#isOfAnother = false
      if (!this.isConnected) return
      this.#made().join()
      if (!this.#isReady) this.dispatchEvent(new CustomEvent('chat-ready', { detail: {} }))
      this.#isReady = true
      this.#made().loadThreads(isOfAnother)
    })
  }

  disconnectedCallback(): void {
    queueMicrotask(() => {
      // When it was only moved within the page, it is connected again by now.
      if (!this.isConnected) this.#shell?.leave()
    })
  }

  attributeChangedCallback(attribute: string, _before: string | null, value: string | null): void {
    const name = ATTRIBUTES.find((name) => attributesOf(name).includes(attribute))
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
    this.#shell.settingChanged(name)
    // Who was not named before may be the same person still.
    const isOther = name === 'person' && before !== ''
    if (isOther) this.#shell.forget(false)
    // A list that was read from another server, or without a credential, is wrong now.
    if (isOther || name === 'endpoint' || (name === 'token' && before === undefined))
      this.#loadSoon(true)
    if (name === 'words' || name === 'history') this.#loadSoon(false)
  }
}

/**
 * Returns the attributes of a setting: `start-greeting`, and `startgreeting`. A framework that
 * renders on a server writes the name of the property, and HTML has no capitals.
 */
function attributesOf(name: keyof ChatSettings): readonly string[] {
  return [...new Set([name.replace(/[A-Z]/g, '-$&').toLowerCase(), name.toLowerCase()])]
}
