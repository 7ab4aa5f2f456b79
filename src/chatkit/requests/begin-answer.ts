// Begins the answer to a streaming request. All is decided before the first event: a refused request
// leaves nothing behind.

import type { Result } from '../../core/errors.ts'
import type { ChatCaller } from '../options.ts'
import { NOT_FOUND, refuse, type WireRefusal } from '../protocol/refusal.ts'
import type { StreamRequest } from '../protocol/request.ts'
import { act } from './begin/action.ts'
import type { Beginning, BeginParts } from './begin/beginning.ts'
import { addMessage, createThread } from './begin/message.ts'
import { retryAfter } from './begin/retry.ts'
import { addStructuredInput } from './begin/structured-input.ts'
import { addToolOutput } from './begin/tool-output.ts'
import { refuseUnlessOpen } from './items.ts'

/** Stores what a request brings, and says how its answer begins. The thread is taken already. */
export async function beginAnswer<C extends ChatCaller>(
  request: StreamRequest,
  parts: BeginParts<C>,
): Promise<Result<Beginning<C>, WireRefusal>> {
  if (request.type === 'threads.create') return createThread(request.params, parts)
  const thread = await parts.threads.get(parts.threadId)
  if (!thread) return refuse(NOT_FOUND)
  const refusal = refuseUnlessOpen(thread)
  if (refusal) return refuse(refusal)
  switch (request.type) {
    case 'threads.add_user_message':
      return addMessage(thread, request.params, parts)
    case 'threads.add_client_tool_output':
      return addToolOutput(thread, request.params, parts)
    case 'threads.add_structured_input':
      return addStructuredInput(thread, request.params, parts)
    case 'threads.retry_after_item':
      return retryAfter(thread, request.params, parts)
    case 'threads.custom_action':
      return act(thread, request.params, parts)
  }
}
