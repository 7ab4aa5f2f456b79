// What a client is answered when a call needs an account that the person has not connected, or their yes:
// the page for that, as an elicitation where the client can show one, and in words otherwise.

import type { Refusal } from '../core/errors.ts'
import { isObject, type UnknownObject } from '../core/json.ts'
import { toSentence } from '../core/sentences.ts'
import { failedResult } from '../mcp/answer/failure-message.ts'
import { STATELESS_REVISION } from '../mcp/revisions.ts'
import { capabilitiesOf, revisionOf } from '../mcp/stateless.ts'
import type { RequestId } from '../mcp-server/problem.ts'
import { connectNotice, type UrlNotice, urlNotice } from '../oauth/connection/notice.ts'
import type { Route } from './routes.ts'

/**
 * How a client shows a page: by an error of its session's revision (MCP 2025-11-25, elicitation), by a
 * result without one (MCP 2026-07-28), or not at all.
 */
export type ShowsPages = 'error' | 'result' | undefined

/** Requests whose result may ask for something (MCP 2026-07-28, multi round-trip requests). */
const MAY_ASK: ReadonlySet<unknown> = new Set(['tools/call', 'prompts/get', 'resources/read'])

/**
 * How the client of a request shows a page.
 *
 * @param capabilities What it said when it opened its session.
 */
export function showsPages(message: UnknownObject, capabilities: unknown): ShowsPages {
  if (revisionOf(message) === STATELESS_REVISION)
    return MAY_ASK.has(message.method) && isAble(capabilitiesOf(message)) ? 'result' : undefined
  return isAble(capabilities) ? 'error' : undefined
}

function isAble(capabilities: unknown): boolean {
  const elicitation = isObject(capabilities) ? capabilities.elicitation : undefined
  return isObject(elicitation) && isObject(elicitation.url)
}

/** A request that was refused. */
export interface RefusedRequest {
  readonly id: RequestId | undefined
  readonly route: Route
  readonly shows: ShowsPages
}

/** The page as an elicitation. Undefined where the client shows none, or another thing was refused. */
export function connectAnswer(
  refusal: Refusal | undefined,
  { id, route, shows }: RefusedRequest,
): Response | undefined {
  const notice = id === undefined || !shows ? undefined : noticeOf(refusal, route)
  if (!notice) return undefined
  const { error, result } = notice
  return Response.json({ jsonrpc: '2.0', id, ...(shows === 'error' ? { error } : { result }) })
}

function noticeOf(refusal: Refusal | undefined, route: Route): UrlNotice | undefined {
  const server = refusal?.server ?? ''
  if (refusal?.reason === 'approval_needed' && refusal.page !== undefined)
    return urlNotice('approve', `Say yes or no to this call of ${server}.`, refusal.page)
  const url = pageFor(refusal, route)
  return url === undefined ? undefined : connectNotice(server, url)
}

/** The page in words, as the result of a tool. */
export function connectResult(
  refusal: Refusal | undefined,
  { id, route }: RefusedRequest,
): Response | undefined {
  const words = connectWords(refusal, route)
  return refusal && id !== undefined && words !== ''
    ? Response.json(failedResult(id, `${toSentence(refusal)}${words}`))
    : undefined
}

/** What is said of the page. Empty where there is none to name. */
export function connectWords(refusal: Refusal | undefined, route: Route): string {
  const url = pageFor(refusal, route)
  return url === undefined ? '' : ` Open ${url} in a browser.`
}

/** The page for one server. Whoever opens it signs in there. */
function pageFor(refusal: Refusal | undefined, { connectAt }: Route): string | undefined {
  if (refusal?.reason !== 'connection_needed' || connectAt === undefined) return undefined
  const url = new URL(connectAt)
  if (refusal.server !== undefined) url.searchParams.set('server', refusal.server)
  return url.href
}
