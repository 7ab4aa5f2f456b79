// The output of a client tool, which the page ran.

import { granted, type Result } from '../../../core/errors.ts'
import type { ChatCaller } from '../../options.ts'
import type { Item } from '../../protocol/item.ts'
import { conflict, NOT_FOUND, refuse, type WireRefusal } from '../../protocol/refusal.ts'
import type { StreamParams } from '../../protocol/request.ts'
import type { ThreadState } from '../../protocol/thread.ts'
import { type Beginning, type BeginParts, respondTo, streamOptions } from './beginning.ts'

/** Newest items that are searched for calls of client tools that nobody answered. */
const RECENT_ITEMS = 20

/** Completes the pending call that is the newest item, and removes older pending ones. */
export async function addToolOutput<C extends ChatCaller>(
  thread: ThreadState,
  { result }: StreamParams['threads.add_client_tool_output'],
  parts: BeginParts<C>,
): Promise<Result<Beginning<C>, WireRefusal>> {
  const { threads } = parts
  const recent =
    (await threads.items(thread.id, { limit: RECENT_ITEMS, order: 'desc', hidden: false }))?.data ??
    []
  const [call, ...older] = recent
  if (call?.type !== 'client_tool_call' || call.status !== 'pending') {
    return refuse(conflict('no_pending_call'))
  }
  const completed: Item = {
    ...call,
    status: 'completed',
    ...(result === null ? {} : { output: result }),
  }
  const remove = older.flatMap((item) =>
    item.type === 'client_tool_call' && item.status === 'pending' ? [item.id] : [],
  )
  if (!(await threads.change(thread.id, { save: [completed], remove }))) return refuse(NOT_FOUND)
  return granted({
    thread,
    prelude: [streamOptions(parts)],
    begin: respondTo(thread, undefined, parts),
  })
}
