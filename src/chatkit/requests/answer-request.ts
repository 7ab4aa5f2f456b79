// Answers a request of an admitted caller, with JSON or with a stream.

import { granted, type Result } from '../../core/errors.ts'
import type { OpenStreams } from '../http/open-streams.ts'
import { type Reply, replyRefusing, replyWith } from '../http/reply.ts'
import type { ChatCaller, ChatkitServerOptions } from '../options.ts'
import { TOO_MANY_STREAMS, tooManyRequests, type WireRefusal } from '../protocol/refusal.ts'
import { ownedThreads } from '../threads/owned-threads.ts'
import { answerJson } from './answer-json.ts'
import type { StreamAnswer, StreamServer } from './context.ts'
import { readOnce } from './idempotency.ts'
import { type ReadBounds, readRequest } from './read-request.ts'
import { renewRun } from './renew.ts'
import { resume } from './resume.ts'
import { answerStream } from './stream-requests.ts'

/** What the server has for all requests. */
export interface RequestServer<C extends ChatCaller>
  extends StreamServer<C>,
    ReadBounds,
    Pick<ChatkitServerOptions<C>, 'store' | 'syncAction' | 'feedback' | 'transcribe'> {
  readonly streams: OpenStreams
  /** Lower-case names of headers that the app wants to see. */
  readonly contextHeaders: readonly string[]
}

/** Where a request got to, for the log: filled in as it becomes known. */
export interface RequestPlace {
  type?: string
  threadId?: string
}

/** Answers a request. */
export async function answerRequest<C extends ChatCaller>(
  caller: C,
  request: Request,
  place: RequestPlace,
  server: RequestServer<C>,
): Promise<Reply> {
  const { runs, rateLimit, streams, report } = server
  const threads = ownedThreads(server.store, caller.principal)
  const { owner } = threads
  const incoming = await readRequest(request, owner, server)
  if (!incoming.ok) return replyRefusing(incoming.refusal)
  const asked = incoming.value
  const headers = chosenHeaders(request.headers, server.contextHeaders)
  place.type = asked.type
  if ('thread_id' in asked.params) place.threadId = asked.params.thread_id
  switch (asked.type) {
    case 'threads.create':
    case 'threads.add_user_message':
    case 'threads.add_client_tool_output':
    case 'threads.add_structured_input':
    case 'threads.retry_after_item':
    case 'threads.custom_action':
    case 'onbehalf.branches.edit':
    case 'onbehalf.branches.choose': {
      const allowed = await rateLimit?.take(owner, 'run')
      if (allowed && !allowed.ok) return replyRefusing(tooManyRequests(allowed.retryAfter))
      const once = await readOnce(request.headers, asked)
      if (!once.ok) return replyRefusing(once.refusal)
      return replyStreaming(streams, owner, () =>
        answerStream({ request: asked, once: once.value, headers, caller, threads }, server),
      )
    }
    case 'onbehalf.runs.renew':
      return renewRun(asked.params, caller, threads, runs)
    case 'onbehalf.runs.resume':
      return replyStreaming(streams, owner, async () => {
        const stream = await resume(asked.params, threads, runs)
        return stream.ok ? granted({ frames: stream.value, endsCaller: false }) : stream
      })
    default: {
      const onError = (error: unknown) => report(error, { ...place, principal: caller.principal })
      const { signal } = request
      const outcome = await answerJson(asked, {
        ...server,
        caller,
        threads,
        headers,
        signal,
        onError,
      })
      return outcome.ok ? replyWith(outcome.value) : replyRefusing(outcome.refusal)
    }
  }
}

/** A page has no more to say in a header. */
const MAX_HEADER_CHARS = 4_096

/** The headers that the app wants to see. A longer one is left out. */
function chosenHeaders(
  headers: Headers,
  names: readonly string[],
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = headers.get(name)
      return value === null || value.length > MAX_HEADER_CHARS ? [] : [[name, value]]
    }),
  )
}

/**
 * Replies with a stream, which counts until its client has it all or is gone. A person who has too
 * many is refused before anything is stored.
 */
async function replyStreaming(
  streams: OpenStreams,
  owner: string,
  begin: () => Promise<Result<StreamAnswer, WireRefusal>>,
): Promise<Reply> {
  if (streams.isFull(owner)) return replyRefusing(TOO_MANY_STREAMS)
  const outcome = await begin()
  return outcome.ok
    ? { kind: 'stream', leave: streams.enter(owner), ...outcome.value }
    : replyRefusing(outcome.refusal)
}
