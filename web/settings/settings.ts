// What a host page sets on the element, with the defaults. Read anew whenever it matters: any of it may change at any time.

import type { JsonObject } from '../../src/chatkit/protocol/json.ts'
import type { ClientTool } from '../chat/parts.ts'
import type { AttachmentOptions } from '../chat/send-file.ts'
import type { TokenSource } from '../client/tokens.ts'
import type { WordKey } from './words.ts'

/** Something to choose for a message: a model, or a tool that the answer should use. */
export interface Choice {
  readonly id: string
  readonly label: string
}

/** A message to begin with. */
export interface StarterPrompt {
  readonly label: string
  /** What is sent; default: the label. */
  readonly prompt?: string
}

/** The element's properties. */
export interface ChatSettings {
  /** The chat server's URL. Attribute `endpoint`. */
  endpoint: string
  /** Gives the access token. Asked before each request; after a 401 once more with `refresh: true`. The component never keeps it. */
  token: TokenSource | undefined
  /** Sends the requests to the endpoint. Default: the browser's. */
  fetch: typeof globalThis.fetch | undefined
  /** Runs the tools that the agent calls in the page. What it returns goes to the agent, as text from outside. */
  onClientTool: ClientTool | undefined
  /** Goes with every request as its `metadata`. Nothing in it is believed about who the person is. */
  metadata: JsonObject
  /** Ask for answers that go on when the connection is gone. Default true; attribute `resumable="false"`. */
  resumable: boolean
  /**
   * Send `Idempotency-Key` and `traceparent`. Default `same-origin`: an endpoint of another origin has to allow both by CORS, then say `always`.
   * Attribute `extra-headers`.
   */
  extraHeaders: 'same-origin' | 'always' | 'never'
  /** Attribute `theme`. Default `auto`, which is the system's. */
  theme: 'light' | 'dark' | 'auto'
  /** Words of the interface in the page's language, in the place of the English ones. */
  words: Readonly<Partial<Record<WordKey, string>>>
  /** `Accept-Language` of the requests. Default: the browser's own. */
  language: string | undefined
  /** Whether and how files can be attached. Default: not. */
  attachments: AttachmentOptions | undefined
  /** Whether a message can be spoken, at a server that makes words of recordings. Default false; attribute `dictation="true"`. */
  dictation: boolean
  /** Models to choose from for a message. */
  models: readonly Choice[]
  /** Tools to choose for a message. */
  tools: readonly Choice[]
  /** What stands over a conversation that has not begun. Attribute `start-greeting`. */
  startGreeting: string | undefined
  /** Messages to begin with. */
  prompts: readonly StarterPrompt[]
  /** Whether the list of conversations is there. Default true; attribute `history="false"`. */
  history: boolean
  /** Whether answers can be rated. Default true; attribute `feedback="false"`. */
  feedback: boolean
}

/** The settings before a host page sets any. */
export function defaultSettings(): ChatSettings {
  return {
    endpoint: '',
    token: undefined,
    fetch: undefined,
    onClientTool: undefined,
    metadata: {},
    resumable: true,
    extraHeaders: 'same-origin',
    theme: 'auto',
    words: {},
    language: undefined,
    attachments: undefined,
    dictation: false,
    models: [],
    tools: [],
    startGreeting: undefined,
    prompts: [],
    history: true,
    feedback: true,
  }
}
