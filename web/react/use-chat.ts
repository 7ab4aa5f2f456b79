// `useChat`: what goes on in a chat, and what a page can do with it.

import { type RefCallback, useCallback, useMemo, useRef, useState } from 'react'
import type { ChatEventMap, OnbehalfChat } from '../index.ts'

/** What goes on in a chat. */
interface ChatStatus {
  /** The conversation on show; null for a new one. */
  readonly threadId: string | null
  readonly title: string | undefined
  /** An answer is being written. */
  readonly isRunning: boolean
  /** The last error that the person was shown, until the next answer begins. */
  readonly error: ChatEventMap['chat-error'] | undefined
}

type Methods = Pick<
  OnbehalfChat,
  | 'sendMessage'
  | 'setThread'
  | 'newThread'
  | 'stop'
  | 'focusComposer'
  | 'sendCustomAction'
  | 'fetchUpdates'
  | 'setComposer'
  | 'showHistory'
  | 'hideHistory'
  | 'reset'
>

/** A chat: its ref, its state and the methods of its element. */
export interface UseChat extends ChatStatus, Methods {
  /** Belongs on `<Chat>`. */
  readonly ref: RefCallback<OnbehalfChat>
}

const QUIET: ChatStatus = { threadId: null, title: undefined, isRunning: false, error: undefined }

/**
 * Returns the chat that its ref is put on. The methods throw an Error before it is on the page.
 *
 * @example
 * ```tsx
 * const chat = useChat()
 * return <><Chat ref={chat.ref} endpoint="/chatkit" /><button disabled={chat.isRunning} onClick={chat.newThread}>New</button></>
 * ```
 */
export function useChat(): UseChat {
  const [status, setStatus] = useState(QUIET)
  const current = useRef<OnbehalfChat | null>(null)
  const stop = useRef<() => void>(undefined)

  const ref = useCallback((chat: OnbehalfChat | null) => {
    stop.current?.()
    current.current = chat
    stop.current = chat ? follow(chat, setStatus) : undefined
  }, [])
  const methods = useMemo(() => methodsOf(() => current.current), [])
  return { ...status, ...methods, ref }
}

function methodsOf(current: () => OnbehalfChat | null): Methods {
  const chat = (): OnbehalfChat => {
    const element = current()
    if (!element) throw new Error('useChat: put its ref on a <Chat> that is on the page')
    return element
  }
  return {
    sendMessage: async (message) => await chat().sendMessage(message),
    setThread: async (id) => await chat().setThread(id),
    newThread: () => chat().newThread(),
    stop: () => chat().stop(),
    focusComposer: () => chat().focusComposer(),
    sendCustomAction: async (action, itemId) => await chat().sendCustomAction(action, itemId),
    fetchUpdates: async () => await chat().fetchUpdates(),
    setComposer: (content) => chat().setComposer(content),
    showHistory: () => chat().showHistory(),
    hideHistory: () => chat().hideHistory(),
    reset: () => chat().reset(),
  }
}

function follow(
  chat: OnbehalfChat,
  set: (change: (before: ChatStatus) => ChatStatus) => void,
): () => void {
  const change = (next: Partial<ChatStatus>) => set((before) => ({ ...before, ...next }))
  const gone = new AbortController()
  const { signal } = gone
  chat.addEventListener(
    'chat-thread',
    ({ detail }) => change({ threadId: detail.id, title: detail.title }),
    { signal },
  )
  chat.addEventListener(
    'chat-response-start',
    () => change({ isRunning: true, error: undefined }),
    { signal },
  )
  chat.addEventListener('chat-response-end', () => change({ isRunning: false }), { signal })
  chat.addEventListener('chat-error', ({ detail }) => change({ error: detail }), { signal })
  return () => gone.abort()
}
