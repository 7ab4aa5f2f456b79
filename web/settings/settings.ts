// What a host page sets on the element, with the defaults. The component reads a setting again each
// time it needs it: a page may change any of them at any time.

import type { WidgetItem } from '../../src/chatkit/protocol/item.ts'
import type { JsonObject } from '../../src/chatkit/protocol/json.ts'
import type { ClientTool } from '../chat/parts.ts'
import type { AttachmentOptions } from '../chat/send-file.ts'
import type { TokenSource } from '../client/tokens.ts'
import type { WidgetAction } from '../content/contract.ts'
import type { Renderers } from '../content/rich.ts'
import type {
  Choice,
  CommandOptions,
  Disclaimer,
  EntityOptions,
  HeaderOptions,
  ModelChoice,
  StarterPrompt,
  ToolChoice,
} from './options.ts'
import type { WordKey } from './words.ts'

/** The element's properties. */
export interface ChatSettings {
  /** The chat server's URL. Attribute `endpoint`. */
  endpoint: string
  /**
   * Gives the access token. Called before each request, and once more with `refresh: true` after a
   * 401. The component never keeps the token.
   */
  token: TokenSource | undefined
  /** Sends the requests to the endpoint. Default: the browser's `fetch`. */
  fetch: typeof globalThis.fetch | undefined
  /**
   * Runs the tools that the agent calls in the page. The agent gets the result as text from
   * outside.
   */
  onClientTool: ClientTool | undefined
  /**
   * Sent with every request as its `metadata`. The server must not trust it to say who the person
   * is.
   */
  metadata: JsonObject
  /**
   * Ask for answers that go on when the connection is lost. Default true; attribute
   * `resumable="false"`.
   */
  resumable: boolean
  /**
   * Send `Idempotency-Key` and `traceparent`. Default `same-origin`, because an endpoint of another
   * origin must allow both by CORS. If yours does, set `always`. Attribute `extra-headers`.
   */
  extraHeaders: 'same-origin' | 'always' | 'never'
  /** Default `auto`, which follows the system. Attribute `theme`. */
  theme: 'light' | 'dark' | 'auto'
  /** Words of the interface in the page's language. They replace the English ones. */
  words: Readonly<Partial<Record<WordKey, string>>>
  /**
   * Who is signed in: any text that is another one for each person. It is never sent. When it
   * changes, everything on show is forgotten, and what the new person wrote here is shown. Attribute
   * `person`.
   */
  person: string
  /**
   * Whether what the person wrote and did not send is kept over a reload, in the tab. A new
   * conversation needs `person` for that, because the next person may use the same tab. Default
   * true; attribute `drafts="false"`.
   */
  drafts: boolean
  /**
   * The language of the interface, such as `de`. Default: that of the page (`lang`), else the
   * browser's. Attribute `locale`.
   */
  locale: string | undefined
  /** `Accept-Language` of the requests. Default: `locale`, else the browser's. Attribute `language`. */
  language: string | undefined
  /** How the person can attach files. Default: undefined, and the person cannot. */
  attachments: AttachmentOptions | undefined
  /**
   * Whether the person can speak a message. The server must turn recordings into words. Default
   * false; attribute `dictation="true"`.
   */
  dictation: boolean
  /** Models that the person can choose for a message. */
  models: readonly ModelChoice[]
  /** Tools that the person can choose for a message. */
  tools: readonly ToolChoice[]
  /** The heading of a conversation that has not started. Attribute `start-greeting`. */
  startGreeting: string | undefined
  /** Messages that the person can start with. */
  prompts: readonly StarterPrompt[]
  /** Whether to show the list of conversations. Default true; attribute `history="false"`. */
  history: boolean
  /** Whether the person can delete conversations in the list. Default true. */
  deletable: boolean
  /** Whether the person can rename conversations in the list. Default true. */
  renamable: boolean
  /** Whether the page stays with the newest words of an answer. Default true. */
  autoScroll: boolean
  /** The bar above the conversation. Default: the title, and buttons for the list and a new one. */
  header: HeaderOptions | undefined
  /** A line below the composer. */
  disclaimer: Disclaimer | undefined
  /** What the empty field says. Attribute `placeholder`. */
  placeholder: string | undefined
  /** The things of the page that a message can mention. */
  entities: EntityOptions | undefined
  /** What the person can do with `/`. */
  commands: CommandOptions | undefined
  /**
   * Handles the actions of widgets that the page must handle, in place of the event `chat-action`.
   * The widget waits until it is done.
   */
  onWidgetAction: ((action: WidgetAction, item: WidgetItem) => Promise<void> | void) | undefined
  /** Whether the person can rate answers. Default true; attribute `feedback="false"`. */
  feedback: boolean
  /** Whether the person can have the last answer written again. Default true. */
  regenerate: boolean
  /** Whether the person can have an answer read aloud. Default false; attribute `read-aloud="true"`. */
  readAloud: boolean
  /**
   * Whether the bar has a button to save and print the conversation, and to list the keys. Default
   * true; attribute `thread-actions="false"`.
   */
  threadActions: boolean
  /**
   * Buttons of the page under each answer, after those of the component. A press is the event
   * `chat-answer-action`.
   */
  answerActions: readonly Choice[]
  /**
   * Whether formulas are drawn, Mermaid's diagrams, and the colours of code. What draws them is loaded
   * from beside the component when an answer needs it. Default true; attribute `rich="false"`. A change
   * counts for what is drawn after it.
   */
  rich: boolean
  /** Renderers of the page's own, in place of the component's. */
  renderers: Renderers
}

/** Returns the settings before a host page sets any. */
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
    person: '',
    drafts: true,
    locale: undefined,
    language: undefined,
    attachments: undefined,
    dictation: false,
    models: [],
    tools: [],
    startGreeting: undefined,
    prompts: [],
    history: true,
    deletable: true,
    renamable: true,
    autoScroll: true,
    header: undefined,
    disclaimer: undefined,
    placeholder: undefined,
    entities: undefined,
    commands: undefined,
    onWidgetAction: undefined,
    feedback: true,
    regenerate: true,
    readAloud: false,
    threadActions: true,
    answerActions: [],
    rich: true,
    renderers: {},
  }
}
