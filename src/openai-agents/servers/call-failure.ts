// What is known about a call that failed. "It is not known whether it was done" is said only where
// the call may have been made.

import { ProtocolError, SdkHttpError } from '@modelcontextprotocol/client'
import { wasNeverSent } from '../../core/carry/send.ts'
import { AuthError } from '../../core/errors.ts'
import { toSentence } from '../../core/sentences.ts'
import { PageNotOpened, pagesIn } from '../questions/pages.ts'

/**
 * The result of a call that failed without a reason of ours, for the model to read. Foreign error
 * texts quote what was sent to them.
 */
const FAILED =
  'The tool call failed, and it is not known whether it was done. Look before trying again.'

/** HTTP statuses of a request that the server did not handle. */
const NOT_HANDLED: ReadonlySet<number> = new Set([
  400, 404, 405, 406, 410, 411, 413, 414, 415, 421, 426, 429, 431,
])
/** JSON-RPC 2.0 section 5.1: the request could not be read, or there is no such tool. */
const NOT_ACCEPTED: ReadonlySet<number> = new Set([-32700, -32600, -32601, -32602])
const TOO_MANY_REQUESTS = 429

/** Whether an error says that the server does not know the session any more: nothing was done. */
export function isSessionGone(error: unknown): boolean {
  return error instanceof SdkHttpError && (error.status === 404 || error.status === 400)
}

/** The sentence about a failed call, for the model to read. */
export function callSentence(error: unknown, server: string): string {
  for (let inner = error, depth = 0; depth < 5 && inner instanceof Error; depth++) {
    const sentence = sentenceOf(inner, server)
    if (sentence !== undefined) return sentence
    inner = inner.cause
  }
  return FAILED
}

function sentenceOf(error: Error, server: string): string | undefined {
  if (error instanceof AuthError) return toSentence(error.refusal)
  if (error instanceof SdkHttpError) return sentenceOfStatus(error.status, server)
  if (error instanceof PageNotOpened || pagesIn(error))
    return `This was not done: ${server} wants the person to open a page first, and they did not.`
  if (error instanceof ProtocolError && NOT_ACCEPTED.has(error.code))
    return `This was not done: ${server} did not accept the call. Check the tool and its arguments.`
  return wasNeverSent(error) ? toSentence({ reason: 'server_unreachable', server }) : undefined
}

function sentenceOfStatus(status: number, server: string): string | undefined {
  if (status === TOO_MANY_REQUESTS)
    return `This was not done: ${server} has too many requests right now. Try again later.`
  return NOT_HANDLED.has(status)
    ? `This was not done: ${server} did not take the request.`
    : undefined
}
