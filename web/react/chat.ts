// `<Chat>`: the element as a React component. React leaves out the properties of a custom element
// when it takes over a page that a server rendered, so they are set here.

import {
  type CSSProperties,
  createElement,
  type ForwardRefExoticComponent,
  forwardRef,
  type RefAttributes,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
} from 'react'
import type { ChatEventMap, ChatSettings, OnbehalfChat } from '../index.ts'
import '../index.ts'
import { defaultSettings } from '../settings/settings.ts'

/** The event that each handler gets the detail of. */
const EVENTS = {
  onReady: 'chat-ready',
  onThread: 'chat-thread',
  onThreadLoad: 'chat-thread-load',
  onHistory: 'chat-history',
  onTool: 'chat-tool',
  onDeeplink: 'chat-deeplink',
  onEvent: 'chat-event',
  onResponse: 'chat-response',
  onResponseStart: 'chat-response-start',
  onResponseEnd: 'chat-response-end',
  onError: 'chat-error',
  onSignIn: 'chat-sign-in',
  onClientEffect: 'chat-client-effect',
  onAction: 'chat-action',
  onAnswerAction: 'chat-answer-action',
} as const

type Handlers = {
  readonly [N in keyof typeof EVENTS]?:
    | ((detail: ChatEventMap[(typeof EVENTS)[N]]) => unknown)
    | undefined
}

type Settings = { readonly [N in keyof ChatSettings]?: ChatSettings[N] | undefined }

/**
 * The settings of the element, a handler for each of its events, and what places it on the page. A
 * setting that is left out has its default.
 */
export interface ChatProps extends Settings, Handlers {
  /** The conversation to show, or null for a new one. Left out: the person alone decides. */
  readonly thread?: string | null | undefined
  readonly id?: string | undefined
  readonly className?: string | undefined
  readonly style?: CSSProperties | undefined
}

const useBrowserEffect = globalThis.document === undefined ? useEffect : useLayoutEffect

/**
 * The chat. Its ref is the element.
 *
 * @example
 * ```tsx
 * <Chat endpoint="/chatkit" token={token} onThread={({ id }) => setThread(id)} />
 * ```
 */
export const Chat: ForwardRefExoticComponent<ChatProps & RefAttributes<OnbehalfChat>> = forwardRef(
  function Chat(props: ChatProps, ref) {
    const { id, className, style, thread } = props
    const element = useRef<OnbehalfChat>(null)
    const latest = useRef<Handlers>(props)
    const shown = useRef<string | null>(null)

    useImperativeHandle<OnbehalfChat | null, OnbehalfChat | null>(ref, () => element.current, [])
    useBrowserEffect(() => {
      latest.current = props
    })
    useBrowserEffect(() => listen(element.current, latest, shown), [])
    useBrowserEffect(() => {
      if (element.current) applySettings(element.current, props)
    })
    useBrowserEffect(() => {
      if (thread !== undefined && thread !== shown.current) void element.current?.setThread(thread)
    }, [thread])

    // React 18 knows `className` only on elements of HTML.
    return createElement('onbehalf-chat', { ref: element, id, class: className, style })
  },
)

function applySettings(element: OnbehalfChat, props: Settings): void {
  for (const [name, byDefault] of Object.entries(defaultSettings()))
    Reflect.set(element, name, Reflect.get(props, name) ?? byDefault)
}

/** Passes the events on to the handlers of the last drawing. Returns what ends this. */
function listen(
  element: OnbehalfChat | null,
  latest: { readonly current: Handlers },
  shown: { current: string | null },
): () => void {
  const ends = Object.entries(EVENTS).map(([name, type]) => {
    const hear = (event: Event) => {
      if (!(event instanceof CustomEvent)) return
      if (type === 'chat-thread') shown.current = event.detail.id
      Reflect.get(latest.current, name)?.(event.detail)
    }
    element?.addEventListener(type, hear)
    return () => element?.removeEventListener(type, hear)
  })
  return () => {
    for (const end of ends) end()
  }
}
