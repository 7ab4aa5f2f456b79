// The sign-ins that were admitted in this process, so that the end of one at its issuer finds the
// person, and its tokens are not admitted any more.

import type { Credential } from './credential.ts'
import { refused } from './errors.ts'
import { type Principal, principalKey } from './principal.ts'
import { putNewest } from './put-newest.ts'
import type { Claims } from './verify/claims.ts'
import type { TokenVerifier, VerifiedToken } from './verify/verify.ts'

/**
 * A sign-in that has ended at its issuer (OpenID Connect Back-Channel Logout 1.0 section 2.4): one
 * session, or all of a subject when no session is named.
 */
export interface EndedSignIn {
  readonly issuer: string
  /** `sub`, as the issuer's tokens have it. */
  readonly subject?: string
  /** `sid`. */
  readonly sessionId?: string
}

/** The register. */
export interface SignIns {
  /**
   * Makes a verifier that remembers the sign-in behind each token, and refuses the tokens of one that
   * has ended: `token_inactive`.
   */
  watch(verifier: TokenVerifier): TokenVerifier
  /** Whether the sign-in behind a token that was verified has ended since. */
  hasEnded(token: VerifiedToken): boolean
  /** Notes that a sign-in has ended, and gives the people whose sign-in it was. */
  end(ended: EndedSignIn): readonly Principal[]
}

/** Sign-ins, and ends, that are remembered. The oldest are forgotten first. */
const MAX_ENTRIES = 20_000

interface SignIn {
  readonly principal: Principal
  readonly subject: string
  readonly sessionId: string | undefined
}

/**
 * Makes an empty register.
 *
 * @param now Milliseconds since the epoch.
 */
export function signIns(now: () => number): SignIns {
  const known = new Map<string, SignIn>()
  const endedSessions = new Map<string, true>()
  /** For each subject, when all of its sessions ended: seconds since the epoch. */
  const endedSubjects = new Map<string, number>()
  /** The same for its tokens that name no session: one of them may be of the session that ended. */
  const endedWithoutSession = new Map<string, number>()
  /** When a token that does not say when it was issued was first seen, by its digest. */
  const firstSeen = new Map<string, number>()
  const issuedAt = new WeakMap<VerifiedToken, number>()

  function hasEnded(token: VerifiedToken): boolean {
    const { principal, subject, sessionId } = signInOf(token)
    if (sessionId !== undefined && endedSessions.has(nameOf(principal.issuer, sessionId)))
      return true
    const name = nameOf(principal.issuer, subject)
    const ends = [
      endedSubjects.get(name),
      sessionId === undefined ? endedWithoutSession.get(name) : undefined,
    ]
    const issued = issuedAt.get(token) ?? Number.NEGATIVE_INFINITY
    return ends.some((endedAt) => endedAt !== undefined && issued <= endedAt)
  }

  /**
   * When a token was issued, in seconds since the epoch. The claim is optional, and an issuer's clock
   * may be ahead; a token that was seen before the end was issued before it all the same.
   */
  async function issueTime(credential: Credential, { iat }: Claims): Promise<number> {
    const seconds = now() / 1000
    if (typeof iat === 'number' && iat <= seconds) return iat
    const digest = await digestOf(credential)
    const seen = firstSeen.get(digest)
    remember(firstSeen, digest, seen ?? seconds)
    return seen ?? (typeof iat === 'number' ? iat : seconds)
  }

  return {
    watch: (verifier) => ({
      async verify(credential, audience, options) {
        const verified = await verifier.verify(credential, audience, options)
        if (!verified.ok) return verified
        issuedAt.set(verified.value, await issueTime(credential, verified.value.claims))
        if (hasEnded(verified.value)) return refused('token_inactive')
        const signIn = signInOf(verified.value)
        remember(known, JSON.stringify([principalKey(signIn.principal), signIn.sessionId]), signIn)
        return verified
      },
    }),
    hasEnded,
    end({ issuer, subject, sessionId }) {
      if (sessionId !== undefined) remember(endedSessions, nameOf(issuer, sessionId), true)
      if (subject !== undefined) {
        const subjects = sessionId === undefined ? endedSubjects : endedWithoutSession
        remember(subjects, nameOf(issuer, subject), now() / 1000)
      }
      const ended: Principal[] = []
      for (const [key, signIn] of known) {
        if (
          spelled(signIn.principal.issuer) !== spelled(issuer) ||
          !belongs(signIn, subject, sessionId)
        )
          continue
        known.delete(key)
        ended.push(signIn.principal)
      }
      return ended
    },
  }
}

/** A token without a session id may be of the session that ended, so it counts when it is theirs. */
function belongs(signIn: SignIn, subject: string | undefined, sessionId: string | undefined) {
  if (sessionId !== undefined && signIn.sessionId !== undefined)
    return signIn.sessionId === sessionId
  return subject !== undefined && signIn.subject === subject
}

function signInOf({ principal, claims }: VerifiedToken): SignIn {
  return {
    principal,
    // Not the principal's own subject: that may be another claim.
    subject: typeof claims.sub === 'string' ? claims.sub : principal.subject,
    sessionId: typeof claims.sid === 'string' ? claims.sid : undefined,
  }
}

async function digestOf(credential: Credential): Promise<string> {
  const bytes = new TextEncoder().encode(credential.reveal())
  return String(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)))
}

function nameOf(issuer: string, name: string): string {
  return JSON.stringify([spelled(issuer), name])
}

/** Issuers, and whoever reads their documents, write one trailing slash or none. */
function spelled(issuer: string): string {
  return issuer.replace(/\/$/, '')
}

function remember<T>(entries: Map<string, T>, key: string, value: T): void {
  putNewest(entries, key, value, MAX_ENTRIES)
}
