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
import { type PendingSteps, pendingSteps } from './pending-steps.ts'

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

/** A message that is being written. */
interface OpenMessage {
  readonly item: AssistantMessageItem
  parts: readonly Part[]
}

const NOTHING: readonly never[] = Object.freeze([])

/** Makes the collection of one answer. */
export function pendingItems(): PendingItems {
  return new Pending()
}

/**
 * What few answers have is made when it is needed, and the messages are a list: a map of one message
 * takes several times as much memory, and thousands of answers wait at once.
 */
class Pending implements PendingItems {
  #steps: PendingSteps | undefined
  #open: readonly OpenMessage[] = NOTHING
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
    if (item.type === 'assistant_message') {
      const message: OpenMessage = { item, parts: item.content.map(partOf) }
      this.#open = this.#without(item.id).concat(message)
    } else if (item.type === 'workflow') {
      this.#steps ??= pendingSteps()
      this.#steps.add(item)
    }
  }

  update(itemId: string, update: ItemUpdate): void {
    const message = this.#open.find(({ item }) => item.id === itemId)
    if (!message) this.#steps?.update(itemId, update)
    else if (update.type === 'assistant_message.content_part.text_delta') {
      partAt(message, update.content_index).text += update.delta
    } else if (update.type === 'assistant_message.content_part.annotation_added') {
      partAt(message, update.content_index).annotations.splice(
        update.annotation_index,
        0,
        update.annotation,
      )
    } else if (
      update.type === 'assistant_message.content_part.added' ||
      update.type === 'assistant_message.content_part.done'
    ) {
      Object.assign(partAt(message, update.content_index), partOf(update.content))
    }
  }

  settle(itemId: string): void {
    this.#open = this.#without(itemId)
    this.#steps?.settle(itemId)
    this.#notes?.delete(itemId)
  }

  written(): readonly Item[] {
    const messages = this.#open
      .filter(({ parts }) => parts.some(({ text }) => text.trim() !== ''))
      .map(({ item, parts }) => ({
        ...item,
        content: parts.map((part) => ({ type: 'output_text', ...part }) as const),
      }))
    return [...this.takeNotes(), ...(this.#steps?.done() ?? []), ...messages]
  }

  #without(itemId: string): readonly OpenMessage[] {
    return this.#open.filter(({ item }) => item.id !== itemId)
  }
}

/** Not with `push`, which reserves room for sixteen more. */
function partAt(message: OpenMessage, index: number): Part {
  while (message.parts.length <= index)
    message.parts = message.parts.concat({ text: '', annotations: [] })
  const part = message.parts[index]
  if (!part) throw new TypeError('content_index must be a whole number of at least 0')
  return part
}

function partOf({ text, annotations }: AssistantContent): Part {
  return { text, annotations: [...annotations] }
}
