// What stands in place of tokens where the server keeps the sign-in. This page holds no credential: the
// browser sends a cookie that no script can read, and the server puts the tokens where they belong.
import { record, text } from './json.ts'
import { findCredentials } from './look.ts'
import type { Tokens } from './tokens.ts'

/** Who the server says is signed in with this browser. */
export interface SignedIn {
  readonly subject: string
  readonly name: string
}

/** The header that only a script of this page can send. It shows that no other site sent the request. */
const OWN_PAGE = { 'X-OnBehalf': '1' }

const DEADLINE_MS = 15_000

/**
 * Asks the server who is signed in; undefined when nobody is.
 *
 * @throws Error when the server cannot say.
 */
export async function whoIsSignedIn(): Promise<SignedIn | undefined> {
  const response = await fetch('/auth/me', { signal: AbortSignal.timeout(DEADLINE_MS) })
  if (!response.ok) throw new Error(`status ${response.status}`)
  const me = record(await response.json())
  const subject = text(me.subject)
  return me.signedIn === true && subject !== undefined
    ? { subject, name: text(me.name) ?? subject }
    : undefined
}

/** Makes them. It calls `onEnded` when the server says that the sign-in has ended. */
export function cookieTokens({ name }: SignedIn, onEnded: () => void): Tokens {
  return {
    person: name,
    async fetch(_audience, url, init = {}) {
      const headers = new Headers(init.headers)
      for (const [header, value] of Object.entries(OWN_PAGE)) headers.set(header, value)
      const response = await fetch(url, {
        ...init,
        headers,
        credentials: 'same-origin',
        redirect: 'error',
        cache: 'no-store',
      })
      if (response.status === 401) onEnded()
      return response
    },
    look: (searched) => findCredentials(searched, new Map()),
    async end(returnTo) {
      const signal = AbortSignal.timeout(DEADLINE_MS)
      const response = await fetch('/auth/sign-out', { method: 'POST', headers: OWN_PAGE, signal })
      return text(record(await response.json()).location) ?? returnTo
    },
  }
}
