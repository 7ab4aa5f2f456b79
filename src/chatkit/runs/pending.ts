// Collects what an answer has begun and not stored: its messages and steps, so that they can be
// stored when the answer is stopped, and hidden notes that wait for the next item.

import type { ItemUpdate } from '../protocol/event.ts'
import type {
  Annotation,
  AssistantContent,
  AssistantMessageItem,
  HiddenItem,
  Item,
} from '../protocol/item.ts'
import { pendingSteps } from './pending-steps.ts'

/** The pending messages and steps of an answer. */
export interface PendingItems {
  /** Follows an item from now on. Only assistant messages and lists of steps count. */
  add(item: Item): void
  update(itemId: string, update: ItemUpdate): void
  /** A hidden item waits until an item is stored. The newest one with an id counts. */
  note(item: HiddenItem): void
  /** Gives the notes that wait, once. */
  takeNotes(): readonly HiddenItem[]
  /** The item is complete, or was removed. */
  settle(itemId: string): void
  /**
   * Gives the notes that wait, once, the steps of which something was done, and the messages as far
   * as they were written, without those that have no text.
   */
  written(): readonly Item[]
}

interface Part {
  text: string
  annotations: Annotation[]
}

/** Makes the collection of one answer. */
export function pendingItems(): PendingItems {
  return new Pending()
}

class Pending implements PendingItems {
  readonly #steps = pendingSteps()
  readonly #open = new Map<
    string,
    { readonly item: AssistantMessageItem; readonly parts: Part[] }
  >()

  #notes: Map<string, HiddenItem> | undefined

  note(item: HiddenItem): void {
    this.#notes ??= new Map()
    this.#notes.set(item.id, item)
  }

  takeNotes(): readonly HiddenItem[] {
    const notes = this.#notes ? [...this.#notes.values()] : []
    this.#notes = undefined
    return notes
  }

  add(item: Item): void {
    if (item.type === 'assistant_message')
      this.#open.set(item.id, { item, parts: item.content.map(partOf) })
    else this.#steps.add(item)
  }

  update(itemId: string, update: ItemUpdate): void {
    const parts = this.#open.get(itemId)?.parts
    if (!parts) this.#steps.update(itemId, update)
    else if (update.type === 'assistant_message.content_part.text_delta') {
      partAt(parts, update.content_index).text += update.delta
    } else if (update.type === 'assistant_message.content_part.annotation_added') {
      partAt(parts, update.content_index).annotations.splice(
        update.annotation_index,
        0,
        update.annotation,
      )
    } else if (
      update.type === 'assistant_message.content_part.added' ||
      update.type === 'assistant_message.content_part.done'
    ) {
      Object.assign(partAt(parts, update.content_index), partOf(update.content))
    }
  }

  settle(itemId: string): void {
    this.#open.delete(itemId)
    this.#steps.settle(itemId)
    this.#notes?.delete(itemId)
  }

  written(): readonly Item[] {
    const messages = [...this.#open.values()]
      .filter(({ parts }) => parts.some(({ text }) => text.trim() !== ''))
      .map(({ item, parts }) => ({
        ...item,
        content: parts.map((part) => ({ type: 'output_text', ...part }) as const),
      }))
    return [...this.takeNotes(), ...this.#steps.done(), ...messages]
  }
}

function partAt(parts: Part[], index: number): Part {
  while (parts.length <= index) parts.push({ text: '', annotations: [] })
  const part = parts[index]
  if (!part) throw new TypeError('content_index must be a whole number of at least 0')
  return part
}

function partOf({ text, annotations }: AssistantContent): Part {
  return { text, annotations: [...annotations] }
}
