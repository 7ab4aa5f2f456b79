// The events of the official element, made from ours.

import type { ChatEventMap } from '../index.ts'

/** The `detail` of each official event. An event without one has null. */
export interface OfficialEventMap {
  readonly 'chatkit.ready': null
  readonly 'chatkit.error': { readonly error: Error }
  readonly 'chatkit.effect': { readonly name: string; readonly data?: Record<string, unknown> }
  readonly 'chatkit.deeplink': { readonly name: string; readonly data?: Record<string, unknown> }
  readonly 'chatkit.response.start': null
  readonly 'chatkit.response.end': null
  readonly 'chatkit.history.open': null
  readonly 'chatkit.history.close': null
  readonly 'chatkit.thread.change': { readonly threadId: string | null }
  readonly 'chatkit.thread.load.start': { readonly threadId: string }
  readonly 'chatkit.thread.load.end': { readonly threadId: string }
  readonly 'chatkit.tool.change': { readonly toolId: string | null }
  /** Each answer of the server, by the type of its request: never its body. */
  readonly 'chatkit.log': { readonly name: string; readonly data?: Record<string, unknown> }
}

type Official = {
  [K in keyof OfficialEventMap]: readonly [type: K, detail: OfficialEventMap[K]]
}[keyof OfficialEventMap]

/** Says which official event one of ours is, if it is one. */
type Translation = { readonly [K in keyof ChatEventMap]?: (detail: ChatEventMap[K]) => Official }

const TRANSLATIONS: Translation = {
  'chat-ready': () => ['chatkit.ready', null],
  'chat-error': ({ message, code }) => [
    'chatkit.error',
    { error: Object.assign(new Error(message), { code }) },
  ],
  'chat-client-effect': ({ name, data }) => ['chatkit.effect', { name, data: { ...data } }],
  'chat-deeplink': ({ name, data }) => ['chatkit.deeplink', { name, data: { ...data } }],
  'chat-response-start': () => ['chatkit.response.start', null],
  'chat-response-end': () => ['chatkit.response.end', null],
  'chat-history': ({ open }) => [open ? 'chatkit.history.open' : 'chatkit.history.close', null],
  'chat-thread': ({ id }) => ['chatkit.thread.change', { threadId: id }],
  'chat-thread-load': ({ id, state }) => [`chatkit.thread.load.${state}`, { threadId: id }],
  'chat-tool': ({ id }) => ['chatkit.tool.change', { toolId: id }],
  'chat-response': ({ type, status, trace }) => [
    'chatkit.log',
    { name: type, data: { status, trace } },
  ],
}

/** Makes the element tell the official events, besides its own. */
export function tellOfficially(element: HTMLElement): void {
  let thread: string | null = null
  for (const [own, translate] of Object.entries(TRANSLATIONS)) {
    element.addEventListener(own, (event) => {
      if (!(event instanceof CustomEvent)) return
      const [type, detail] = (translate as (detail: unknown) => Official)(event.detail)
      if (type === 'chatkit.thread.change') {
        // Our event tells of another title, too.
        if (detail.threadId === thread) return
        thread = detail.threadId
      }
      element.dispatchEvent(new CustomEvent(type, { detail }))
    })
  }
}
