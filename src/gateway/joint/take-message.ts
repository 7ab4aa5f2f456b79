// What a client of several servers says without asking anything: answers to what a server asked, and
// notifications.

import type { UnknownObject } from '../../core/json.ts'
import { answerToFailure } from '../refusal-answer.ts'
import { namesOver } from './names.ts'
import { answerToServer, progressToServer } from './to-server.ts'
import type { Visit } from './visit.ts'

/** Notifications that every server with an open session gets: the client's ids are known to each. */
const FOR_ALL: ReadonlySet<unknown> = new Set([
  'notifications/cancelled',
  'notifications/roots/list_changed',
])

/** Takes a message that gets no answer. */
export async function takeMessage(message: UnknownObject, visit: Visit): Promise<Response> {
  const { route, caller } = visit
  const names = namesOver(route.servers)
  const found =
    message.method === undefined
      ? answerToServer(message, names)
      : message.method === 'notifications/progress'
        ? progressToServer(message, names)
        : undefined
  try {
    if (found) await tell(found.server, found.message, visit)
    else if (FOR_ALL.has(message.method))
      await Promise.allSettled(route.servers.map((server) => tell(server, message, visit)))
  } catch (failure) {
    return answerToFailure(failure, undefined, { route, caller })
  }
  return new Response(null, { status: 202 })
}

/** A server without a session has asked nothing, and has nothing under way. */
async function tell(server: string, message: UnknownObject, visit: Visit): Promise<void> {
  const upstream = visit.upstreamOf(server)
  if (!visit.upstreams.isOpen(upstream)) return
  const response = await visit.upstreams.send(message, upstream)
  await response.body?.cancel()
}
