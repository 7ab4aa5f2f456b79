// Session handles: a client presents its token once, and sends a handle from then on. The token
// waits in the vault. This is the server's end of the placement `session`, which needs no sessions of
// the protocol, and of the placement `meta` for requests that have no `_meta`.

import type { Admitted } from '../core/door/door.ts'
import type { Presented } from '../core/door/read-credential.ts'
import { granted, refused } from '../core/errors.ts'
import { isObject } from '../core/json.ts'
import { type Principal, principalKey, samePrincipal } from '../core/principal.ts'
import type { Handle, Vault } from '../core/vault/vault.ts'
import type { VerifiedToken } from '../core/verify/verify.ts'
import { SESSION_HEADER } from '../core/wire-names.ts'
import type { AcceptInput } from './accept.ts'
import type { JsonBody } from './body.ts'

/** The name of a handle's place in the audit. */
const PLACEMENT = 'session handle'

/** The handles that a server gave out. */
export interface SessionHandles {
  /**
   * Gives a handle (256 random bits) for a token that was admitted. The same token gets the same
   * handle, as far as its token id tells that it is the same. Without a token id, equal tokens of one
   * session of the protocol get the same.
   */
  give(admitted: Admitted, sessionId?: string): Promise<string>
  /**
   * Finds the token of a handle, for the door to verify again. An unknown, an ended and an expired
   * handle are refused alike.
   */
  present(handle: string): Promise<Presented>
  /** Whether a handle was given to this principal and has not ended. */
  belongsTo(handle: string, principal: Principal): boolean
}

interface Given {
  readonly handle: Handle
  readonly owner: Principal
  /** Seconds since the epoch. */
  readonly expiresAt: number
  readonly token: string | undefined
}

/**
 * How many handles are kept. Beyond that the oldest is forgotten, and its client presents its token
 * again.
 */
const MAX_HANDLES = 10_000

/**
 * Makes an empty register.
 *
 * @param options.resource The server's own resource: the vault gives the tokens out for nothing
 *   else.
 */
export function sessionHandles(options: {
  readonly vault: Vault
  readonly resource: string
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly maxHandles?: number
}): SessionHandles {
  const { vault, resource, now, maxHandles = MAX_HANDLES } = options
  // A Map keeps insertion order, so its first entry is the oldest.
  const entries = new Map<string, Given>()
  const handleByToken = new Map<string, string>()

  function find(handle: string): Given | undefined {
    const entry = entries.get(handle)
    if (!entry || entry.expiresAt > now() / 1000) return entry
    forget(handle)
    return undefined
  }

  function forget(handle: string): void {
    const entry = entries.get(handle)
    entries.delete(handle)
    if (entry?.token !== undefined && handleByToken.get(entry.token) === handle)
      handleByToken.delete(entry.token)
  }

  return {
    async give({ principal, token, credential }, sessionId) {
      const key = tokenKey(token, sessionId)
      const known = key === undefined ? undefined : handleByToken.get(key)
      if (known !== undefined && find(known)) return known
      const { expiresAt } = token
      const handle = await vault.deposit({
        credential,
        owner: principal,
        destinations: [resource],
        expiresAt,
      })
      const oldest = entries.size >= maxHandles ? entries.values().next().value : undefined
      if (oldest) {
        forget(oldest.handle)
        await vault.discard(oldest.handle, oldest.owner)
      }
      entries.set(handle, { handle, owner: principal, expiresAt, token: key })
      if (key !== undefined) handleByToken.set(key, handle)
      return handle
    },
    async present(handle) {
      const entry = find(handle)
      const credential =
        entry && (await vault.withdraw(entry.handle, entry.owner, resource).catch(() => undefined))
      return {
        credential: credential ? granted(credential) : refused('handle_refused'),
        placement: PLACEMENT,
      }
    },
    belongsTo(handle, principal) {
      const entry = find(handle)
      return entry !== undefined && samePrincipal(entry.owner, principal)
    },
  }
}

/**
 * Equal for equal tokens. It holds more than the id: an issuer may give one id to several tokens,
 * and the handle of a narrow token must not open a wide one.
 */
function tokenKey(
  { principal, tokenId, expiresAt, scopes }: VerifiedToken,
  sessionId: string | undefined,
): string | undefined {
  if (tokenId === undefined && sessionId === undefined) return undefined
  return JSON.stringify([
    principalKey(principal),
    principal.client,
    principal.actor,
    tokenId === undefined ? { sessionId } : tokenId,
    expiresAt,
    [...scopes].sort(),
  ])
}

/** Whether the answer to an admitted request may have a handle for its token. */
export function takesHandle(
  request: Request,
  body: JsonBody | null,
  sessionId: string | undefined,
  accept: AcceptInput,
): boolean {
  if (request.headers.has('authorization')) return accept.session === true
  if (accept.meta === undefined || !isObject(body?.value) || request.headers.has(SESSION_HEADER))
    return false
  return sessionId !== undefined || body.value.method === 'initialize'
}

/** What the door gets for a handle that came together with somebody else's token. */
export const FOREIGN_HANDLE: Presented = {
  credential: refused('handle_refused'),
  placement: PLACEMENT,
}

/** Puts the handle into an answer. Only a successful answer opens a session. */
export function addHandle(response: Response, handle: string | undefined): Response {
  if (handle === undefined || !response.ok) return response
  const answer = new Response(response.body, response)
  answer.headers.set(SESSION_HEADER, handle)
  // Anybody who reads the handle from a cache could act as this person.
  answer.headers.set('cache-control', 'no-store')
  return answer
}
