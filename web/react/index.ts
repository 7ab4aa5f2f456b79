// `onbehalf/react`: the chat component for React. A server renders the bare tag; the browser sets
// the properties and listens.

import type * as React from 'react'
import type { ChatSettings, OnbehalfChat } from '../index.ts'

export { Chat, type ChatProps } from './chat.ts'
export { type UseChat, useChat } from './use-chat.ts'

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      /** The element itself. `Chat` is right under server rendering, too. */
      'onbehalf-chat': React.HTMLAttributes<OnbehalfChat> &
        Partial<ChatSettings> & { ref?: React.Ref<OnbehalfChat> }
    }
  }
}
