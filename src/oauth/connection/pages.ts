// The answers of a connect flow to the person's browser.

import { isFailure, type Refusal } from '../../core/errors.ts'
import { toSentence } from '../../core/sentences.ts'

/** Sends the person on. No cache keeps it, and no other site sees where they came from. */
export function redirect(status: 302 | 303, location: string, cookie: string): Response {
  const headers = {
    location,
    'set-cookie': cookie,
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
  }
  return new Response(null, { status, headers })
}

/** The answer to a request that belongs to no flow: one fixed sentence. */
export function refusalPage(refusal: Refusal): Response {
  const headers = {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  }
  return new Response(`${toSentence(refusal)}\n`, {
    status: isFailure(refusal.reason) ? 503 : 400,
    headers,
  })
}
