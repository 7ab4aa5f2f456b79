// `onbehalf/web`: the chat component. Importing it in a browser defines `<onbehalf-chat>`.

import { OnbehalfChat } from './element.ts'

export type { ClientTool } from './chat/parts.ts'
export type { AttachmentOptions } from './chat/send-file.ts'
export type { TokenSource } from './client/tokens.ts'
export type { Drawn, Renderers } from './content/rich.ts'
export { addIcons } from './dom/icon.ts'
export type { ChatEventMap } from './settings/events.ts'
export type {
  Choice,
  Command,
  CommandOptions,
  Disclaimer,
  Entity,
  EntityOptions,
  HeaderAction,
  HeaderOptions,
  MessagePart,
  ModelChoice,
  StarterPrompt,
  ToolChoice,
} from './settings/options.ts'
export type { ChatSettings } from './settings/settings.ts'
export type { WordKey } from './settings/words.ts'
export type { ComposerContent } from './view/message-form.ts'
export { OnbehalfChat }

if (globalThis.customElements && !customElements.get('onbehalf-chat'))
  customElements.define('onbehalf-chat', OnbehalfChat)

declare global {
  interface HTMLElementTagNameMap {
    'onbehalf-chat': OnbehalfChat
  }
}
