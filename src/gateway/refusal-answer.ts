// What a client is answered when a request could not be carried: the fixed sentence of the reason, and
// a challenge where a wider or a fresh token would help. Nothing of an upstream's own words.

import type { CallerAtWork } from '../callers-by-token.ts'
import { toResponse } from '../core/door/answer.ts'
import { AuthError, type Refusal } from '../core/errors.ts'
import { resourceMetadataUrl } from '../core/resource.ts'
import { missingScopes } from '../core/scope.ts'
import { sentenceFor } from '../core/sentences.ts'
import { HEADERS_DIFFER } from '../mcp/repeated-headers.ts'
import { HEADER_MISMATCH, INTERNAL_ERROR, problem, type RequestId } from '../mcp-server/problem.ts'
import {
  connectAnswer,
  connectResult,
  connectWords,
  type RefusedRequest,
  type ShowsPages,
} from './connect-answer.ts'
import type { Route } from './routes.ts'

/**
 * The challenge that a refusal leads to (RFC 6750 section 3): a client that gets a token with these
 * scopes can do it. Undefined where another token would not help.
 */
function challengeFor(
  refusal: Refusal | undefined,
  { resource }: Route,
  { token }: CallerAtWork,
): Response | undefined {
  if (refusal?.reason !== 'scope_missing' || !refusal.scopes) return undefined
  // The person's token has them already, so it is the server that wants something else.
  if (missingScopes(refusal.scopes, token.scopes).length === 0) return undefined
  return toResponse(refusal, { resourceMetadata: resourceMetadataUrl(resource) })
}

/** MCP 2026-07-28 has a status and a code for headers that differ from their body. */
function mismatch(id: RequestId | undefined): Response {
  const sentence = 'Header mismatch: Mcp-Method, Mcp-Name and Mcp-Param-* must equal the body.'
  return problem(400, HEADER_MISMATCH, sentence, { id })
}

/** The answer to a call whose result would only say what was refused. Undefined where that is all. */
export function answerToRefusal(
  refusal: Refusal | undefined,
  request: () => RefusedRequest,
  { route, caller }: Asker,
): Response | undefined {
  if (refusal?.claim === HEADERS_DIFFER) return mismatch(request().id)
  const challenge = challengeFor(refusal, route, caller)
  const reason = refusal?.reason
  if (challenge || (reason !== 'connection_needed' && reason !== 'approval_needed'))
    return challenge
  const refused = request()
  return connectAnswer(refusal, refused) ?? connectResult(refusal, refused)
}

/** Who asked, and where. */
interface Asker {
  readonly route: Route
  readonly caller: CallerAtWork
}

/**
 * The answer to a request that failed.
 *
 * @param id That of the request, where it has one.
 * @param shows How its client shows a page. Default: in words.
 */
export function answerToFailure(
  error: unknown,
  id: RequestId | undefined,
  { route, caller }: Asker,
  shows?: ShowsPages,
): Response {
  const refusal = error instanceof AuthError ? error.refusal : undefined
  if (refusal?.claim === HEADERS_DIFFER) return mismatch(id)
  const answer =
    challengeFor(refusal, route, caller) ?? connectAnswer(refusal, { id, route, shows })
  if (answer) return answer
  // An answer of the protocol has status 200: clients show nobody the text of another status.
  const sentence = `${sentenceFor(error)}${connectWords(refusal, route)}`
  return problem(id === undefined ? 503 : 200, INTERNAL_ERROR, sentence, { id })
}
