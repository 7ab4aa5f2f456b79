// Answers a message once more.

import { granted, type Result } from '../../../core/errors.ts'
import { mayHaveActed } from '../../agent/approval-record.ts'
import type { ChatCaller } from '../../options.ts'
import { conflict, NOT_FOUND, refuse, type WireRefusal } from '../../protocol/refusal.ts'
import type { StreamParams } from '../../protocol/request.ts'
import type { ThreadState } from '../../protocol/thread.ts'
import { findShownItem } from '../items.ts'
import { type Beginning, type BeginParts, respondTo, streamOptions } from './beginning.ts'

/**
 * Removes what came after a message and answers again. Records of calls that may have run are kept.
 */
export async function retryAfter<C extends ChatCaller>(
  thread: ThreadState,
  { item_id }: StreamParams['threads.retry_after_item'],
  parts: BeginParts<C>,
): Promise<Result<Beginning<C>, WireRefusal>> {
  const { threads } = parts
  const item = await findShownItem(threads, thread.id, item_id)
  if (!item) return refuse(NOT_FOUND)
  if (item.type !== 'user_message')
    return refuse(conflict('not_a_message', 'Only an answer to a message can be tried again.'))
  const newer: string[] = []
  for (let after: string | undefined = item_id; after !== undefined; ) {
    const page = await threads.items(thread.id, { limit: 100, order: 'asc', hidden: true, after })
    if (!page) return refuse(NOT_FOUND)
    newer.push(...page.data.filter((newerItem) => !mayHaveActed(newerItem)).map(({ id }) => id))
    after = page.after
  }
  if (!(await threads.change(thread.id, { remove: newer }))) return refuse(NOT_FOUND)
  return granted({ thread, prelude: [streamOptions(parts)], begin: respondTo(thread, item, parts) })
}
