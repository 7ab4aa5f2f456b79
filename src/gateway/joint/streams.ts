// What the servers behind a joint address say by themselves, as one stream: changes of lists and of
// resources, and what they ask the client.

import { rewriteAnswer } from '../../mcp/answer/answer.ts'
import { plainRules } from '../../mcp/answer/rules.ts'
import { type EventWriter, eventWriter } from '../event-writer.ts'
import type { Names } from './names.ts'
import { toClient } from './to-client.ts'
import type { Upstream, Upstreams } from './upstreams.ts'

/** Milliseconds until a stream that broke off is asked for again: at first, and at most. */
const FIRST_PAUSE_MS = 1_000
const MAX_PAUSE_MS = 30_000

/** What the streams of one gateway need. */
export interface JointStreamParts {
  readonly upstreams: Upstreams
  readonly names: Names
  /** Makes the way to a server. The stream lives as long as the signal. */
  readonly upstreamOf: (server: string, signal: AbortSignal) => Upstream
}

/** The streams that clients have open, by their sessions: a client has one at a time. */
export class JointStreams {
  readonly #open = new Map<string, EventWriter>()

  /** Opens the stream of a client's session. One that it had before ends: nobody reads it any more. */
  listen(front: string, servers: readonly string[], parts: JointStreamParts): Response {
    this.#open.get(front)?.close()
    const gone = new AbortController()
    const end = () => {
      gone.abort()
      if (this.#open.get(front) === whole) this.#open.delete(front)
    }
    const writer = eventWriter(end)
    const whole: EventWriter = {
      ...writer,
      close() {
        writer.close()
        end()
      },
    }
    this.#open.set(front, whole)
    for (const server of servers) void follow(server, whole, gone.signal, parts)
    return writer.response
  }
}

/** Follows one server until the client has gone, or the server says that it has no stream. */
async function follow(
  server: string,
  writer: EventWriter,
  signal: AbortSignal,
  { upstreams, names, upstreamOf }: JointStreamParts,
): Promise<void> {
  for (let pauseMs = FIRST_PAUSE_MS; !signal.aborted; ) {
    try {
      const response = await upstreams.listen(upstreamOf(server, signal))
      if (response.status === 405) return
      if (response.ok) pauseMs = FIRST_PAUSE_MS
      await pass(response, writer, { server, names })
    } catch {
      // It is asked again. The reason is in the audit already.
    }
    await pause(pauseMs, signal)
    pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS)
  }
}

/** Writes each message of a stream into the client's. */
async function pass(
  response: Response,
  writer: EventWriter,
  from: { readonly server: string; readonly names: Names },
): Promise<void> {
  const rules = {
    ...plainRules(from.server),
    isEndless: true,
    message: async (message: unknown) => {
      const told = toClient(message, from)
      if (typeof told === 'object' && told !== null) writer.write(told)
      return message
    },
  }
  const answer = response.ok ? await rewriteAnswer(response, rules) : response
  const reader = answer.body?.getReader()
  if (response.ok) while (reader && !(await reader.read()).done);
  await reader?.cancel()
}

/** Resolves after a time, or when the signal fires. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    timer.unref()
    signal.addEventListener('abort', end, { once: true })
    if (signal.aborted) end()
  })
}
