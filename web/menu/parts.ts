// What the menu needs of the component. It is handed in, so that the module holds no second copy of
// the component.

import type { Entity } from '../settings/options.ts'
import type { ChatSettings } from '../settings/settings.ts'
import type { Words } from '../settings/words.ts'

/** The parts. */
export interface MenuParts {
  readonly root: ShadowRoot
  readonly field: HTMLTextAreaElement
  readonly settings: ChatSettings
  readonly words: Words
  /** Returns what the field shows of an entity that becomes a tag. */
  mention(entity: Entity): string
  setText(text: string): void
  icon(name: string): Element
  /** The entity that an element shows, if it shows one. */
  entityOf(element: Element): Entity | undefined
  /** Draws a widget. */
  draw(widget: object): HTMLElement
}
