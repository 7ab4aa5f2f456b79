// Session handles: what a client sends in place of the token that it presented once. The token waits in the vault. The server's end of the
// placement `session`, for servers without protocol sessions too.

import type { Admitted } from '../core/door/door.ts'
import type { Presented } from '../core/door/read-credential.ts'
import { granted, refused } from '../core/errors.ts'
import { type Principal, principalKey, samePrincipal } from '../core/principal.ts'
import type { Handle, Vault } from '../core/vault/vault.ts'
import type { VerifiedToken } from '../core/verify/verify.ts'

/** How a handle is named in the audit. */
const PLACEMENT = 'session handle'

/** The handles that a server gave out. */
export interface SessionHandles {
  /** The handle for a token that was admitted: 256 random bits. The same for the same token, as far as its id tells. */
  give(admitted: Admitted): Promise<string>
  /** What a handle stands for, to be verified again at the door. Unknown, ended and expired are one refusal. */
  present(handle: string): Promise<Presented>
  /** Whether a handle was given to this principal, and lives. */
  belongsTo(handle: string, principal: Principal): boolean
}

interface Given {
  readonly handle: Handle
  readonly owner: Principal
  /** Seconds since the epoch. */
  readonly expiresAt: number
  readonly token: string | undefined
}

/** Handles kept at most; the oldest is forgotten first, and its client presents its token anew. */
const MOST = 10_000

/**
 * Makes an empty register.
 *
 * @param options.resource The server's own: the vault gives the tokens out for nothing else.
 */
export function sessionHandles(options: {
  readonly vault: Vault
  readonly resource: string
  readonly now: () => number
  readonly most?: number
}): SessionHandles {
  const { vault, resource, now, most = MOST } = options
  // A Map keeps insertion order.
  const given = new Map<string, Given>()
  const byToken = new Map<string, string>()

  function live(handle: string): Given | undefined {
    const entry = given.get(handle)
    if (!entry || entry.expiresAt > now() / 1000) return entry
    forget(handle)
    return undefined
  }

  function forget(handle: string): void {
    const entry = given.get(handle)
    given.delete(handle)
    if (entry?.token !== undefined && byToken.get(entry.token) === handle)
      byToken.delete(entry.token)
  }

  return {
    async give({ principal, token, credential }) {
      const key = tokenKey(token)
      const before = key === undefined ? undefined : byToken.get(key)
      if (before !== undefined && live(before)) return before
      const { expiresAt } = token
      const handle = await vault.deposit({
        credential,
        owner: principal,
        destinations: [resource],
        expiresAt,
      })
      const oldest = given.size >= most ? given.values().next().value : undefined
      if (oldest) {
        forget(oldest.handle)
        await vault.discard(oldest.handle, oldest.owner)
      }
      given.set(handle, { handle, owner: principal, expiresAt, token: key })
      if (key !== undefined) byToken.set(key, handle)
      return handle
    },
    async present(handle) {
      const entry = live(handle)
      const credential =
        entry && (await vault.withdraw(entry.handle, entry.owner, resource).catch(() => undefined))
      return {
        credential: credential ? granted(credential) : refused('handle_refused'),
        placement: PLACEMENT,
      }
    },
    belongsTo(handle, principal) {
      const entry = live(handle)
      return entry !== undefined && samePrincipal(entry.owner, principal)
    },
  }
}

/** Equal for equal tokens. An issuer that gives one id to several tokens must not make the handle of a narrow one open a wide one. */
function tokenKey({ principal, tokenId, expiresAt, scopes }: VerifiedToken): string | undefined {
  if (tokenId === undefined) return undefined
  return JSON.stringify([
    principalKey(principal),
    principal.client,
    principal.actor,
    tokenId,
    expiresAt,
    [...scopes].sort(),
  ])
}

/** What a door is told of a handle that came with somebody else's token. */
export const FOREIGN_HANDLE: Presented = {
  credential: refused('handle_refused'),
  placement: PLACEMENT,
}
