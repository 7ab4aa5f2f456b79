// `onbehalf/web/official`: the component under the official element's name, with its options,
// methods and events. Importing it in a browser defines `<openai-chatkit>`, and `<onbehalf-chat>`.

import { addIcons } from '../index.ts'
import { OfficialChat } from './element.ts'
import { ICONS } from './icons.ts'

export type { OfficialEventMap } from './events.ts'
export type { OfficialApi, OfficialOptions } from './options.ts'
export type { FontSource, ThemeOption } from './theme.ts'
export { OfficialChat }

addIcons(ICONS)
if (globalThis.customElements && !customElements.get('openai-chatkit'))
  customElements.define('openai-chatkit', OfficialChat)
