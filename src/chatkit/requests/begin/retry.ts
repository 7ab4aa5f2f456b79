// Answers a message once more.

import { granted, type Result } from '../../../core/errors.ts'
import type { ChatCaller } from '../../options.ts'
import { isHidden } from '../../protocol/item.ts'
import { conflict, NOT_FOUND, refuse, type WireRefusal } from '../../protocol/refusal.ts'
import type { StreamParams } from '../../protocol/request.ts'
import type { ThreadState } from '../../protocol/thread.ts'
import { MAX_BRANCHES } from '../../threads/branches.ts'
import { findShownItem, presentItem } from '../items.ts'
import { type Beginning, type BeginParts, respondTo, streamOptions } from './beginning.ts'
import { answerSetAside, TOO_MANY, tailAfter } from './branches.ts'

/**
 * Removes what came after a message, or sets it aside as another answer, and answers again. Records of
 * calls that may have run are kept.
 */
export async function retryAfter<C extends ChatCaller>(
  thread: ThreadState,
  { item_id, onbehalf_keep: keepsOld = false }: StreamParams['threads.retry_after_item'],
  parts: BeginParts<C>,
): Promise<Result<Beginning<C>, WireRefusal>> {
  const { threads } = parts
  const item = await findShownItem(threads, thread.id, item_id)
  if (!item) return refuse(NOT_FOUND)
  if (item.type !== 'user_message') return refuse(conflict('not_a_message'))
  const { tail, records } = await tailAfter(threads, item)
  const kept = keepsOld && tail.some((newer) => !isHidden(newer))
  if (kept && records.length + 1 >= MAX_BRANCHES) return refuse(TOO_MANY)
  const remove = tail.map(({ id }) => id)
  const aside = kept ? answerSetAside(item, tail, records, parts) : undefined
  if (!(await threads.change(thread.id, aside?.change ?? { remove }))) return refuse(NOT_FOUND)
  const message = aside?.message ?? item
  const shown = presentItem(message, parts.attachments)
  const changed = aside ? [{ type: 'thread.item.replaced', item: shown } as const] : []
  return granted({
    thread,
    prelude: [...changed, streamOptions(parts)],
    begin: respondTo(thread, message, parts),
  })
}
