// The element's properties. Each one is kept in the settings; the element decides what a change
// leads to.

import type { ChatEventMap } from './events.ts'
import { sameValue } from './same-value.ts'
import { type ChatSettings, defaultSettings } from './settings.ts'

/** The element of a page, which names the events that it may be asked for. */
interface TypedElement extends HTMLElement {
  addEventListener: Listen
  removeEventListener: Listen
}

/** Adds or removes a listener. */
interface Listen {
  <K extends keyof ChatEventMap>(
    type: K,
    listener: (this: HTMLElement, event: CustomEvent<ChatEventMap[K]>) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void
  <K extends keyof HTMLElementEventMap>(
    type: K,
    listener: (this: HTMLElement, event: HTMLElementEventMap[K]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void
  (
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void
}

/** A server that renders the page can import this module although it has no browser. */
const Base: { new (): TypedElement; readonly prototype: TypedElement } =
  globalThis.HTMLElement ?? (class {} as typeof HTMLElement)

/** An element with the properties of `ChatSettings`. */
export abstract class SettingsElement extends Base implements ChatSettings {
  declare endpoint: ChatSettings['endpoint']
  declare token: ChatSettings['token']
  declare fetch: ChatSettings['fetch']
  declare onClientTool: ChatSettings['onClientTool']
  declare metadata: ChatSettings['metadata']
  declare resumable: ChatSettings['resumable']
  declare extraHeaders: ChatSettings['extraHeaders']
  declare theme: ChatSettings['theme']
  declare words: ChatSettings['words']
  declare person: ChatSettings['person']
  declare drafts: ChatSettings['drafts']
  declare locale: ChatSettings['locale']
  declare language: ChatSettings['language']
  declare attachments: ChatSettings['attachments']
  declare dictation: ChatSettings['dictation']
  declare models: ChatSettings['models']
  declare tools: ChatSettings['tools']
  declare startGreeting: ChatSettings['startGreeting']
  declare prompts: ChatSettings['prompts']
  declare history: ChatSettings['history']
  declare deletable: ChatSettings['deletable']
  declare renamable: ChatSettings['renamable']
  declare autoScroll: ChatSettings['autoScroll']
  declare header: ChatSettings['header']
  declare disclaimer: ChatSettings['disclaimer']
  declare placeholder: ChatSettings['placeholder']
  declare entities: ChatSettings['entities']
  declare commands: ChatSettings['commands']
  declare onWidgetAction: ChatSettings['onWidgetAction']
  declare feedback: ChatSettings['feedback']
  declare regenerate: ChatSettings['regenerate']
  declare readAloud: ChatSettings['readAloud']
  declare threadActions: ChatSettings['threadActions']
  declare answerActions: ChatSettings['answerActions']
  declare rich: ChatSettings['rich']
  declare renderers: ChatSettings['renderers']

  /** @internal */
  protected readonly settings: ChatSettings = defaultSettings()

  static {
    eachName(defaultSettings(), (name) => SettingsElement.#property(name))
  }

  /** @internal Called when a setting has changed. */
  protected abstract changed(name: keyof ChatSettings, before: unknown): void

  static #property<K extends keyof ChatSettings>(name: K): void {
    Object.defineProperty(SettingsElement.prototype, name, {
      configurable: true,
      get(this: SettingsElement) {
        return this.settings[name]
      },
      set(this: SettingsElement, value: ChatSettings[K]) {
        const before = this.settings[name]
        // A host page that draws itself again sets new objects that say the same.
        if (sameValue(before, value)) return
        this.settings[name] = value
        this.changed(name, before)
      },
    })
  }
}

function eachName<T extends object>(
  settings: T,
  visit: (name: Extract<keyof T, string>) => void,
): void {
  for (const name in settings) visit(name)
}
