// The doors of an app: one for each of its protected resources. They admit requests as callers, and
// describe the resources.

import { type Caller, openCaller } from './caller.ts'
import type { CallerParts } from './caller-parts.ts'
import type { Credential } from './core/credential.ts'
import type { DeclaredIssuers } from './core/declared-issuers.ts'
import { toResponse } from './core/door/answer.ts'
import type { Admission, Door } from './core/door/door.ts'
import type { KeptSignIn, KeptSignIns, PresentedSignIn } from './core/door/kept-sign-in.ts'
import { granted, type Refusal } from './core/errors.ts'
import { principalKey } from './core/principal.ts'
import { describedResource, resourceMetadataResponse } from './core/resource.ts'
import type { IssuedToken } from './core/source/exchange.ts'
import { traceparents } from './core/trace.ts'
import type { VerifiedToken } from './core/verify/verify.ts'

/** What a request is for, in an app that has several protected resources. */
export interface AskedResource {
  /**
   * The identifier of the resource. It is also the audience of its tokens, unless the app names
   * another one. Take it from your own settings: a request must not choose it. Default: the app's
   * `resource`.
   */
  readonly resource?: string
}

/** Admits a request, as `OnBehalf` says. */
export type Admit = (request: Request, asked?: AskedResource) => Promise<Admission<Caller>>

/** Answers a request for metadata, as `OnBehalf` says. */
export type Describe = (request: Request, asked?: AskedResource) => Response | undefined

/**
 * Admits a request at the door of what it is for, by its token or by the sign-in that its cookie
 * stands for, and opens its caller.
 */
export function admitter(
  doorOf: (resource: string | undefined) => Door,
  named: string | undefined,
  issuers: DeclaredIssuers,
  parts: CallerParts,
  session: KeptSignIns | undefined,
): Admit {
  async function open(
    request: Request,
    resource: string | undefined,
    { presented, signIn }: Partial<PresentedSignIn>,
  ): Promise<Admission<Caller>> {
    const admission = await doorOf(resource).admit(request, presented ? { presented } : {})
    if (!admission.ok) return admission
    // The issuer may answer a refresh with a token of somebody else.
    if (signIn && signIn.owner !== principalKey(admission.value.principal))
      return refusedAfterAll({ reason: 'sign_in_ended' })
    const exchanger = issuers.exchangerOf(admission.value.principal.issuer)
    const caller = await openCaller(
      signIn ? { ...admission.value, signIn } : admission.value,
      exchanger ? { ...parts, sources: { ...parts.sources, exchanger } } : parts,
    )
    return caller.ok ? caller : refusedAfterAll(caller.refusal)
  }
  return async (request, { resource = named } = {}) => {
    const kept: Partial<PresentedSignIn> = (await session?.present(request)) ?? {}
    const admission = await open(request, resource, kept)
    const { signIn, presented } = kept
    if (!admission.ok || !signIn || !presented) return admission
    const { url } = request
    const { placement } = presented
    renewFrom(signIn, admission.value, (credential, headers) =>
      open(new Request(url, { headers }), resource, {
        signIn,
        presented: { placement, credential: granted(credential) },
      }),
    )
    return admission
  }
}

/** A kept sign-in outlives its tokens: its callers go on with a fresh one, admitted like the first. */
function renewFrom(
  signIn: KeptSignIn,
  caller: Caller,
  admit: (
    credential: Credential,
    headers: Readonly<Record<string, string>>,
  ) => Promise<Admission<Caller>>,
): void {
  const { trace } = caller
  const headers = { traceparent: traceparents(trace)() }
  caller.renewWith(async (signal) => {
    let refusedToken: IssuedToken | undefined
    for (;;) {
      const issued = await signIn.freshen({
        signal,
        trace,
        ...(refusedToken ? { refused: refusedToken } : {}),
      })
      if (!issued.ok) return undefined
      const admission = await admit(issued.value.credential, headers)
      if (!admission.ok) return undefined
      const fresh = admission.value
      if (refusedToken || !isSameToken(fresh.token, caller.token)) return fresh
      // It is the token that has just been found to be of no use, in its life as it may be.
      await fresh.end()
      refusedToken = issued.value
    }
  })
}

function isSameToken(one: VerifiedToken, other: VerifiedToken): boolean {
  return one.tokenId === other.tokenId && one.expiresAt === other.expiresAt
}

/** The answer to a request that the door itself had let in. */
function refusedAfterAll(refusal: Refusal) {
  return { ok: false, refusal, response: toResponse(refusal, {}) } as const
}

/** Answers requests for the protected resource metadata. */
export function describer(
  named: string | undefined,
  issuers: DeclaredIssuers,
  scopesSupported: readonly string[],
): Describe {
  return (request, asked = {}) => {
    const resource = asked.resource ?? named ?? describedResource(request)
    if (resource === undefined) return undefined
    return resourceMetadataResponse(request, {
      resource,
      authorization_servers: issuers.authorizationServers,
      ...(scopesSupported.length > 0 ? { scopes_supported: scopesSupported } : {}),
      bearer_methods_supported: ['header'],
    })
  }
}

/** The doors of an app, one for each resource that it names. */
export function doorsByResource(
  make: (resource: string | undefined) => Door,
): (resource: string | undefined) => Door {
  const doors = new Map<string | undefined, Door>()
  return (resource) => {
    const door = doors.get(resource) ?? make(resource)
    doors.set(resource, door)
    return door
  }
}
