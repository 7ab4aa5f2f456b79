// Sends a reply as a node:http response, where an event costs little more than writing it does.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { requestOf } from '../../mount/node-request.ts'
import { invalid, METHOD_NOT_ALLOWED, refusalAnswer, UNAVAILABLE } from '../protocol/refusal.ts'
import { type NodeTerms, writeFrames } from './frames.ts'
import { type JsonReply, type Reply, replyRefusing, STREAM_HEADERS } from './reply.ts'

/** How requests are answered, whatever server they came by. */
export interface NodeAnswering extends NodeTerms {
  readonly answer: (request: Request) => Promise<Reply>
}

/** Answers a node:http request. It never rejects. */
export async function answerNode(
  incoming: IncomingMessage,
  response: ServerResponse,
  answering: NodeAnswering,
): Promise<void> {
  try {
    const reply = await replyTo(incoming, response, answering)
    if (reply.kind === 'stream') {
      response.writeHead(200, STREAM_HEADERS)
      return writeFrames(reply.frames, response, reply.leave, answering)
    }
    if (reply.kind === 'json') return sendJson(reply, incoming, response)
    response
      .writeHead(reply.response.status, Object.fromEntries(reply.response.headers))
      .end(await reply.response.text())
  } catch (error) {
    fail(error, response, answering)
  }
}

/** In a function of its own, so that a stream does not hold its request for as long as it lasts. */
async function replyTo(
  incoming: IncomingMessage,
  response: ServerResponse,
  { answer }: NodeAnswering,
): Promise<Reply> {
  const heard = requestOf(incoming, response)
  if (!heard) {
    return replyRefusing(
      incoming.method === 'POST'
        ? invalid('The request has no target that can be read.')
        : METHOD_NOT_ALLOWED,
    )
  }
  const reply = await answer(heard.request)
  if (reply.kind === 'stream') heard.release()
  return reply
}

function sendJson(
  { status, headers, body }: JsonReply,
  incoming: IncomingMessage,
  response: ServerResponse,
): void {
  // Drain the rest of the body so that the client reads this answer. After a 408, close instead.
  if (!incoming.complete) incoming.resume()
  const sent = status === 408 ? { ...headers, connection: 'close' } : { ...headers }
  response.writeHead(status, sent).end(body)
}

/** The answer could not be made or written. */
function fail(error: unknown, response: ServerResponse, { report }: NodeAnswering): void {
  report(error)
  if (response.headersSent) return void response.destroy()
  const { status, headers, body } = refusalAnswer(UNAVAILABLE)
  response.writeHead(status, { ...headers }).end(body)
}
