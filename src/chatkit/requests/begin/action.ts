// An action of a widget, or of the page.

import type { ChatCaller } from '../../options.ts'
import { done, NOT_FOUND, type Outcome, refuse, UNSUPPORTED } from '../../protocol/refusal.ts'
import type { StreamParams } from '../../protocol/request.ts'
import type { ThreadState } from '../../protocol/thread.ts'
import { findShownItem } from '../items.ts'
import { type Beginning, type BeginParts, streamOptions } from './beginning.ts'

/** Answers an action with the app's handler. */
export async function act<C extends ChatCaller>(
  thread: ThreadState,
  { item_id, action }: StreamParams['threads.custom_action'],
  parts: BeginParts<C>,
): Promise<Outcome<Beginning<C>>> {
  const handler = parts.action
  if (!handler) return refuse(UNSUPPORTED)
  const sender =
    item_id === undefined ? undefined : await findShownItem(parts.threads, thread.id, item_id)
  if (item_id !== undefined && !sender) return refuse(NOT_FOUND)
  if (sender && sender.type !== 'widget') {
    return done({
      thread,
      prelude: [{ type: 'error', code: 'stream.error', allow_retry: false }],
      begin: undefined,
    })
  }
  return done({
    thread,
    prelude: [streamOptions(parts)],
    begin: (context) => handler(thread, action, sender, context),
  })
}
