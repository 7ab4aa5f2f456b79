// Parts for the tests of core: principals, tokens, an audit that can be read, a clock that is moved
// by hand. No test lives here.

import { type AuditEvent, type Auditor, createAuditor } from '../../src/core/audit.ts'
import { Credential } from '../../src/core/credential.ts'
import type { Principal } from '../../src/core/principal.ts'
import type { IssuedToken } from '../../src/core/source/exchange.ts'
import type { VerifiedToken } from '../../src/core/verify/verify.ts'

export const ISSUER = 'https://login.example'
export const CHAT = 'https://app.example/chat'
export const MCP = 'https://tasks.example/mcp'

export const alice: Principal = { issuer: ISSUER, subject: 'alice', client: 'page' }
export const bob: Principal = { issuer: ISSUER, subject: 'bob', client: 'page' }

/** Seconds since the epoch at which the tests' clocks begin. */
export const START = 1_800_000_000

/** A clock that only moves when told. */
export function handClock(): { readonly now: () => number; forward(seconds: number): void } {
  let milliseconds = START * 1000
  return {
    now: () => milliseconds,
    forward(seconds) {
      milliseconds += seconds * 1000
    },
  }
}

export function verifiedToken(changes: Partial<VerifiedToken> = {}): VerifiedToken {
  return {
    principal: alice,
    audience: [CHAT],
    scopes: ['tasks:read', 'tasks:write'],
    expiresAt: START + 300,
    tokenId: 'jti-of-the-subject-token',
    claims: {},
    ...changes,
  }
}

export function issuedToken(text: string, changes: Partial<IssuedToken> = {}): IssuedToken {
  return {
    credential: new Credential(text),
    expiresAt: START + 300,
    scopes: ['tasks:read'],
    tokenId: `jti-${text}`,
    ...changes,
  }
}

/** An auditor whose events can be read. */
export function readableAudit(): { readonly auditor: Auditor; readonly events: AuditEvent[] } {
  const events: AuditEvent[] = []
  const auditor = createAuditor(
    { record: (event) => void events.push(event) },
    { now: () => START * 1000 },
  )
  return { auditor, events }
}

/** The reason of a result that is a refusal, `granted` otherwise. */
export function reasonOf(result: {
  readonly ok: boolean
  readonly refusal?: { readonly reason: string }
}): string {
  return result.ok ? 'granted' : (result.refusal?.reason ?? 'no reason')
}

/** A promise with its ends outside. */
export function deferred<T>(): {
  readonly promise: Promise<T>
  resolve(value: T): void
  reject(error: unknown): void
} {
  let resolve: (value: T) => void = () => {}
  let reject: (error: unknown) => void = () => {}
  const promise = new Promise<T>((fulfil, fail) => {
    resolve = fulfil
    reject = fail
  })
  return { promise, resolve, reject }
}
