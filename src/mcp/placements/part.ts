// A part of a binding's placement: it fills one place of a request. A binding may have several, which
// fill one request one after the other.

import type { Sent, Tokens, Use } from '../../core/carry/placing.ts'
import { granted, type Result } from '../../core/errors.ts'
import { PlainHeaders } from '../../core/http/plain-headers.ts'
import type { ProofRequest } from '../../core/source/exchange.ts'
import { type Messages, writeMessages } from '../answer/message.ts'
import { type McpPlacing, type McpRequest, planWithout, type SentText } from './request.ts'

/** A request that is being filled. Each part changes it. */
export interface Draft {
  url: string
  /** A copy of its own. */
  readonly headers: Headers
  messages: Messages | undefined
}

/** What a part is filled from. */
export interface Filling {
  readonly tokens: Tokens
  readonly request: ProofRequest
}

/** What a part does with one request. */
export interface PlannedPart {
  /** The credentials that it needs. */
  readonly uses: readonly Use[]
  /** Fills its place, or says why the request must not leave. */
  fill(draft: Draft, filling: Filling): Result<true> | Promise<Result<true>>
  answered?(response: Response): void
}

/** Plans a part for one request. Undefined when it has nothing to do with this request. */
export type Part = (
  request: McpRequest,
  attempt: number,
) => Result<PlannedPart | undefined> | Promise<Result<PlannedPart | undefined>>

/** Signs the filled request, last of all. */
export interface Signer {
  readonly uses: readonly Use[]
  sign(sent: SentText & { readonly url: string }, filling: Filling): Promise<Result<Headers>>
}

/** What every fill gives that went well. */
export const FILLED: Result<true> = granted(true)

/**
 * The placing that does all parts of a binding's placement.
 *
 * @param parts In the order in which they are filled.
 */
export function partsPlacing(parts: readonly Part[], signer?: Signer): McpPlacing {
  return async (request, attempt) => {
    const planned: PlannedPart[] = []
    for (const part of parts) {
      const plan = await part(request, attempt)
      if (!plan.ok) return plan
      if (plan.value) planned.push(plan.value)
    }
    if (planned.length === 0 && !signer) return planWithout(request)
    return granted({
      uses: [...planned.flatMap(({ uses }) => uses), ...(signer?.uses ?? [])],
      fill: (tokens, proofRequest) =>
        fillParts(request, planned, signer, { tokens, request: proofRequest }),
      answered(response) {
        for (const { answered } of planned) answered?.(response)
      },
    })
  }
}

async function fillParts(
  { sent, messages }: McpRequest,
  planned: readonly PlannedPart[],
  signer: Signer | undefined,
  filling: Filling,
): Promise<Result<Sent>> {
  const { url } = filling.request
  const draft: Draft = { url, headers: new PlainHeaders(sent.headers), messages }
  for (const part of planned) {
    const filled = await part.fill(draft, filling)
    if (!filled.ok) return filled
  }
  // The body is written once, and only when a part has changed it.
  const body =
    draft.messages === undefined || draft.messages === messages
      ? sent.body
      : writeMessages(draft.messages)
  const moved = draft.url === url ? {} : { url: draft.url }
  if (!signer) return granted({ headers: draft.headers, body, ...moved })
  const headers = await signer.sign({ url: draft.url, headers: draft.headers, body }, filling)
  return headers.ok ? granted({ headers: headers.value, body, ...moved }) : headers
}
