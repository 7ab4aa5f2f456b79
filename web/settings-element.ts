// The element's properties, each kept in the settings; what a change leads to is the element's affair.

import { type ChatSettings, defaultSettings } from './settings.ts'

/** Where there is no browser (a page is rendered at a server), the module can be imported all the same. */
const Base: typeof HTMLElement = globalThis.HTMLElement ?? (class {} as typeof HTMLElement)

/** An element with the properties of `ChatSettings`. */
export abstract class SettingsElement extends Base implements ChatSettings {
  /** @internal */
  protected readonly settings: ChatSettings = defaultSettings()

  /** @internal Called when a setting is another one than before. */
  protected abstract changed(name: keyof ChatSettings, before: unknown): void

  #set<K extends keyof ChatSettings>(name: K, value: ChatSettings[K]): void {
    const before = this.settings[name]
    if (before === value) return
    this.settings[name] = value
    this.changed(name, before)
  }

  get endpoint(): ChatSettings['endpoint'] {
    return this.settings.endpoint
  }
  set endpoint(value: ChatSettings['endpoint']) {
    this.#set('endpoint', value)
  }

  get token(): ChatSettings['token'] {
    return this.settings.token
  }
  set token(value: ChatSettings['token']) {
    this.#set('token', value)
  }

  get fetch(): ChatSettings['fetch'] {
    return this.settings.fetch
  }
  set fetch(value: ChatSettings['fetch']) {
    this.#set('fetch', value)
  }

  get onClientTool(): ChatSettings['onClientTool'] {
    return this.settings.onClientTool
  }
  set onClientTool(value: ChatSettings['onClientTool']) {
    this.#set('onClientTool', value)
  }

  get metadata(): ChatSettings['metadata'] {
    return this.settings.metadata
  }
  set metadata(value: ChatSettings['metadata']) {
    this.#set('metadata', value)
  }

  get resumable(): ChatSettings['resumable'] {
    return this.settings.resumable
  }
  set resumable(value: ChatSettings['resumable']) {
    this.#set('resumable', value)
  }

  get extraHeaders(): ChatSettings['extraHeaders'] {
    return this.settings.extraHeaders
  }
  set extraHeaders(value: ChatSettings['extraHeaders']) {
    this.#set('extraHeaders', value)
  }

  get theme(): ChatSettings['theme'] {
    return this.settings.theme
  }
  set theme(value: ChatSettings['theme']) {
    this.#set('theme', value)
  }

  get words(): ChatSettings['words'] {
    return this.settings.words
  }
  set words(value: ChatSettings['words']) {
    this.#set('words', value)
  }

  get language(): ChatSettings['language'] {
    return this.settings.language
  }
  set language(value: ChatSettings['language']) {
    this.#set('language', value)
  }

  get attachments(): ChatSettings['attachments'] {
    return this.settings.attachments
  }
  set attachments(value: ChatSettings['attachments']) {
    this.#set('attachments', value)
  }

  get models(): ChatSettings['models'] {
    return this.settings.models
  }
  set models(value: ChatSettings['models']) {
    this.#set('models', value)
  }

  get tools(): ChatSettings['tools'] {
    return this.settings.tools
  }
  set tools(value: ChatSettings['tools']) {
    this.#set('tools', value)
  }

  get startGreeting(): ChatSettings['startGreeting'] {
    return this.settings.startGreeting
  }
  set startGreeting(value: ChatSettings['startGreeting']) {
    this.#set('startGreeting', value)
  }

  get prompts(): ChatSettings['prompts'] {
    return this.settings.prompts
  }
  set prompts(value: ChatSettings['prompts']) {
    this.#set('prompts', value)
  }

  get history(): ChatSettings['history'] {
    return this.settings.history
  }
  set history(value: ChatSettings['history']) {
    this.#set('history', value)
  }

  get feedback(): ChatSettings['feedback'] {
    return this.settings.feedback
  }
  set feedback(value: ChatSettings['feedback']) {
    this.#set('feedback', value)
  }
}
