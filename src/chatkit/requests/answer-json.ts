// Leads a request that is answered with JSON to the function that answers it.

import type { Result } from '../../core/errors.ts'
import type { ChatCaller } from '../options.ts'
import type { WireRefusal } from '../protocol/refusal.ts'
import type { JsonRequest } from '../protocol/request.ts'
import { actSync, listItems, takeFeedback } from './json/items.ts'
import type { JsonServer } from './json/json-server.ts'
import {
  deleteThread,
  getThread,
  listThreads,
  renameThread,
  searchThreads,
  stopRun,
} from './json/threads.ts'
import { createAttachment, deleteAttachment, transcribe } from './json/uploads.ts'

/** Answers a request for its caller. */
export async function answerJson<C extends ChatCaller>(
  request: Exclude<JsonRequest, { type: 'onbehalf.runs.renew' }>,
  server: JsonServer<C>,
): Promise<Result<unknown, WireRefusal>> {
  switch (request.type) {
    case 'threads.get_by_id':
      return getThread(request.params.thread_id, server)
    case 'threads.list':
      return listThreads(request.params, server)
    case 'threads.update':
      return renameThread(request.params, server)
    case 'threads.delete':
      return deleteThread(request.params.thread_id, server)
    case 'threads.sync_custom_action':
      return actSync(request.params, request.metadata ?? {}, server)
    case 'items.list':
      return listItems(request.params, server)
    case 'items.feedback':
      return takeFeedback(request.params, server)
    case 'attachments.create':
      return createAttachment(request.params, server)
    case 'attachments.delete':
      return deleteAttachment(request.params.attachment_id, server)
    case 'input.transcribe':
      return transcribe(request.params, server)
    case 'onbehalf.threads.search':
      return searchThreads(request.params, server)
    case 'onbehalf.runs.stop':
      return stopRun(request.params, server)
  }
}
