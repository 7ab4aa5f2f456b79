// Records one carried request in the audit.

import { type Auditor, type HopReport, outcomeOf } from '../audit.ts'
import { MAIN } from '../binding.ts'
import { granted, type Refusal, type Result, refused } from '../errors.ts'
import type { Principal } from '../principal.ts'
import { detailsOf } from '../refusal-details.ts'
import type { IssuedToken } from '../source/exchange.ts'
import type { Tokens, Use } from './placing.ts'

/** What is the same for every request of one carrying `fetch`. */
export interface HopFacts {
  readonly auditor: Auditor
  readonly hop: 'carry' | 'api'
  readonly trace: string
  /** The `traceparent` of the hop that the requests belong to. Absent where nobody observes. */
  readonly traceparent?: string | undefined
  readonly principal: Principal
  /** The destination's resource identifier. */
  readonly resource: string
}

/** One credential of a request, as far as it is known. */
export interface HopUse {
  readonly token?: IssuedToken
  /** The name of its source. Absent for the main one. */
  readonly source?: string
  /** Where in the request the credential goes. */
  readonly at?: string
}

/**
 * Records the hops of one request, each as an event of its own; `audit_unavailable` when one could not
 * be written.
 *
 * @param refusal Why the request was refused, or failed.
 */
export type RecordHops = (
  operation: string,
  hops: readonly HopUse[],
  refusal?: Refusal,
) => Promise<Result<true>>

const WITHOUT: readonly HopUse[] = [{ at: 'none' }]

/** The hops of a request: one for each credential. A request without any is one as well. */
export function hopsOf(uses: readonly Use[], tokens?: Tokens): readonly HopUse[] {
  const [first] = uses
  if (!first) return WITHOUT
  if (uses.length === 1) return [hopOf(first.source, first.at, tokens)]
  const places = new Map<string, string>()
  for (const { source, at } of uses) {
    const before = places.get(source)
    places.set(source, before === undefined ? at : `${before}, ${at}`)
  }
  return [...places].map(([source, at]) => hopOf(source, at, tokens))
}

function hopOf(source: string, at: string, tokens: Tokens | undefined): HopUse {
  const token = tokens?.get(source)
  const hop: HopUse = token ? { at, token } : { at }
  return source === MAIN ? hop : { ...hop, source }
}

/** Makes the recorder of one carrying `fetch`. */
export function hopRecorder(facts: HopFacts): RecordHops {
  return (operation, hops, refusal) => {
    const [first] = hops
    const recorded: Promise<unknown> =
      first && hops.length === 1
        ? recordHop(facts, operation, first, refusal)
        : Promise.all(hops.map((hop) => recordHop(facts, operation, hop, refusal)))
    return recorded.then(done, failed)
  }
}

const done = () => granted(true as const)
const failed = () => refused('audit_unavailable')

function recordHop(
  { auditor, hop, trace, principal, resource }: HopFacts,
  operation: string,
  { token, source, at }: HopUse,
  refusal: Refusal | undefined,
): Promise<void> {
  // Filled in step by step: a spread for each part that may be there takes several times as long.
  const report: Filling<HopReport> = { hop, trace, principal, outcome: outcomeOf(refusal?.reason) }
  if (refusal) Object.assign(report, { reason: refusal.reason }, detailsOf(refusal))
  if (source !== undefined) report.source = source
  report.audience = token?.audience ?? [resource]
  if (token) report.scopes = token.scopes
  // A key that does not expire has no time to show.
  if (token && Number.isFinite(token.expiresAt)) report.expiresAt = token.expiresAt
  if (token?.tokenId !== undefined) report.tokenId = token.tokenId
  report.destination = resource
  if (at !== undefined) report.placement = at
  report.operation = operation
  return auditor(report)
}

/** What is being filled in. */
type Filling<T> = { -readonly [K in keyof T]: T[K] }
