// What request handlers have to work with: the server's parts, and what the app is given.

import type { FrameSource } from '../http/frames.ts'
import type { AnswerContext, ChatCaller, ChatkitServerOptions, ErrorPlace } from '../options.ts'
import { ID_PREFIX } from '../protocol/id.ts'
import type { Item } from '../protocol/item.ts'
import type { ChatkitLimits } from '../protocol/limits.ts'
import type { RequestMetadata, StreamRequest } from '../protocol/request.ts'
import type { NewRun } from '../runs/run-store.ts'
import type { Runs } from '../runs/runs.ts'
import { branchOf } from '../threads/branches.ts'
import type { OwnedThreads } from '../threads/owned-threads.ts'

/** What the server has for requests that are answered with a stream. */
export interface StreamServer<C extends ChatCaller>
  extends Pick<
    ChatkitServerOptions<C>,
    'respond' | 'action' | 'attachments' | 'allowCancel' | 'titleOf'
  > {
  readonly runs: Runs
  readonly limits: ChatkitLimits
  readonly now: () => number
  readonly newId: (prefix: string) => string
  readonly report: (error: unknown, place: ErrorPlace) => void
}

/** A request that is answered with a stream, and whose it is. */
export interface StreamAsked<C extends ChatCaller> {
  readonly request: StreamRequest
  /** Undefined when the client gave no `Idempotency-Key`. */
  readonly once: NewRun['once']
  /** The headers that the app wants to see. */
  readonly headers: PageSays['headers']
  readonly caller: C
  readonly threads: OwnedThreads
}

/** A stream. */
export interface StreamAnswer {
  readonly frames: FrameSource
  /** Whether the run ends the caller, so that nobody else must. */
  readonly endsCaller: boolean
}

/** What the page said of itself with a request. */
export interface PageSays {
  readonly metadata: RequestMetadata
  readonly inputMetadata: RequestMetadata
  readonly headers: Readonly<Record<string, string>>
}

/** Gives the newest items, newest first. What was set aside is no part of the conversation. */
async function newestItems(
  threads: OwnedThreads,
  threadId: string,
  limit: number,
): Promise<readonly Item[]> {
  const found: Item[] = []
  for (let after: string | undefined; ; ) {
    const page = await threads.items(threadId, {
      limit,
      order: 'desc',
      hidden: true,
      ...(after === undefined ? {} : { after }),
    })
    found.push(...(page?.data ?? []).filter((item) => !branchOf(item)))
    after = page?.after
    if (after === undefined || found.length >= limit) return found.slice(0, limit)
  }
}

/** Makes what every function of the app that works in a thread is given. */
export function contextOf<C extends ChatCaller>(
  page: PageSays,
  caller: C,
  threads: OwnedThreads,
  threadId: string,
  { newId, now }: Pick<StreamServer<C>, 'newId' | 'now'>,
): Omit<AnswerContext<C>, 'signal' | 'updateThread' | 'proposeTitle'> {
  return {
    caller,
    ...page,
    newItem: (kind) => ({
      id: newId(ID_PREFIX[kind]),
      thread_id: threadId,
      created_at: new Date(now()).toISOString(),
    }),
    async history(limit = 100) {
      return (await newestItems(threads, threadId, limit)).toReversed()
    },
  }
}
