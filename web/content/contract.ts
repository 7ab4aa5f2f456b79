// The contract between the shell and the content: what draws an item, and what it may ask for. No code, types only.

import type { Item } from '../../src/chatkit/protocol/item.ts'
import type { Json } from '../../src/chatkit/protocol/json.ts'
import type { Words } from '../settings/words.ts'

/** One item on the page, kept in step with its state. */
export interface ItemView {
  readonly element: HTMLElement
  /** Draws the item as it is now. Called once for each frame in which it changed, so a streamed text arrives here in steps. */
  update(item: Item): void
}

/** What a widget's action says of itself (the defaults of the wire filled in: `server`, `auto`, `true`). */
export interface WidgetAction {
  readonly type: string
  readonly payload?: Json
  readonly handler?: 'server' | 'client'
  readonly loadingBehavior?: 'auto' | 'none' | 'self' | 'container'
  /** `false`: answered with JSON, and possible while a stream runs. */
  readonly streaming?: boolean
}

/** The answers to a structured input, by the id of the input. */
export interface InputAnswers {
  readonly status: 'answered' | 'skipped'
  readonly answers: Readonly<
    Record<string, { readonly values: readonly string[]; readonly skipped: boolean }>
  >
}

/** What the content may ask of the shell. */
export interface ItemHost {
  /** A widget's action. Resolves when its stream is over; rejects with an `Error` whose message is for the person. */
  act(action: WidgetAction, item: Item): Promise<void>
  /** The answers to a structured input. Resolves and rejects like `act`. */
  answer(item: Item, input: InputAnswers): Promise<void>
  /** A stream is running: actions that stream are disabled meanwhile. Every view is updated when this changes. */
  readonly busy: boolean
  /** Hosts that images may be loaded from, besides the page's own origin. */
  readonly allowedImageDomains: readonly string[]
  /** One of the interface's words, in the language of the page. */
  readonly text: Words
}
