// A thread: its state as the server knows it, and its wire form, which is less.

import type { JsonValue } from '../../core/json.ts'
import type { Item } from './item.ts'

/** Whether a thread takes new messages. */
export type ThreadStatus =
  | { readonly type: 'active' }
  | { readonly type: 'locked'; readonly reason?: string }
  | { readonly type: 'closed'; readonly reason?: string }

/** What an app may change of a thread. */
export interface ThreadChange {
  readonly title?: string
  readonly status?: ThreadStatus
  readonly allowed_image_domains?: readonly string[]
  /** The app's own notes. Never sent to a client, and no place for a credential. */
  readonly metadata?: Readonly<Record<string, JsonValue>>
}

/** A thread without its items. */
export interface ThreadState extends ThreadChange {
  readonly id: string
  /** UTC, ISO 8601 with `Z`. */
  readonly created_at: string
  readonly status: ThreadStatus
  readonly metadata: Readonly<Record<string, JsonValue>>
}

/** One page of a list. `after` is there when there is more. */
export interface Page<T> {
  readonly data: readonly T[]
  readonly has_more: boolean
  readonly after?: string
}

/** A thread on the wire. `metadata` is always empty there. */
export interface Thread extends Omit<ThreadState, 'metadata'> {
  readonly metadata: Readonly<Record<string, never>>
  readonly items: Page<Item>
}

const NO_ITEMS: Page<Item> = Object.freeze({ data: Object.freeze([]), has_more: false })

/** The wire form of a thread: only the fields that a client may see. */
export function wireThread(state: ThreadState, items: Page<Item> = NO_ITEMS): Thread {
  const { id, title, created_at, status, allowed_image_domains } = state
  return {
    id,
    ...(title === undefined ? {} : { title }),
    created_at,
    status,
    ...(allowed_image_domains === undefined ? {} : { allowed_image_domains }),
    metadata: {},
    items,
  }
}
