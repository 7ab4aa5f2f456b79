// What a client is answered when a request could not be carried: the fixed sentence of the reason, and
// a challenge where a wider or a fresh token would help. Nothing of an upstream's own words.

import type { CallerAtWork } from '../callers-by-token.ts'
import { toResponse } from '../core/door/answer.ts'
import { AuthError, type Refusal } from '../core/errors.ts'
import { resourceMetadataUrl } from '../core/resource.ts'
import { missingScopes } from '../core/scope.ts'
import { sentenceFor } from '../core/sentences.ts'
import { INTERNAL_ERROR, problem, type RequestId } from '../mcp-server/problem.ts'
import type { Route } from './routes.ts'

/**
 * The challenge that a refusal leads to (RFC 6750 section 3): a client that gets a token with these
 * scopes can do it. Undefined where another token would not help.
 */
export function challengeFor(
  refusal: Refusal | undefined,
  { resource }: Route,
  { token }: CallerAtWork,
): Response | undefined {
  if (refusal?.reason !== 'scope_missing' || !refusal.scopes) return undefined
  // The person's token has them already, so it is the server that wants something else.
  if (missingScopes(refusal.scopes, token.scopes).length === 0) return undefined
  return toResponse(refusal, { resourceMetadata: resourceMetadataUrl(resource) })
}

/** The answer to a request that failed; `id` is that of the request, where it has one. */
export function answerToFailure(
  error: unknown,
  id: RequestId | undefined,
  route: Route,
  caller: CallerAtWork,
): Response {
  const refusal = error instanceof AuthError ? error.refusal : undefined
  const challenge = challengeFor(refusal, route, caller)
  if (challenge) return challenge
  // An answer of the protocol has status 200: clients show nobody the text of another status.
  const sentence = `${sentenceFor(error)}${linkFor(refusal, route)}`
  return problem(id === undefined ? 503 : 200, INTERNAL_ERROR, sentence, { id })
}

/** Where the person can do something about it. Whoever opens the page signs in there. */
function linkFor(refusal: Refusal | undefined, { connectAt }: Route): string {
  if (refusal?.reason !== 'connection_needed' || connectAt === undefined) return ''
  const url = new URL(connectAt)
  if (refusal.server !== undefined) url.searchParams.set('server', refusal.server)
  return ` Open ${url.href} in a browser.`
}
