// `onbehalf/web`: the chat component. Importing it in a browser defines `<onbehalf-chat>`.

import { OnbehalfChat } from './element.ts'

export type { ClientTool } from './chat/parts.ts'
export type { AttachmentOptions } from './chat/send-file.ts'
export type { TokenSource } from './client/tokens.ts'
export type { Drawn, Renderers } from './content/rich.ts'
export type { ChatEventMap } from './settings/events.ts'
export type { ChatSettings, Choice, StarterPrompt } from './settings/settings.ts'
export type { WordKey } from './settings/words.ts'
export { OnbehalfChat }

if (globalThis.customElements && !customElements.get('onbehalf-chat'))
  customElements.define('onbehalf-chat', OnbehalfChat)

declare global {
  interface HTMLElementTagNameMap {
    'onbehalf-chat': OnbehalfChat
  }
}
