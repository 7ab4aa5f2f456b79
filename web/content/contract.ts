// The contract between the shell and the content. The content draws items, and asks the shell for
// the rest. Types only.

import type { Item } from '../../src/chatkit/protocol/item.ts'
import type { JsonValue } from '../../src/chatkit/protocol/json.ts'
import type { Translate } from '../settings/named-text.ts'
import type { Words } from '../settings/words.ts'
import type { Rich } from './rich.ts'

/** One item on the page. `update` draws it again. */
export interface ItemView {
  readonly element: HTMLElement
  /**
   * Draws the item. Called once for each frame in which the item changed, so a streamed text
   * arrives here in steps.
   */
  update(item: Item): void
}

/** A widget's action, with the defaults of the wire filled in (`server`, `auto`, `true`). */
export interface WidgetAction {
  readonly type: string
  readonly payload?: JsonValue
  readonly handler?: 'server' | 'client'
  readonly loadingBehavior?: 'auto' | 'none' | 'self' | 'container'
  /** `false`: the answer is JSON, and the action can be sent while a stream runs. */
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
  /**
   * Sends a widget's action. Resolves when its stream is over; rejects with an `Error` whose
   * message is for the person.
   */
  act(action: WidgetAction, item: Item): Promise<void>
  /** Sends the answers to a structured input. Resolves and rejects like `act`. */
  answer(item: Item, input: InputAnswers): Promise<void>
  /**
   * Whether a stream is running. Actions that stream are disabled then. Every view is updated when
   * this changes.
   */
  readonly busy: boolean
  /** Hosts that images may be loaded from, besides the page's own origin. */
  readonly allowedImageDomains: readonly string[]
  /** Returns one of the interface's words, in the language of the page. */
  readonly text: Words
  /** Puts the language of the page in place of the server's English. */
  readonly translate?: Translate
  /** Draws formulas, diagrams and the colours of code. Without it they stay text. */
  readonly rich?: Rich | undefined
}
