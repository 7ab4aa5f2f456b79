// The comparison's endpoints for the page: one message in two lanes, and the misuses of a token.

import type { Model } from '@openai/agents'
import {
  type AuditSink,
  createAuditor,
  createDoor,
  type OnBehalf,
  type TokenExchanger,
  type TokenVerifier,
} from 'onbehalf'
import { z } from 'zod'
import type { PrivateKey } from '../keys.ts'
import { PLACEMENTS } from '../placements.ts'
import type { Trail } from '../trail.ts'
import type { TaskflowUrls } from '../urls.ts'
import { compare } from './compare.ts'
import { misuse } from './misuse.ts'
import { MISUSES } from './misuse-terms.ts'
import type { Thief } from './thief.ts'
import { throwAwayToken } from './throw-away.ts'

/** Options of {@link createSideBySide}. */
export interface SideBySideOptions {
  readonly urls: TaskflowUrls
  readonly onbehalf: OnBehalf
  readonly verifier: TokenVerifier
  /** Exchanges for the throw-away tokens. */
  readonly exchanger: TokenExchanger
  readonly audit: AuditSink
  readonly fingerprintKey: Uint8Array<ArrayBuffer>
  readonly trail: Trail
  /** Answers in both lanes. */
  readonly model: Model
  readonly thief: Thief
  /** Signs the token that has expired. */
  readonly issuerKey: PrivateKey
}

/** Answers `POST /side-by-side` and `POST /misuse`; undefined for any other path. */
export type SideBySide = (request: Request) => Promise<Response | undefined>

const comparison = z.object({
  message: z.string().min(1).max(2000),
  attack: z.boolean(),
  placement: z.enum(PLACEMENTS),
})
const attempt = z.object({ kind: z.enum(MISUSES) })

/** A body is shorter than this, in characters. */
const MAX_BODY = 10_000

/** Makes the endpoints. They answer to the person whose token comes with the request. */
export function createSideBySide(options: SideBySideOptions): SideBySide {
  const { urls, onbehalf, verifier, audit, fingerprintKey } = options
  const auditor = createAuditor(audit, { fingerprintKey })
  const door = createDoor({ resource: urls.chatkit, verifier, auditor })

  return async (request) => {
    const { pathname } = new URL(request.url)
    if (pathname !== '/side-by-side' && pathname !== '/misuse') return undefined
    if (request.method !== 'POST')
      return new Response(null, { status: 405, headers: { allow: 'POST' } })
    const admission = await door.admit(request)
    if (!admission.ok) return admission.response
    const body = await readBody(request)
    const { credential, principal } = admission.value
    const throwAway = () => throwAwayToken(options.exchanger, credential, urls.api)
    if (pathname === '/misuse') {
      const asked = attempt.safeParse(body)
      if (!asked.success) return malformed()
      const { subject } = principal
      const terms = { ...options, request, subject, token: credential, throwAway }
      return answer(await misuse(asked.data.kind, terms))
    }
    const asked = comparison.safeParse(body)
    if (!asked.success) return malformed()
    const caller = await onbehalf.admit(request)
    if (!caller.ok) return caller.response
    try {
      return answer(await compare({ ...options, ...asked.data, caller: caller.value, throwAway }))
    } finally {
      await caller.value.end()
    }
  }
}

async function readBody(request: Request): Promise<unknown> {
  const decoder = new TextDecoder()
  let text = ''
  try {
    for await (const chunk of request.body ?? []) {
      text += decoder.decode(chunk, { stream: true })
      if (text.length > MAX_BODY) return undefined
    }
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function answer(value: object): Response {
  return Response.json(value, { headers: { 'cache-control': 'no-store' } })
}

function malformed(): Response {
  return Response.json(
    { code: 'invalid_request', message: 'The request is not as it should be.' },
    { status: 400 },
  )
}
