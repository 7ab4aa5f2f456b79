// An action of a widget, or of the page.

import { granted, type Result } from '../../../core/errors.ts'
import type { ChatCaller } from '../../options.ts'
import { NOT_FOUND, refuse, UNSUPPORTED, type WireRefusal } from '../../protocol/refusal.ts'
import type { StreamParams } from '../../protocol/request.ts'
import type { ThreadState } from '../../protocol/thread.ts'
import { findShownItem } from '../items.ts'
import { type Beginning, type BeginParts, streamOptions } from './beginning.ts'

/** Answers an action with the app's handler. */
export async function act<C extends ChatCaller>(
  thread: ThreadState,
  { item_id, action }: StreamParams['threads.custom_action'],
  parts: BeginParts<C>,
): Promise<Result<Beginning<C>, WireRefusal>> {
  const handler = parts.action
  if (!handler) return refuse(UNSUPPORTED)
  const sender =
    item_id === undefined ? undefined : await findShownItem(parts.threads, thread.id, item_id)
  if (item_id !== undefined && !sender) return refuse(NOT_FOUND)
  if (sender && sender.type !== 'widget') {
    return granted({
      thread,
      prelude: [{ type: 'error', code: 'stream.error', allow_retry: false }],
      begin: undefined,
    })
  }
  return granted({
    thread,
    prelude: [streamOptions(parts)],
    begin: (context) => handler(thread, action, sender, context),
  })
}
