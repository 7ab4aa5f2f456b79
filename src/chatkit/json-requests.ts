// The requests that are answered with JSON.

import type { OwnedThreads } from './owned-threads.ts'
import { done, NOT_FOUND, type Outcome, refuse, UNKNOWN_CURSOR } from './refusal.ts'
import type { ChatkitRequest } from './request.ts'
import { wireThread } from './thread.ts'

/** A request that is answered with JSON. */
export type JsonRequest = Exclude<ChatkitRequest, { type: 'threads.create' | 'threads.add_user_message' }>

/** Items that come with a thread. */
const FIRST_ITEMS = 20

/** Answers a request for its caller. */
export async function answerJson(request: JsonRequest, threads: OwnedThreads): Promise<Outcome<unknown>> {
  switch (request.type) {
    case 'threads.get_by_id': {
      const { thread_id } = request.params
      const thread = await threads.get(thread_id)
      const items = thread && (await threads.items(thread_id, { limit: FIRST_ITEMS, order: 'asc', hidden: false }))
      return thread && items ? done(wireThread(thread, items)) : refuse(NOT_FOUND)
    }
    case 'threads.list': {
      const page = await threads.list(request.params)
      return page ? done({ ...page, data: page.data.map((thread) => wireThread(thread)) }) : refuse(UNKNOWN_CURSOR)
    }
    case 'threads.update': {
      const { thread_id, title } = request.params
      const thread = await threads.update(thread_id, { title })
      return thread ? done(wireThread(thread)) : refuse(NOT_FOUND)
    }
    case 'threads.delete':
      return (await threads.delete(request.params.thread_id)) ? done({}) : refuse(NOT_FOUND)
    case 'items.list': {
      const { thread_id, ...page } = request.params
      if (!(await threads.get(thread_id))) return refuse(NOT_FOUND)
      const items = await threads.items(thread_id, { ...page, hidden: false })
      return items ? done(items) : refuse(UNKNOWN_CURSOR)
    }
  }
}
