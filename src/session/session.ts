// serverSession: signs people in, keeps their tokens on the server, and lets a cookie stand for them.

import type { KeptSignIns, PresentedSignIn } from '../core/door/kept-sign-in.ts'
import { granted, type RefusalReason, refused } from '../core/errors.ts'
import { quietly } from '../core/plain-http.ts'
import { type Principal, principalKey } from '../core/principal.ts'
import type { EndedSignIn } from '../core/sign-ins.ts'
import type { SignInRecord } from '../core/vault/sign-in-store.ts'
import { backChannelLogout } from '../jwt/back-channel-logout.ts'
import { router } from './handle.ts'
import { type Keeper, keepSignIns } from './keep.ts'
import type { ServerSessionOptions } from './options.ts'
import { parseParts, type SessionParts } from './parts.ts'
import { isFromOwnPage } from './same-origin.ts'

/** The sign-ins that an app keeps. Give it to `createOnBehalf` as `session`. */
export interface ServerSession extends KeptSignIns {
  /**
   * Answers what is below the session's path (`/auth`): `sign-in`, `callback`, `sign-out`, `me`,
   * `sign-ins`, `page`, `back-channel-logout`.
   *
   * @returns Undefined for any other path.
   */
  handle(request: Request): Promise<Response | undefined>
  /** Where a person is signed in. Nothing of it is secret. */
  list(principal: Principal): Promise<readonly SignInRecord[]>
  /** Ends all sign-ins of a person, on every instance, and tells how many. */
  endAll(principal: Principal): Promise<number>
  /**
   * Ends the sign-ins that have ended at the issuer. The route `back-channel-logout` does it by
   * itself.
   */
  end(ended: EndedSignIn): Promise<number>
}

/**
 * Makes the sign-ins of an app. It fetches nothing before the first use.
 *
 * @throws TypeError that names the setting, for a configuration that cannot work or would not be
 *   safe.
 *
 * @example
 * ```ts
 * const session = serverSession({
 *   issuer, // a preset of onbehalf/issuers
 *   clientId: 'app',
 *   clientSecret,
 *   origin: 'https://app.example',
 *   resource: 'https://app.example/chat',
 *   store: sqliteSignInStore(database),
 *   secrets: sqliteSecretStore(database, masterKeys),
 * })
 * const onbehalf = createOnBehalf({ issuer, resource: 'https://app.example/chat', session, servers })
 * ```
 */
export function serverSession(options: ServerSessionOptions): ServerSession {
  const parts = parseParts(options)
  const keeper = keepSignIns(parts)
  const end = (ended: EndedSignIn) => endAtIssuer(ended, parts, keeper)
  const { fetch, now, audit, jwksUri, issuer, clientId } = options
  const logout = backChannelLogout({
    issuer: issuer.issuer,
    clientId,
    async onLogout(ended) {
      await end(ended)
      await parts.onEnded(ended)
    },
    ...(jwksUri === undefined ? {} : { jwksUri }),
    ...(audit ? { audit } : {}),
    ...(fetch ? { fetch } : {}),
    ...(now ? { now } : {}),
    ...quietly(options),
  })

  return {
    handle: router(parts, keeper, logout),
    present: (request) => present(request, parts, keeper),
    async signInOf(principal) {
      const all = await keeper.listOf(principalKey(principal))
      const [latest] = all.toSorted((one, other) => other.usedAt - one.usedAt)
      return latest && keeper.open(latest)
    },
    list: (principal) => keeper.listOf(principalKey(principal)),
    endAll: (principal) => keeper.end({ owner: principalKey(principal) }),
    end,
  }
}

/** What the cookie of a request presents at the app's door. */
async function present(
  request: Request,
  { cookie, origin }: SessionParts,
  keeper: Keeper,
): Promise<PresentedSignIn | undefined> {
  // A token that somebody sends on purpose stands before a cookie that a browser sends by itself.
  if (request.headers.has('authorization')) return undefined
  const found = cookie.read(request.headers)
  if (found === 'none') return undefined
  if (found === 'repeated') return presented('credential_repeated')
  if (!isFromOwnPage(request, origin)) return presented('origin_refused')
  let signIn: SignInRecord | undefined
  try {
    signIn = await keeper.find(found.value)
  } catch {
    return presented('server_unavailable')
  }
  if (!signIn) return presented('sign_in_ended')
  const kept = keeper.open(signIn)
  const token = await kept.freshen({ signal: request.signal })
  return {
    presented: {
      credential: token.ok ? granted(token.value.credential) : token,
      placement: PLACEMENT,
    },
    ...(token.ok ? { signIn: kept } : {}),
  }
}

/** What the audit calls the place of the credential. */
const PLACEMENT = 'cookie'

function presented(reason: RefusalReason): PresentedSignIn {
  return { presented: { credential: refused(reason), placement: PLACEMENT } }
}

/** A sign-in that does not know its session at the issuer may be of the one that ended. */
async function endAtIssuer(
  { issuer, subject, sessionId }: EndedSignIn,
  { store }: SessionParts,
  keeper: Keeper,
): Promise<number> {
  if (sessionId === undefined) return subject === undefined ? 0 : keeper.end({ issuer, subject })
  const ended = await keeper.end({ issuer, sessionId })
  if (subject === undefined) return ended
  const others = await store.list({ issuer, subject })
  const ids = others.filter((one) => one.sessionId === undefined).map(({ id }) => id)
  return ids.length === 0 ? ended : ended + (await keeper.end({ ids }))
}
